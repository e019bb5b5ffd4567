"""What other libraries draw, logged as it is: `run.log({"loss surface": figure})`."""

from __future__ import annotations

from typing import Any

from assay.sdk.values.documents import Bokeh, Plotly
from assay.sdk.values.image import Image, figure_of
from assay.sdk.values.media import Media, is_of


def as_media(value: Any) -> Media | None:
    """The media that a figure of matplotlib, seaborn, Plotly or Bokeh, or a picture of PIL is; None for all else of theirs."""
    if is_of(value, "PIL"):
        return Image(value) if hasattr(value, "tobytes") and hasattr(value, "mode") else None
    if figure_of(value) is not None:
        return Image(value)
    if is_of(value, "plotly") and hasattr(value, "to_plotly_json"):
        return Plotly(value)
    if is_of(value, "bokeh") and (hasattr(value, "references") or hasattr(value, "roots")):
        return Bokeh(value)
    return None
