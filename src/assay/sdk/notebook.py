"""Runs in Jupyter and IPython: the cells that ran are kept with the run, and the run ends with its kernel."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.sdk.redact import Redactor
    from assay.sdk.run import Run

CELLS_PATH = "code/cells.ipynb"


def shell() -> Any:
    """IPython's shell, if the script runs in one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None


def attend(run: Run, redactor: Redactor, *, is_wanted: Callable[[], bool]) -> None:
    """Keep the session's cells when the run ends, if `is_wanted` then. The kernel's own end is an exit like any other."""
    here = shell()
    if here is None:
        return
    run.at_finish(lambda: _keep_cells(run, here, redactor) if is_wanted() else None)


def before_each_cell(run: Run, step: Callable[[], None]) -> None:
    """Call `step` before each cell, as long as the run goes on. Nothing happens outside of IPython."""
    here = shell()
    if here is None:
        return

    def begin(*_: Any) -> None:
        step()

    here.events.register("pre_execute", begin)
    run.after_finish(lambda: here.events.unregister("pre_execute", begin))


def _keep_cells(run: Run, here: Any, redactor: Redactor) -> None:
    cells = [str(cell) for cell in here.user_ns.get("In", [])[1:]]
    if any(cells):
        run.keep_content(CELLS_PATH, as_notebook([redactor.text(cell) for cell in cells]))


def as_notebook(cells: list[str]) -> bytes:
    """Code cells as a notebook file of format 4.5."""
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"language_info": {"name": "python", "version": sys.version.split()[0]}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "execution_count": number,
                "metadata": {},
                "source": cell.splitlines(keepends=True),
                "outputs": [],
            }
            for number, cell in enumerate(cells, 1)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode(errors="replace")
