"""Assay records what machine-learning runs do, keeps it, and shows it.

import assay
run = assay.init(project="digits", config={"lr": 0.1})
run.log({"loss": 0.3})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.wire.version import __version__

if TYPE_CHECKING:
    from assay.sdk.artifact import Artifact as Artifact
    from assay.sdk.artifact_fields import ArtifactTTL as ArtifactTTL
    from assay.sdk.config import Config
    from assay.sdk.current import alert as alert
    from assay.sdk.current import define_metric as define_metric
    from assay.sdk.current import finish as finish
    from assay.sdk.current import log as log
    from assay.sdk.current import log_artifact as log_artifact
    from assay.sdk.current import log_code as log_code
    from assay.sdk.current import log_model as log_model
    from assay.sdk.current import login as login
    from assay.sdk.current import mark_preempting as mark_preempting
    from assay.sdk.current import progress as progress
    from assay.sdk.current import restore as restore
    from assay.sdk.current import save as save
    from assay.sdk.current import use_artifact as use_artifact
    from assay.sdk.current import use_model as use_model
    from assay.sdk.query import Api as Api
    from assay.sdk.run import AlertLevel as AlertLevel
    from assay.sdk.run import Run as Run
    from assay.sdk.settings import Settings as Settings
    from assay.sdk.start import attach as attach
    from assay.sdk.start import init as init
    from assay.sdk.start import setup as setup
    from assay.sdk.start import teardown as teardown
    from assay.sdk.summary import Summary
    from assay.sdk.values.audio import Audio as Audio
    from assay.sdk.values.audio import Midi as Midi
    from assay.sdk.values.chart import plot_table as plot_table
    from assay.sdk.values.documents import Bokeh as Bokeh
    from assay.sdk.values.documents import Html as Html
    from assay.sdk.values.documents import Molecule as Molecule
    from assay.sdk.values.documents import Plotly as Plotly
    from assay.sdk.values.documents import Text as Text
    from assay.sdk.values.histogram import Histogram as Histogram
    from assay.sdk.values.image import Image as Image
    from assay.sdk.values.object3d import Object3D as Object3D
    from assay.sdk.values.object3d import Scene as Scene
    from assay.sdk.values.video import Video as Video
    from assay.wire.errors import PublicError as Error

    run: Run | None
    config: Config
    summary: Summary

__all__ = [
    "AlertLevel",
    "Api",
    "Artifact",
    "ArtifactTTL",
    "Audio",
    "Bokeh",
    "Error",
    "Histogram",
    "Html",
    "Image",
    "Midi",
    "Molecule",
    "Object3D",
    "Plotly",
    "Run",
    "Scene",
    "Settings",
    "Text",
    "Video",
    "__version__",
    "alert",
    "attach",
    "config",
    "define_metric",
    "finish",
    "init",
    "log",
    "log_artifact",
    "log_code",
    "log_model",
    "login",
    "mark_preempting",
    "plot_table",
    "progress",
    "restore",
    "run",
    "save",
    "setup",
    "summary",
    "teardown",
    "use_artifact",
    "use_model",
]

# Where the names are. A module is imported when one of its names is first used: the sender and the server are no scripts.
_PLACES = {
    "AlertLevel": "assay.sdk.run",
    "Api": "assay.sdk.query",
    "Artifact": "assay.sdk.artifact",
    "ArtifactTTL": "assay.sdk.artifact_fields",
    "Audio": "assay.sdk.values.audio",
    "Bokeh": "assay.sdk.values.documents",
    "Histogram": "assay.sdk.values.histogram",
    "Html": "assay.sdk.values.documents",
    "Image": "assay.sdk.values.image",
    "Midi": "assay.sdk.values.audio",
    "Molecule": "assay.sdk.values.documents",
    "Object3D": "assay.sdk.values.object3d",
    "Plotly": "assay.sdk.values.documents",
    "Run": "assay.sdk.run",
    "Scene": "assay.sdk.values.object3d",
    "Settings": "assay.sdk.settings",
    "Text": "assay.sdk.values.documents",
    "Video": "assay.sdk.values.video",
    "attach": "assay.sdk.start",
    "init": "assay.sdk.start",
    "plot_table": "assay.sdk.values.chart",
    "setup": "assay.sdk.start",
    "teardown": "assay.sdk.start",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    from importlib import import_module

    if name in {"run", "config", "summary"}:  # another one after every `init`
        return import_module("assay.sdk.current").of_current(name)
    if name == "Error":
        found = import_module("assay.wire.errors").PublicError
    else:
        found = getattr(import_module(_PLACES.get(name, "assay.sdk.current")), name)
    # Found once, it is a name like any other.
    globals()[name] = found
    return found
