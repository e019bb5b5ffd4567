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
