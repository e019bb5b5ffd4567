"""Workspaces from Python: `Workspace` with its sections and panels, made, loaded, edited and saved.

import assay.workspace as ws

board = ws.Workspace("loss", "digits", [ws.Section("Loss", [ws.LinePanel(id="loss", y=[ws.Y("loss")])])])
board.save()
"""

from __future__ import annotations

from assay.sdk.workspace.sections import Section
from assay.sdk.workspace.workspace import Workspace
from assay.wire.messages.panels import (
    BarPanel,
    ChartPanel,
    CodePanel,
    ComparerPanel,
    Grouping,
    HistogramPanel,
    ImportancePanel,
    KpiPanel,
    Layout,
    LinePanel,
    LineStyle,
    MarkdownPanel,
    MediaPanel,
    Overlays,
    ParallelAxis,
    ParallelPanel,
    Region,
    ScatterPanel,
    ScenePanel,
    Settings,
    Smoothing,
    Y,
)
from assay.wire.messages.runs import DerivedColumn, GroupKey, SortKey
from assay.wire.messages.views import Automatic, Colouring, ColumnChoice, RunSet

__all__ = [
    "Automatic", "BarPanel", "ChartPanel", "CodePanel", "Colouring", "ColumnChoice", "ComparerPanel", "DerivedColumn", "GroupKey",
    "Grouping", "HistogramPanel", "ImportancePanel", "KpiPanel", "Layout", "LinePanel", "LineStyle", "MarkdownPanel",
    "MediaPanel", "Overlays", "ParallelAxis", "ParallelPanel", "Region", "RunSet", "ScatterPanel", "ScenePanel", "Section",
    "Settings", "Smoothing", "SortKey", "Workspace", "Y",
]  # fmt: skip
