"""The text of expressions, read into their tree. The grammar is in `expressions.lark`; what errors say in `expression_errors`.

The browser reads the same language (`web/src/data/expressions.ts`); `tests/vectors/expressions.json` holds both to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import lark

from assay.server.compute import expression_errors as errors
from assay.server.domain.expressions import (
    CONSTANTS,
    FUNCTIONS,
    Call,
    Expression,
    Function,
    Key,
    Number,
    check_size,
    signature,
)
from assay.wire import limits
from assay.wire.errors import InvalidExpression

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BINDING = {
    "or": 1, "and": 2, "not": 3, "=": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
    "negate": 7, "**": 8,
}  # fmt: skip


def parse(text: str, *, known: Iterable[str] = ()) -> Expression:
    """The tree that `text` spells. `known` are names of keys, to tell what an unfinished or bare one was meant to be.

    Raises InvalidExpression with the place of the fault, what was expected there and, where one is found, a text that reads."""
    if len(text) > limits.EXPRESSION_CHARS:
        detail = f"it has {len(text)} characters; the limit is {limits.EXPRESSION_CHARS} (EXPRESSION_CHARS)"
        raise InvalidExpression(at=limits.EXPRESSION_CHARS, detail=detail, hint="Shorten it.", fix="")
    try:
        return _read(text)
    except lark.exceptions.UnexpectedInput as error:
        raise errors.unreadable(text, error, reads=_reads, known=known) from error
    except errors.Fault as fault:
        raise errors.meaningless(text, fault, reads=_reads, known=known) from fault


def format_expression(tree: Expression) -> str:
    """The text that `parse` reads as `tree`."""
    return _format(tree, 0)


def _read(text: str) -> Expression:
    tree = _parser().parse(text)
    try:
        found: Expression = _Builder().transform(tree)
    except lark.exceptions.VisitError as error:
        raise error.orig_exc from error
    return check_size(found)


def _reads(text: str) -> bool:
    try:
        _read(text)
    except (lark.exceptions.UnexpectedInput, errors.Fault, InvalidExpression):
        return False
    return True


@lru_cache(maxsize=1)
def _parser() -> lark.Lark:
    # Made when the first expression comes: the tables take 30 ms that a starting server does not have.
    grammar = Path(__file__).with_name("expressions.lark").read_text()
    return lark.Lark(grammar, parser="lalr", maybe_placeholders=False, propagate_positions=True)


class _Builder(lark.visitors.Transformer_NonRecursive[lark.Token, Any]):
    """Makes the tree, from the leaves up and without recursion: a text of parentheses alone may be very deep."""

    def start(self, children: list[Expression]) -> Expression:
        return children[0]

    def either(self, children: list[Expression]) -> Expression:
        return Call("or", tuple(children))

    def both(self, children: list[Expression]) -> Expression:
        return Call("and", tuple(children))

    def negated(self, children: list[Expression]) -> Expression:
        return Call("not", tuple(children))

    def operation(self, children: list[Any]) -> Expression:
        left, operator, right = children
        return Call(str(operator), (left, right), operator.start_pos)

    def signed(self, children: list[Any]) -> Expression:
        sign, operand = children
        if sign == "+":
            return operand  # type: ignore[no-any-return]
        return Number(-operand.value) if isinstance(operand, Number) else Call("negate", (operand,), sign.start_pos)

    def number(self, children: list[lark.Token]) -> Expression:
        return Number(float(children[0]))

    def key(self, children: list[lark.Token]) -> Expression:
        token = children[0]
        return Key(_ESCAPE.sub(r"\1", token[2:-1]), token.start_pos or 0, token.end_pos or 0)

    def constant(self, children: list[lark.Token]) -> Expression:
        token = children[0]
        value = CONSTANTS.get(str(token))
        if value is None:
            raise errors.Fault(token.start_pos or 0, token.end_pos or 0, str(token), "name")
        return Number(value)

    def call(self, children: list[Any]) -> Expression:
        token, *arguments = children
        at, end, name = token.start_pos, token.end_pos, str(token)
        function = FUNCTIONS.get(name)
        if function is None:
            raise errors.Fault(at, end, name, "function")
        fault = _misused(name, function, arguments)
        if fault:
            raise errors.Fault(at, end, fault, "arguments", f"Write it as {signature(name)}.")
        return Call(name, tuple(arguments), at)


def _misused(name: str, function: Function, arguments: list[Expression]) -> str:
    """What is wrong with a function's arguments; empty if nothing is."""
    count = len(arguments)
    if not function.least <= count <= function.most:
        return f"{name} cannot take {count} value{'' if count == 1 else 's'}"
    match name, arguments:
        case "ema", [_, Number(weight)]:
            return "" if 0 <= weight < 1 else "the weight of ema must be 0 or more and less than 1"
        case "mean", [_, Number(points)]:
            fits = 1 <= points <= limits.SMOOTHING_WINDOW and points == int(points)
            return "" if fits else f"the points of mean must be a whole number from 1 to {limits.SMOOTHING_WINDOW}"
        case "round", [_, Number(digits)]:
            return "" if abs(digits) <= 300 and digits == int(digits) else "the digits of round must be a whole number"
        case "ema" | "mean" | "round", [_, _]:
            return f"the {function.parameters[1].rstrip('?')} of {name} must be a number"
    return ""


def _format(tree: Expression, binding: int) -> str:
    """`binding` is that of the operator around; a weaker one inside needs parentheses."""
    match tree:
        case Number(value):
            return _format_number(value, binding)
        case Key(name):
            return errors.written(name)
    if tree.name in FUNCTIONS:
        return f"{tree.name}({', '.join(_format(argument, 0) for argument in tree.arguments)})"
    own = _BINDING[tree.name]
    match tree.arguments:
        case (operand,):
            text = ("-" if tree.name == "negate" else "not ") + _format(operand, own)
        case (left, right):
            # ** binds to the right, comparisons do not chain, everything else binds to the left.
            is_right, is_alone = tree.name == "**", own == 4
            text = f"{_format(left, own + (is_right or is_alone))} {tree.name} {_format(right, own + (not is_right))}"
        case _:
            raise AssertionError(tree)
    return f"({text})" if own < binding else text


def _format_number(value: float, binding: int) -> str:
    is_short = abs(value) < 1e15 and value == int(value)
    text = str(int(value)) if is_short else repr(value)
    return f"({text})" if text.startswith("-") and binding >= _BINDING["**"] else text
