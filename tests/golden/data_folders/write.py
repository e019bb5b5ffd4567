"""Writes a data folder with everything in it that the Assay on the path can keep, for the tests of upgrades:

    PYTHONPATH=OLDER/src:OLDER python write.py schema_0003.zip

Run once by the version whose folder it is, and never again: what older versions wrote is what there is to be read. A server and
a script of that version write it; `story.json` in the archive says what part of the story it could."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

from assay.testing.servers import RunningServer

SCRIPT = """
import json, math, os, sys
from pathlib import Path
import assay

told = []
run = assay.init(project="digits", id="first", name="steady-otter", tags=["golden", "kept"], notes="**Kept** for upgrades.",
                 config={"lr": 0.1, "model": {"layers": [64, 10], "name": "mlp"}, "none": None})
for step in range(300):
    run.log({"loss": 1 / (1 + step), "odd": bool(step % 2), "epoch": step // 100})
run.log({"loss": math.nan, "note": "the last word"})
print("a line of the console")
run.summary["best"] = {"loss": 0.25, "at": 3}
if hasattr(assay, "Histogram"):
    run.log({"weights": assay.Histogram([1.0, 2.0, 2.0, 4.0])})
    told.append("histogram")
if hasattr(assay, "Image"):
    import numpy as np
    run.log({"picture": assay.Image(np.arange(192, dtype=np.uint8).reshape(8, 8, 3), caption="eight by eight")})
    told.append("image")
Path("notes.txt").write_text("a file of the run\\n")
run.save("notes.txt")
if hasattr(run, "log_artifact"):
    for words in ("one", "one two"):
        Path("words.txt").write_text(words)
        made = assay.Artifact("words", type="dataset", description="Words, counted.", metadata={"count": len(words.split())})
        made.add_file("words.txt")
        run.log_artifact(made, aliases=["latest", "newest"])
        made.wait()
    told.append("artifact")
run.finish()

second = assay.init(project="digits", id="second", name="brisk-fern", group="folds", config={"lr": 0.2})
if "artifact" in told:
    second.use_artifact("words:v0")
for step in range(10):
    second.log({"loss": 2 / (1 + step)})
second.finish(exit_code=3)
Path(os.environ["STORY"]).write_text(json.dumps(told))
"""


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        server = RunningServer(data).start()
        environment = server.environment | {
            "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, "STORY": f"{folder}/story.json",
        }  # fmt: skip
        try:
            subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, env=environment, check=True)
            told = json.loads(Path(folder, "story.json").read_text())
            told += [name for name, body in _REQUESTS.items() if _ask(server, *body)]
        finally:
            server.stop()
        for name in ("lock", "server.json", "local.key"):
            path = data / name
            if path.is_file():
                path.unlink()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr("story.json", json.dumps(sorted(told)))
            for path in sorted(data.rglob("*")):
                if path.is_file():
                    archive.write(path, f"data/{path.relative_to(data)}")


_REQUESTS = {
    "description": ("PATCH", "/projects/{me}/digits", {"description": "Golden digits."}),
    "view": ("POST", "/projects/{me}/digits/views", {"name": "Kept view", "spec": {"version": 1, "search": "otter"}}),
    "fault": (
        "POST",
        "/entities/{me}/faults",
        {"kind": "version", "target": "digits/words:v0", "reason": "One word only.", "freeze": []},
    ),
    "acceptance": ("PUT", "/projects/{me}/digits/artifacts/words/versions/v0/faults/acceptance", {"reason": "Long enough."}),
    "preset": ("PUT", "/entities/{me}/presets/rates", {"label": "Kept rates", "spec": {"mark": "line"}}),
    "comment": ("POST", "/projects/{me}/digits/comments", {"kind": "region", "subject": "r1", "text": "See @root here."}),
}
"""What is asked over HTTP, where the version has the address."""


def _ask(server: RunningServer, method: str, path: str, body: object) -> bool:
    def send(method: str, path: str, body: object) -> bytes:
        request = urllib.request.Request(f"{server.url}/api/v1{path}", method=method, headers={
            "Authorization": f"Bearer {server.key}", "Content-Type": "application/json",
        })  # fmt: skip
        request.data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request) as answer:
            content: bytes = answer.read()
            return content

    me = json.loads(send("GET", "/me", None))["default_entity"]
    try:
        send(method, path.format(me=me), body)
    except OSError as error:
        print(f"{method} {path}: {error}", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main(Path(sys.argv[1]).resolve())
