"""What changed from one table to another, row by row. Rows are told apart by hashes of eight bytes under a secret that each
process draws anew, of which two alike by chance are one in ten million for two million rows; their values are read again to be
shown."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assay.server.compute.table_rows import Table, texts_of

UInt64 = NDArray[np.uint64]
Int64 = NDArray[np.int64]
Change = Literal["changed", "added", "removed"]

_GUESSED = 64  # columns that are looked at for a key
_KEPT = 8  # columns that may still be the key after the first rows, each with a hash per row
_NOTHING = np.int64(-0x6A09E667F3BCC909)  # stands for a value that is not there
_LIKELY = ("id", "key", "uuid", "guid", "path", "file", "filename", "name", "index")


class TooLong(ValueError):
    """`table` has more rows, or values, than one comparison may look at."""

    def __init__(self, table: Table, unit: Literal["rows", "values"]) -> None:
        super().__init__(unit)
        self.table, self.unit = table, unit


class NotAKey(ValueError):
    """The columns that were named do not tell rows apart."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`changed` (n, 2): the row before, the row after, in the order of after. `added`: rows after. `removed`: rows before. Rows
    are counted from 0. `key` empty: no column tells rows apart, so whole rows are compared and none is changed. `types`: name →
    what it held before and what it holds after, of columns that both have."""

    key: tuple[str, ...]
    before_rows: int
    after_rows: int
    changed: Int64
    added: Int64
    removed: Int64
    types: dict[str, tuple[str, str]]

    @property
    def same(self) -> int:
        return self.after_rows - len(self.added) - len(self.changed)


def difference(before: Table, after: Table, key: Sequence[str], *, most_cells: int, most_rows: int) -> Difference:
    """Compared over the columns that both have; there is at least one. Without a key: the column that tells the rows of each
    table apart and that most rows share. O(values). Raises Unreadable, TooLong, NotAKey."""
    common = [name for name in after.columns if name in before.columns]
    assert common, (list(before.columns), list(after.columns))
    for name in key:
        if name not in common:
            raise NotAKey(f"there is no column {name!r} in both; both have {', '.join(common[:20])}")
    survey = _Surveyor(common, is_given=bool(key), most_cells=most_cells, most_rows=most_rows)
    old = survey.look(before, key or sorted(common, key=_unlikeliness)[:_GUESSED])
    new = survey.look(after, key or list(old.hashes))
    chosen = tuple(key) or _guess(old, new)
    if chosen:
        old_keys, new_keys = survey.keys(old, chosen), survey.keys(new, chosen)
        for side, keys in (("before", old_keys), ("after", new_keys)):
            if (again := _repeated(keys)) is not None:
                raise NotAKey(
                    f"{', '.join(chosen)} does not tell rows apart: of those {side}, rows {again[0] + 1} and {again[1] + 1} have "
                    "the same. Name more columns"
                )
        rest: tuple[UInt64, UInt64] | None = (old.rows - old_keys, new.rows - new_keys)
    else:
        # The n-th of equal rows is compared with the n-th: so each is counted.
        old_keys, new_keys = _numbered(old.rows), _numbered(new.rows)
        rest = None
    return _matched(chosen, old_keys, new_keys, rest, _types(common, before, after, old, new))


def cells(table: Table, names: Sequence[str], rows: Collection[int]) -> dict[int, list[str | None]]:
    """The values of some rows, as texts. Reads up to the last of them. Raises Unreadable."""
    wanted = np.unique(np.fromiter(rows, np.int64, len(rows)))
    found: dict[int, list[str | None]] = {}
    at = taken = 0
    if not names or not len(wanted):
        return {int(row): [] for row in wanted}
    for batch in table.batches(names):
        end = at + len(batch[0])
        stop = int(np.searchsorted(wanted, end))
        if stop > taken:
            places = wanted[taken:stop] - at
            columns = [texts_of(column.take(_arrow(places))) for column in batch]
            for n, row in enumerate(wanted[taken:stop].tolist()):
                found[row] = [column[n] for column in columns]
            taken = stop
        at = end
        if taken == len(wanted):
            break
    return found


@dataclass(slots=True)
class _Survey:
    """`rows`: a hash of each row over the common columns. `hashes`: of each column that may be the key, or is in it."""

    rows: UInt64
    hashes: dict[str, UInt64]
    types: dict[str, str]


class _Surveyor:
    """The hash of a row is a weighted sum of the hashes of its values: what a key leaves of it follows by a subtraction."""

    def __init__(self, common: Sequence[str], *, is_given: bool, most_cells: int, most_rows: int) -> None:
        self._common, self._is_given = common, is_given
        self._most_cells, self._most_rows = most_cells, most_rows
        self._weights = {name: _weight(place) for place, name in enumerate(common)}

    def look(self, table: Table, candidates: Sequence[str]) -> _Survey:
        sums: list[UInt64] = []
        parts: dict[str, list[UInt64]] = {name: [] for name in candidates}
        types = dict.fromkeys(self._common, "")
        count = 0
        for batch in table.batches(self._common):
            length = len(batch[0])
            count += length
            if count > self._most_rows:
                raise TooLong(table, "rows")
            if count * len(self._common) > self._most_cells:
                raise TooLong(table, "values")
            total = np.zeros(length, np.uint64)
            for name, column in zip(self._common, batch, strict=True):
                texts, places = _distinct(column)
                hashes = _hashes(texts) if places is None else _hashes(texts)[places]
                total += hashes * self._weights[name]
                types[name] = _widened(types[name], texts)
                if name in parts:
                    if self._is_given or self._may_be_key(texts, hashes, types[name]):
                        parts[name].append(hashes)
                    else:
                        del parts[name]
            sums.append(total)
            if not self._is_given:
                parts = dict(list(parts.items())[:_KEPT])
        joined = {name: np.concatenate(some) if some else np.empty(0, np.uint64) for name, some in parts.items()}
        if not self._is_given:
            joined = {name: hashes for name, hashes in joined.items() if _repeated(hashes) is None}
        return _Survey(np.concatenate(sums) if sums else np.empty(0, np.uint64), joined, types)

    def keys(self, survey: _Survey, names: Sequence[str]) -> UInt64:
        total = np.zeros(len(survey.rows), np.uint64)
        for name in names:
            total += survey.hashes[name] * self._weights[name]
        return total

    def _may_be_key(self, texts: list[str | None], hashes: UInt64, kind: str) -> bool:
        # A measured number may differ in every row and names none of them.
        return kind != "number" and len(np.unique(hashes)) == len(hashes) and None not in texts


def _guess(old: _Survey, new: _Survey) -> tuple[str, ...]:
    shared = {
        name: len(np.intersect1d(old.hashes[name], new.hashes[name], assume_unique=True))
        for name in old.hashes
        if name in new.hashes
    }
    best = max(shared, key=lambda name: shared[name], default=None)
    return (best,) if best is not None and shared[best] else ()


def _unlikeliness(name: str) -> int:
    """0 for a column that is called as keys are; the order of the file decides among equals."""
    last = name.lower().replace("-", "_").rpartition("_")[2]
    return 0 if name.lower() in _LIKELY else 1 if last in _LIKELY else 2


def _matched(
    key: tuple[str, ...], old: UInt64, new: UInt64, rest: tuple[UInt64, UInt64] | None, types: dict[str, tuple[str, str]]
) -> Difference:
    order = np.argsort(old, kind="stable")
    is_found = np.zeros(len(new), bool)
    partner = np.zeros(len(new), np.int64)
    if len(old):
        partner = order[np.minimum(np.searchsorted(old, new, sorter=order), len(old) - 1)]
        is_found = old[partner] == new
    is_gone = np.ones(len(old), bool)
    is_gone[partner[is_found]] = False
    after = np.flatnonzero(is_found)
    before = partner[after]
    changed = np.empty((0, 2), np.int64)
    if rest is not None:
        is_changed = rest[0][before] != rest[1][after]
        changed = np.column_stack((before[is_changed], after[is_changed]))
    return Difference(key, len(old), len(new), changed, np.flatnonzero(~is_found), np.flatnonzero(is_gone), types)


def _numbered(hashes: UInt64) -> UInt64:
    """Equal ones made different: by their place among their equals."""
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1]))) if len(ranked) else np.empty(0, np.int64)
    lengths = np.diff(np.concatenate((starts, [len(ranked)])))
    place = np.empty(len(hashes), np.uint64)
    place[order] = (np.arange(len(ranked)) - np.repeat(starts, lengths)).astype(np.uint64)
    numbered: UInt64 = hashes + place * _weight(-1)
    return numbered


def _repeated(keys: UInt64) -> tuple[int, int] | None:
    """The first two rows found with the same key."""
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    return (int(order[same[0]]), int(order[same[0] + 1])) if len(same) else None


def _weight(place: int) -> np.uint64:
    """Odd, so that no value's hash loses anything by it; different for each column."""
    return np.uint64(int.from_bytes(hashlib.blake2b(str(place).encode(), digest_size=8).digest(), "little") | 1)


