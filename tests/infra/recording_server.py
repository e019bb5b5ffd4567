"""A small HTTP server that keeps what writers send, by the rules of `/api/v1`, and answers as it is told to.

For tests of what a sender does with every kind of answer. Whether the real server keeps its promises is tested with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from assay.wire.batch import Batch, unpack_column
from assay.wire.messages.problems import Problem
from assay.wire.messages.runs import BatchAck, Run, RunStart, RunStarted
from assay.wire.records import Event

Reply = tuple[int, dict[str, str], bytes]


def problem(status: int, code: str, detail: str = "", **fields: Any) -> Reply:
    told = Problem(f"urn:{code}", code, status, code, detail or code, "t", fields)
    return status, {"Content-Type": "application/problem+json"}, msgspec.json.encode(told)


class RecordingServer:
    """`rows` are (writer, seq, step, {key: value}) as they arrived, `events` (writer, seq, record). `before` may answer a request
    itself: it gets (method, path, body, headers) and returns a Reply or None."""

    def __init__(self, key: str = "k" * 40) -> None:
        self.key = key
        self.next_seq: dict[str, int] = {}
        self.rows: list[tuple[str, int, int, dict[str, Any]]] = []
        self.events: list[tuple[str, int, Event]] = []
        self.starts: list[RunStart] = []
        self.requests: list[tuple[str, str]] = []
        self.before: Callable[[str, str, bytes, dict[str, str]], Reply | None] = lambda *_: None
        self.stop = False
        self.pace_s = 0.0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, extra, content = outer.handle(self.command, self.path, body, headers)
                self.send_response(status)
                for name, value in extra.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_PATCH = answer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def handle(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        with self._lock:
            self.requests.append((method, path))
            if (answer := self.before(method, path, body, headers)) is not None:
                return answer
            if headers.get("authorization") != f"Bearer {self.key}":
                return problem(401, "not_signed_in", "Not signed in: this key is not known. Run `assay login`.")
            if path == "/api/v1/me":
                return _json({"username": "ada", "display_name": "Ada", "is_admin": True, "has_password": True,
                              "default_entity": "ada", "teams": [], "server_version": "0"})  # fmt: skip
            if method == "PUT":
                return self._start(path, body)
            if "/batches" in path:
                return self._append(body) if body else self._alive(path)
            return problem(404, "not_found", "There is nothing here")

    def values(self, key: str) -> list[Any]:
        """Every value of `key` in order of (writer, sequence)."""
        return [row[key] for _, _, _, row in sorted(self.rows, key=lambda row: row[:2]) if key in row]

    def _start(self, path: str, body: bytes) -> Reply:
        start = msgspec.json.decode(body, type=RunStart)
        self.starts.append(start)
        _, _, _, _, entity, project, _, run_id = path.split("/")
        run = Run(entity, project, run_id, "calm-fox-1", 1, "running", None, "ada", "", [], "", "", 0, 0, 0, 0, 0, 0, "", "", "", -1, 0, 0, False)  # fmt: skip  # noqa: E501
        is_new = not self.next_seq
        next_seq = self.next_seq.setdefault(start.writer, 0)
        return _json(RunStarted(run, is_new, not is_new, next_seq, -1, f"{self.url}{path}"))

    def _alive(self, path: str) -> Reply:
        writer = path.partition("writer=")[2]
        return _json(BatchAck("assay", self.next_seq.get(writer, 0) - 1, stop=self.stop))

    def _append(self, body: bytes) -> Reply:
        batch = Batch.decode(body)
        expected = self.next_seq.get(batch.writer, 0)
        if batch.first_seq > expected:
            return problem(409, "sequence_gap", first_seq=batch.first_seq, expected=expected, writer=batch.writer)
        for block in batch.blocks:
            columns = [unpack_column(kind, data) for kind, data in zip(block.kinds, block.columns, strict=True)]
            seqs, steps = unpack_column("i", block.seqs), unpack_column("i", block.steps)
            for place, (seq, step) in enumerate(zip(seqs, steps, strict=True)):
                if seq >= expected:
                    self.rows.append((batch.writer, seq, step, {k: c[place] for k, c in zip(block.keys, columns, strict=True)}))
        self.events += [(batch.writer, seq, event) for seq, event in batch.events if seq >= expected]
        self.next_seq[batch.writer] = max(expected, batch.last_seq + 1)
        return _json(BatchAck("assay", self.next_seq[batch.writer] - 1, stop=self.stop, pace_s=self.pace_s))


def _json(value: Any) -> Reply:
    return 200, {"Content-Type": "application/json"}, msgspec.json.encode(value)
