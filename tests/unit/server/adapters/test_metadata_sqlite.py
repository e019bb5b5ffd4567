"""What is particular to the metadata store on SQLite: its file, its schema, and how it fails."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from assay.server.adapters.metadata_sql import SqlMetadataStore, dialect, migrate, tables
from assay.server.bootstrap import open_metadata_catalog
from assay.server.compute.filter_text import parse
from assay.server.domain.accounts import SYSTEM
from assay.server.domain.errors import DatabaseDamaged, QueryTooLong, SchemaNewer, UpgradeFailed
from assay.testing.factories import a_run, an_audit_entry, stored_project
from assay.wire.errors import StorageFull, Unavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "metadata.db"


@pytest.fixture
def store(path: Path):
    store = SqlMetadataStore(path)
    yield store
    store.close()


def test_only_the_owner_can_read_the_files(store: SqlMetadataStore, path: Path) -> None:
    with store.begin() as unit:
        unit.values.set("secret", "s")
    files = list(path.parent.iterdir())
    assert {file.name for file in files} >= {"metadata.db", "metadata.db-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_every_commit_is_flushed_and_readers_do_not_wait(store: SqlMetadataStore) -> None:
    with store._writer.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def made_by_migrations(path: Path) -> sa.Engine:
    engine = dialect.SqliteDialect(path).writer()
    with engine.begin() as connection:
        migrate.upgrade(connection)
    return engine


def test_the_migrations_make_the_tables_that_the_code_expects(path: Path) -> None:
    engine = made_by_migrations(path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def schema_of(path: Path) -> dict[str, list[str]]:
    """Each table and index with the parts of its definition, whose order means nothing."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type || ' ' || name, sql FROM sqlite_master").fetchall()
    connection.close()
    return {name: sorted(part.strip(" ()") for part in " ".join((sql or "").split()).split(",")) for name, sql in rows}


def test_a_new_database_is_what_the_migrations_make(store: SqlMetadataStore, path: Path, tmp_path: Path) -> None:
    made_by_migrations(tmp_path / "migrated.db").dispose()
    assert schema_of(path) == schema_of(tmp_path / "migrated.db")
    connection = sqlite3.connect(path)
    versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()
    assert versions == [(migrate.SCHEMA,)]


def test_what_was_searched_with_its_accents_is_found_without_them_after_an_upgrade(path: Path) -> None:
    engine = dialect.SqliteDialect(path).writer()
    with engine.begin() as connection:
        migrate.upgrade(connection, "0010")
    texts = ("plain", "r\u00e9sum\u00e9\nstrasse", "i\u0307d \u30ac")
    with sqlite3.connect(path) as beside:  # which minds no references: the runs themselves are not looked at
        beside.executemany("INSERT INTO run_search (run_key, words) VALUES (?, ?)", list(enumerate(texts, 1)))
    beside.close()
    with engine.begin() as connection:
        migrate.upgrade(connection)
        found = connection.execute(sa.select(tables.run_search.c.words).order_by(tables.run_search.c.run_key)).scalars().all()
    engine.dispose()
    assert found == ["plain", "resume\nstrasse", "id \u30ac"]


def test_the_tables_can_be_made_in_postgresql_too() -> None:
    made: list[str] = []
    engine = sa.create_mock_engine(
        "postgresql://", lambda statement, *_args, **_options: made.append(str(statement.compile(dialect=postgresql.dialect())))
    )
    tables.metadata.create_all(engine, checkfirst=False)
    assert len([text for text in made if "CREATE TABLE" in text]) == len(tables.metadata.tables)
    assert "BIGSERIAL" in "".join(made)
    assert 'COLLATE "C"' in "".join(made)


def test_what_was_written_is_there_after_opening_again(path: Path) -> None:
    first = SqlMetadataStore(path)
    with first.begin() as unit:
        project = stored_project(unit)
        run = unit.runs.add(a_run(project, config={"lr": 0.1}))
    first.close()
    second = SqlMetadataStore(f"sqlite:///{path}")
    with second.read() as unit:
        assert unit.runs.get(project.key, "r1") == run
    second.close()


