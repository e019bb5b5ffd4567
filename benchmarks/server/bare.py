"""The floor: an ASGI application that reads a request and answers, on the server's own HTTP library."""

from __future__ import annotations

import socket
import sys
from typing import Any

ANSWER = b'{"ack":"assay","acked_seq":1234567,"stop":false,"preempt":false,"name":"brisk-fern-1"}'


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def main() -> None:
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    # The other contender's turn may be longer than a connection is kept by itself.
    kept = {"lifespan": "off", "http": "httptools", "loop": "uvloop", "ws": "none", "timeout_keep_alive": 600}
    config = uvicorn.Config(app, log_config=None, access_log=False, **kept)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
