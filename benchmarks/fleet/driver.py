"""The other side of the fleet: `driver.py URL KEY PROJECT RUNS SECONDS KEYS` logs a row a second for every run, and sends it, or
gathers it for the next batch as long as the server asks for that: what the SDK's sender does.

Prints `{"late_ms": [from due to acknowledged, sorted], "sent": batches}`. Ends with an error at the first answer that is none."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

from assay.testing.factories import a_batch


async def run(url: str, key: str, project: str, name: str, seconds: int, keys: int, began: float, late_ms: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"POST /api/v1/projects/{project}/runs/{name}/batches HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/vnd.assay.batch\r\nContent-Length: "
    ).encode()
    rows: list[dict[str, float]] = []
    sent, send_after = 0, 0.0
    for second in range(seconds):
        due = began + second
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        rows.append({f"metric/{at}": second + at / 8 for at in range(keys)})
        if due < send_after and second < seconds - 1:
            continue
        body = a_batch(rows, first_seq=sent, first_step=sent).encode()
        sent += len(rows)
        rows.clear()
        writer.write(head + f"{len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        size = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        content = await reader.readexactly(size)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"{name}, second {second}: {answer!r} {content!r}")
        late_ms.append((time.monotonic() - due) * 1000)
        send_after = time.monotonic() + json.loads(content)["pace_s"]
    writer.close()


async def fleet(url: str, key: str, project: str, runs: int, seconds: int, keys: int) -> None:
    late_ms: list[float] = []
    began = time.monotonic() + 1
    await asyncio.gather(*(run(url, key, project, f"fleet{at}", seconds, keys, began + at / runs, late_ms) for at in range(runs)))
    print(json.dumps({"late_ms": sorted(late_ms), "sent": len(late_ms)}))


if __name__ == "__main__":
    asyncio.run(fleet(*sys.argv[1:4], *map(int, sys.argv[4:])))  # type: ignore[call-arg]
