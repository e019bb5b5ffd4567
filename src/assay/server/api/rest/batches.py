"""Data streams in: the hottest address. The body is read raw and decoded once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request

from assay.server.api.pool import in_thread
from assay.server.api.raw import first, whole_body
from assay.server.api.rest.paths import RUN, run_path
from assay.server.api.routing import post
from assay.server.domain.accounts import Actor
from assay.server.domain.nested import packed_size
from assay.server.services.catalog import Catalog
from assay.wire import limits
from assay.wire.batch import Batch
from assay.wire.errors import InvalidRequest, TooLarge
from assay.wire.messages.runs import BatchAck
from assay.wire.names import RunPath
from assay.wire.odd_numbers import numbered
from assay.wire.records import Config, Finish, FinishState, Record, Row, Shape, Summary

BATCH = "application/vnd.assay.batch"


class JsonRow(msgspec.Struct, forbid_unknown_fields=True):
    """`time` 0: now."""

    step: int
    values: dict[str, Any]
    time: float = 0.0


class JsonFinish(msgspec.Struct, forbid_unknown_fields=True):
    state: FinishState = "finished"
    exit_code: int = 0


class JsonBatch(msgspec.Struct, forbid_unknown_fields=True):
    """For programs without the SDK. Each row, then config, summary and finish where given, takes the next sequence number,
    beginning with `first_seq`; null lets the server count on, and gives up that a repeat is harmless. The words NaN, Infinity
    and -Infinity are the numbers that JSON has no form for; a backslash in front makes a text of them."""

    writer: str
    first_seq: int | None = None
    rows: list[JsonRow] = []
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    finish: JsonFinish | None = None


@post(RUN + "/batches", permission="run:write", accepts=frozenset({BATCH, "application/json"}))
async def append_batch(entity: str, project: str, run_id: str, request: Request[Any, Any, Any], writer: str = "") -> BatchAck:
    """Append a batch; everything up to the answer's sequence is on disk. An empty body is a sign of life of `writer`."""
    # Declared dependencies are resolved in a task each; here that would be a fifth of the whole request.
    actor, catalog = request.scope["user"], request.app.state.catalog
    body = await whole_body(request)
    is_json = (first(request.scope, b"content-type") or b"").startswith(b"application/json")
    return await in_thread(_append, catalog, actor, run_path(entity, project, run_id), body, is_json, writer)


def _append(catalog: Catalog, actor: Actor, path: RunPath, body: bytes | memoryview, is_json: bool, writer: str) -> BatchAck:
    if not body:
        return catalog.ingest.heartbeat(actor, path, writer)
    batch = _from_json(catalog, actor, path, body) if is_json else Batch.decode(body)
    return catalog.ingest.append(actor, path, batch)


def _from_json(catalog: Catalog, actor: Actor, path: RunPath, body: bytes | memoryview) -> Batch:
    try:
        asked = _JSON.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(detail=f"The batch cannot be read: {error}") from error
    first = catalog.ingest.next_seq(actor, path, asked.writer) if asked.first_seq is None else asked.first_seq
    if first < 0:
        raise InvalidRequest(detail=f"first_seq is {first}; sequence numbers begin with 0")
    if len(asked.rows) > limits.BATCH_ROWS:
        raise TooLarge(what="The batch", actual=f"{len(asked.rows)} rows", limit=limits.BATCH_ROWS, name="BATCH_ROWS")
    shapes: dict[int, Shape] = {}
    return Batch.fold(asked.writer, enumerate(_records(asked, shapes), first), shapes)


def _records(asked: JsonBatch, shapes: dict[int, Shape]) -> Iterator[Record]:
    known: dict[tuple[str, ...], int] = {}
    now = time.time()
    for row in asked.rows:
        if not 0 <= row.step <= limits.STEP_MAX:
            raise InvalidRequest(detail=f"step is {row.step}; expected a number from 0 to {limits.STEP_MAX} (STEP_MAX)")
        keys = tuple(row.values)
        shape = known.setdefault(keys, len(known))
        shapes.setdefault(shape, Shape(shape, list(keys)))
        yield Row(shape, row.step, row.time or now, [_kept(key, numbered(value)) for key, value in row.values.items()])
    packed_size(asked.config, "The config")
    packed_size(asked.summary, "The summary")
    if asked.config:
        yield Config([([key], numbered(value)) for key, value in asked.config.items()], [], now)
    if asked.summary:
        yield Summary([([key], numbered(value)) for key, value in asked.summary.items()])
    if asked.finish is not None:
        yield Finish(asked.finish.state, asked.finish.exit_code, now)


def _kept(key: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        packed_size(value, f"The value of {key[:300]!r}")
    # Whole numbers beyond 64 bits keep their size, not their last digits.
    return float(value) if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63 else value


_JSON = msgspec.json.Decoder(JsonBatch)

HANDLERS = [append_batch]
