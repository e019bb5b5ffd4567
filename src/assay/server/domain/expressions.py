"""The syntax tree of expressions: arithmetic over the metrics of a run, or over the columns of the runs table.

`${train/loss} / ${config.lr}`, `ema(${loss}, 0.9)`. `compute.expression_text` reads the text, `compute.expressions` evaluates
over arrays. Operators are calls too, so that every reader of a tree has three cases to know."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from assay.wire import limits
from assay.wire.errors import InvalidExpression


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Key:
    """`at` … `end` is its place in the text, for messages; two keys of one name are equal wherever they stand."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """An operator (`OPERATORS`) or a function (`FUNCTIONS`) on its arguments."""

    name: str
    arguments: tuple[Expression, ...]
    at: int = field(default=0, compare=False)


Expression = Number | Key | Call

OPERATORS = frozenset(["+", "-", "*", "/", "%", "**", "negate", "<", "<=", ">", ">=", "=", "!=", "and", "or", "not"])
CONSTANTS = {"pi": math.pi, "e": math.e, "nan": math.nan, "inf": math.inf}


@dataclass(frozen=True, slots=True)
class Function:
    """`parameters` as the documentation names them; one that ends in ? may be left out, … stands for any number more.
    `is_along`: its value at a point depends on the points before, so that it needs a series."""

    parameters: tuple[str, ...]
    is_along: bool = False

    @property
    def least(self) -> int:
        return sum(not name.endswith("?") and name != "…" for name in self.parameters)

    @property
    def most(self) -> int:
        return 1_000 if "…" in self.parameters else len(self.parameters)


_ONE = Function(("x",))
FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("abs", "ceil", "exp", "floor", "isnan", "log", "log10", "log2", "sign", "sqrt"), _ONE),
    "round": Function(("x", "digits?")),
    "min": Function(("a", "b", "…")),
    "max": Function(("a", "b", "…")),
    "clip": Function(("x", "low", "high")),
    "if": Function(("condition", "then", "else")),
    "where": Function(("condition", "then", "else")),
    "diff": Function(("x",), is_along=True),
    "cumsum": Function(("x",), is_along=True),
    "cummax": Function(("x",), is_along=True),
    "cummin": Function(("x",), is_along=True),
    "ema": Function(("x", "weight"), is_along=True),
    "mean": Function(("x", "points"), is_along=True),
}

# Keys that every row has, beside its metrics.
ROW_KEYS = ("_step", "_timestamp", "_runtime")
_PER_RUN = ("config.", "summary.", "metrics.", "run.")


def is_per_run(name: str) -> bool:
    """Whether a key in an expression over series is one value per run, spelled as in filters, and no metric."""
    return name.startswith(_PER_RUN)


def signature(name: str) -> str:
    return f"{name}({', '.join(FUNCTIONS[name].parameters)})"


def walk(tree: Expression) -> Iterator[Expression]:
    """Every node, left to right."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, Call):
            todo.extend(reversed(node.arguments))


def keys_of(tree: Expression) -> list[Key]:
    """The keys, each name once, in the order in which they are first written."""
    found: dict[str, Key] = {}
    for node in walk(tree):
        if isinstance(node, Key):
            found.setdefault(node.name, node)
    return list(found.values())


def check_size(tree: Expression) -> Expression:
    """The tree itself. Raises InvalidExpression if it is longer, or nested deeper, than a chart should be asked to draw."""
    level, depth, nodes = [tree], 0, 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > limits.EXPRESSION_DEPTH:
            detail = f"it is nested too deep; the limit is {limits.EXPRESSION_DEPTH} (EXPRESSION_DEPTH)"
            raise InvalidExpression(at=0, detail=detail, hint="Shorten it.", fix="")
        if nodes > limits.EXPRESSION_NODES:
            detail = f"it is too long; the limit is {limits.EXPRESSION_NODES} parts (EXPRESSION_NODES)"
            raise InvalidExpression(at=0, detail=detail, hint="Shorten it.", fix="")
        level = [argument for node in level if isinstance(node, Call) for argument in node.arguments]
    return tree


def refuse_along(tree: Expression) -> Expression:
    """The tree itself. Raises InvalidExpression where it needs the order of points, which the columns of a table do not have."""
    for node in walk(tree):
        if isinstance(node, Call) and node.name in FUNCTIONS and FUNCTIONS[node.name].is_along:
            detail = f"{signature(node.name)} runs along the steps of a metric, and a column has one value per run"
            raise InvalidExpression(at=node.at, detail=detail, hint="Use it in a line panel.", fix="")
    return tree
