"""Publishes an event as a form and two as JSON with Python's own HTTP client: publish.py HUB TOKEN"""

import json
import sys
import urllib.parse
import urllib.request

hub, token = sys.argv[1:]
TOPIC = "https://example.com/books/1?a=b&c=ü"


def post(body, content_type):
    request = urllib.request.Request(
        hub, body.encode(), {"Content-Type": content_type, "Authorization": "Bearer " + token}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        print(answer.read().decode())


form = {"topic": TOPIC, "data": "one\ntwo & three + 100%", "id": "by form", "type": "kind", "private": "on"}
post(urllib.parse.urlencode(form), "application/x-www-form-urlencoded")
post(
    json.dumps(
        [
            {"topic": TOPIC, "data": {"page": 7}, "id": "by batch"},
            {"topic": [TOPIC, "news"], "data": "ü 🎈", "private": True},
        ]
    ),
    "application/json",
)
