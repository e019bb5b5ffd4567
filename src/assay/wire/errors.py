"""Error codes shared by server and clients, and the one root of what a person may read.

A `PublicError` says what happened, to which thing, what is safe and what to do. `code` is stable; scripts may match it.
`status` is the HTTP status it travels with; `exit_code` what a command ends with."""

from __future__ import annotations

from typing import Any, ClassVar, Self


class PublicError(Exception):
    """An error whose text may leave the building. Subclasses set `code`, `status` and `text`, a format of their fields."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 1
    text: ClassVar[str] = "{detail}"

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(self.text.format(**fields))

    @classmethod
    def as_told(cls, text: str, fields: dict[str, Any]) -> Self:
        """The error another process raised, in the words it used."""
        error = cls.__new__(cls)
        Exception.__init__(error, text)
        error.fields = dict(fields)
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        """How an error goes to another process: a pool whose worker's error cannot be read waits for it for ever, or breaks."""
        return self.as_told, (self.args[0], self.fields), self.__dict__


class InvalidName(PublicError):
    code = "invalid_name"
    status = 422
    exit_code = 2
    text = "{text!r} is no {what}. Expected: {expected}."


class InvalidRequest(PublicError):
    code = "invalid_request"
    status = 422
    exit_code = 2
    text = "{detail}"


class InvalidFilter(PublicError):
    """`at` is the character offset of the fault in `text`."""

    code = "invalid_filter"
    status = 422
    exit_code = 2
    text = "The filter cannot be read at character {at}: {detail}. {hint}"


class InvalidExpression(PublicError):
    """`at` is the character offset of the fault in the expression; `fix` a whole expression that reads, or empty."""

    code = "invalid_expression"
    status = 422
    exit_code = 2
    text = "The expression has a fault at character {at}: {detail}. {hint}"


class InvalidPattern(PublicError):
    """`at` is the character offset of the fault in `pattern`."""

    code = "invalid_pattern"
    status = 422
    exit_code = 2
    text = "{pattern!r} is not a regular expression, at character {at}: {detail}. {hint}"


class NotSignedIn(PublicError):
    code = "not_signed_in"
    status = 401
    exit_code = 3
    text = "Not signed in: {detail}. Run `assay login`, or sign in at the address of the server."


class Forbidden(PublicError):
    code = "forbidden"
    status = 403
    exit_code = 4
    text = "Your role does not allow this ({action}). Ask {whom}."


class TicketRefused(PublicError):
    code = "ticket_refused"
    status = 403
    exit_code = 4
    text = "This address is not valid: {detail}. Ask the server for a new one; addresses of files are good for a limited time."


class CodeForbidden(PublicError):
    code = "code_forbidden"
    status = 403
    exit_code = 4
    text = "This server keeps no code of runs, so {path} is not taken (its setting code_saving is forbid). Ask its admin."


class NotFound(PublicError):
    code = "not_found"
    status = 404
    exit_code = 5
    text = "There is no {what} {name!r} that you can see."


class Conflict(PublicError):
    code = "conflict"
    status = 409
    exit_code = 6
    text = "{detail}"


class SequenceGap(PublicError):
    """A batch starts after records the server has never seen. The writer sends again from `expected`."""

    code = "sequence_gap"
    status = 409
    exit_code = 6
    text = "Batch starts at {first_seq} but {expected} is next for writer {writer!r}. Send again from {expected}."


class Moved(PublicError):
    """`moved_to` is where the run is now: entity/project/run_id."""

    code = "moved"
    status = 308
    exit_code = 5
    text = "Run {name!r} was moved. It is {moved_to} now."


class Gone(PublicError):
    code = "gone"
    status = 410
    exit_code = 5
    text = "{what} {name!r} was deleted. {detail}"


class TooLarge(PublicError):
    code = "too_large"
    status = 413
    exit_code = 2
    text = "{what} is {actual}; the limit is {limit} ({name})."


class SenderGone(PublicError):
    """Nobody is left to read this: it ends what the server does for the request, and is no failure of the server."""

    code = "sender_gone"
    status = 499
    text = "The connection ended before the request's body did ({detail}). Nothing of it was kept; send it again."


class SenderStalled(PublicError):
    code = "sender_stalled"
    status = 408
    exit_code = 7
    text = "Nothing came for {waited_s} s and the request's body is not complete. Nothing of it was kept; send it again."


class TooManyRequests(PublicError):
    code = "too_many_requests"
    status = 429
    exit_code = 7
    text = "{detail} Try again in {retry_after_s} s."


class StorageFull(PublicError):
    code = "storage_full"
    status = 507
    exit_code = 8
    text = "The server's disk is full: {detail}. Nothing acknowledged is lost; reading goes on. Free space on {where}."


class DiskRefused(PublicError):
    """A disk of this machine, not the server's, does not take what is brought to it."""

    code = "disk_refused"
    status = 409
    exit_code = 8
    text = "Cannot write {path} on this machine: {reason}. {safe} {todo}"


class ServerUnreachable(PublicError):
    code = "server_unreachable"
    status = 503
    exit_code = 7
    text = "Cannot reach {url} ({reason}). {safe}"


class UnexpectedAnswer(PublicError):
    """Something answered that is no Assay server: a captive page, a proxy, another program. `http_status` is what it said."""

    code = "unexpected_answer"
    status = 502
    exit_code = 7
    text = "{url} does not answer as an Assay server does ({reason}). Check the address. {safe}"


class Unavailable(PublicError):
    code = "unavailable"
    status = 503
    exit_code = 7
    text = "{detail}"


class JournalDamaged(PublicError):
    code = "journal_damaged"
    status = 422
    exit_code = 9
    text = (
        "{path} is damaged at byte {offset}: {detail}. The {frames_before} frames before it were read; "
        "later frames exist and are kept. {remedy}"
    )


class JournalNewer(PublicError):
    code = "journal_newer"
    status = 422
    exit_code = 9
    text = "{path} was written by a newer Assay (format {found}, this one reads up to {known}). Upgrade: pip install -U assay"


class DataFolderInUse(PublicError):
    code = "data_folder_in_use"
    status = 409
    exit_code = 10
    text = "{path} is in use by another server ({owner}). Stop it, or start this one with another --data folder."


class FileChanged(PublicError):
    code = "file_changed"
    status = 409
    exit_code = 6
    text = (
        "{path} changed while it was read ({detail}). Nothing of it was kept under a wrong name. "
        "Add it again when nobody writes to it, or with policy='mutable', which takes a copy first."
    )


class ContentDamaged(PublicError):
    """Bytes that arrived, or lie here, are not those that their digest names."""

    code = "content_damaged"
    status = 502
    exit_code = 9
    text = "{what} is damaged: {detail}. {safe}"


def all_errors() -> list[type[PublicError]]:
    """Every public error class, sorted by code: the reference page and the API layers read it."""
    found: dict[str, type[PublicError]] = {}
    todo = [PublicError]
    while todo:
        for sub in todo.pop().__subclasses__():
            found[sub.code] = sub
            todo.append(sub)
    return [found[code] for code in sorted(found)]
