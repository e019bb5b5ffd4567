"""Group commit: every batch once, in order, by whichever writer leads; nobody is left waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from assay.server.adapters.metrics_segment.committer import Committer, Ticket


class Disk:
    """Keeps what it is told in order; `before` runs at the start of a group."""

    def __init__(self, before: Callable[[list[Ticket]], None] = lambda group: None) -> None:
        self.before = before
        self.groups: list[list[int]] = []
        self.threads: list[int] = []
        self._busy = threading.Lock()

    def commit(self, group: list[Ticket]) -> None:
        assert self._busy.acquire(blocking=False), "two groups were written at once"
        try:
            self.before(group)
            self.groups.append([ticket.item for ticket in group])
            self.threads.append(threading.get_ident())
            for ticket in group:
                ticket.settle()
        finally:
            self._busy.release()


def send(committer: Committer, item: int, size: int = 1) -> None:
    ticket = Ticket(item, b"x" * size, item)
    committer.put(ticket)
    committer.wait(ticket)


def test_a_writer_alone_writes_itself() -> None:
    disk = Disk()
    committer = Committer(disk.commit, 0.01)
    for item in range(3):
        send(committer, item)
    assert disk.groups == [[0], [1], [2]]
    assert set(disk.threads) == {threading.get_ident()}


def test_everything_is_written_once_in_the_order_it_was_put() -> None:
    disk = Disk(lambda group: time.sleep(0.0005))
    committer = Committer(disk.commit, 0.001)
    order: list[int] = []
    putting = threading.Lock()

    def write(writer: int) -> None:
        for at in range(40):
            ticket = Ticket(writer, b"x", writer * 1_000 + at)
            with putting:
                order.append(ticket.item)
                committer.put(ticket)
            committer.wait(ticket)
            assert ticket.is_done

    writers = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join(30)
    assert not any(thread.is_alive() for thread in writers)
    assert [item for group in disk.groups for item in group] == order
    assert max(map(len, disk.groups)) > 1
    assert committer.queued_bytes == 0


def test_a_leader_whose_batch_is_not_in_the_first_group_goes_on() -> None:
    disk = Disk()
    committer = Committer(disk.commit, 0)
    first = Ticket(0, b"x" * (4 << 20), 0)
    committer.put(first)
    send(committer, 1, size=4 << 20)
    committer.wait(first)
    assert disk.groups == [[0], [1]]


def test_who_waits_when_a_group_is_interrupted_leads_the_next() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def interrupt(group: list[Ticket]) -> None:
        if group[0].item == 0:
            begun.set()
            go_on.wait(10)
            for ticket in group:
                ticket.settle(RuntimeError("stopped"))
            raise KeyboardInterrupt

    disk = Disk(interrupt)
    committer = Committer(disk.commit, 0)
    raised: list[BaseException] = []

    def lead() -> None:
        try:
            send(committer, 0)
        except BaseException as error:
            raised.append(error)

    leader = threading.Thread(target=lead)
    leader.start()
    assert begun.wait(10)
    follower = threading.Thread(target=send, args=(committer, 1))
    follower.start()
    while committer.queued_bytes == 0:
        time.sleep(0.001)
    go_on.set()
    leader.join(10)
    follower.join(10)
    assert not follower.is_alive()
    assert isinstance(raised[0], KeyboardInterrupt)
    assert disk.groups == [[1]]


def test_what_failed_is_said_to_each_and_what_waited_behind_it_can_be_drained() -> None:
    committer = Committer(lambda group: [ticket.settle(OSError("full")) for ticket in group + committer.drain()], 0)  # type: ignore[func-returns-value]
    tickets = [Ticket(item, b"x" * (3 << 20), item) for item in range(3)]
    for ticket in tickets:
        committer.put(ticket)
    for ticket in tickets:
        with pytest.raises(OSError, match="full"):
            committer.wait(ticket)
    committer.close()


def test_closing_waits_for_what_was_put() -> None:
    disk = Disk(lambda group: time.sleep(0.05))
    committer = Committer(disk.commit, 1.0)
    writers = [threading.Thread(target=send, args=(committer, item)) for item in range(3)]
    for thread in writers:
        thread.start()
    while not disk.groups and committer.queued_bytes == 0:
        time.sleep(0.001)
    committer.close()
    for thread in writers:
        thread.join(10)
    assert sorted(item for group in disk.groups for item in group) == [0, 1, 2]
