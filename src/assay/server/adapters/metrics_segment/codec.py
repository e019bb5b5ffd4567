"""One column of a block as bytes: a codec byte chosen per column, so that codecs can be added without a new format.

Lengths are always the caller's own counts; nothing inside the bytes decides how much memory is taken."""

from __future__ import annotations

import zlib
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pcodec import ChunkConfig
from pcodec.standalone import simple_compress, simple_decompress_into

from assay.server.adapters.metrics_segment.steps import Progression
from assay.wire.errors import PublicError

RAW, ARITHMETIC, PCO, ZLIB = 0, 1, 2, 3
_LEVEL = ChunkConfig(compression_level=4)
_SMALL = 16  # values; below it pcodec's own header is the larger part

Array = NDArray[Any]


class MetricsDamaged(PublicError):
    """Stored metrics fail their checksum. `where` names the file and place, `what` the data that cannot be read."""

    code = "metrics_damaged"
    status = 500
    exit_code = 9
    text = "Stored metrics are damaged in {where}: {what}. Everything else stays readable. Restore this file from a backup."


def encode_column(values: Array) -> tuple[int, bytes]:
    """Codec and bytes of a column of int64, float64 or bool."""
    n = len(values)
    if values.dtype == np.int64 and n > 1:
        delta = int(values[1]) - int(values[0])
        if -(1 << 62) < delta < 1 << 62 and (np.diff(values) == delta).all():
            return ARITHMETIC, np.array([values[0], delta], dtype=np.int64).tobytes()
    if values.dtype == np.bool_ or values.dtype == np.uint8:
        return ZLIB, zlib.compress(np.ascontiguousarray(values).tobytes(), 1)
    if n < _SMALL:
        return RAW, np.ascontiguousarray(values).tobytes()
    packed = bytes(simple_compress(np.ascontiguousarray(values), _LEVEL))
    return (PCO, packed) if len(packed) < 8 * n else (RAW, np.ascontiguousarray(values).tobytes())


def decode_progression(data: bytes, n: int) -> Progression | None:
    """`n` steps of an arithmetic column without making them; None where they do not rise."""
    first, difference = np.frombuffer(data, dtype=np.int64, count=2).tolist()
    return Progression(first, difference, n) if difference > 0 else None


def decode_column(codec: int, data: bytes, n: int, dtype: Any, out: Array | None = None) -> Array:
    """`n` values. Into `out` where the codec can, so that a scan of many blocks touches one buffer only."""
    if codec == ARITHMETIC:
        start, delta = np.frombuffer(data, dtype=np.int64, count=2)
        return np.asarray(np.arange(n, dtype=np.int64) * delta + start)
    if codec == PCO:
        target = np.empty(n, dtype=dtype) if out is None else out[:n]
        progress = simple_decompress_into(data, target)
        if progress.n_processed != n:
            raise ValueError(f"a column holds {progress.n_processed} values, not {n}")
        return target
    if codec == RAW:
        return np.frombuffer(data, dtype=dtype, count=n)
    if codec == ZLIB:
        inflater = zlib.decompressobj()
        return np.frombuffer(inflater.decompress(data, n), dtype=dtype, count=n)
    raise ValueError(f"codec {codec} is not known to this version")


def encode_objects(objects: list[bytes]) -> tuple[int, bytes]:
    lengths = np.array([len(item) for item in objects], dtype=np.uint32)
    return ZLIB, zlib.compress(lengths.tobytes() + b"".join(objects), 3)


def decode_objects(codec: int, data: bytes, n: int) -> list[bytes]:
    if codec != ZLIB:
        raise ValueError(f"codec {codec} is not known to this version")
    body = zlib.decompress(data)
    ends = np.cumsum(np.frombuffer(body, dtype=np.uint32, count=n), dtype=np.int64) + 4 * n
    if n and int(ends[-1]) != len(body):
        raise ValueError("objects do not fill their block")
    return [body[a:b] for a, b in pairwise([4 * n, *ends.tolist()])]
