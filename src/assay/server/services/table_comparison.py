"""One table in two versions: which rows came, went and changed, by the columns that tell them apart."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from assay.server.compute.table_difference import Change, Difference, NotAKey, TooLong, cells, difference
from assay.server.compute.table_rows import SUFFIXES, Table, Unreadable, suffix_of
from assay.server.domain.accounts import Actor
from assay.server.services.artifact_comparison import open_both
from assay.server.services.artifacts import ArtifactService, Opened
from assay.wire import limits
from assay.wire.errors import InvalidRequest, NotFound, TooLarge, TooManyRequests
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath

_KINDS: tuple[Change, ...] = ("changed", "added", "removed")
_KEY_COLUMNS = 16
_PAGE = 500  # rows of one answer
_CELLS = 200  # cells of a row in an answer
_CELL_CHARS = 500
_BEFORE_CHARS = 40  # characters shown ahead of where two long texts begin to differ
_WAIT_S = 20  # seconds to wait for the one before
_KEPT = 4  # comparisons kept, for their next pages; contents never change, so they stay right
_Mark = tuple[str, str, str, tuple[str, ...]]


class TableComparisonService:
    def __init__(self, artifacts: ArtifactService) -> None:
        self._artifacts = artifacts
        self._turn = threading.Semaphore(1)
        self._kept: OrderedDict[_Mark, Difference] = OrderedDict()
        self._lock = threading.Lock()

    def compare(
        self, actor: Actor, path: ProjectPath, name: str, ref: str, other: str, table: str, key: Sequence[str], change: str,
        offset: int, limit: int,
    ) -> messages.TableComparison:  # fmt: skip
        """The rows of the file `table` that differ from the version `other` to `ref`. `change`: one kind, or all. Raises
        TooLarge for a table of more than TABLE_CELLS values, TooManyRequests while others are compared."""
        kinds = _KINDS if not change else tuple(kind for kind in _KINDS if kind == change)
        if not kinds:
            raise InvalidRequest(detail=f"change is {change[:40]!r}; expected {', '.join(_KINDS)} or nothing")
        if offset < 0 or not 0 <= limit <= _PAGE:
            raise InvalidRequest(detail=f"offset is {offset}, limit is {limit}; expected 0 or more, and 0 to {_PAGE}")
        if len(key) > _KEY_COLUMNS:
            raise InvalidRequest(detail=f"{len(key)} columns of a key; at most {_KEY_COLUMNS}")
        before, after = open_both(self._artifacts, actor, path, name, ref, other)
        with _readable(table, before, after):
            old, new = self._table(before, table), self._table(after, table)
            found = self._difference(before, after, table, old, new, tuple(dict.fromkeys(key)))
            ranges = {"changed": len(found.changed), "added": len(found.added), "removed": len(found.removed)}
            rows = _rows(found, kinds, offset, limit)
            shown = _shown(found, old, new, rows)
        return messages.TableComparison(
            path=table, before=before.shown.path, after=after.shown.path, key=list(found.key), is_key_found=not key,
            before_count=found.before_rows, after_count=found.after_rows, changed_count=ranges["changed"],
            added_count=ranges["added"], removed_count=ranges["removed"], same_count=found.same,
            columns=_columns(found, old, new), rows=shown, offset=offset, total=sum(ranges[kind] for kind in kinds),
        )  # fmt: skip

    def _table(self, opened: Opened, path: str) -> Table:
        if suffix_of(path) not in SUFFIXES:
            kinds = ", ".join(f".{suffix}" for suffix in SUFFIXES)
            raise InvalidRequest(detail=f"{path[:300]} is no table by its name; expected a file that ends in {kinds}")
        entry = opened.listing.manifest.entries.get(path)
        if entry is None:
            raise NotFound(what=f"table in {opened.shown.path}", name=path[:300])
        if entry.ref:
            raise InvalidRequest(detail=f"{path[:300]} of {opened.shown.path} is a reference; its rows are not read from here")
        if entry.size > limits.TABLE_BYTES:
            raise _too_large(path, opened, f"{entry.size} bytes", limits.TABLE_BYTES, "TABLE_BYTES")
        found = Table(path, entry.size, self._artifacts.reader(opened, path))
        if found.stated_cells > limits.TABLE_CELLS:
            raise _too_large(path, opened, f"{found.stated_cells} values", limits.TABLE_CELLS, "TABLE_CELLS")
        return found

    def _difference(self, before: Opened, after: Opened, path: str, old: Table, new: Table, key: tuple[str, ...]) -> Difference:
        entries = [opened.listing.manifest.entries[path] for opened in (before, after)]
        mark: _Mark = (suffix_of(path), entries[0].digest, entries[1].digest, key)
        with self._lock:
            if mark in self._kept:
                self._kept.move_to_end(mark)
                return self._kept[mark]
        if not any(name in old.columns for name in new.columns):
            raise InvalidRequest(detail=f"{path[:300]} has no column that is in both versions, so no row can be compared")
        if not self._turn.acquire(timeout=_WAIT_S):
            raise TooManyRequests(detail="Other tables are being compared.", retry_after_s=_WAIT_S)
        try:
            found = difference(old, new, key, most_cells=limits.TABLE_CELLS, most_rows=limits.TABLE_ROWS)
        except TooLong as error:
            limit, name = (limits.TABLE_ROWS, "TABLE_ROWS") if error.unit == "rows" else (limits.TABLE_CELLS, "TABLE_CELLS")
            opened = before if error.table is old else after
            raise _too_large(path, opened, f"more than {limit} {error.unit} long", limit, name) from None
        except NotAKey as error:
            raise InvalidRequest(detail=f"{path[:300]}: {error}") from error
        finally:
            self._turn.release()
        with self._lock:
            self._kept[mark] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


def _rows(found: Difference, kinds: Sequence[Change], offset: int, limit: int) -> list[tuple[Change, int, int]]:
    """(kind, row before, row after) of one page."""
    rows: list[tuple[Change, int, int]] = []
    for kind in kinds:
        some = getattr(found, kind)
        part = some[offset : offset + limit - len(rows)].tolist()
        offset = max(0, offset - len(some))
        if kind == "changed":
            rows += [(kind, before, after) for before, after in part]
        else:
            rows += [(kind, -1, row) if kind == "added" else (kind, row, -1) for row in part]
    return rows


def _shown(found: Difference, old: Table, new: Table, rows: Sequence[tuple[Change, int, int]]) -> list[messages.TableRow]:
    old_names, new_names = list(old.columns), list(new.columns)
    old_cells = cells(old, old_names, [before for _, before, _ in rows if before >= 0])
    new_cells = cells(new, new_names, [after for _, _, after in rows if after >= 0])
    shown = []
    for change, before, after in rows:
        was = dict(zip(old_names, old_cells[before], strict=True)) if before >= 0 else {}
        now = dict(zip(new_names, new_cells[after], strict=True)) if after >= 0 else {}
        whole = now or was
        names = whole if change != "changed" else [each for each in found.types if was[each] != now[each]]
        parts = [messages.TableCell(each, *_cut(was.get(each), now.get(each))) for each in list(names)[:_CELLS]]
        key = [_cut(whole[each], None)[0] for each in found.key]
        shown.append(messages.TableRow(change, before, after, key, parts))
    return shown


def _cut(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Long texts as far as they are shown: from a little ahead of where they begin to differ."""
    longest = max(len(before or ""), len(after or ""))
    if longest <= _CELL_CHARS:
        return before, after
    start = 0
    if before and after:
        pairs = enumerate(zip(before, after, strict=False))
        first = next((at for at, (one, two) in pairs if one != two), min(len(before), len(after)))
        start = max(0, first - _BEFORE_CHARS)
    return _part(before, start), _part(after, start)


def _part(text: str | None, start: int) -> str | None:
    if text is None:
        return None
    end = start + _CELL_CHARS
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _columns(found: Difference, old: Table, new: Table) -> list[messages.TableColumn]:
    """As they are after, then those that are gone."""
    columns = []
    for name, kind in new.columns.items():
        was, now = found.types.get(name, ("", kind))
        is_retyped = bool(was and now and was != now)
        if name not in found.types:
            columns.append(messages.TableColumn(name, "added", "", kind))
        else:
            columns.append(messages.TableColumn(name, "retyped" if is_retyped else "same", was, now))
    gone = [name for name in old.columns if name not in new.columns]
    return columns + [messages.TableColumn(name, "removed", old.columns[name], "") for name in gone]


def _too_large(path: str, opened: Opened, actual: str, limit: int, name: str) -> TooLarge:
    return TooLarge(what=f"The table {path[:300]} of {opened.shown.path}", actual=actual, limit=limit, name=name)


@contextmanager
def _readable(path: str, before: Opened, after: Opened) -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        raise InvalidRequest(
            detail=f"{path[:300]} of {before.shown.path} or {after.shown.path} cannot be read as a table: {error}"
        ) from error
