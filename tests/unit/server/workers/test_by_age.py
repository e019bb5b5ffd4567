"""What is done by age waits until the clock can be believed."""

from __future__ import annotations

from typing import Any

import pytest

from assay.server.services.catalog import Catalog
from assay.server.services.stores import Stores
from assay.server.workers.clockwork import Task
from assay.server.workers.tasks import bucket_tasks, tasks
from assay.testing.clock import FixedClock
from assay.testing.memory.blobs import MemoryBlobStore
from assay.testing.memory.bus import MemoryEventBus
from assay.testing.memory.metadata import MemoryMetadataStore
from assay.testing.memory.metrics import MemoryMetricStore

BY_AGE = {
    "emptying the trash": ("runs", "purge_old"),
    "forgetting deleted views": ("views", "purge_old"),
    "forgetting deleted presets": ("presets", "purge_old"),
    "forgetting what edits changed": ("bulk", "forget_old"),
    "telling people what ends soon": ("notices", "work"),
    "keeping artifacts as long as they should be": ("retention", "work"),
    "looking at buckets that let nobody in": ("contents", "free"),
}


@pytest.mark.parametrize("name", BY_AGE)
def test_nothing_is_done_by_the_age_that_an_unbelievable_clock_tells(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    stores = Stores(MemoryMetadataStore(), MemoryMetricStore(), MemoryBlobStore(), MemoryEventBus(), FixedClock())
    catalog, done = Catalog(stores), list[str]()
    service, method = BY_AGE[name]
    monkeypatch.setattr(getattr(catalog, service), method, lambda *_: done.append(name))
    monkeypatch.setattr(catalog.buckets, "look", lambda: [1])
    every: dict[str, Task] = {task.name: task for task in [*tasks(catalog, 30), *bucket_tasks(catalog)]}

    def go(*, is_believed: bool) -> Any:
        monkeypatch.setattr(catalog.clock, "is_believed", lambda: is_believed)
        every[name].do()
        return done

    assert go(is_believed=False) == []
    assert go(is_believed=True) == [name]
