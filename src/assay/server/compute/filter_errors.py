"""What to tell someone whose filter does not read: where, what could stand there, and a text that does read if one is near."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lark.exceptions import UnexpectedEOF, UnexpectedInput

from assay.wire.errors import InvalidFilter

# Spellings of other languages for what this one says otherwise. Longer ones first.
_SPELLINGS = (
    ("!==", "!="), ("===", "="), ("==", "="), ("=>", ">="), ("=<", "<="), ("<>", "!="), ("=~", "~"), ("~=", "~"), ("!~", "~"),
    ("&&", " and "), ("||", " or "), (":", " = "),
)  # fmt: skip
_WORDS = {"contains": "has", "like": "~", "matches": "~", "is": "=", "equals": "=", "none": "null", "nil": "null"}
_CONSTANTS = {"True": "true", "False": "false", "None": "null", "NaN": "null"}
_CONSTANT = re.compile(r"\b(True|False|None|NaN)\b")
_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`(?:[^`]|``)+`', re.DOTALL)
_WORD = re.compile(r"[^\s\"'`()\[\],=<>!~&|]+")


def explain(text: str, error: UnexpectedInput, *, reads: Callable[[str], bool]) -> InvalidFilter:
    """The error to show. `reads` tells whether a candidate would be read."""
    at = -1 if error.pos_in_stream is None else error.pos_in_stream
    if at < 0 or isinstance(error, UnexpectedEOF) or getattr(getattr(error, "token", None), "type", "") == "$END":
        at = len(text)
    found = _found(text, at)
    better = next((candidate for candidate in _candidates(text, at) if candidate != text and reads(candidate)), None)
    hint = f"Did you mean `{better}`?" if better else 'A condition looks like `config.lr >= 0.1` or `state = "finished"`.'
    return InvalidFilter(at=at, detail=f"{found}; expected {_expected(text, at, error)}", hint=hint)


def _found(text: str, at: int) -> str:
    if at >= len(text):
        return "the text ends"
    if text[at] in "\"'`":
        return "a quote is opened here and never closed" if not _QUOTES.match(text, at) else f"found {_QUOTES.match(text, at)[0]}"  # type: ignore[index]
    word = _WORD.match(text, at)
    return f"found {word[0] if word else text[at]!r}"


def _expected(text: str, at: int, error: UnexpectedInput) -> str:
    names = set(getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", None) or ())
    if "COMPARE" in names:
        return "an operator: = != < <= > >= in has ~ exists"
    if "NUMBER" in names:
        return 'a value: a number, a date, true, false, null or text in quotes such as "finished"'
    if names and names <= {"TEXT"}:
        return "a regular expression in quotes"
    if "NAME" in names:
        return "a key, such as config.lr or state"
    if names == {"LSQB"}:
        return 'a list, such as ["a", "b"]'
    # From here on a condition is whole, and what may follow depends on what is open around it.
    before = _QUOTES.sub("", text[:at])
    if before.count("[") > before.count("]"):
        return "a comma, or ] to end the list"
    if before.count("(") > before.count(")"):
        return "`and`, `or`, or ) to close the parenthesis"
    return "`and`, `or`, or the end"


def _candidates(text: str, at: int) -> Iterator[str]:
    """Texts near `text`, the likeliest first."""
    respelled = _outside_quotes(text, _respell)
    starts = (respelled, text) if _CONSTANT.search(text) else (text, respelled)
    for start in starts:
        yield start
        yield _outside_quotes(start, _quote_bare_values)
        yield _close(start)
        yield _close(_outside_quotes(start, _quote_bare_values))
    if at >= len(text.rstrip()):
        stripped = text.rstrip()
        yield f"{stripped} exists"
        yield re.sub(r"(?i)\s+(and|or)\s*$", "", stripped)
    # A key with characters that a bare one cannot have.
    word = re.match(r"\s*([^\s\"'`()\[\],=<>!~]+(?: [^\s\"'`()\[\],=<>!~]+)*?)\s*(?=[=<>!~])", text)
    if word:
        yield f"{text[: word.start(1)]}`{word[1]}`{text[word.end(1) :]}"
    yield text[:at].rstrip() + " and " + text[at:]


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    parts, end = [], 0
    for quoted in _QUOTES.finditer(text):
        parts += [change(text[end : quoted.start()]), quoted[0]]
        end = quoted.end()
    return "".join([*parts, change(text[end:])])


def _respell(text: str) -> str:
    for theirs, ours in _SPELLINGS:
        text = text.replace(theirs, ours)
    text = re.sub(r"!(?=\s*[(\w])", "not ", text)
    text = re.sub(r"(?i)\bis\s+not\b", "!=", text)
    text = re.sub(r"(?i)(?<=\s)(contains|like|matches|is|equals)(?=\s|$)", lambda word: _WORDS[word[0].lower()], text)
    text = _CONSTANT.sub(lambda word: _CONSTANTS[word[0]], text)
    text = re.sub(r"(?<=[\d])(?:,)(?=\d{3}\b)(?![^\[]*\])", "", text)
    text = re.sub(r"\bin\s*\(([^()]*)\)", r"in [\1]", text)
    return re.sub(r" {2,}", " ", text)


def _quote_bare_values(text: str) -> str:
    """Quotes around a bare word where a value belongs: `state = finished`."""
    text = re.sub(
        r"((?:[=<>~]|\bhas)\s*)([^\W\d][\w./\-]*)",
        lambda found: found[0] if _is_literal(found[2]) else f'{found[1]}"{found[2]}"',
        text,
    )
    return re.sub(r"\[([^\[\]]*)\]", lambda found: f"[{_quote_items(found[1])}]", text)


def _is_literal(word: str) -> bool:
    return word in {"true", "false", "null", "inf"} or word.startswith("now")


def _quote_items(text: str) -> str:
    items = [item.strip() for item in text.split(",")]
    return ", ".join(f'"{item}"' if re.fullmatch(r"[^\W\d][\w./\-]*", item) else item for item in items)


def _close(text: str) -> str:
    """What is open at the end closed."""
    plain = _QUOTES.sub(lambda quoted: " " * len(quoted[0]), text)
    tail = ""
    for quote in "\"'`":
        if quote in plain:
            tail = quote
            plain = plain[: plain.index(quote)]
            break
    tail += "]" * max(0, plain.count("[") - plain.count("]"))
    return text.rstrip() + tail + ")" * max(0, plain.count("(") - plain.count(")"))
