"""Every MetadataStore keeps the same promises; SQLite keeps some of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.server.adapters.metadata_sql import SqlMetadataStore
from assay.testing.conformance.metadata import MetadataStoreSuite
from assay.testing.memory.metadata import MemoryMetadataStore


class TestMemoryMetadataStore(MetadataStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryMetadataStore:
        return MemoryMetadataStore()

    def reopen(self, folder: Path) -> MemoryMetadataStore:
        return MemoryMetadataStore.load(str(folder))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store's file: making one takes a third of a second, copying it nothing."""
    path = tmp_path_factory.mktemp("empty") / "metadata.db"
    SqlMetadataStore(path).close()
    return path


class TestSqlMetadataStore(MetadataStoreSuite):
    @pytest.fixture
    def store(self, empty_database: Path, tmp_path: Path):
        path = tmp_path / "metadata.db"
        path.write_bytes(empty_database.read_bytes())
        store = SqlMetadataStore(path)
        yield store
        store.close()

    def reopen(self, folder: Path) -> SqlMetadataStore:
        return SqlMetadataStore(folder)
