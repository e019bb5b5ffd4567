"""What to tell someone whose expression does not read: where, what could stand there, and one that reads if it is near."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from lark.exceptions import UnexpectedEOF, UnexpectedInput

from assay.server.domain.expressions import CONSTANTS, FUNCTIONS, Key
from assay.wire.errors import InvalidExpression

# Spellings of other languages for what this one says otherwise. Longer ones first.
_SPELLINGS = (
    ("!==", "!="), ("===", "="), ("==", "="), ("=>", ">="), ("=<", "<="), ("<>", "!="), ("&&", " and "), ("||", " or "),
    ("^", "**"), ("×", "*"), ("·", "*"), ("÷", "/"), ("−", "-"), ("≤", "<="), ("≥", ">="), ("≠", "!="),
)  # fmt: skip
_ALIASES = {
    "ln": "log", "pow": "", "avg": "mean", "average": "mean", "rolling": "mean", "rolling_mean": "mean", "smooth": "ema",
    "ewm": "ema", "derivative": "diff", "delta": "diff", "sum": "cumsum", "power": "", "absolute": "abs", "iif": "if",
}  # fmt: skip
_WORDS = frozenset(["and", "or", "not", "AND", "OR", "NOT"])
_KEYS = re.compile(r"\$\{(?:[^}\\]|\\.)+\}", re.DOTALL)
_OPEN = re.compile(r"\$\{(?:[^}\\]|\\.)+\}|\$\{.*\Z", re.DOTALL)
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[/.][A-Za-z0-9_]+)*")
_WORD = re.compile(r"[A-Za-z0-9_.]+")
_NEAR_KEYS = 2_000  # keys looked at letter by letter; the rest share too few letters to be near
_UNCLOSED, _NAMELESS = "a key is opened here and never closed", "the key has no name"
_OPERATORS = ("**", "<=", ">=", "!=", "+", "-", "*", "/", "%", "=", "<", ">")


class Fault(Exception):
    """Something that reads but means nothing. `kind`: name or function, where `text` is none that is known; arguments, where it
    says what is wrong with them."""

    def __init__(self, at: int, end: int, text: str, kind: str, hint: str = "") -> None:
        self.at, self.end, self.text, self.kind, self.hint = at, end, text, kind, hint


def unreadable(text: str, error: UnexpectedInput, *, reads: Callable[[str], bool], known: Iterable[str]) -> InvalidExpression:
    """The error to show for a text that the grammar does not take. `reads` tells whether a candidate would be read."""
    at = -1 if error.pos_in_stream is None else error.pos_in_stream
    if at < 0 or isinstance(error, UnexpectedEOF) or getattr(getattr(error, "token", None), "type", "") == "$END":
        at = len(text)
    names = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", None) or ())
    found = _found(text, at)
    detail = found if found in (_UNCLOSED, _NAMELESS) else f"{found}; expected {_expected(text, at, names)}"
    return _error(text, at, detail, reads, known)


def meaningless(text: str, fault: Fault, *, reads: Callable[[str], bool], known: Iterable[str]) -> InvalidExpression:
    match fault.kind:
        case "name":
            return _error(
                text, fault.at, f"{fault.text} is no number and no key; a key is written ${{{fault.text}}}", reads, known
            )
        case "function":
            near = _ALIASES.get(fault.text.lower()) or nearest(fault.text, FUNCTIONS)
            fix = text[: fault.at] + near + text[fault.end :] if near else ""
            fix = fix if fix and reads(fix) else ""
            hint = f"The nearest is {near}." if near else f"There are {', '.join(sorted(FUNCTIONS))}."
            detail = f"there is no function {fault.text}"
            return InvalidExpression(at=fault.at, detail=detail, hint=_or_fix(hint, fix), fix=fix)
    return InvalidExpression(at=fault.at, detail=fault.text, hint=fault.hint, fix="")


def unknown_key(text: str, key: Key, known: Iterable[str]) -> InvalidExpression:
    """The error for a key that no run has. The nearest of `known` is offered."""
    near = nearest(key.name, known)
    hint = f"The nearest is {near}." if near else ""
    fix = text[: key.at] + written(near) + text[key.end :] if near else ""
    return InvalidExpression(at=key.at, detail=f"no run has the key {key.name}", hint=hint, fix=fix)


def written(name: str) -> str:
    """A key as it is written in an expression."""
    return "${" + re.sub(r"[\\}]", r"\\\g<0>", name) + "}"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name with the fewest letters to change, at most a third of them; empty if there is none so near."""
    wanted = name.lower()
    most = max(1 if len(wanted) < 5 else 2, len(wanted) // 3)
    letters = Counter(wanted)
    candidates = []
    for each in known:
        if abs(len(each) - len(wanted)) <= most:
            lower = each.lower()
            # Letters that one has and the other lacks bound the changes from below, and are quick to count.
            apart = max((letters - Counter(lower)).total(), (Counter(lower) - letters).total())
            if apart <= most:
                candidates.append((apart, each, lower))
    candidates.sort()
    ranked = [(_changes(wanted, lower), each) for _, each, lower in candidates[:_NEAR_KEYS]]
    best = min(ranked, default=(most + 1, ""))
    return best[1] if best[0] <= most else ""


def _changes(a: str, b: str) -> int:
    """Levenshtein's distance: letters inserted, removed or replaced."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


def _error(text: str, at: int, detail: str, reads: Callable[[str], bool], known: Iterable[str]) -> InvalidExpression:
    names = set(known)
    better = next((candidate for candidate in _candidates(text, at, names) if candidate != text and reads(candidate)), "")
    hint = "An expression looks like `${train/loss} - ${val/loss}`."
    return InvalidExpression(at=at, detail=detail, hint=_or_fix(hint, better), fix=better)


def _or_fix(hint: str, fix: str) -> str:
    return f"Did you mean `{fix}`?" if fix else hint


def _found(text: str, at: int) -> str:
    if at >= len(text):
        return "the expression ends"
    if text.startswith("${", at):
        key = _KEYS.match(text, at)
        if key:
            return f"found {key[0]}"
        return _NAMELESS if text.startswith("${}", at) else _UNCLOSED
    operator = next((each for each in _OPERATORS if text.startswith(each, at)), None)
    word = _WORD.match(text, at)
    return f"found '{operator or (word[0] if word else text[at])}'"


def _expected(text: str, at: int, names: set[str]) -> str:
    if "NUMBER" in names:
        return "a number, a key such as ${train/loss}, or a function such as log(...)"
    if text[at : at + 1] in ("=", "<", ">") or text.startswith("!=", at):
        return "`and` or `or` between two comparisons"
    # From here on a value is whole, and what may follow depends on what is open around it.
    before = _KEYS.sub("", text[:at])
    if before.count("(") <= before.count(")"):
        return "an operator or the end"
    return "an operator or )" if _is_plain_parenthesis(before) else "an operator, a comma or )"


def _is_plain_parenthesis(before: str) -> bool:
    """Whether the innermost parenthesis still open follows no function's name."""
    closed = 0
    for place in range(len(before) - 1, -1, -1):
        if before[place] == ")":
            closed += 1
        elif before[place] == "(":
            if closed == 0:
                name = re.search(r"[A-Za-z_][A-Za-z0-9_]*\s*\Z", before[:place])
                return name is None or name[0].strip() in _WORDS
            closed -= 1
    return True


def _candidates(text: str, at: int, known: set[str]) -> Iterator[str]:
    """Texts near `text`, the likeliest first."""
    respelled = _outside_keys(text, _respell)
    for start in (text, respelled):
        yield start
        yield _wrap(start, known)
        yield _close(start)
        yield _wrap(_close(start), known)
    if at >= len(text.rstrip()):
        yield re.sub(r"\s*(?:\*\*|[-+*/%,]|\band|\bor|\bnot)\s*\Z", "", text)
    yield f"{text[:at].rstrip()}, {text[at:]}"
    yield f"{text[:at].rstrip()} * {text[at:]}"


def _outside_keys(text: str, change: Callable[[str], str]) -> str:
    """Also a key that is never closed is left as it is."""
    parts, end = [], 0
    for key in _OPEN.finditer(text):
        parts += [change(text[end : key.start()]), key[0]]
        end = key.end()
    return "".join([*parts, change(text[end:])])


def _respell(text: str) -> str:
    for theirs, ours in _SPELLINGS:
        text = text.replace(theirs, ours)
    text = re.sub(r"\$(?=[A-Za-z_])", "", text)
    text = re.sub(r"!(?=\s*[(\w$]|\Z)", "not ", text)
    return re.sub(r" {2,}", " ", text)


def _wrap(text: str, known: set[str]) -> str:
    """Bare names as keys, the longest that is known first: `val-loss * 2` is `${val-loss} * 2` where there is such a key."""

    def one(part: str) -> str:
        out, place = "", 0
        while place < len(part):
            word = _BARE.match(part, place)
            if word is None or (place > 0 and part[place - 1].isalnum()):
                out, place = out + part[place], place + 1
                continue
            tail = part[place:]
            name = max((key for key in known if tail.startswith(key)), key=len, default="") if known else ""
            name = name if len(name) > len(word[0]) else word[0]
            place += len(name)
            is_call = re.match(r"\s*\(", part[place:]) and name in FUNCTIONS
            out += name if is_call or name in CONSTANTS or name in _WORDS else "${" + name + "}"
        return out

    return _outside_keys(text, one)


def _close(text: str) -> str:
    """What is open at the end closed."""
    opened = _blank(text).find("${")
    if opened >= 0:
        # The key ends where its name does: before a space or a parenthesis.
        end = opened + len(re.match(r"\$\{[^\s(){},]*", text[opened:])[0])  # type: ignore[index]
        text = f"{text[:end]}}}{text[end:]}"
    plain = _blank(text)
    return text.rstrip() + ")" * max(0, plain.count("(") - plain.count(")"))


def _blank(text: str) -> str:
    return _KEYS.sub(lambda key: " " * len(key[0]), text)
