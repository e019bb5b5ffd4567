"""Where a data folder's contents are: in its own folder, or in a bucket. Written down beside them, so that every command that
opens the data folder looks in the same place, and a server that is told another one refuses instead of finding nothing."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from assay.wire.errors import InvalidRequest

NAME = "place.json"


@dataclass(frozen=True, slots=True)
class BlobPlace:
    """`address` empty: the folder itself. `endpoint` and `direct`: see the settings `blobs_endpoint` and `blobs_direct`."""

    address: str = ""
    endpoint: str = ""
    direct: bool = True


def read(folder: Path) -> BlobPlace:
    """Raises InvalidRequest if what is written down cannot be read."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return BlobPlace(str(found["address"]), str(found["endpoint"]), bool(found["direct"]))
    except FileNotFoundError:
        return BlobPlace()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidRequest(
            detail=f"{folder / NAME}, which says where the contents are, cannot be read: {error}. Restore it from a backup"
        ) from error


def settle(folder: Path, wanted: BlobPlace) -> None:
    """Write down where the contents are. Raises InvalidRequest if they are somewhere else already."""
    known = read(folder)
    if wanted == known:
        return
    if known.address != wanted.address and (known.address or _holds_contents(folder)):
        raise InvalidRequest(
            detail=f"The contents of this server are in {known.address or folder}, and the setting blobs says "
            f"{wanted.address or 'its own folder'}. Nothing was moved or lost. Set it back, or copy the contents there first and "
            f"then delete {folder / NAME}"
        )
    temporary = folder / f".{NAME}.{os.getpid()}"
    temporary.write_text(json.dumps(asdict(wanted)), encoding="utf-8")
    temporary.chmod(0o600)
    temporary.replace(folder / NAME)


def _holds_contents(folder: Path) -> bool:
    return any(file.is_file() for space in folder.iterdir() if not space.name.startswith(".") for file in space.rglob("*"))
