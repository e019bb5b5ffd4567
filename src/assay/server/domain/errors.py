"""Errors that only the server raises. The tree's root and all that clients share is in `assay.wire.errors`."""

from __future__ import annotations

from assay.wire.errors import Conflict, PublicError, Unavailable


class StaleWrite(Conflict):
    """Two writers changed the same thing; the second must read again."""

    code = "stale_write"
    text = "{what} {name!r} was changed by someone else meanwhile. Load it again and repeat the change."


class DigestMismatch(PublicError):
    code = "digest_mismatch"
    status = 422
    text = "The content hashes to {actual}, not to {expected}. Nothing was kept; send it again."


class StoreRefused(Unavailable):
    """A bucket does not let the server in (any more)."""

    code = "store_refused"
    text = (
        "The store {bucket} refuses this server ({reason}). Its contents cannot be read or written until its keys are right "
        "again; everything else keeps working."
    )


class StoreUnreachable(Unavailable):
    code = "store_unreachable"
    text = "The store {bucket} cannot be reached ({reason}). Contents in it wait; everything else keeps working. Try again."


class TeamBucketRefused(Unavailable):
    """A team's own bucket does not let the server in (any more)."""

    code = "team_bucket_refused"
    text = (
        "The bucket {bucket} of the team {team} refuses this server ({reason}). Nothing is lost: what is in it stays there, and "
        "everything else keeps working. An admin of {team} lets the server in again, or gives new keys: {command}"
    )


class TeamBucketUnreachable(Unavailable):
    code = "team_bucket_unreachable"
    text = (
        "The bucket {bucket} of the team {team} cannot be reached ({reason}). Nothing is lost: its contents wait, and everything "
        "else keeps working. Try again; an admin of {team} sees what is wrong: assay server team bucket check {team}"
    )


class TeamBucketLocked(Unavailable):
    code = "team_bucket_locked"
    text = (
        "The keys of the bucket {bucket} of the team {team} cannot be read on this server ({reason}). What is in it stays there. "
        "Put back {file} of the data folder, or give the keys again: {command}"
    )


class BucketNotTaken(PublicError):
    """A bucket, or its keys, did not stand the trial."""

    code = "bucket_not_taken"
    status = 422
    exit_code = 7
    text = "The bucket {bucket} was not taken: it failed to {step} ({reason}). Everything stays as it was, the keys too."


class SchemaNewer(PublicError):
    """An older server met a newer data folder (a rollback)."""

    code = "schema_newer"
    status = 409
    exit_code = 9
    text = (
        "{path} was written by a newer Assay (schema {found}, this one knows up to {known}) and was not touched. "
        "Upgrade this server (pip install -U 'assay[server]'), or restore the copy the upgrade made beside it: {copies}"
    )


class SchemaInUse(PublicError):
    """A command of a newer version met the folder of an older server that runs."""

    code = "schema_in_use"
    status = 409
    exit_code = 10
    text = (
        "{path} is of an older Assay (schema {found}, this one writes {known}), and a server runs on it. Nothing was changed. "
        "Stop that server and start it again with this version, then repeat the command."
    )


class UpgradeFailed(PublicError):
    """A migration did not go through."""

    code = "upgrade_failed"
    status = 503
    exit_code = 9
    text = (
        "{path} could not be brought from schema {found} to {wanted}: {reason}. It is as it was, nothing is lost, and the Assay "
        "that wrote it starts on it as before. Put right what is named and start again; otherwise report it, with this text."
    )


class DatabaseDamaged(PublicError):
    code = "database_damaged"
    status = 503
    exit_code = 9
    text = (
        "The metadata database {path} is damaged: {detail}. Nothing was written to it. Stop the server, keep the file, and "
        "restore a backup with `assay server restore`; run data that clients still hold is sent again."
    )


class MailRefused(PublicError):
    """The mail server will not take a mail for this address, now or later."""

    code = "mail_refused"
    status = 422
    text = "The mail server takes no mail for {to}: {reason}. Check the address; nothing else is affected."


class QueryTooLong(PublicError):
    code = "query_too_long"
    status = 422
    text = "The query ran longer than {limit} s ({name}) and was stopped. Use fewer conditions, or narrower ones."


class ReadOnlyUnit(AssertionError):
    """Someone wrote through `MetadataStore.read()`: a bug of ours."""
