from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.journal import blocks
from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.reader import JournalReader, Tail, last_records
from assay.journal.sealing import SMALL_BYTES, seal, seal_ended
from assay.journal.writer import JournalWriter
from assay.wire.errors import JournalDamaged
from assay.wire.records import Config, Console, Finish, Record, Refused, Start

KEYS = tuple(f"m{i}" for i in range(10))


def written(path: Path, rows: int, *, is_ended: bool = True) -> list[tuple[int, Record]]:
    """A journal of `rows` rows with other records between them; its records."""
    chance = random.Random(rows)
    writer = JournalWriter.create(path, Head(path.stem, "r1"))
    writer.append(Start("ada", "digits", "r1", path.stem, {}))
    for step in range(rows):
        writer.append_row(KEYS, step, 1.8e9 + step / 7, [chance.random() for _ in KEYS])
        if step % 1000 == 7:
            writer.append(Config([(["lr"], chance.random())]))
            writer.append(Console("stdout", [1.8e9], ["line " * chance.randrange(40)]))
            writer.append_row(("text", "n"), step, 1.8e9, ["x" * chance.randrange(200), step])
    if is_ended:
        writer.append(Finish("finished", 0, 1.8e9))
    writer.close()
    return read(path)


def read(path: Path, *, after_seq: int = -1, skip_damage: bool = False) -> list[tuple[int, Record]]:
    with JournalReader(path, skip_damage=skip_damage) as reader:
        return [(seq, record) for seq, record, _ in reader.records(after_seq=after_seq)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40) | st.just(b"alike"), min_size=1, max_size=60))
def test_a_block_holds_its_payloads_in_order(payloads: list[bytes]) -> None:
    assert blocks.unpack(blocks.pack(payloads)) == payloads


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 7), st.booleans())
def test_no_bytes_whatever_are_taken_for_a_block_that_they_are_not(noise: bytes, bit: int, is_noise: bool) -> None:
    block = bytearray(noise if is_noise else blocks.pack([noise + b"a", b"bc", noise + b"d"]))
    if block:
        block[len(noise) % len(block)] ^= 1 << bit
    try:
        payloads = blocks.unpack(bytes(block))
    except blocks.BadBlock:
        return
    assert all(isinstance(payload, bytes) for payload in payloads)


def test_a_block_that_would_blow_up_is_not_inflated() -> None:
    bomb = bytearray(blocks.pack([bytes(1_000_000)]))
    bomb[4:8] = (500).to_bytes(4, "little")
    with pytest.raises(blocks.BadBlock):
        blocks.unpack(bytes(bomb))
    bomb[4:8] = ((1 << 32) - 1).to_bytes(4, "little")
    with pytest.raises(blocks.BadBlock, match="claims"):
        blocks.unpack(bytes(bomb))


