"""Judge what a product kept of what it was told while it was hurt: every row says who wrote it, which one it is, and a keyed
hash.

A `History` makes the rows and remembers which were handed over and which were acknowledged; its `check` compares that with what
is read back, so that a lost row, a doubled one, one that nobody wrote and one that was mixed up are told apart. `accounts` says
where each row of a run's folder is: accepted = stored + refused + waiting. A script in a process of its own makes the same rows
with `row` alone, and says on its standard output how far it came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pyarrow as pa

from assay.journal.folder import RunFolder
from assay.journal.reader import JournalReader
from assay.sync.upload import read_sent
from assay.wire.records import Refused, Row, Shape

_SHOWN = 8  # examples in a message


def keyed(seed: int, writer: str, number: int) -> float:
    """A value that only this row of this writer can have; whole, below 2^48, so that a float holds it exactly."""
    return float(int.from_bytes(hashlib.blake2b(f"{seed} {writer} {number}".encode(), digest_size=6).digest(), "big"))


def row(seed: int, writer: str, number: int) -> dict[str, float]:
    """The values of a writer's row; keys are the writer's own, for rows of several writers share a run's steps."""
    return {f"{writer}/i": float(number), f"{writer}/hash": keyed(seed, writer, number)}


@dataclass(frozen=True, slots=True)
class Findings:
    """What `History.check` found; each tuple holds `writer:number`, in order. `acked` and `stored` are counts of rows."""

    acked: int
    stored: int
    lost: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()
    phantom: tuple[str, ...] = ()
    corrupt: tuple[str, ...] = ()
    disordered: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.phantom or self.corrupt or self.disordered)

    def __str__(self) -> str:
        parts = [f"{self.acked} acknowledged, {self.stored} stored"]
        for name in ("lost", "duplicated", "phantom", "corrupt", "disordered"):
            found: tuple[str, ...] = getattr(self, name)
            if found:
                parts.append(f"{len(found)} {name} ({', '.join(found[:_SHOWN])}{', …' if len(found) > _SHOWN else ''})")
        return "; ".join(parts)


@dataclass(slots=True)
class History:
    """`invoked` and `acked`: how many rows, from number 0, each writer has handed over, and how many it heard were kept."""

    seed: int
    invoked: dict[str, int] = field(default_factory=dict)
    acked: dict[str, int] = field(default_factory=dict)

    def rows(self, writer: str, count: int, first: int | None = None) -> list[dict[str, float]]:
        """The writer's next rows, or those from `first` once more."""
        first = self.acked.get(writer, 0) if first is None else first
        self.invoked[writer] = max(self.invoked.get(writer, 0), first + count)
        return [row(self.seed, writer, number) for number in range(first, first + count)]

    def ok(self, writer: str, count: int) -> None:
        """The writer's first `count` rows are acknowledged."""
        self.invoked[writer] = max(self.invoked.get(writer, 0), count)
        self.acked[writer] = max(self.acked.get(writer, 0), count)

    def check(self, rows: Iterable[Mapping[str, Any]]) -> Findings:
        """Compare with what was read back, in the order of reading. Keys that are not a writer's are left aside."""
        found: dict[str, list[tuple[float, float]]] = {writer: [] for writer in self.invoked}
        stray: list[str] = []
        for values in rows:
            for key, number in values.items():
                writer, slash, kind = key.rpartition("/")
                if slash and kind == "i" and number is not None:
                    hashed = values.get(f"{writer}/hash")
                    if writer in found:
                        found[writer].append((number, float("nan") if hashed is None else hashed))
                    else:
                        stray.append(f"{writer}:{number:g}")
        parts: dict[str, list[str]] = {"lost": [], "duplicated": [], "phantom": stray, "corrupt": [], "disordered": []}
        for writer, pairs in found.items():
            seen: set[float] = set()
            last = -1.0
            for number, hashed in pairs:
                name = f"{writer}:{number:g}"
                if not 0 <= number < self.invoked[writer]:
                    parts["phantom"].append(name)
                    continue
                if number in seen:
                    parts["duplicated"].append(name)
                elif number < last:
                    parts["disordered"].append(name)
                if hashed != keyed(self.seed, writer, int(number)):
                    parts["corrupt"].append(name)
                seen.add(number)
                last = max(last, number)
            parts["lost"] += [f"{writer}:{number}" for number in range(self.acked.get(writer, 0)) if number not in seen]
        stored = sum(map(len, found.values()))
        return Findings(sum(self.acked.values()), stored, **{name: tuple(names) for name, names in parts.items()})

    def require_clean(self, rows: Iterable[Mapping[str, Any]], *context: object) -> Findings:
        """Raises AssertionError with what is wrong, the seed and the context."""
        findings = self.check(rows)
        assert findings.is_clean, f"seed {self.seed}: {findings} {' '.join(map(str, context))}"
        return findings


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where the history rows of a run are. `accepted`: those that log() took. `refused`: whole rows given up with a reason, by
    the script or by the server. `waiting`: in the folder's journals and not on the server."""

    accepted: int
    stored: int
    refused: int
    waiting: int

    def require_balance(self) -> None:
        assert self.accepted == self.stored + self.refused + self.waiting, self


def accounts(folder: RunFolder, accepted: int, stored: int) -> Accounts:
    """The accounts of a run: `accepted` as its script counts, `stored` as the API counts, the rest from the folder. Raises
    AssertionError when `status.json` tells people another number of waiting records than the journals hold."""
    status = folder.read_status()
    waiting = refused = 0
    for path in folder.journals():
        with JournalReader(path, skip_damage=True) as reader:
            records = [(seq, record) for seq, record, _ in reader.records()]
            writer = reader.head.writer if reader.head is not None else ""
        acked = status.acked.get(writer, -1) if status is not None else -1
        behind = [record for seq, record in records if seq > acked]
        history = {record.id for _, record in records if isinstance(record, Shape) and record.channel == "history"}
        waiting += sum(isinstance(record, Row) and record.shape in history for record in behind)
        refused += sum(record.count for _, record in records if isinstance(record, Refused) and record.key == "*")
        refused += read_sent(path).refused_count
        if status is not None:
            told = status.waiting_rows.get(writer, 0)
            assert told == len(behind), f"{path.name}: status says {told} records wait, the journal holds {len(behind)}"
    return Accounts(accepted, stored, refused, waiting)


def rows_of(url: str, key: str, run: str) -> list[dict[str, Any]]:
    """Every row of `entity/project/run_id`, as the API answers, also those that share a step."""
    entity, project, run_id = run.split("/")
    answer = httpx.post(
        f"{url}/api/v1/projects/{entity}/{project}/runs/{run_id}/history",
        json={"keys": [], "all_rows": True},
        headers={"authorization": f"Bearer {key}"},
        timeout=120,
    )
    answer.raise_for_status()
    found: list[dict[str, Any]] = pa.ipc.open_stream(answer.content).read_all().to_pylist()
    return found
