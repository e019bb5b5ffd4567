"""Runs that go to another project: where their data is while they are on the way, and the id they get there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assay.server.domain.runs import RunRef
from assay.wire import limits


@dataclass(frozen=True, slots=True)
class Transfer:
    """Data of run `run_key` is being copied from one project's part of the metric store to another's. `source_key` 0: the run is
    new there and has no other place. Where the data belongs in the end is what the run's own row says."""

    run_key: int
    source_key: int
    target_key: int

    def strays(self, home_key: int) -> list[RunRef]:
        """Where data of the run must not stay, when the run's row is in project `home_key` (0: there is no such run)."""
        places = {self.source_key, self.target_key} if home_key else {self.target_key}
        return [RunRef(place, self.run_key) for place in sorted(places - {0, home_key})]


def free_id(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with the lowest number behind it that makes it nobody else's: `r1`, `r1-2`, `r1-3`."""
    if wanted not in taken:
        return wanted
    number = 2
    while (found := f"{wanted[: limits.RUN_ID_CHARS - 8]}-{number}") in taken:
        number += 1
    return found
