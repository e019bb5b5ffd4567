"""What every service is built on: the four stores and the clock, handed in by `bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assay.server.ports.blobs import BlobStore
from assay.server.ports.bus import EventBus
from assay.server.ports.metadata import MetadataStore
from assay.server.ports.metrics import MetricStore

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Stores:
    """`now` answers seconds since the epoch; tests hold it still."""

    metadata: MetadataStore
    metrics: MetricStore
    blobs: BlobStore
    bus: EventBus
    now: Clock
