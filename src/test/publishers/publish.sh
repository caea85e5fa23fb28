#!/usr/bin/env bash
# Publishes an event as a form and two as JSON with curl: publish.sh HUB TOKEN
set -euo pipefail
topic='https://example.com/books/1?a=b&c=ü'
curl -sS --fail-with-body -H "Authorization: Bearer $2" --data-urlencode "topic=$topic" \
  --data-urlencode $'data=one\ntwo & three + 100%' -d 'id=by form' -d type=kind -d private=on "$1"
echo
curl -sS --fail-with-body -H "Authorization: Bearer $2" -H 'Content-Type: application/json' --data-binary @- "$1" <<END
[{"topic": "$topic", "data": {"page": 7}, "id": "by batch"}, {"topic": ["$topic", "news"], "data": "ü 🎈", "private": true}]
END
echo
