"""A training script that logs media and artifacts with the SDK. The browser tests start it; the server is in ASSAY_BASE_URL.

python e2e/mediaWriter.py PROJECT          two runs of six steps with everything that panels show
python e2e/mediaWriter.py PROJECT many     one run with a list of 1,000 pictures
python e2e/mediaWriter.py PROJECT points   one run with a cloud of a million points
python e2e/mediaWriter.py PROJECT artifacts  datasets, models and what leads from one to the other"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import assay

LABELS = {0: "background", 1: "nucleus", 2: "mitotic", 3: "debris"}
PDB = "".join(
    f"ATOM  {i + 1:5}  {name:<3} ALA A   1    {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00          {element:>2}\n"
    for i, (name, element, x, y, z) in enumerate(
        [("N", "N", -0.5, 1.36, 0), ("CA", "C", 0, 0, 0), ("C", "C", 1.52, 0, 0), ("O", "O", 2.2, -0.96, 0.3)]
    )
)


def field(seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A picture of cells and the class of each pixel; `shift` moves the cells, as a worse model sees them."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:192, :256]
    picture = np.full((192, 256, 3), (12, 14, 20), float)
    classes = np.zeros((192, 256), np.uint8)
    for _ in range(9):
        x, y, a, b = random.uniform(10, 246), random.uniform(10, 182), random.uniform(12, 28), random.uniform(10, 22)
        kind = int(random.integers(1, 4))
        inside = ((columns - x) / a) ** 2 + ((rows - y) / b) ** 2
        colour = np.array([(90, 140, 190), (200, 180, 120), (180, 110, 160)][kind - 1])
        picture[inside < 1] = colour * (1 - 0.4 * inside[inside < 1])[:, None]
        seen = ((columns - x - shift) / a) ** 2 + ((rows - y) / b) ** 2
        classes[seen < 1] = kind
    noise = random.normal(0, 6, picture.shape)
    return (picture + noise).clip(0, 255).astype(np.uint8), classes


def image(seed: int, shift: float) -> assay.Image:
    picture, truth = field(seed)
    _, seen = field(seed, shift)
    boxes = [
        {"position": {"minX": 0.1, "maxX": 0.4, "minY": 0.2, "maxY": 0.6}, "class_id": 2, "scores": {"conf": 0.93}},
        {
            "position": {"middle": [180, 90], "width": 60, "height": 40, "rotation": 0.4},
            "domain": "pixel", "class_id": 1, "scores": {"conf": 0.4},
        },
    ]  # fmt: skip
    return assay.Image(
        picture,
        caption=f"field {seed}",
        masks={
            "truth": {"mask_data": truth, "class_labels": LABELS},
            "prediction": {"mask_data": seen, "class_labels": LABELS},
        },
        boxes={"prediction": {"box_data": boxes, "class_labels": LABELS}},
    )


def tone(step: int) -> assay.Audio:
    seconds = np.arange(22_050) / 22_050
    return assay.Audio(np.sin(2 * np.pi * (300 + 90 * step + 600 * seconds) * seconds) * 0.6, sample_rate=22_050, caption="chirp")


def cloud(count: int, seed: int = 0) -> Any:
    random = np.random.default_rng(seed)
    points = random.normal(size=(count, 3)) * (20, 8, 2)
    colours = np.abs(points * (4, 8, 40)).clip(0, 255)
    boxes = [
        {"center": [0, 0, 0], "size": [20, 8, 4], "rotation": [0, 0, 0.2, 0.98], "label": "car", "score": 0.9, "layer": "truth"},
        {"center": [14, 6, 0], "size": [8, 4, 4], "label": "van", "score": 0.4, "layer": "prediction"},
    ]
    return assay.Object3D.from_point_cloud(np.hstack([points, colours]), boxes, [])


def scene() -> assay.Scene:
    picture, _ = field(3)
    camera = {
        "image": picture,
        "intrinsics": [[200, 0, 128], [0, 200, 96], [0, 0, 1]],
        "extrinsics": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 20], [0, 0, 0, 1]],
    }
    random = np.random.default_rng(1)
    return assay.Scene([
        {
            "time": k * 0.1,
            "points": random.normal(size=(2_000, 3)) * (10, 6, 2),
            "boxes": [{"center": [k, 0, 0], "size": [4, 2, 2], "label": "car", "score": 0.8}],
            "cameras": {"front": camera},
        }
        for k in range(5)
    ])  # fmt: skip


def waves(step: int) -> list[list[float]]:
    x = np.linspace(-3, 3, 30)
    return (np.cos(x[:, None] + step / 100) * np.cos(x)).round(3).tolist()


def everything(project: str) -> None:
    for place, name in enumerate(("amber-otter-1", "quiet-fjord-2")):
        with assay.init(project=project, name=name, config={"lr": 0.1 / (place + 1), "kind": "ab"[place]}) as run:
            for step in range(0, 600, 100):
                decay = float(np.exp(-step / 200))
                shift = (2 + 6 * place) * decay
                run.log(
                    {
                        "loss": decay + 0.1 * place,
                        "val/fields": [image(seed + step // 100, shift) for seed in range(6)],
                        "val/one": image(40 + step // 100, shift),
                        "sound": tone(step // 100),
                        "words": assay.Text(
                            f"Ada Lovelace lived in London.\nStep {step} of {name}.", spans=[(0, 12, "PER"), (22, 28, "LOC")]
                        ),
                        "page": assay.Html("<p>A logged page</p><script>document.body.append('origin ' + origin)</script>"),
                        "figure": assay.Plotly(
                            '{"data":[{"type":"scatter","y":[1,3,2,5]},{"type":"bar","y":[2,1,4,3]}],"layout":{"title":"Figure"}}'
                        ),
                        "surface": assay.Plotly(
                            json.dumps({"data": [{"type": "surface", "z": waves(step), "showscale": False}]})
                        ),
                        "clip": assay.Video(
                            np.stack([np.roll(field(7)[0], 8 * k, 1).transpose(2, 0, 1) for k in range(16)]), fps=8, format="mp4"
                        ),
                        "cloud": cloud(5_000, place),
                        "drive": scene(),
                        "molecule": molecule(),
                        "tune": tune(step),
                        "film": film(),
                        "accuracy": assay.plot_table(
                            "line",
                            {"epoch": list(range(20)), "acc": [1 - float(np.exp(-e / (4 + place))) for e in range(20)]},
                            {"x": "epoch", "y": "acc"},
                        ),
                    },
                    step=step,
                )


def film() -> assay.Video:
    """A file that another program made: nothing but the film."""
    from assay.journal.staging import RawVideo
    from assay.sync import films

    frames = np.stack([np.roll(field(9)[0], 8 * k, 1) for k in range(16)])
    path = Path(tempfile.mkdtemp()) / "film.mp4"
    with path.open("wb") as file:
        height, width = frames.shape[1:3]
        films.write(file, path, RawVideo("RGB", width, height, len(frames), 8, "mp4"), memoryview(frames.tobytes()))
    return assay.Video(str(path))


def tune(step: int) -> assay.Midi:
    """A scale on a piano and a drum, a note a quarter of a second."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return name + len(data).to_bytes(4, "big") + data

    def track(name: bytes, channel: int, pitches: list[int]) -> bytes:
        notes = b"".join(bytes([0, 0x90 | channel, p, 100, 48, 0x80 | channel, p, 0]) for p in pitches)
        return chunk(b"MTrk", b"\x00\xff\x03" + bytes([len(name)]) + name + notes + b"\x00\xff\x2f\x00")

    scale = [60 + step // 100 + k for k in (0, 2, 4, 5, 7, 9, 11, 12)]
    return assay.Midi(chunk(b"MThd", b"\0\1\0\2\0\x60") + track(b"Piano", 0, scale) + track(b"Beat", 9, [36, 42] * 4))


def molecule() -> assay.Molecule:
    path = Path(tempfile.mkdtemp()) / "alanine.pdb"
    path.write_text(PDB)
    return assay.Molecule(str(path))


def many(project: str) -> None:
    tiles = [field(seed)[0][::2, ::2] for seed in range(20)]
    with assay.init(project=project, name="many-tiles") as run:
        run.log({"tiles": [assay.Image(np.roll(tiles[i % 20], i, 1)) for i in range(1_000)]}, step=0)


def points(project: str) -> None:
    with assay.init(project=project, name="million") as run:
        run.log({"cloud": cloud(1_000_000)}, step=0)


def artifacts(project: str) -> None:
    from PIL import Image as Picture

    folder = Path(tempfile.mkdtemp())
    for part, count in (("train", 10), ("val", 4)):
        (folder / part).mkdir()
        for i in range(count):
            Picture.fromarray(field(i)[0]).save(folder / part / f"tile_{i:03}.png")
    (folder / "README.md").write_text("# Tiles\n\n512 px tiles from 96 plates.\n")
    (folder / "meta.json").write_text('{"plates": 96}')
    rows = [f"tile_{i:03}.png,plate-{i % 4},{'mitotic' if i % 3 else 'debris'}\n" for i in range(10)]
    (folder / "labels.csv").write_text("tile,plate,class\n" + "".join(rows))
    with assay.init(project=project, name="tile-split-340", job_type="prepare") as run:
        raw = assay.Artifact("plates-raw", "dataset", metadata={"plates": 96})
        raw.add_file(str(folder / "README.md"))
        run.log_artifact(raw).wait()
    with assay.init(project=project, name="tiler-341", job_type="prepare") as run:
        run.use_artifact("plates-raw:latest", use_as="raw")
        for version in range(3):
            Picture.fromarray(field(100 + version)[0]).save(folder / "train" / f"new_{version}.png")
            tiles = assay.Artifact(
                "mitosis-tiles", "dataset", description="Tiles from 96 plates, three classes.",
                metadata={"classes": 3, "split": {"by": "patient", "seed": version}},
            )  # fmt: skip
            tiles.add_dir(str(folder))
            run.log_artifact(tiles, aliases=["2024"] if version == 0 else None, tags=["3-class"]).wait()
    for place, name in enumerate(("calm-basin-352", "quiet-fjord-409", "amber-otter-412")):
        with assay.init(project=project, name=name, job_type="train") as run:
            run.use_artifact("mitosis-tiles:latest", use_as="train")
            run.log({"mIoU": 0.84 + 0.01 * place})
            weights = folder / "model.bin"
            weights.write_bytes(bytes([place]) * 2_000_000)
            model = assay.Artifact(f"ckpt-{name[-3:]}", "model", metadata={"mIoU": 0.84 + 0.01 * place})
            model.add_file(str(weights))
            run.log_artifact(model, aliases=["production"] if place == 0 else ["staging"] if place == 1 else None).wait()


if __name__ == "__main__":
    what = {"everything": everything, "many": many, "points": points, "artifacts": artifacts}
    what[sys.argv[2] if len(sys.argv) > 2 else "everything"](sys.argv[1])
