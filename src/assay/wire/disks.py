"""What the number of a system's error says of a disk."""

from __future__ import annotations

import errno

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})  # a quota that is used up is a full disk to who writes


def is_full(error: OSError) -> bool:
    """Whether there was no room to write. What was written stays, and the same works again once there is some."""
    return error.errno in NO_ROOM
