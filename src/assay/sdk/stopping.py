"""Somebody asked the run to stop on its page: the training script is told as Ctrl-C would tell it.

A script that asks `run.should_stop()` looks after itself and is never interrupted."""

from __future__ import annotations

import ctypes
import os
import signal
import threading

from assay.sdk import terminal


def interrupt_main(name: str) -> None:
    """Raise KeyboardInterrupt in the main thread; what it waits for is interrupted where Python allows."""
    terminal.warn(
        f"run {name} was asked to stop from its page. Look for it with run.should_stop() to stop at a place of your own"
    )
    if callable(signal.getsignal(signal.SIGINT)):
        os.kill(os.getpid(), signal.SIGINT)
        return
    # A shell starts background jobs with SIGINT ignored; then nothing but the exception itself gets through.
    main = threading.main_thread().ident
    if main is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main), ctypes.py_object(KeyboardInterrupt))
