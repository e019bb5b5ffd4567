"""Values of one key for all runs of a project, as columns: what sorting, filtering and grouping work on."""

from __future__ import annotations

from assay.server.services.revisions import Revisions
from assay.server.services.stores import Stores


class RunColumns:
    def __init__(self, stores: Stores, revisions: Revisions) -> None:
        self._stores = stores
        self._revisions = revisions
