"""One at a time, whatever interrupts whom."""

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from assay.journal.turn import new_turn

THREADS, ROUNDS = 4, 2_000
INTERRUPTS = 300


def test_one_thread_at_a_time() -> None:
    turn, inside, most, done = new_turn(), 0, 0, 0

    def work() -> None:
        nonlocal inside, most, done
        for _ in range(ROUNDS):
            with turn:
                inside += 1
                most = max(most, inside)
                done += 1
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, done) == (1, THREADS * ROUNDS)


def test_who_waits_goes_on_when_the_other_is_done() -> None:
    turn, went_on = new_turn(), threading.Event()

    def wait() -> None:
        with turn:
            went_on.set()

    with turn:
        thread = threading.Thread(target=wait)
        thread.start()
        assert not went_on.wait(0.1)
    thread.join()
    assert went_on.is_set()


def test_an_exception_inside_gives_it_back() -> None:
    turn = new_turn()
    for _ in range(3):
        with pytest.raises(ValueError, match="mine"), turn:
            raise ValueError("mine")
    assert _is_free(turn)


def test_an_interrupt_at_any_moment_leaves_it_free_and_once_there() -> None:
    turn, seen = new_turn(), 0
    with _interrupting():
        while seen < INTERRUPTS:
            try:
                while True:
                    with turn:
                        len("")
            except _Interrupted:
                seen += 1
    assert _is_free(turn)


class _Interrupted(Exception):
    pass


@contextmanager
def _interrupting() -> Iterator[None]:
    """Raise in the main thread again and again, at no moment in particular."""

    def interrupt(*_: object) -> None:
        raise _Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.000_731)
    try:
        yield
    finally:
        # One that is still on its way comes before these lines are over, and may come between them.
        while True:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
                break
            except _Interrupted:
                continue


def _is_free(turn: AbstractContextManager[object]) -> bool:
    """Whether one can take it, and while one has it nobody else."""
    order: list[str] = []

    def take() -> None:
        with turn:
            order.append("other")

    thread = threading.Thread(target=take, daemon=True)
    with turn:
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join(10)
    return order == ["first", "other"]
