"""Sends one call to each site by both of Python's HTTP clients, and prints what they say of it as JSON.

Standard input: {"url": the emulator, "body": what is sent, "sites": {client: [site, …]}}.
"""

import http.client
import json
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

given = json.load(sys.stdin)
headers = {"Authorization": "Bearer a-token", "Content-Type": "application/json"}
body = given["body"].encode()


def by_urllib(path):
    request = urllib.request.Request(given["url"] + path, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return told(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as reply:
        return told(reply.code, reply.headers, reply.read())


def by_http_client(path):
    connection = http.client.HTTPConnection(urlsplit(given["url"]).netloc, timeout=20)
    try:
        connection.request("POST", path, body, headers)
        reply = connection.getresponse()
        return told(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


def told(status, its_headers, content):
    return {"status": status, "type": its_headers["Content-Type"], "text": content.decode()}


def error_of(error):
    cause = getattr(error, "reason", error)
    # The one is a subclass of the other.
    if isinstance(cause, http.client.RemoteDisconnected):
        return "closed"
    if isinstance(cause, ConnectionResetError):
        return "reset"
    if isinstance(cause, http.client.IncompleteRead):
        return "cut"
    return repr(cause)


clients = {"urllib": by_urllib, "http.client": by_http_client}
results = {}
for name, sites in given["sites"].items():
    for site in sites:
        try:
            results[site] = clients[name]("/v2/" + site + "/batch")
        except (OSError, http.client.HTTPException) as error:
            results[site] = {"error": error_of(error)}
print(json.dumps(results))
