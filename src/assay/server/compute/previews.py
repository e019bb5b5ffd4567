"""A file's content as a page shows it, from a reader of its bytes. Nothing is unpickled, executed or trusted for its sizes: every
kind has bounds, and what cannot be read as what it claims to be is shown as text or bytes with the reason."""

from __future__ import annotations

import csv
import io
import json
import math
import struct
from collections.abc import Callable
from typing import Any

import msgspec

from assay.server.compute.blob_file import BlobFile, Read
from assay.server.compute.table_rows import values_of
from assay.wire.messages.files import (
    CellOutput,
    FileKind,
    FileNotebook,
    FileTable,
    FileTableColumn,
    FileTensors,
    NotebookCell,
    Tensor,
)

KIB, MIB = 1024, 1024 * 1024
TEXT_BYTES = 1 * MIB  # bytes of text in one preview: about 20,000 lines
TABLE_BYTES = 512 * KIB  # bytes of a CSV file looked at
TABLE_ROWS = 200
TABLE_COLUMNS = 200
CELL_CHARS = 500
NOTEBOOK_BYTES = 16 * MIB
NOTEBOOK_CELLS = 1_000
OUTPUT_CHARS = 20_000
IMAGES_BYTES = 8 * MIB  # bytes of all images of one notebook, in base64
TENSORS_HEAD_BYTES = 32 * MIB  # bytes of a safetensors header; the largest published have 5 MB
TENSORS = 5_000  # tensors listed
ROW_GROUP_BYTES = 64 * MIB  # bytes of a Parquet row group that is unpacked for its first rows

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)  # fmt: skip
_CODE = frozenset(
    """py pyi pyx js ts jsx tsx mjs c h cc cpp cu cuh hpp rs go java sh bash zsh sql toml ini cfg yaml yml md rst css html xml
    dockerfile makefile patch diff lock""".split()  # noqa: SIM905
)


class Preview(msgspec.Struct):
    kind: FileKind
    media_type: str = ""
    text: str = ""
    is_cut: bool = False
    note: str = ""
    table: FileTable | None = None
    tensors: FileTensors | None = None
    notebook: FileNotebook | None = None
    facts: dict[str, Any] = {}


def preview(path: str, size: int, read: Read) -> Preview:
    """What the file is, by its name and its first bytes."""
    if size == 0:
        return Preview("empty")
    head = read(0, min(size, 4096))
    if media_type := image_type(head):
        return Preview("image", media_type=media_type)
    suffix = path.rsplit("/", 1)[-1].lower().rsplit(".", 1)[-1]
    kinds: dict[str, Callable[[int, Read], Preview]] = {
        "parquet": _parquet, "safetensors": _safetensors, "ipynb": _notebook, "csv": _csv, "tsv": _tsv, "json": _json,
    }  # fmt: skip
    reader = kinds.get(suffix)
    if reader is not None:
        try:
            return reader(size, read)
        except Unreadable as error:
            note = f"It cannot be shown as .{suffix}: {error}."
            shown = _text(suffix, size, read, head)
            return msgspec.structs.replace(shown, note=note)
    return _text(suffix, size, read, head)


class Unreadable(ValueError):
    """The file is not what its name says, or larger than a preview may be."""


def image_type(head: bytes) -> str:
    """The media type of an image a browser draws without running anything of it; empty for all else, SVG too."""
    for magic, media_type in _IMAGES:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return ""


def _text(suffix: str, size: int, read: Read, head: bytes) -> Preview:
    if b"\0" in head:
        return Preview("binary", text=head[:512].hex(" "), is_cut=size > 512)
    text = read(0, min(size, TEXT_BYTES)).decode(errors="replace")
    return Preview("code" if suffix in _CODE else "text", text=text, is_cut=size > TEXT_BYTES)


def _json(size: int, read: Read) -> Preview:
    if size > TEXT_BYTES:
        raise Unreadable(f"only its first {TEXT_BYTES // MIB} MiB are shown")
    content = read(0, size)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)[:200]) from error
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # Half of a letter, as a file says that was cut by a careless program, is shown as it is written there: \ud83d.
    text = text.encode(errors="backslashreplace").decode()
    return Preview("json", text=text[: 4 * TEXT_BYTES], is_cut=len(text) > 4 * TEXT_BYTES)


