"""Artifacts as text in a terminal: tables, what changed between versions, a lineage as a tree."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from assay.cli.harmless import harmless
from assay.client.sizes import size_text
from assay.wire.messages.artifacts import (
    Deletion,
    Lineage,
    LineageNode,
    MetricsComparison,
    MetricsSide,
    TableComparison,
    VersionComparison,
)

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_VALUE_CHARS = 60
_SHOWN = 5


def table(rows: Sequence[Sequence[str]], right: int = 0) -> str:
    """Columns as wide as they need to be; the first `right` ones set to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if place < right else cell.ljust(width) for place, (cell, width) in _placed(row, widths)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _placed(row: Sequence[str], widths: Sequence[int]) -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(zip(row, widths, strict=True)))


def age_text(at: float, now: float | None = None) -> str:
    """`3 h ago`."""
    seconds = max(0.0, (time.time() if now is None else now) - at)
    for unit, length in (("y", 365 * 86_400), ("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit} ago"
    return "just now"


def when_text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def changes_text(found: VersionComparison, limit: int) -> str:
    """Files, then metadata."""
    before, after = found.before, found.after
    lines = [
        f"{before.path} → {after.version}: {found.added_count} added, {found.removed_count} removed, "
        f"{found.changed_count} changed, {found.same_count} the same"
    ]
    for entry in found.entries[:limit]:
        match entry.change:
            case "added":
                sizes = size_text(entry.size_after)
            case "removed":
                sizes = size_text(entry.size_before)
            case _:
                sizes = f"{size_text(entry.size_before)} → {size_text(entry.size_after)}"
        lines.append(f"  {_SIGNS[entry.change]} {entry.path}  ({sizes})")
    more = found.added_count + found.removed_count + found.changed_count - min(limit, len(found.entries))
    if more > 0:
        lines.append(f"  … and {more} more")
    lines += [f"  metadata {one.key}: {_value(one.before)} → {_value(one.after)}" for one in found.metadata]
    return "\n".join(lines)


def rows_text(found: TableComparison) -> str:
    """What tells rows apart, columns that came, went or hold something else, then rows."""
    how = f"told apart by {', '.join(found.key)}" if found.key else "no column tells them apart, so whole rows are compared"
    lines = [
        f"{found.before} → {found.after.rpartition(':')[2]}, {found.path}: {found.changed_count} rows changed, "
        f"{found.added_count} added, {found.removed_count} removed, {found.same_count} the same ({how})"
    ]
    for column in found.columns:
        if column.change == "retyped":
            lines.append(f"  ~ column {column.name}: {column.before} → {column.after}")
        elif column.change != "same":
            lines.append(f"  {_SIGNS[column.change]} column {column.name}")
    for row in found.rows:
        number = row.row_before if row.change == "removed" else row.row_after
        named = ", ".join(f"{name}={_cell(value)}" for name, value in zip(found.key, row.key, strict=True))
        cells = [
            f"{cell.column} {_cell(cell.before)} → {_cell(cell.after)}"
            if row.change == "changed"
            else f"{cell.column}={_cell(cell.after if row.change == 'added' else cell.before)}"
            for cell in row.cells
            if row.change == "changed" or cell.column not in found.key
        ]
        lines.append(f"  {_SIGNS[row.change]} row {number + 1}  {'; '.join(filter(None, (named, ', '.join(cells))))}")
    if found.total > len(found.rows):
        lines.append(f"  … and {found.total - len(found.rows)} more (--limit)")
    return "\n".join(lines)


def metrics_text(found: MetricsComparison) -> str:
    """Numbers side by side; the same ones are counted."""
    differing = [one for one in found.metrics if one.before != one.after]
    lines = [f"{_maker(found.before)} → {_maker(found.after)}"]
    if differing:
        rows = [["METRIC", "FROM", "BEFORE", "AFTER", "DELTA", ""]] + [
            [one.key, one.origin, _figure(one.before), _figure(one.after), "" if one.delta is None else f"{one.delta:+.6g}",
             one.verdict]
            for one in differing
        ]  # fmt: skip
        lines.append(table(rows))
    lines.append(f"{len(found.metrics) - len(differing)} the same" + ("; there are more" if found.is_cut else ""))
    return "\n".join(lines)


def _maker(side: MetricsSide) -> str:
    if side.run is None:
        return f"{side.path} (no run that you can see)"
    return f"{side.path} ({side.run.name or side.run.run_id}{f', step {side.step}' if side.step >= 0 else ''})"


def _figure(value: float | str | None) -> str:
    return (
        "–"
        if value is None
        else harmless(value)
        if isinstance(value, str)
        else f"{value:.6g}"
        if isinstance(value, float)
        else str(value)
    )


def _cell(text: str | None) -> str:
    shown = "–" if text is None else harmless(text.replace("\n", "⏎"))
    return shown if len(shown) <= _VALUE_CHARS else shown[:_VALUE_CHARS] + "…"


def deletion_text(what: str, found: Deletion) -> str:
    """What went or would go, what stays and why, who used it."""
    did = "would be deleted" if found.is_dry else "deleted"
    versions = "1 version" if found.version_count == 1 else f"{found.version_count} versions"
    lines = [f"{what}: {versions} {did}; {size_text(found.freed)} that nothing else holds"]
    lines += [f"  {path} stays: {reason}" for path, reason in found.kept[:_SHOWN]]
    if len(found.kept) > _SHOWN:
        lines.append(f"  … and {len(found.kept) - _SHOWN} more stay")
    if found.used_by:
        users = ", ".join(run.name or run.run_id for run in found.used_by[:_SHOWN])
        more = f" and {len(found.used_by) - _SHOWN} more" if len(found.used_by) > _SHOWN else ""
        lines.append(f"  used by {users}{more}")
    return "\n".join(lines)


def lineage_text(found: Lineage, direction: str) -> str:
    """Two trees from the version: what it comes from, and what comes from it. A node met again is not followed again."""
    nodes = {node.id: node for node in found.nodes}
    up: dict[str, list[tuple[str, str]]] = {}
    down: dict[str, list[tuple[str, str]]] = {}
    for edge in found.edges:
        up.setdefault(edge.target, []).append((edge.source, edge.role))
        down.setdefault(edge.source, []).append((edge.target, edge.role))
    lines = [_node(nodes[found.root])]
    if direction in {"both", "up"}:
        lines += ["comes from"] + (_tree(found.root, nodes, up) or ["  nothing that is known"])
    if direction in {"both", "down"}:
        lines += ["leads to"] + (_tree(found.root, nodes, down) or ["  nothing yet"])
    shown = sum(node.count for node in found.nodes)
    if found.total > shown:
        lines.append(f"… {found.total - shown} more of {found.total} (--json has the groups)")
    return "\n".join(lines)


def _tree(root: str, nodes: dict[str, LineageNode], next_of: dict[str, list[tuple[str, str]]]) -> list[str]:
    lines, seen = [], {root}
    todo = [(node, role, 1) for node, role in reversed(next_of.get(root, []))]
    while todo:
        node_id, role, depth = todo.pop()
        again = node_id in seen
        role_text = f" as {role}" if role else ""
        lines.append(f"{'  ' * depth}{_node(nodes[node_id])}{role_text}{' (above)' if again else ''}")
        if not again:
            seen.add(node_id)
            todo += [(following, its_role, depth + 1) for following, its_role in reversed(next_of.get(node_id, []))]
    return lines


def _node(node: LineageNode) -> str:
    marks = [f"[{', '.join(node.aliases)}]"] if node.aliases else []
    if node.state and node.state not in {"committed", "finished"}:
        marks.append(f"({node.state})")
    if node.fault:
        marks.append("! bad upstream")
    if node.is_stale:
        marks.append("! newer upstream")
    what = {"run": "run ", "version": "", "group": f"{node.count} × "}[node.kind]
    return " ".join([f"{what}{node.label}", *marks])


def _value(value: object) -> str:
    text = "–" if value is None else json.dumps(value, default=str)
    return text if len(text) <= _VALUE_CHARS else text[:_VALUE_CHARS] + "…"
