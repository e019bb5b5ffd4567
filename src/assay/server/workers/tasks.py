"""What the server does on a clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from assay.server.memory import GiveBackWhenIdle
from assay.server.services.catalog import Catalog
from assay.server.workers.clockwork import Task
from assay.wire import limits

HEARTBEATS_S = 5  # seconds a sign of life may be in memory only; losing it costs nothing while silence is counted in minutes
_JUMP_S = 60  # wall time that passes beside running time: the clock was set, or the machine slept


def tasks(catalog: Catalog, trash_days: int) -> list[Task]:
    trash_s = trash_days * 86_400
    mark_silent = _UnlessTimeJumped(catalog.ingest.mark_silent, limits.CRASHED_AFTER_S)
    return [
        Task("saving heartbeats", HEARTBEATS_S, catalog.ingest.save_heartbeats),
        # After a start every run gets the whole time to be heard again: the server was away, not they.
        Task("marking crashed runs", 15, mark_silent, first_after_s=limits.CRASHED_AFTER_S),
        Task("finishing runs", 1, catalog.endings.work),
        Task("noting the use of keys", 60, catalog.accounts.save_key_use),
        Task("emptying the trash", 3600, _by_age(catalog, lambda: catalog.runs.purge_old(trash_s)), first_after_s=60),
        Task("forgetting deleted views", 3600, _by_age(catalog, lambda: catalog.views.purge_old(trash_s)), first_after_s=60),
        Task("forgetting deleted presets", 3600, _by_age(catalog, lambda: catalog.presets.purge_old(trash_s)), first_after_s=60),
        Task("clearing away what moves of runs left behind", 3600, catalog.transfers.clean_up, first_after_s=1),
        Task("forgetting old thumbnails", 3600, catalog.thumbnails.prune, first_after_s=600),
        Task("forgetting what edits changed", 3600, _by_age(catalog, catalog.bulk.forget_old), first_after_s=60),
        Task("giving memory back", 30, GiveBackWhenIdle()),
    ]


def _by_age(catalog: Catalog, work: Callable[[], object]) -> Callable[[], object]:
    """`work` that deletes by age, or says what will be, where the clock can be believed."""
    return lambda: work() if catalog.clock.is_believed() else None


class _UnlessTimeJumped:
    """Work that judges silence by wall time. After that was set, everybody gets `wait_s` of running time to be heard again."""

    def __init__(
        self,
        work: Callable[[], object],
        wait_s: float,
        wall: Callable[[], float] = time.time,
        running: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work, self._wait_s, self._wall, self._running = work, wait_s, wall, running
        self._offset = wall() - running()
        self._not_before = float("-inf")

    def __call__(self) -> None:
        running = self._running()
        offset = self._wall() - running
        if abs(offset - self._offset) > _JUMP_S:
            self._not_before = running + self._wait_s
        self._offset = offset
        if running >= self._not_before:
            self._work()


def bucket_tasks(catalog: Catalog) -> list[Task]:
    """What may have to wait for buckets of teams and for mail servers."""
    return [
        Task("telling people what ends soon", 3600, _by_age(catalog, catalog.notices.work), first_after_s=5),
        Task("looking at buckets that let nobody in", 60, lambda: _go_on(catalog)),
        Task("keeping consoles that waited", 60, catalog.endings.retry),
        Task("keeping artifacts as long as they should be", 3600, _by_age(catalog, catalog.retention.work), first_after_s=90),
        Task("deleting files of runs in buckets", 3600, catalog.buckets.work, first_after_s=120),
    ]


def _go_on(catalog: Catalog) -> None:
    """With what waited for buckets that let us in again."""
    if catalog.buckets.look():
        catalog.buckets.work()
        catalog.retention.release()
        _by_age(catalog, catalog.contents.free)()
