"""Errors that only the server raises. The tree's root and all that clients share is in `assay.wire.errors`."""

from __future__ import annotations

from assay.wire.errors import Conflict, PublicError


class StaleWrite(Conflict):
    """Two writers changed the same thing; the second must read again."""

    code = "stale_write"
    text = "{what} {name!r} was changed by someone else meanwhile. Load it again and repeat the change."


class DigestMismatch(PublicError):
    code = "digest_mismatch"
    status = 422
    text = "The content hashes to {actual}, not to {expected}. Nothing was kept; send it again."


class SchemaNewer(PublicError):
    """An older server met a newer data folder (a rollback)."""

    code = "schema_newer"
    status = 409
    exit_code = 9
    text = (
        "{path} was written by a newer Assay (schema {found}, this one knows up to {known}) and was not touched. "
        "Upgrade this server (pip install -U 'assay[server]'), or restore the copy the upgrade made beside it: {copies}"
    )


class DatabaseDamaged(PublicError):
    code = "database_damaged"
    status = 503
    exit_code = 9
    text = (
        "The metadata database {path} is damaged: {detail}. Nothing was written to it. Stop the server, keep the file, and "
        "restore a backup with `assay server restore`; run data that clients still hold is sent again."
    )


class QueryTooLong(PublicError):
    code = "query_too_long"
    status = 422
    text = "The query ran longer than {limit} s ({name}) and was stopped. Use fewer conditions, or narrower ones."


class ReadOnlyUnit(AssertionError):
    """Someone wrote through `MetadataStore.read()`: a bug of ours."""
