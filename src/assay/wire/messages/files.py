"""What is in a file, as far as a page shows it: bounded, typed, never executed."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

FileKind = Literal["text", "json", "code", "table", "tensors", "notebook", "image", "binary", "empty"]


class FileTableColumn(msgspec.Struct):
    name: str
    type: str


class FileTable(msgspec.Struct):
    """The first rows. `row_count` −1: not counted. Cells are texts, as they stand; null where there is no value."""

    columns: list[FileTableColumn]
    rows: list[list[str | None]]
    row_count: int
    column_count: int


class Tensor(msgspec.Struct):
    name: str
    dtype: str
    shape: list[int]
    bytes: int


class FileTensors(msgspec.Struct):
    """A safetensors file's head. `parameter_count` is of all tensors, also those beyond the ones listed."""

    tensors: list[Tensor]
    tensor_count: int
    parameter_count: int
    metadata: dict[str, str]


class CellOutput(msgspec.Struct):
    """`image`: base64 of a PNG or JPEG. HTML and scripts of a notebook are never shown: `text` says what was there."""

    kind: Literal["text", "error", "image", "omitted"]
    text: str = ""
    media_type: str = ""
    data: str = ""


class NotebookCell(msgspec.Struct):
    kind: Literal["code", "markdown", "raw"]
    source: str
    execution_count: int | None = None
    outputs: list[CellOutput] = []


class FileNotebook(msgspec.Struct):
    language: str
    cells: list[NotebookCell]
    cell_count: int


class FilePreview(msgspec.Struct, omit_defaults=True):
    """One of the parts is there, by `kind`. `is_cut`: there is more than is shown. `note`: why less is shown than could be."""

    path: str
    kind: FileKind
    size: int
    digest: str
    url: str
    updated_at: float
    media_type: str = ""
    text: str = ""
    is_cut: bool = False
    note: str = ""
    table: FileTable | None = None
    tensors: FileTensors | None = None
    notebook: FileNotebook | None = None
    facts: dict[str, Any] = {}