def _csv(size: int, read: Read, delimiter: str = "") -> Preview:
    content = read(0, min(size, TABLE_BYTES))
    if b"\0" in content:
        raise Unreadable("it holds zero bytes")
    is_cut = size > TABLE_BYTES
    text = content.decode("utf-8-sig", errors="replace")
    if is_cut:
        text = text[: text.rfind("\n") + 1]
        if not text:
            raise Unreadable(f"its first line is longer than {TABLE_BYTES // KIB} KiB")
    if not delimiter:
        first = text.partition("\n")[0]
        delimiter = max(",;\t|", key=first.count)
    rows: list[list[str | None]] = []
    count = widest = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if not row:
                continue  # an empty line is no row, as to all that read such files
            if count <= TABLE_ROWS:
                rows.append([cell[:CELL_CHARS] for cell in row[:TABLE_COLUMNS]])
            count += 1
            widest = max(widest, len(row))
    except csv.Error as error:
        raise Unreadable(str(error)) from error
    names = rows.pop(0) if rows else []
    columns = [FileTableColumn(name or "", "") for name in names]
    table = FileTable(columns, rows, -1 if is_cut else max(0, count - 1), widest)
    return Preview("table", table=table, is_cut=is_cut or count - 1 > TABLE_ROWS or widest > TABLE_COLUMNS)


def _tsv(size: int, read: Read) -> Preview:
    return _csv(size, read, "\t")


def _safetensors(size: int, read: Read) -> Preview:
    """The format: u64 length, a JSON object of that length, the tensors' bytes."""
    if size < 8:
        raise Unreadable("it is shorter than a header")
    (length,) = struct.unpack("<Q", read(0, 8))
    if length > min(size - 8, TENSORS_HEAD_BYTES):
        raise Unreadable(f"its header claims {length} bytes, more than the file or the limit of {TENSORS_HEAD_BYTES // MIB} MiB")
    try:
        entries = msgspec.json.decode(read(8, 8 + length), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"its header is not JSON ({error})") from error
    metadata = entries.pop("__metadata__", {})
    tensors: list[Tensor] = []
    parameters = 0
    for name, entry in entries.items():
        try:
            shape = [int(side) for side in entry["shape"]]
            begin, end = entry["data_offsets"]
            parameters += math.prod(shape)
            if len(tensors) < TENSORS:
                tensors.append(Tensor(name[:CELL_CHARS], str(entry["dtype"])[:20], shape[:16], int(end) - int(begin)))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Unreadable(f"the entry of {name[:100]!r} is not a tensor's") from error
    known = {str(k)[:CELL_CHARS]: str(v)[:2_000] for k, v in list(metadata.items())[:100]} if isinstance(metadata, dict) else {}
    listed = FileTensors(tensors, len(entries), min(parameters, 1 << 62), known)
    return Preview("tensors", tensors=listed, is_cut=len(entries) > TENSORS)


def _notebook(size: int, read: Read) -> Preview:
    if size > NOTEBOOK_BYTES:
        raise Unreadable(f"it is longer than {NOTEBOOK_BYTES // MIB} MiB")
    try:
        page = msgspec.json.decode(read(0, size), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"it is not JSON ({error})") from error
    cells = page.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("it has no cells; notebooks before format 4 are not shown")
    room = IMAGES_BYTES
    shown: list[NotebookCell] = []
    for cell in cells[:NOTEBOOK_CELLS]:
        if not isinstance(cell, dict):
            continue
        kind = cell.get("cell_type")
        outputs: list[CellOutput] = []
        for output in cell.get("outputs") or []:
            if isinstance(output, dict) and len(outputs) < 100:
                made = _output(output, room)
                room -= len(made.data)
                outputs.append(made)
        count = cell.get("execution_count")
        shown.append(
            NotebookCell(
                kind if kind in ("code", "markdown", "raw") else "raw",
                _joined(cell.get("source"))[: OUTPUT_CHARS * 5],
                count if isinstance(count, int) else None,
                outputs,
            )
        )
    language = "python"
    about = page.get("metadata")
    if isinstance(about, dict) and isinstance(about.get("language_info"), dict):
        language = str(about["language_info"].get("name", language))[:40]
    return Preview("notebook", notebook=FileNotebook(language, shown, len(cells)), is_cut=len(cells) > NOTEBOOK_CELLS)


