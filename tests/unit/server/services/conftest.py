"""All services on stores in memory, with time that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest

from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.services.catalog import Catalog
from assay.server.services.stores import Stores
from assay.testing.clock import FixedClock
from assay.testing.memory.blobs import MemoryBlobStore
from assay.testing.memory.bus import MemoryEventBus
from assay.testing.memory.metadata import MemoryMetadataStore
from assay.testing.memory.metrics import MemoryMetricStore


@dataclass
class House:
    """`ann` owns her space and is a member of team `red`, whose viewer is `vic`; `zoe` knows neither."""

    catalog: Catalog
    clock: FixedClock
    ann: Actor
    vic: Actor
    zoe: Actor


@pytest.fixture
def house() -> House:
    clock = FixedClock()
    stores = Stores(MemoryMetadataStore(), MemoryMetricStore(), MemoryBlobStore(), MemoryEventBus(), clock)
    catalog = Catalog(stores, random=Random(7))
    for name in ("ann", "vic", "zoe"):
        catalog.accounts.add_user(SYSTEM, name)
    catalog.teams.add(SYSTEM, "red")
    catalog.teams.set_member(SYSTEM, "red", "ann", "member")
    catalog.teams.set_member(SYSTEM, "red", "vic", "viewer")

    def actor(name: str) -> Actor:
        return catalog.accounts.by_key(catalog.accounts.new_key_for(SYSTEM, name, "test").secret)

    return House(catalog, clock, actor("ann"), actor("vic"), actor("zoe"))
