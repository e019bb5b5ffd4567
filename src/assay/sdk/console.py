"""What the script prints, kept with the run: whole lines with their times, progress bars collapsed, secrets masked.

`wrap` puts itself before the write method of `sys.stdout` and `sys.stderr`; `redirect` takes the file descriptors, and so also
what libraries and subprocesses print. Both pass everything on unchanged and first. Our own lines are kept by `redirect` alone."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from assay.sdk import terminal
from assay.sdk.redact import Redactor
from assay.wire import limits
from assay.wire.records import Console, Stream
from assay.wire.texts import clean

FLUSH_LINES = 500
_TAIL_LINES = 8  # unfinished lines that are shown as they stand
_TAIL_CHARS = 1_000
_BAR_LINES = 16  # how far up a program may still move its cursor and rewrite: nested progress bars
_CURSOR = re.compile(r"\x1b\[(\d*)([ABK])|[\r\n\b]")
_OTHER_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[HJfsuhlCDEFG]|\x1b[()][A-Z0-9]|\x1b[=>78]|\x07|\x00")
_CUT = " … [line cut]"


class Screen:
    """The last lines of one stream as a terminal would show them: `\\r` and cursor moves overwrite, so a bar is one line."""

    def __init__(self) -> None:
        self._lines: list[tuple[float, str]] = [(0.0, "")]
        self._row = 0
        self._column = 0
        self._moves_up = False

    def feed(self, text: str, at: float) -> None:
        start = 0
        for mark in _CURSOR.finditer(text):
            self._put(text[start : mark.start()], at)
            start = mark.end()
            self._move(mark, at)
        self._put(text[start:], at)

    def take(self, *, is_last: bool = False) -> list[tuple[float, str]]:
        """The lines that are settled, to be kept and forgotten."""
        ready = min(self._row, len(self._lines) - (_BAR_LINES if self._moves_up else 1))
        settled = len(self._lines) if is_last else max(0, ready)
        taken, self._lines = self._lines[:settled], self._lines[settled:]
        self._row -= settled
        if is_last or not self._lines:
            self._lines, self._row, self._column = [(0.0, "")], 0, 0
            while taken and not taken[-1][1]:
                taken.pop()
        return taken

    @property
    def line_count(self) -> int:
        return len(self._lines)

    @property
    def unfinished(self) -> list[str]:
        """Lines that something is printed on and that may still change: a progress bar as it stands."""
        return [line[:_TAIL_CHARS] for _, line in self._lines if line][-_TAIL_LINES:]

    def _put(self, text: str, at: float) -> None:
        if not text:
            return
        text = _OTHER_ESCAPES.sub("", text)
        _, line = self._lines[self._row]
        if self._column >= len(line):
            line += text
        elif "\x1b" in line or "\x1b" in text:
            # Colours make columns unknowable; whoever goes back to the start of a line writes all of it.
            line = text
        else:
            line = line[: self._column] + text + line[self._column + len(text) :]
        if len(line) > limits.CONSOLE_LINE_BYTES:
            line = line[: limits.CONSOLE_LINE_BYTES - len(_CUT)] + _CUT
        self._column = min(self._column + len(text), len(line))
        self._lines[self._row] = (at, line)

    def _move(self, mark: re.Match[str], at: float) -> None:
        match mark.group():
            case "\n":
                self._row += 1
                self._column = 0
                if self._row == len(self._lines):
                    self._lines.append((at, ""))
            case "\r":
                self._column = 0
            case "\b":
                self._column = max(0, self._column - 1)
            case _:
                count = min(int(mark.group(1) or 1), 10_000)
                if mark.group(2) == "A":
                    self._moves_up = True
                    self._row = max(0, self._row - count)
                elif mark.group(2) == "B":
                    self._row = min(len(self._lines) - 1, self._row + count)
                else:
                    when, line = self._lines[self._row]
                    self._lines[self._row] = (when, line[: self._column] if mark.group(1) in {"", "0"} else "")


class ConsoleCapture:
    """One run's share of what is printed. `flush` is called by the clock, and at the end with `is_last`."""

    def __init__(self, write: Callable[[Console], None], *, label: str, redactor: Redactor) -> None:
        self._write = write
        self._label = label
        self._redactor = redactor
        self._lock = threading.Lock()
        self._screens: dict[Stream, Screen] = {"stdout": Screen(), "stderr": Screen()}
        self._tails: dict[Stream, list[str]] = {"stdout": [], "stderr": []}
        self._kept_bytes = 0
        self._is_over = False

    def feed(self, stream: Stream, text: str) -> None:
        # A signal handler may print while we hold the lock in the same thread; its text is then not worth a deadlock.
        if not self._lock.acquire(timeout=0.2):
            return
        try:
            screen = self._screens[stream]
            screen.feed(text, time.time())
            is_full = screen.line_count > FLUSH_LINES
        finally:
            self._lock.release()
        if is_full:
            self.flush()

    def flush(self, *, is_last: bool = False) -> None:
        with self._lock:
            taken = {stream: screen.take(is_last=is_last) for stream, screen in self._screens.items()}
            tails = {stream: screen.unfinished for stream, screen in self._screens.items()}
        for stream, lines in taken.items():
            # Of a bar that is redrawn a hundred times a second this says once a flush how it stands.
            is_news = tails[stream] != self._tails[stream]
            if (lines or is_news) and not self._is_over:
                self._tails[stream] = tails[stream]
                self._keep(stream, lines, tails[stream])

    def _keep(self, stream: Stream, lines: list[tuple[float, str]], tail: list[str]) -> None:
        texts = [clean(self._redactor.text(line)) for _, line in lines]
        self._kept_bytes += sum(map(len, texts))
        times = [at for at, _ in lines]
        if self._kept_bytes > limits.CONSOLE_BYTES:
            self._is_over = True
            texts, times = ["[console output of this run reached its limit; what follows is not kept]"], [time.time()]
            tail = []
        shown = [clean(self._redactor.text(line)) for line in tail]
        self._write(Console(stream, times, texts, self._label, shown))


