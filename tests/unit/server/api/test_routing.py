"""Routes are declared as the framework of tomorrow wants them, too."""

from __future__ import annotations

import warnings

from litestar.exceptions import LitestarDeprecationWarning

from assay.server.api.app import router


def test_the_routes_use_nothing_that_the_framework_will_drop() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", LitestarDeprecationWarning)
        assert router(None, None).routes