def test_a_sealed_journal_is_read_like_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "w1.journal"
    before = written(path, 25_000)  # three blocks
    size_bytes, last = path.stat().st_size, last_records(path)
    assert seal(path)
    assert read(path) == before
    assert path.stat().st_size < 0.65 * size_bytes
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["w1.journal"]
    assert last_records(path)[-len(last) :] == last[-len(last_records(path)) :]
    assert last_records(path)[-1] == before[-1]
    chance = random.Random(1)
    for after in (0, len(before) - 2, len(before), *(chance.randrange(len(before)) for _ in range(5))):
        assert read(path, after_seq=after) == before[after + 1 :]
    with JournalReader(path) as reader:  # what was read says how far in the file it is
        ends = [end for _, _, end in reader.records()]
        assert ends == sorted(ends)
        assert ends[-1] == reader.size_bytes
        assert reader.tail() is Tail.CLEAN
    with pytest.raises(FileExistsError, match="sealed"):
        JournalWriter.reopen(path)
    assert not seal(path)
    assert read(path) == before


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """An eighth of the usual: a few thousand rows fill three."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", blocks.BLOCK_BYTES // 8)


def test_a_flipped_bit_costs_at_most_its_block_and_is_accounted_for(tmp_path: Path, small_blocks: None) -> None:
    path = tmp_path / "w1.journal"
    before = dict(written(path, 3_200))
    seal(path)
    whole = path.read_bytes()
    with JournalReader(path) as reader:
        first = reader.offset
    chance = random.Random(2)
    for _ in range(12):
        hurt = bytearray(whole)
        bit = chance.randrange(first * 8, len(whole) * 8)
        hurt[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(hurt)
        with JournalReader(path, skip_damage=True) as reader:
            found = {seq: record for seq, record, _ in reader.records()}
            assert reader.damages or reader.tail() is Tail.DAMAGED, bit
        assert list(found) == list(range(len(found)))
        lost = [seq for seq, record in found.items() if record != before[seq]]
        assert all(isinstance(found[seq], Refused) for seq in lost)
        shapes_lost = 0 in lost  # the first block declares the keys of all rows
        assert shapes_lost or len(lost) + len(before) - len(found) < 1_250, bit
        if len(found) == len(before):
            with pytest.raises(JournalDamaged, match="skip-damage"):
                read(path)


def test_a_copy_cut_short_anywhere_is_torn_and_keeps_its_whole_blocks(tmp_path: Path, small_blocks: None) -> None:
    path = tmp_path / "w1.journal"
    before = written(path, 3_200)
    seal(path)
    whole = path.read_bytes()
    chance = random.Random(3)
    for _ in range(12):
        path.write_bytes(whole[: chance.randrange(200, len(whole))])
        with JournalReader(path) as reader:
            found = [(seq, record) for seq, record, _ in reader.records()]
            assert reader.tail() in {Tail.TORN, Tail.CLEAN}
        assert found == before[: len(found)]
        assert not seal(path)


def test_what_is_damaged_torn_or_still_written_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "w1.journal"
    written(path, 3_000)
    whole = path.read_bytes()
    hurt = bytearray(whole)
    hurt[len(whole) // 2] ^= 1
    path.write_bytes(hurt)
    with pytest.raises(JournalDamaged):
        seal(path)
    assert path.read_bytes() == hurt
    path.write_bytes(whole[:-3])
    assert not seal(path)
    assert path.read_bytes() == whole[:-3]
    path.write_bytes(whole)
    writer = JournalWriter.reopen(path)
    assert not seal(path)
    writer.close()
    assert path.read_bytes() == whole
    assert [entry.name for entry in tmp_path.iterdir()] == ["w1.journal"]


def test_journals_that_have_ended_are_sealed_and_others_are_not(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    written(tmp_path / "wended.journal", 2_000)
    written(tmp_path / "wopen.journal", 2_000, is_ended=False)
    written(tmp_path / "wsmall.journal", 2)
    assert (tmp_path / "wsmall.journal").stat().st_size < SMALL_BYTES
    (tmp_path / "wbad.journal").write_bytes(b"no journal" * 10_000)
    seal_ended(folder)
    sealed = {}
    for path in folder.journals():
        if path.stem != "wbad":
            with JournalReader(path) as reader:
                sealed[path.stem] = reader.is_sealed
    assert sealed == {"wended": True, "wopen": False, "wsmall": False}


_SEALER = """
import sys
from pathlib import Path
from assay.journal.sealing import seal
print("on", flush=True)
seal(Path(sys.argv[1]))
"""


def test_sealing_that_is_killed_leaves_the_journal_whole_and_is_done_later(tmp_path: Path) -> None:
    path = tmp_path / "w1.journal"
    before = written(path, 25_000)
    chance = random.Random(4)
    for _ in range(6):
        sealer = subprocess.Popen([sys.executable, "-c", _SEALER, str(path)], stdout=subprocess.PIPE)
        assert sealer.stdout is not None
        sealer.stdout.readline()
        time.sleep(chance.random() * 0.5)
        os.kill(sealer.pid, signal.SIGKILL)
        sealer.wait()
        sealer.stdout.close()
        assert read(path) == before
    seal(path)
    with JournalReader(path) as reader:
        assert reader.is_sealed
    assert read(path) == before
    assert RunFolder(tmp_path).journals() == [path]


def test_a_row_longer_than_a_block_is_sealed_too(tmp_path: Path) -> None:
    path = tmp_path / "w1.journal"
    writer = JournalWriter.create(path, Head("w1", "r1"))
    writer.append(Start("ada", "digits", "r1", "w1", {}))
    for step in range(3):
        writer.append(Console("stdout", [1.8e9], ["long " * 900_000]))
        writer.append_row(("a",), step, 1.8e9, [float(step)])
    writer.append(Finish("finished", 0, 1.8e9))
    writer.close()
    before = read(path)
    assert seal(path)
    assert read(path) == before
