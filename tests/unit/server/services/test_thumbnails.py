"""Thumbnails: made once, by a process that hostile pictures may break without harm."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from assay.server.services import thumbnails as module
from assay.server.services.stores import Stores
from assay.server.services.thumbnails import NoThumbnail, ThumbnailService
from assay.server.services.tickets import Ticket
from assay.testing.clock import FixedClock
from assay.testing.memory.blobs import MemoryBlobStore
from assay.testing.memory.bus import MemoryEventBus
from assay.testing.memory.metadata import MemoryMetadataStore
from assay.testing.memory.metrics import MemoryMetricStore
from assay.wire.errors import InvalidRequest, NotFound

Make = Callable[[bytes, int], PIL.Image.Image]


@pytest.fixture
def stores() -> Stores:
    return Stores(MemoryMetadataStore(), MemoryMetricStore(), MemoryBlobStore(), MemoryEventBus(), FixedClock())


@pytest.fixture
def service(stores: Stores, tmp_path: Path) -> Iterator[ThumbnailService]:
    service = ThumbnailService(
        stores, lambda ticket, start, end: stores.blobs.read(ticket.space, ticket.digest, start, end), tmp_path / "cache"
    )
    yield service
    service.close()


def keep(stores: Stores, content: bytes) -> Ticket:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    stores.blobs.put("run-1", digest, io.BytesIO(content), len(content))
    return Ticket("GET", "run-1", digest, len(content), 1e12, "a.png")


@pytest.fixture
def make(stores: Stores, service: ThumbnailService) -> Make:
    return lambda content, width: PIL.Image.open(io.BytesIO(service.read(keep(stores, content), width)))


def encoded(kind: str, mode: str = "RGB", size: tuple[int, int] = (400, 200), **options: Any) -> bytes:
    out = io.BytesIO()
    PIL.Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
def test_every_kind_becomes_a_small_webp(make: Make, kind: str) -> None:
    image = make(encoded(kind), 160)
    assert (image.format, image.size) == ("WEBP", (160, 80))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_read(make: Make, mode: str) -> None:
    assert make(encoded("PNG", mode), 80).size == (80, 40)


def test_a_small_picture_is_not_enlarged_and_other_widths_are_rounded_up(make: Make) -> None:
    assert make(encoded("PNG", size=(30, 20)), 160).size == (30, 20)
    assert make(encoded("PNG"), 81).size == (160, 80)


def test_a_film_of_pictures_shows_its_first(make: Make) -> None:
    out = io.BytesIO()
    frames = [PIL.Image.new("RGB", (90, 90), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = make(out.getvalue(), 80).convert("RGB").getpixel((40, 40))
    assert red > 200 > blue


def test_it_is_made_once(service: ThumbnailService, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = keep(stores, encoded("PNG"))
    first = service.read(ticket, 160)
    monkeypatch.setattr(service, "_make", None)
    assert service.read(ticket, 160) == first


def test_what_was_deleted_is_not_shown_from_the_cache(service: ThumbnailService, stores: Stores) -> None:
    ticket = keep(stores, encoded("PNG"))
    service.read(ticket, 160)
    stores.blobs.delete("run-1", ticket.digest)
    with pytest.raises(NotFound):
        service.read(ticket, 160)


def test_the_cache_is_kept_small_and_without_what_is_gone(
    service: ThumbnailService, stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [keep(stores, encoded("PNG", size=(100 + n, 100))) for n in range(4)]
    for at, ticket in enumerate(tickets):
        service.read(ticket, 80)
        os.utime(service._path(ticket, 80), (at, at))  # type: ignore[arg-type]
    stores.blobs.delete("run-1", tickets[3].digest)
    kept = [path.stat().st_size for path in (tmp_path / "cache").rglob("*.webp")]
    monkeypatch.setattr(module, "CACHE_BYTES", max(kept) * 2 + 1)
    assert service.prune() == 2
    left = {path.name.partition("-")[0] for path in (tmp_path / "cache").rglob("*.webp")}
    assert left == {ticket.digest.partition(":")[2] for ticket in tickets[1:3]}


def bomb(width: int, height: int) -> bytes:
    """A small file that claims, and would unpack to, `width` × `height` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compress(bytes(1 << 22), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bomb(60_000, 60_000), "THUMBNAIL_PIXELS"),
        (bomb(2_000_000_000, 2), "THUMBNAIL_PIXELS"),
        (bomb(20_000, 5_000), "damaged"),
        (b"\x89PNG\r\n\x1a\nnothing", "damaged"),
        (encoded("PNG")[:-30], "damaged"),
        (encoded("JPEG")[:100], "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture of a kind that is known"),
        (b"<script>alert(1)</script>", "no picture of a kind that is known"),
        (b"", "no picture of a kind that is known"),
        (b"BM" + bytes(100), "damaged"),
    ],
)
def test_what_gives_no_picture_says_why_and_the_next_one_is_made(
    make: Make, service: ThumbnailService, stores: Stores, content: bytes, reason: str
) -> None:
    ticket = keep(stores, content)
    for _ in range(2):
        with pytest.raises(NoThumbnail, match=reason):
            service.read(ticket, 160)
    assert make(encoded("PNG"), 160).size == (160, 80)


def test_a_decoder_that_dies_or_hangs_costs_one_answer(
    make: Make, service: ThumbnailService, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(encoded("PNG"), 160)
    (worker,) = [worker for worker in service._workers if worker._process is not None]
    assert worker._process is not None
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.wait()
    assert make(encoded("PNG", size=(300, 100)), 160).size == (160, 53)
    assert worker._process is not None
    os.kill(worker._process.pid, signal.SIGSTOP)
    monkeypatch.setattr(module, "_TIME_S", 0.2)
    with pytest.raises(NoThumbnail, match="longer than"):
        service.read(keep(stores, encoded("PNG", size=(300, 101))), 160)
    monkeypatch.setattr(module, "_TIME_S", 20.0)
    assert make(encoded("PNG", size=(300, 102)), 160).size[0] == 160


@pytest.mark.parametrize("width", [0, -1, 5_000])
def test_a_width_beyond_the_limit_is_refused(service: ThumbnailService, stores: Stores, width: int) -> None:
    with pytest.raises(InvalidRequest, match="THUMBNAIL_SIDE"):
        service.read(keep(stores, encoded("PNG")), width)
