"""Load what the first chart needs while the browser still loads its page.

Arrow and the numeric libraries take 50 MB and over half a second, which a server for programs alone never pays."""

from __future__ import annotations

import importlib
import threading

_MODULES = ("assay.server.api.rest.columnar", "assay.server.compute.curves", "assay.server.compute.filter_text")
_once = threading.Lock()


def begin() -> None:
    """Starts loading, the first time it is called; answers at once."""
    if _once.acquire(blocking=False):
        threading.Thread(target=_load, name="assay-warmth", daemon=True).start()


def _load() -> None:
    for name in _MODULES:
        importlib.import_module(name)