def _output(output: dict[str, Any], room: int) -> CellOutput:
    match output.get("output_type"):
        case "stream":
            return CellOutput("text", _joined(output.get("text"))[:OUTPUT_CHARS])
        case "error":
            lines = output.get("traceback")
            text = "\n".join(str(line) for line in lines) if isinstance(lines, list) else ""
            return CellOutput("error", (text or f"{output.get('ename')}: {output.get('evalue')}")[:OUTPUT_CHARS])
    data = output.get("data")
    if not isinstance(data, dict):
        return CellOutput("omitted", "an output without data")
    for media_type in ("image/png", "image/jpeg"):
        if media_type in data:
            picture = _joined(data[media_type]).replace("\n", "")
            if len(picture) <= room and picture.isascii():
                return CellOutput("image", media_type=media_type, data=picture)
            return CellOutput("omitted", f"{media_type} of {len(picture)} bytes")
    if "text/plain" in data:
        return CellOutput("text", _joined(data["text/plain"])[:OUTPUT_CHARS])
    return CellOutput("omitted", ", ".join(str(name)[:60] for name in list(data)[:5]))


def _joined(lines: Any) -> str:
    if isinstance(lines, list):
        return "".join(str(line) for line in lines)
    return lines if isinstance(lines, str) else ""


def _parquet(size: int, read: Read) -> Preview:
    # Arrow takes 50 MB and half a second to load: only a server that shows such files pays for it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(
            pa.PythonFile(BlobFile(size, read), mode="r"),
            thrift_string_size_limit=16 * MIB,
            thrift_container_size_limit=1_000_000,
        )
        schema, about = file.schema_arrow, file.metadata
        columns = [FileTableColumn(field.name[:CELL_CHARS], str(field.type)[:200]) for field in schema][:TABLE_COLUMNS]
        rows: list[list[str | None]] = []
        note = ""
        groups, names = _first_groups(about), schema.names[:TABLE_COLUMNS]
        if about.num_rows and not groups:
            note = f"Its first row group unpacks to more than {ROW_GROUP_BYTES // MIB} MiB; only the schema is shown."
        elif groups:
            for batch in file.iter_batches(batch_size=TABLE_ROWS, row_groups=groups, columns=names, use_threads=False):
                rows += _rows(batch.slice(0, TABLE_ROWS - len(rows)), names)
                if len(rows) == TABLE_ROWS:
                    break
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError) as error:
        raise Unreadable(str(error)[:200]) from error
    table = FileTable(columns, rows, about.num_rows, len(schema))
    facts = {"row_groups": about.num_row_groups, "created_by": str(about.created_by)[:200]}
    return Preview("table", table=table, note=note, facts=facts, is_cut=about.num_rows > len(rows))


def _first_groups(about: Any) -> list[int]:
    """Row groups that have the first TABLE_ROWS rows, as far as they unpack to ROW_GROUP_BYTES."""
    found: list[int] = []
    count = size = 0
    for at in range(about.num_row_groups):
        group = about.row_group(at)
        size += group.total_byte_size
        if count >= TABLE_ROWS or size > ROW_GROUP_BYTES:
            break
        if group.num_rows:
            found.append(at)
        count += group.num_rows
    return found


def _rows(batch: Any, names: list[str]) -> list[list[str | None]]:
    """Of several columns with one name each has its own values."""
    places: dict[str, list[int]] = {}
    for at, name in reversed(list(enumerate(batch.schema.names))):
        places.setdefault(name, []).append(at)
    columns = [[_cell(value) for value in values_of(batch.column(places[name].pop()))] for name in names]
    return [list(row) for row in zip(*columns, strict=True)]


def _cell(value: Any) -> str | None:
    return None if value is None else str(value)[:CELL_CHARS]
