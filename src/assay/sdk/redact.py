"""Every pattern of a secret, in one place: config, environment, git remotes, console lines and command lines pass through here.

What is masked is replaced by a mark that says so; nothing is guessed from randomness alone, because digests look random too."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "[redacted]"
_KNOWN_CHARS_MIN = 8  # a shorter value of a secret variable is too likely to be an ordinary word

# Names that hold a secret whatever their value. Words are compared, so `max_tokens` and `tokenizer` are not among them.
_SECRET_WORDS = re.compile(
    r"(?:^|[^a-z])(?:passwords?|passwd|passphrase|secrets?|apikeys?|api[_.\- ]?keys?|access[_.\- ]?keys?|private[_.\- ]?keys?"
    r"|secret[_.\- ]?keys?|account[_.\- ]?keys?|credentials?|auth[_.\- ]?tokens?|access[_.\- ]?tokens?|bearer|cookie|dsn"
    r"|connection[_.\- ]?string)(?:$|[^a-z])"
    # PWD alone is the working folder.
    r"|[a-z0-9][_.\-]pwd(?:$|[^a-z])"
)
_TOKEN_WORD = re.compile(r"(?:^|[^a-z])token(?:$|[^a-z])")
_LOOKS_RANDOM = re.compile(r"(?=.*[0-9])[A-Za-z0-9_\-./+=]{16,}\Z")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# Patterns as text are compiled when they are first used: most scripts never need them, and they take three milliseconds.
# Values that are a secret whatever their name: the published shapes of well-known services' keys.
_SHAPES = (
    r"asy_[A-Za-z0-9]{36}",
    r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}",
    r"gh[pousr]_[A-Za-z0-9]{30,255}",
    r"github_pat_[A-Za-z0-9_]{40,255}",
    r"gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_\-]{20,}",
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,}",
    r"sk-(?:proj-|ant-|svcacct-|admin-|or-)?[A-Za-z0-9_\-]{20,}",
    r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"AIza[A-Za-z0-9_\-]{35}",
    r"ya29\.[A-Za-z0-9_\-]{20,}",
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[A-Za-z0-9_\-]{50,}",
    r"dop_v1_[a-f0-9]{64}",
    r"SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}",
    r"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|.*)",
)
_SHAPE = "(?s)" + "|".join(_SHAPES)
_URL_LOGIN = r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*://)[^\s/@'\"]+@"
_HEADER = r"(?i)(?P<head>\b(?:authorization['\"]?\s*[:=]\s*['\"]?)?(?:bearer|basic)\s+)[A-Za-z0-9_\-.=+/:]{12,}"
_ASSIGNED = (
    r"(?i)(?P<head>[A-Za-z0-9_\-.]*(?:password|passwd|passphrase|secret|api[_\-]?key|access[_\-]?key|private[_\-]?key"
    r"|auth[_\-]?token|access[_\-]?token|_token)['\"]?(?:\s*[=:]\s*|\s+(?=['\"]))['\"]?)(?P<value>[^\s'\",;&)}\]]{4,})"
)
_HIDING_FLAG = r"(?i)--?[A-Za-z0-9_\-]*(?:password|passwd|secret|api[_\-]?key|token|credential)[A-Za-z0-9_\-]*\Z"
# One quick look tells that most lines hold nothing of interest.
_SUSPECT = re.compile(
    r"(?i)asy_|A[KSBC]IA|ACCA|gh[pousr]_|github_pat|gl[a-z]+-|xox|[sr]k[-_]|hf_|AIza|ya29|npm_|pypi-|dop_|SG\.|eyJ|BEGIN|://|bearer"
    r"|basic\s|passw|passphrase|secret|key|token"
)


def is_secret_name(name: str) -> bool:
    """Whether what is called `name` is a secret by its name alone."""
    return _SECRET_WORDS.search(_CAMEL.sub("_", name).lower()) is not None


def is_secret(name: str, value: object) -> bool:
    """Whether `value`, called `name`, is a secret as a whole."""
    if not isinstance(value, str) or not value:
        return False
    if is_secret_name(name):
        return True
    return _TOKEN_WORD.search(_CAMEL.sub("_", name).lower()) is not None and _LOOKS_RANDOM.match(value) is not None


class Redactor:
    """Masks secrets in text and in nested values. `known` are values that are secret here, whatever they look like."""

    def __init__(self, known: Iterable[str] = (), *, is_on: bool = True) -> None:
        values = sorted({value for value in known if len(value) >= _KNOWN_CHARS_MIN}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, values))) if values else None
        self.is_on = is_on

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None, *, is_on: bool = True) -> Redactor:
        """One that knows the values of this process's secret variables."""
        variables = os.environ if environment is None else environment
        secrets = [
            value
            for name, value in variables.items()
            if is_secret_name(name) or (name.upper().endswith(("TOKEN", "_KEY")) and _LOOKS_RANDOM.match(value))
        ]
        return cls(secrets, is_on=is_on)

    def text(self, text: str) -> str:
        """`text` with every secret in it masked."""
        if not self.is_on:
            return text
        if self._known is not None:
            text = self._known.sub(MASK, text)
        if _SUSPECT.search(text) is None:
            return text
        text = re.sub(_SHAPE, MASK, text)
        text = re.sub(_URL_LOGIN, rf"\g<scheme>{MASK}@", text)
        text = re.sub(_HEADER, rf"\g<head>{MASK}", text)
        return re.sub(_ASSIGNED, rf"\g<head>{MASK}", text)

    def value(self, name: str, value: Any) -> Any:
        """`value`, called `name`, with every secret in it masked, at any depth."""
        if not self.is_on:
            return value
        if is_secret(name, value):
            return MASK
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(str(key), entry) for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(name, entry) for entry in value]
        return value

    def arguments(self, arguments: Iterable[str]) -> list[str]:
        """A command line: also what follows a flag such as `--api-key`."""
        masked: list[str] = []
        was_flag = False
        for argument in arguments:
            is_value = was_flag and not argument.startswith("-")
            masked.append(MASK if is_value and self.is_on else self.text(argument))
            was_flag = re.match(_HIDING_FLAG, argument) is not None
        return masked


def without_login(url: str) -> str:
    """A remote's address without user and password: `https://host/…`, `git@host:…` unchanged."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