def test_making_and_opening_a_current_database_load_neither_alembic_nor_the_orm_nor_another_dialect(path: Path) -> None:
    unwanted = ("alembic", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql", "lark")
    code = (
        "import sys; from assay.server.adapters.metadata_sql import SqlMetadataStore; "
        f"[SqlMetadataStore({str(path)!r}).close() for _ in range(2)]; print([m for m in {unwanted} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_entities_had_before_buckets_is_in_the_servers_place(path: Path) -> None:
    local = dialect.SqliteDialect(path)
    engine = local.writer()
    with engine.begin() as connection:
        migrate.upgrade(connection, "0003")
        row = "(7, x'" + "01" * 32 + "', 5, 1, 0, 0)"
        connection.exec_driver_sql(f"INSERT INTO contents VALUES {row}")
        connection.exec_driver_sql("INSERT INTO content_releases (entity_id, manifest) VALUES (7, 'm')")
    engine.dispose()
    store = SqlMetadataStore(path)
    with store.read() as unit:
        assert unit.contents.counts(7) == {"sha256:" + "01" * 32: (5, 1)}
        assert [release[1:] for release in unit.contents.queued_releases(9)] == [(7, "m")]
        assert unit.buckets.all() == []
    store.close()


def set_version(path: Path, version: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.commit()
    connection.close()


def test_a_newer_database_is_refused_and_left_as_it_is(path: Path) -> None:
    SqlMetadataStore(path).close()
    set_version(path, "9999")
    before = path.read_bytes()
    with pytest.raises(SchemaNewer, match=f"9999.*{migrate.SCHEMA}"):
        SqlMetadataStore(path)
    assert path.read_bytes() == before


def upgrade_to_9999(monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    def upgrade(connection: sa.Connection, target: str = "9999") -> None:
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN mood TEXT")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql(statement)

    monkeypatch.setattr(migrate, "SCHEMA", "9999")
    monkeypatch.setattr(migrate, "upgrade", upgrade)


def test_an_upgrade_leaves_a_copy_that_the_old_version_opens(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = SqlMetadataStore(path)
    with old.begin() as unit:
        unit.values.set("a", "1")
    old.close()
    with monkeypatch.context() as patched:
        upgrade_to_9999(patched, "SELECT 1")
        SqlMetadataStore(path).close()
    copy = path.with_name("metadata.db.before-9999")
    with pytest.raises(SchemaNewer):
        SqlMetadataStore(path)
    shutil.copy(copy, tmp_path / "restored.db")
    restored = SqlMetadataStore(tmp_path / "restored.db")
    with restored.read() as unit:
        assert unit.values.get("a") == "1"
    restored.close()


def test_an_upgrade_that_fails_changes_nothing_and_can_be_tried_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqlMetadataStore(path).close()
    with monkeypatch.context() as patched:
        upgrade_to_9999(patched, "INSERT INTO nowhere VALUES (1)")
        for _ in range(2):
            with pytest.raises(UpgradeFailed, match="to 9999: no such table: nowhere. It is as it was"):
                SqlMetadataStore(path)
    store = SqlMetadataStore(path)
    with store.read() as unit:
        assert unit.values.get("a") is None
    store.close()
    columns = {row[1] for row in sqlite3.connect(path).execute("PRAGMA table_info(runs)")}
    assert "mood" not in columns


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be looked at" * 100, b"SQLite format 3\x00" + b"\xff" * 8_000]
)
def test_a_file_that_is_no_database_is_refused_and_kept(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match="restore"):
        SqlMetadataStore(path)
    assert path.read_bytes() == content


def test_a_lock_held_by_another_process_ends_in_a_clear_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "BUSY_MS", 50)
    store = SqlMetadataStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"), store.begin() as unit:
        unit.values.set("a", "1")
    with store.read() as unit:
        assert unit.values.get("a") is None
    other.execute("ROLLBACK")
    with store.begin() as unit:
        unit.values.set("a", "1")
    other.close()
    store.close()


def test_a_database_that_is_up_to_date_is_opened_while_another_process_writes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_MS", 50)
    with open_metadata_catalog(path.parent) as catalog:
        catalog.teams.add(SYSTEM, "red")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_metadata_catalog(path.parent) as catalog, catalog.stores.metadata.read() as unit:
        assert unit.teams.entity("red") is not None
    other.close()


def test_a_full_disk_stops_writers_only_and_only_while_it_is_full(store: SqlMetadataStore, path: Path) -> None:
    def limit(pages: int) -> None:
        with store._writer.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with store.begin() as unit:
        unit.values.set("kept", "1")
    limit(1)  # SQLite makes it the number of pages there are
    with pytest.raises(StorageFull, match=str(path.parent)), store.begin() as unit:
        unit.values.set("large", "x" * 1_000_000)
    with store.read() as unit:
        assert (unit.values.get("kept"), unit.values.get("large")) == ("1", None)
    limit(1_000_000)
    with store.begin() as unit:
        unit.values.set("large", "x" * 1_000_000)
    assert store.verify() == []


def test_a_query_that_takes_too_long_is_stopped(store: SqlMetadataStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.begin() as unit:
        project = stored_project(unit)
        for number in range(200):
            unit.runs.add(a_run(project, id=f"r{number}", notes="a" * 500))
    monkeypatch.setattr(dialect, "CHECK_EVERY", 10)
    deadline = dialect.SqliteDialect.deadline
    monkeypatch.setattr(dialect.SqliteDialect, "deadline", lambda self, connection: deadline(self, connection, seconds=-1))
    with pytest.raises(QueryTooLong, match="QUERY_S"), store.read() as unit:
        unit.runs.matching(project.key, parse('notes ~ "(a|b)*c"'))
    monkeypatch.undo()
    with store.read() as unit:
        assert len(unit.runs.matching(project.key, parse('notes ~ "^a"'))) == 200


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE audit SET actor = 'eve' WHERE sequence = 3", "line 3"),
        ("UPDATE audit SET data = '{\"n\":9}' WHERE sequence = 5", "line 5"),
        ("DELETE FROM audit WHERE sequence = 2", "line 2"),
        ("UPDATE audit SET hash = 'x' WHERE sequence = 4", "line 4"),
        ("UPDATE projects SET run_count = 7", "counts 7"),
        ("UPDATE value_columns SET run_count = 7", "config.lr"),
    ],
)
def test_verify_names_what_was_tampered_with(store: SqlMetadataStore, path: Path, change: str, named: str) -> None:
    with store.begin() as unit:
        unit.runs.add(a_run(stored_project(unit), config={"lr": 1}))
        for n in range(6):
            unit.audit.add(an_audit_entry(data={"n": n}))
    assert store.verify() == []
    connection = sqlite3.connect(path)
    connection.execute(change)
    connection.commit()
    connection.close()
    (sentence,) = store.verify()
    assert named in sentence


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    code = (
        "import sys; from assay.server.adapters.metadata_sql import SqlMetadataStore\n"
        f"store = SqlMetadataStore({str(path)!r})\n"
        "n = 0\n"
        "while True:\n"
        "    with store.begin() as unit:\n"
        "        unit.values.set('n', str(n)); unit.values.set('twin', str(n))\n"
        "    print(n, flush=True); n += 1\n"
    )
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(20):
                line = process.stdout.readline()
            process.kill()
            acknowledged = [line, *process.stdout.readlines()][-1]
        store = SqlMetadataStore(path)
        with store.read() as unit:
            kept = unit.values.get("n")
            assert kept is not None
            assert int(kept) >= int(acknowledged.strip() or -1)
            assert unit.values.get("twin") == kept
        assert store.verify() == []
        store.close()


def test_filters_reach_sql_as_values_only(store: SqlMetadataStore) -> None:
    statements: list[tuple[str, Any]] = []
    sa.event.listen(
        store._readers, "before_cursor_execute", lambda c, cursor, text, parameters, *_: statements.append((text, parameters))
    )
    with store.begin() as unit:
        project = stored_project(unit)
        unit.runs.add(a_run(project, config={"it's": "x"}))
    evil = "x'; DROP TABLE runs; --"
    with store.read() as unit:
        unit.runs.matching(project.key, parse(f'`config.it\'s` = "{evil}" or name ~ "{evil}" or tags has "{evil}"'), search=evil)
    assert not any("DROP" in text or "it's" in text for text, _ in statements)
    assert any(evil in str(parameters) for _, parameters in statements)
