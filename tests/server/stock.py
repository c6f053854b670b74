"""The same echo for uvicorn's own worker, as the negative control."""

import hashlib
import os


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"-").decode()
    if scope["path"] == "/pid":
        said = str(os.getpid())
    elif scope["path"] == "/headers":
        said = "\n".join(f"{name.decode()}={value.decode()}" for name, value in scope["headers"])
    else:
        digest = hashlib.sha256(body).hexdigest()[:16]
        said = f"{scope['method']} {scope['query_string'].decode()} {length} {digest}"
    content = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(said))]
    await send({"type": "http.response.start", "status": 200, "headers": content})
    await send({"type": "http.response.body", "body": said.encode()})
