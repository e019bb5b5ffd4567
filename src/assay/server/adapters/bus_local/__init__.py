"""EventBus within one process: whoever publishes calls the listeners."""

from assay.server.adapters.bus_local.bus import LocalEventBus

__all__ = ["LocalEventBus"]
