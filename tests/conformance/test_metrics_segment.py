"""The embedded metric store keeps every promise of MetricStore: from memory, after sealing, after a restart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.server.adapters.metrics_segment import SegmentMetricStore
from assay.server.domain.runs import RunRef
from assay.server.ports.metrics import Appended
from assay.testing.conformance.metrics import MetricStoreSuite
from assay.wire.batch import Batch

SMALL: dict[str, Any] = {"log_reserve_bytes": 1 << 16, "background": False}


class TestSegmentMetricStore(MetricStoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SegmentMetricStore]:
        store = SegmentMetricStore(tmp_path / "metrics", linger_s=0.001, **SMALL)
        yield store
        store.close()


class TestSealedAfterEveryAppend(MetricStoreSuite):
    """Every batch goes through a segment, and merges run whenever they are due."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SegmentMetricStore]:
        class Sealing(SegmentMetricStore):
            def append(self, run: RunRef, batch: Batch) -> Appended:
                answer = super().append(run, batch)
                self.seal()
                return answer

        store = Sealing(tmp_path / "metrics", linger_s=0.0, **SMALL)
        yield store
        store.close()
