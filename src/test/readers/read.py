"""Prints the data of so many events, a line each: read.py READER URL COUNT"""

import asyncio
import json
import os
import sys

reader, url, left = sys.argv[1], sys.argv[2], int(sys.argv[3])


def emit(data):
    global left
    print(json.dumps(data), flush=True)
    left -= 1
    if left == 0:
        os._exit(0)


if reader == "httpx-sse":
    import httpx
    from httpx_sse import connect_sse

    with httpx.Client() as client, connect_sse(client, "GET", url) as source:
        for event in source.iter_sse():
            emit(event.data)
elif reader == "sseclient":
    from sseclient import SSEClient

    for event in SSEClient(url):
        emit(event.data)
elif reader == "sseclient-py":
    import requests
    from sseclient import SSEClient

    answer = requests.get(url, stream=True, headers={"Accept": "text/event-stream"})
    for event in SSEClient(answer).events():
        emit(event.data)
elif reader == "launchdarkly-eventsource":
    from ld_eventsource import SSEClient
    from ld_eventsource.config import ConnectStrategy

    for event in SSEClient(ConnectStrategy.http(url)).events:
        emit(event.data)
elif reader == "aiohttp-sse-client":
    from aiohttp_sse_client import client

    async def read():
        async with client.EventSource(url) as source:
            async for event in source:
                emit(event.data)

    asyncio.run(read())
else:
    sys.exit("no such reader: " + reader)
