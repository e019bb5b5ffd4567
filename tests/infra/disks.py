"""File systems of a test's own: a small one that can be full, and one that can lose power at any moment.

Both are mounted, which only root may do. A container needs the right to mount (`--privileged`)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_IMAGE_BYTES = 96 << 20


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


@contextmanager
def _mounted(folder: Path, *what: str) -> Iterator[Path]:
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("Mounting a file system needs root. Run it as root (a container with --privileged): sudo make test")
    folder.mkdir()
    _run("mount", *what, str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


@contextmanager
def small_disk(folder: Path, size_mib: int) -> Iterator[Path]:
    """A file system in memory that holds `size_mib`."""
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={size_mib}m", "tmpfs") as disk:
        yield disk


class FragileDisk:
    """ext4 in a file. `lose_power` is the disk as it is found after a power cut now: what was not synced is not in the file.

    Whoever writes to it must stand still meanwhile, so that the copy is of one moment."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.folder = folder
        self._image = image
        self._cuts = 0

    @contextmanager
    def lose_power(self) -> Iterator[Path]:
        self._cuts += 1
        copy = self._image.with_name(f"cut{self._cuts}.img")
        _run("cp", "--sparse=always", str(self._image), str(copy))
        folder = copy.with_suffix("")
        try:
            with _mounted(folder, "-o", "loop", str(copy)) as disk:
                yield disk
        finally:
            copy.unlink()
            folder.rmdir()


@contextmanager
def fragile_disk(folder: Path) -> Iterator[FragileDisk]:
    if not shutil.which("mkfs.ext4"):
        pytest.skip("No mkfs.ext4 found. Install it: apt-get install e2fsprogs")
    image = folder.with_name("disk.img")
    with image.open("wb") as file:
        file.truncate(_IMAGE_BYTES)
    _run("mkfs.ext4", "-q", "-F", str(image))
    with _mounted(folder, "-o", "loop", str(image)) as disk:
        yield FragileDisk(image, disk)
