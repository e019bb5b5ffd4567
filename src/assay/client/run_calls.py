"""The endpoints that a run is written through. Apart from the others, because the process beside a script needs no more of them:
to import what all of them are asked and answer would take it as long as a request."""

from __future__ import annotations

import msgspec

from assay.client.http import Answer, Connection, path_of
from assay.wire.messages.accounts import Me
from assay.wire.messages.runs import BatchAck, RunStart, RunStarted
from assay.wire.names import RunPath
from assay.wire.odd_numbers import worded

BATCH = "application/vnd.assay.batch"
BATCH_S = 60.0


def me(connection: Connection) -> Me:
    return connection.get("/me", Me)


def start_run(connection: Connection, path: RunPath, start: RunStart) -> RunStarted:
    asked = msgspec.structs.replace(start, config=worded(start.config))
    return connection.send("PUT", run_address(path), asked, RunStarted)


def append(connection: Connection, path: RunPath, batch: bytes) -> BatchAck:
    """Send an encoded batch. Raises UnexpectedAnswer for a 200 that is no acknowledgement."""
    answer = connection.request("POST", run_address(path) + "/batches", content=batch, content_type=BATCH, timeout_s=BATCH_S)
    return _ack(connection, answer)


def heartbeat(connection: Connection, path: RunPath, writer: str) -> BatchAck:
    """A sign of life of a writer that has nothing to say. Raises as `append` does."""
    return _ack(
        connection,
        connection.request(
            "POST", run_address(path) + "/batches", query={"writer": writer}, content=b"", content_type=BATCH, timeout_s=BATCH_S
        ),
    )


def _ack(connection: Connection, answer: Answer) -> BatchAck:
    try:
        ack = msgspec.json.decode(answer.body, type=BatchAck)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise connection.unexpected("its 200 is not an acknowledgement", answer.status) from error
    if ack.ack != "assay":
        raise connection.unexpected("its 200 is not an acknowledgement", answer.status)
    return ack


def run_address(path: RunPath) -> str:
    """Where a run is, below `/api/v1`."""
    return "/projects" + path_of(path.entity, path.project) + "/runs" + path_of(path.run_id)
