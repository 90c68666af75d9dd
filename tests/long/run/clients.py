# What Python programs use. aiohttp asks no variable for a proxy unless it is told to.
import asyncio
import json
import os
import urllib.request

import aiohttp
import httpx
import requests
from atlassian.bitbucket import Cloud

EVENTS = "https://api.bitbucket.org/2.0/hook_events"


async def with_aiohttp():
    async with aiohttp.ClientSession() as session:
        async with session.get(EVENTS) as response:
            return response.status


with open(os.environ["PAIL_CREDENTIALS"], encoding="utf-8") as file:
    credentials = json.load(file)
print("urllib", urllib.request.urlopen(EVENTS).status)
print("requests", requests.get(EVENTS).status_code)
print("httpx", httpx.get(EVENTS).status_code)
print("aiohttp", asyncio.run(with_aiohttp()))
cloud = Cloud(username=credentials["email"], password=credentials["token"], cloud=True)
print("atlassian-python-api", cloud.workspaces.get("acme").name)
