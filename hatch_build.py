"""Builds the web application into wheels and source archives. `tools/webapp.py` does the work; this is its socket in hatchling.

Node comes as a build requirement from PyPI, and only when there is something to build: an installation from a source archive
that holds the built application fetches nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _webapp(root: str) -> ModuleType:
    # Build back ends run isolated from the checkout; a module of it has to be loaded by its path.
    spec = importlib.util.spec_from_file_location("assay_webapp", Path(root) / "tools" / "webapp.py")
    assert spec and spec.loader, root
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class WebApplicationHook(BuildHookInterface):  # type: ignore[misc, type-arg]
    def dependencies(self) -> list[str]:
        webapp = _webapp(self.root)
        if webapp.is_skipped() or webapp.is_fresh(Path(self.root)):
            return []
        return [f"{webapp.NODE_WHEEL}=={webapp.NODE_VERSION}"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        webapp = _webapp(self.root)
        try:
            webapp.build(Path(self.root), self._say)
        except webapp.BuildFailed as failure:
            # A traceback of the build back end would bury the one message that helps.
            print(f"\n{failure}\n", file=sys.stderr, flush=True)
            raise SystemExit(1) from None

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)