class _Wrapped:
    """One of Python's streams, with our ear at its write method."""

    def __init__(self, name: Stream) -> None:
        self.name: Stream = name
        self.stream: Any = getattr(sys, name)
        self._own: Any = vars(self.stream).get("write") if hasattr(self.stream, "__dict__") else None
        self._before: Callable[[str], Any] = self.stream.write
        self._is_reached = False
        self._is_over = False
        self.stream.write = self._write

    def _write(self, text: str) -> Any:
        written = self._before(text)
        self._is_reached = True
        if not self._is_over:
            _hear(self.name, text)
        return written

    def is_in_place(self) -> bool:
        """Whether what is written passes by here, through whatever others put before us. Writes nothing, to find out."""
        self._is_reached = False
        self.stream.write("")
        return self._is_reached

    def restore(self) -> None:
        # Whoever wrapped the stream after us keeps calling us; then we stay and hear nothing, also of a later run: that has a
        # tap of its own.
        self._is_over = True
        if vars(self.stream).get("write") == self._write:
            if self._own is not None:
                self.stream.write = self._own
            else:
                del self.stream.write


class _Redirected:
    """One file descriptor, led through a pipe (or a pseudo-terminal, where it was a terminal) and on to where it went."""

    def __init__(self, name: Stream, fd: int) -> None:
        self.name: Stream = name
        self._fd = fd
        self._stream: IO[str] | None = getattr(sys, name)
        self._flush()
        self._kept = os.dup(fd)
        self._read, write = os.openpty() if os.isatty(fd) else os.pipe()
        os.set_inheritable(self._read, False)
        os.dup2(write, fd)
        os.close(write)
        self._is_restored = False
        self._thread = threading.Thread(target=self._pump, name=f"assay-{name}", daemon=True)
        self._thread.start()

    def _pump(self) -> None:
        import codecs

        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        while True:
            try:
                data = os.read(self._read, 65536)
            except OSError:  # a pseudo-terminal whose other end is closed
                data = b""
            if not data:
                break
            _write_all(self._kept, data)
            _hear(self.name, decoder.decode(data))
        if self._is_restored:
            self._close()

    def restore(self) -> None:
        self._flush()
        os.dup2(self._kept, self._fd)
        # Subprocesses may hold the pipe: it is read as long as there is anybody to write to it, and then it is closed.
        self._is_restored = True
        self._thread.join(timeout=1.0)
        if not self._thread.is_alive():
            self._close()

    def _close(self) -> None:
        for fd in (self._read, self._kept):
            if fd >= 0:
                os.close(fd)
        self._read = self._kept = -1

    def _flush(self) -> None:
        try:
            if self._stream is not None:
                self._stream.flush()
        except (OSError, ValueError):
            pass


_listeners: list[ConsoleCapture] = []
_taps: list[_Wrapped | _Redirected] = []
_owner = 0
_hearing = threading.local()


def start(capture: ConsoleCapture, mode: str) -> None:
    """From now on `capture` hears what is printed. The streams are tapped once, whatever the number of runs."""
    global _owner
    _listeners.append(capture)
    if _taps and _owner == os.getpid():
        return
    # What a fork brought along would hear everything a second time: here, or in the parent, whose pipe it leads to.
    for tap in _taps:
        with contextlib.suppress(OSError, AttributeError, TypeError, ValueError):
            tap.restore()
    _taps.clear()
    _owner = os.getpid()
    streams: tuple[Stream, Stream] = ("stdout", "stderr")
    for number, name in enumerate(streams, 1):
        try:
            _taps.append(_Redirected(name, number) if mode == "redirect" else _Wrapped(name))
        except (OSError, AttributeError, TypeError, ValueError):
            continue  # a stream that is closed, missing or unlike a stream: that one is not heard


def listen_again() -> None:
    """Tap the streams anew where somebody took our tap away."""
    for place, tap in enumerate(_taps):
        try:
            if isinstance(tap, _Wrapped) and not tap.is_in_place():
                tap.restore()
                _taps[place] = _Wrapped(tap.name)
        except (OSError, AttributeError, TypeError, ValueError):
            continue


def stop(capture: ConsoleCapture) -> None:
    # A pipe may still hold what was printed last; it is heard before nobody listens any more.
    if _listeners == [capture]:
        for tap in _taps:
            tap.restore()
        _taps.clear()
    if capture in _listeners:
        _listeners.remove(capture)
    capture.flush(is_last=True)


def forget() -> None:
    """In a forked child: pass everything on, hear nothing."""
    _listeners.clear()


def _hear(name: Stream, text: str) -> None:
    if not _listeners or terminal.is_speaking() or getattr(_hearing, "now", False) or not isinstance(text, str):
        return
    _hearing.now = True
    try:
        for listener in tuple(_listeners):
            listener.feed(name, text)
    except Exception:  # noqa: S110 – printing must go on, whatever becomes of the copy
        pass
    finally:
        _hearing.now = False


def _write_all(fd: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            time.sleep(0.005)
        except OSError:
            return
