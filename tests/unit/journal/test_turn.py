"""One at a time, whatever interrupts whom."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty

import pytest

from assay.journal.turn import Turn, new_turn

THREADS, ROUNDS = 4, 2_000
INTERRUPTS = 300


def test_one_thread_at_a_time(tmp_path: Path) -> None:
    turn, inside, most, done = new_turn(), 0, 0, 0
    fd = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)

    def count() -> None:
        nonlocal inside, most, done
        inside += 1
        most = max(most, inside)
        os.write(fd, b"x" * 1000)  # others run, and find that it is somebody's turn
        done += 1
        inside -= 1

    def work() -> None:
        for _ in range(ROUNDS):
            turn.run(count)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.close(fd)
    assert (most, done) == (1, THREADS * ROUNDS)


def test_who_waits_goes_on_when_the_other_is_done() -> None:
    turn, went_on = new_turn(), threading.Event()

    def hold() -> None:
        thread.start()
        assert not went_on.wait(0.1)

    thread = threading.Thread(target=turn.run, args=(went_on.set,))
    turn.run(hold)
    thread.join()
    assert went_on.is_set()


def test_the_quick_way_does_not_wait() -> None:
    turn = new_turn()

    def try_it() -> None:
        with turn:
            pytest.fail("it was somebody's turn")

    def hold() -> None:
        with pytest.raises(Empty):
            try_it()

    turn.run(hold)
    with turn:
        pass


@pytest.mark.parametrize("is_quick", [True, False])
def test_who_waits_is_let_by_a_loop_that_is_elsewhere_only_during_its_turn(tmp_path: Path, is_quick: bool) -> None:
    turn, taken = new_turn(), 0

    def count() -> None:
        nonlocal taken
        taken += 1

    def work() -> None:
        for _ in range(200):
            turn.run(count)

    thread = threading.Thread(target=work, daemon=True)
    fd = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)
    thread.start()
    end = time.monotonic() + 30
    while thread.is_alive() and time.monotonic() < end:
        if is_quick:
            if turn.waiting:
                turn.let_by()
            with contextlib.suppress(Empty), turn:
                turn.owner = threading.get_ident()
                os.write(fd, b"x" * 1000)  # the only moment when another thread runs
                turn.owner = 0
        else:
            turn.run(os.write, fd, b"x" * 1000)
    os.close(fd)
    assert taken == 200


def test_a_wait_that_was_interrupted_before_it_began_holds_nobody_up() -> None:
    turn = new_turn()
    turn.waiting.add(threading.get_ident())
    turn.let_by()
    assert not turn.waiting


def test_who_interrupts_himself_goes_on_at_once() -> None:
    turn = new_turn()
    assert turn.run(lambda: turn.run(lambda: turn.run(lambda: "inside"))) == "inside"
    assert _is_free(turn)


def test_who_interrupts_himself_does_not_wait_for_those_who_wait_for_him() -> None:
    turn = new_turn()
    thread = threading.Thread(target=turn.run, args=(len, ""))

    def hold() -> float:
        thread.start()
        while not turn.waiting:
            time.sleep(0.001)
        return turn.run(lambda: turn.run(time.monotonic))

    turn.run(hold)
    thread.join(10)
    assert not thread.is_alive()
    assert not turn.waiting


def test_an_exception_inside_gives_it_back() -> None:
    turn = new_turn()

    def fail(error: Exception) -> None:
        raise error

    for error in (ValueError("mine"), Empty("mine")):
        with pytest.raises(type(error), match="mine"):
            turn.run(fail, error)
    assert _is_free(turn)


@pytest.mark.parametrize("is_quick", [True, False])
def test_an_interrupt_at_any_moment_leaves_it_free_and_once_there(is_quick: bool) -> None:
    turn, seen = new_turn(), 0
    with _interrupting() as armed:
        while seen < INTERRUPTS:
            try:
                armed.append(True)
                while True:
                    if is_quick:
                        with turn:
                            len("")
                    else:
                        turn.run(len, "")
            except _Interrupted:
                seen += 1
    assert _is_free(turn)


class _Interrupted(Exception):
    pass


@contextmanager
def _interrupting() -> Iterator[list[bool]]:
    """Raise in the main thread, at no moment in particular, once each time the list has been given something."""
    armed: list[bool] = []

    def interrupt(*_: object) -> None:
        if armed:
            armed.clear()
            raise _Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.000_731)
    try:
        yield armed
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _is_free(turn: Turn) -> bool:
    """Whether one can take it, and while one has it nobody else."""
    order: list[str] = []
    thread = threading.Thread(target=turn.run, args=(order.append, "other"), daemon=True)

    def hold() -> None:
        thread.start()
        thread.join(0.05)
        order.append("first")

    turn.run(hold)
    thread.join(10)
    return order == ["first", "other"]
