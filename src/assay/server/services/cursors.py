"""Where a listing of runs goes on: the newest run it may show, the last one shown, and how many were."""

from __future__ import annotations

import base64
import binascii

import msgspec

from assay.wire.errors import InvalidRequest


def write_cursor(ceiling: int, last_key: int, position: int) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode([ceiling, last_key, position])).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[int, int, int]:
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        ceiling, last_key, position = _CURSOR.decode(data)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise InvalidRequest(detail="The cursor is not one of this server's. Begin again without a cursor") from error
    if min(ceiling, last_key, position) < 0:
        raise InvalidRequest(detail="The cursor is not one of this server's. Begin again without a cursor")
    return ceiling, last_key, position


_CURSOR = msgspec.msgpack.Decoder(tuple[int, int, int])
