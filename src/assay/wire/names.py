"""The grammar of names. Whatever enters from outside passes one of these parsers once; the rest of the code trusts it."""

from __future__ import annotations

import re
import unicodedata
from typing import Self

import msgspec

from assay.wire import limits
from assay.wire.errors import InvalidName

_NAME = re.compile(r"[A-Za-z0-9_\-][A-Za-z0-9_.\-]{0,127}\Z")
_RUN_ID_FORBIDDEN = frozenset("/\\#?%:")
_VERSION = re.compile(r"v(0|[1-9][0-9]{0,9})\Z")
_ALIAS_FORBIDDEN = frozenset("/:@\\")
ALIAS_FORM = f"1 to {limits.LABEL_CHARS} printable characters without / : @ \\ and .. , not v and a number"
# Control, surrogate, private-use and unassigned code points; the rest is printable somewhere.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
# Spaces and signs of format are printable, but a name of them alone is none.
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cf"})
# Marks that turn the direction of the text around them: a name with one could read as another, and so could what follows it.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LABEL_FORM = "1 to 256 printable characters, not spaces alone, without marks that turn the direction of text"
_WINDOWS_DEVICES = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?\Z")

_PLAIN_PART = r"[A-Za-z0-9_\-](?:[A-Za-z0-9_\- .=+,@()]*[A-Za-z0-9_\-=+,@()])?"
_PLAIN_PATH = re.compile(rf"{_PLAIN_PART}(?:/{_PLAIN_PART})*\Z")
_DEVICE_PART = re.compile(r"(?i)(?:\A|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|\Z)")


def is_name(text: str) -> bool:
    """Whether `text` can name an entity or a project: 1–128 of letters, digits, `_ . -`, not starting with `.`."""
    return _NAME.match(text) is not None


def is_run_id(text: str) -> bool:
    """Whether `text` can be a run id: 1–128 printable characters without `/ \\ # ? % :`, not `.` or `..`."""
    return (
        1 <= len(text) <= limits.RUN_ID_CHARS
        and text not in {".", ".."}
        and not any(c in _RUN_ID_FORBIDDEN or unicodedata.category(c) in _UNPRINTABLE for c in text)
    )


def is_key(text: str) -> bool:
    """Whether `text` can name a metric or a config entry: any UTF-8 of 1 byte to 1 KiB."""
    try:
        return 1 <= len(text.encode()) <= limits.KEY_BYTES
    except UnicodeEncodeError:  # a lone surrogate is not UTF-8
        return False


def is_label(text: str) -> bool:
    """Whether `text` can be a tag or a display name: 1–256 printable characters, one to be seen, none that turns text."""
    return (
        1 <= len(text) <= limits.LABEL_CHARS
        and not any(unicodedata.category(c) in _UNPRINTABLE for c in text)
        and text == without_turning(text)
    )


def without_turning(text: str) -> str:
    """`text` without marks that turn its direction; empty where nothing of it would be seen."""
    kept = "".join(c for c in text if c not in _TURNING)
    return kept if any(unicodedata.category(c) not in _UNSEEN for c in kept) else ""


def as_label(text: str) -> str:
    """The label nearest to `text`: what cannot be shown is a space, it is cut to length. Empty where nothing is left."""
    plain = "".join(" " if unicodedata.category(c) in _UNPRINTABLE else c for c in text)
    return without_turning(plain.strip()[: limits.LABEL_CHARS].strip())


def is_alias(text: str) -> bool:
    """Whether `text` can be an alias of an artifact: a label that does not look like a number, a digest or a span of time."""
    return is_label(text) and not _ALIAS_FORBIDDEN & set(text) and ".." not in text and not _VERSION.match(text)


def one_form(name: str) -> str:
    """A file's name as it is stored: file systems keep accents in two forms, Assay in one."""
    return unicodedata.normalize("NFC", name)


def is_file_path(text: str) -> bool:
    """Whether `text` can name a file of a run: relative, `/` between parts, nothing that climbs or that an OS reads specially."""
    return _is_path(text, limits.FILE_PATH_BYTES)


def is_entry_path(text: str) -> bool:
    """Whether `text` can name an entry of an artifact: by the same grammar, up to as long as a file system takes."""
    if len(text) <= limits.ENTRY_PATH_BYTES and _PLAIN_PATH.match(text) and not _DEVICE_PART.search(text):
        return True  # what nearly all paths are; there are ten thousand of them in a request
    return _is_path(text, limits.ENTRY_PATH_BYTES)


def _is_path(text: str, max_bytes: int) -> bool:
    if not 1 <= len(text.encode(errors="replace")) <= max_bytes or text != one_form(text):
        return False
    if any(unicodedata.category(c) in _UNPRINTABLE for c in text) or "\\" in text or ":" in text:
        return False
    parts = text.split("/")
    return all(
        part not in {"", ".", ".."} and not part.endswith((" ", ".")) and not _WINDOWS_DEVICES.match(part) for part in parts
    )


class ProjectPath(msgspec.Struct, frozen=True):
    """`entity/project`."""

    entity: str
    project: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidName, quoting `text` and the form expected."""
        match text.split("/"):
            case [entity, project] if is_name(entity) and is_name(project):
                return cls(entity, project)
        raise InvalidName(what="project path", text=text, expected="entity/project")

    def __str__(self) -> str:
        return f"{self.entity}/{self.project}"


class RunPath(msgspec.Struct, frozen=True):
    """`entity/project/run_id`."""

    entity: str
    project: str
    run_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidName, quoting `text` and the form expected."""
        match text.split("/"):
            case [entity, project, run_id] if is_name(entity) and is_name(project) and is_run_id(run_id):
                return cls(entity, project, run_id)
        raise InvalidName(what="run path", text=text, expected="entity/project/run_id")

    @property
    def parent(self) -> ProjectPath:
        return ProjectPath(self.entity, self.project)

    def __str__(self) -> str:
        return f"{self.entity}/{self.project}/{self.run_id}"
