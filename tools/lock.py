"""Write the lock files in `requirements/`, or say whether they still fit `pyproject.toml` (`--check`).

Two files, each with hashes and for every platform: `server` (what `make demo` installs) and `dev`. Versions agree between
them. Registry addresses never get in: a lock works with whatever index its reader uses."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
# Widest first: the narrower ones are held to its versions.
LOCKS = {
    "dev": ("--extra=dev", "--group=build"),
    "server": ("--extra=server", "--group=build"),
}
PYTHON = "3.11"


def compile_all(folder: Path, *, upgrade: bool, quiet: bool = True) -> None:
    """Write every lock into `folder`, which holds the present ones: versions move only with `upgrade` or when they must."""
    widest: Path | None = None
    for name, choice in LOCKS.items():
        out = folder / f"{name}.txt"
        command = [_uv(), "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes", "--python-version", PYTHON]
        command += ["--no-header", "--no-annotate", "--no-emit-package", "assay", "--output-file", str(out)]
        command += choice
        if upgrade and widest is None:
            command.append("--upgrade")
        if widest is not None:
            command += ["--constraint", str(widest)]
        # uv ships certificates of its own; a proxy's are in the system's store. Both spellings: the variable was renamed.
        environment = {**os.environ, "UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
        subprocess.run(command, cwd=ROOT, check=True, env=environment, stdout=subprocess.DEVNULL if quiet else None)
        out.write_text(f"{stamp()}\n{out.read_text()}")
        widest = widest or out


def stamp() -> str:
    """The first line of a lock: which dependencies it was compiled for. Comparing it needs no network."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [project["project"][key] for key in ("requires-python", "dependencies", "optional-dependencies")]
    asked.append(project.get("dependency-groups", {}))
    return "# dependencies sha256:" + hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def addresses(text: str) -> Iterator[str]:
    """Lines of a lock that name a place instead of a package."""
    for line in text.splitlines():
        if "://" in line or line.lstrip().startswith(("--index", "--extra-index", "--find-links", "-f ", "-i ")):
            yield line.strip()


def drift() -> list[str]:
    """What is wrong with the lock files, a sentence each; empty when they are right."""
    faults = []
    for name in LOCKS:
        path = FOLDER / f"{name}.txt"
        if not path.is_file():
            return [f"requirements/{name}.txt is missing. Write it: make lock"]
        faults += [f"requirements/{name}.txt names a place: {line}" for line in addresses(path.read_text())]
        if path.read_text().partition("\n")[0] != stamp():
            faults.append(f"requirements/{name}.txt does not fit pyproject.toml any more. Write it again: make lock")
    return faults


def _uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if not found:
        raise SystemExit("Lock files are written by uv. Install it: pip install uv")
    return found


def main() -> None:
    if "--check" in sys.argv:
        if faults := drift():
            raise SystemExit("\n".join(faults))
        return
    FOLDER.mkdir(exist_ok=True)
    compile_all(FOLDER, upgrade="--upgrade" in sys.argv)
    print(f"Wrote {', '.join(f'requirements/{name}.txt' for name in LOCKS)}.")


if __name__ == "__main__":
    main()