def _hashes(texts: list[str | None]) -> UInt64:
    found = np.fromiter((_NOTHING if text is None else hash(text) for text in texts), np.int64, len(texts))
    return found.view(np.uint64)


def _distinct(column: Any) -> tuple[list[str | None], Int64 | None]:
    """A column's texts, each once where that is cheap to tell, and which of them stands in each row."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        if pa.types.is_nested(column.type):
            return texts_of(column), None
        try:
            column = column.dictionary_encode()
        except pa.ArrowException:  # a type that it knows no dictionary of
            return texts_of(column), None
    texts = texts_of(column.dictionary)
    if column.indices.null_count:
        texts.append(None)
    places = column.indices.fill_null(len(texts) - 1) if column.indices.null_count else column.indices
    return texts, places.to_numpy(zero_copy_only=False).astype(np.int64)


def _widened(known: str, texts: Iterable[str | None]) -> str:
    """What a column holds, by the texts of some more of its rows: `text` holds all, `number` whole ones too."""
    for text in texts:
        if known == "text":
            break
        if text is None:
            continue
        kind = _kind(text)
        if known and kind != known:
            kind = "number" if {kind, known} == {"integer", "number"} else "text"
        known = kind
    return known


def _kind(text: str) -> str:
    if text in ("true", "false"):
        return "true or false"
    if text.isascii() and text.removeprefix("-").isdigit():
        return "integer"
    try:
        float(text)
    except ValueError:
        return "text"
    return "text" if "_" in text else "number"


def _types(common: Sequence[str], before: Table, after: Table, old: _Survey, new: _Survey) -> dict[str, tuple[str, str]]:
    """As the files say; where one says nothing, as both hold."""
    if all(before.columns[name] and after.columns[name] for name in common):
        return {name: (before.columns[name], after.columns[name]) for name in common}
    return {name: (old.types[name], new.types[name]) for name in common}


def _arrow(places: Int64) -> Any:
    import pyarrow as pa

    return pa.array(places)
