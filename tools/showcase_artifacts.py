"""The part of the showcase that is made with the SDK: a dataset with two versions, models with checkpoints, media by step.

`nuclei`: pictures of cells drawn here, a dataset whose labels were put right once, three trainings that log predictions over
their masks, and one evaluation. The last training runs on the mended labels, so the pages of lineage have something to say."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import assay

PROJECT = "nuclei"
SIDE = 128
STEPS = 40
CLASSES = {0: "background", 1: "nucleus", 2: "border"}


@dataclass(frozen=True, slots=True)
class Slide:
    """A drawn picture and what is true of it."""

    name: str
    split: str
    stain: str
    pixels: np.ndarray  # rows × columns × 3, u8
    mask: np.ndarray  # rows × columns, class of each pixel
    boxes: list[tuple[int, int, int, int]]  # left, top, right, bottom

    @property
    def area(self) -> float:
        return float((self.mask == 1).sum()) / max(1, len(self.boxes))


def slide(number: int) -> Slide:
    dice = np.random.default_rng(number)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    is_dark = number % 3 == 2
    ground, tint = ((38, 30, 52), (120, 190, 220)) if is_dark else ((238, 222, 232), (112, 58, 140))
    light = np.zeros((SIDE, SIDE))
    mask = np.zeros((SIDE, SIDE), dtype=np.uint8)
    boxes = []
    for _ in range(int(dice.integers(7, 15))):
        x, y = dice.uniform(10, SIDE - 10, 2)
        a, b = dice.uniform(5, 12, 2)
        turn = dice.uniform(0, math.pi)
        u = (columns - x) * math.cos(turn) + (rows - y) * math.sin(turn)
        v = (rows - y) * math.cos(turn) - (columns - x) * math.sin(turn)
        away = (u / a) ** 2 + (v / b) ** 2
        light = np.maximum(light, np.clip(1.25 - away, 0, 1))
        mask[away < 1.35] = np.where(mask[away < 1.35] == 1, 1, 2)
        mask[away < 0.85] = 1
        reach = max(a, b)
        boxes.append((int(max(0, x - reach)), int(max(0, y - reach)), int(min(SIDE, x + reach)), int(min(SIDE, y + reach))))
    noise = dice.normal(0, 6, (SIDE, SIDE, 1))
    pixels = np.array(ground) * (1 - light[..., None]) + np.array(tint) * light[..., None] + noise
    split = "test" if number % 5 == 4 else "train"
    name = f"slide-{number:03d}"
    return Slide(name, split, "dapi" if is_dark else "h&e", pixels.clip(0, 255).astype(np.uint8), mask, boxes)


def predicted(of: Slide, quality: float, seed: int) -> np.ndarray:
    """The mask with as much of it wrong as a model of that quality gets wrong."""
    dice = np.random.default_rng(seed)
    shift = round((1 - quality) * 9)
    found = np.roll(of.mask, (shift, -shift), axis=(0, 1)).copy()
    coarse = dice.random((SIDE // 8, SIDE // 8)) < (1 - quality) * 0.35
    found[np.kron(coarse, np.ones((8, 8))).astype(bool)] = 0
    return found


def write_dataset(folder: Path, slides: list[Slide], miscounted: set[str]) -> None:
    rows = io.StringIO()
    table = csv.writer(rows)
    table.writerow(["slide", "split", "stain", "nuclei", "mean_area"])
    for one in slides:
        picture = folder / one.split / f"{one.name}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(one.pixels).save(picture)
        count = len(one.boxes) - 3 if one.name in miscounted else len(one.boxes)
        table.writerow([one.name, one.split, one.stain, count, round(one.area, 1)])
    (folder / "labels.csv").write_text(rows.getvalue())
    (folder / "README.md").write_text(
        "# Nuclei\n\nDrawn slides of 128 × 128 pixels in two stains. `labels.csv` says how many nuclei are on each.\n\n"
        "| stain | ground |\n| --- | --- |\n| h&e | light |\n| dapi | dark |\n"
    )


def prepare(home: Path, slides: list[Slide], version: int, **info: Any) -> None:
    folder = home / f"v{version}"
    write_dataset(folder, slides, {"slide-006", "slide-011"} if version == 0 else set())
    with assay.init(project=PROJECT, job_type="prepare", dir=home, **info) as run:
        counts = [len(one.boxes) for one in slides]
        run.log({"slides": len(slides), "nuclei": sum(counts), "nuclei per slide": assay.Histogram(counts)})
        metadata = {"slides": len(slides), "side_px": SIDE, "stains": ["h&e", "dapi"], "labels_checked": version > 0}
        told = "Labels counted again by two people." if version else "First pass over all slides."
        data = assay.Artifact("nuclei", "dataset", description=told, metadata=metadata)
        data.add_dir(str(folder))
        run.log_artifact(data, aliases=["clean"] if version else ["raw"]).wait()


def cloud(quality: float, seed: int) -> np.ndarray:
    """What a model makes of three kinds of cells, in space: N × 6, with a colour each."""
    dice = np.random.default_rng(seed)
    parts = []
    for kind, colour in enumerate(((79, 110, 247), (231, 111, 81), (42, 157, 143))):
        centre = np.array([math.cos(kind * 2.1), math.sin(kind * 2.1), kind / 2]) * (0.4 + quality)
        points = centre + dice.normal(0, 0.55 - 0.35 * quality, (400, 3))
        parts.append(np.hstack((points, np.tile(colour, (400, 1)))))
    return np.concatenate(parts)


def train(home: Path, slides: list[Slide], data: str, top: float, seed: int, **info: Any) -> None:
    held_out = [one for one in slides if one.split == "test"][:4]
    with assay.init(project=PROJECT, job_type="train", dir=home, **info) as run:
        run.define_metric("val/dice", summary="max", goal="maximize")
        run.define_metric("train/loss", goal="minimize")
        run.use_artifact(f"nuclei:{data}", use_as="train")
        dice = np.random.default_rng(seed)
        for step in range(STEPS + 1):
            quality = top * (1 - math.exp(-step / 9)) + dice.normal(0, 0.006)
            run.log({"train/loss": 1.1 * math.exp(-step / 8) + 0.08 + abs(dice.normal(0, 0.01)), "val/dice": quality}, step=step)
            if step % 8 == 0:
                run.log(pictures(held_out, quality, seed + step), step=step)
                model = home / f"{run.id}-{step}.json"
                model.write_text(json.dumps({"step": step, "weights": dice.normal(0, 1, 2_000).round(4).tolist()}))
                run.log_checkpoint(
                    str(model), name=f"{run.name}-checkpoint", step=step, metric="val/dice", goal="maximize", keep=3
                )
        model = home / f"{run.id}.json"
        model.write_text(json.dumps({"weights": dice.normal(0, 1, 6_000).round(4).tolist()}))
        run.log_model(
            str(model), name="nuclei-segmenter", aliases=[run.name, *(["production"] if info["name"] == "wide" else [])]
        )


def pictures(slides: list[Slide], quality: float, seed: int) -> dict[str, Any]:
    quality = min(0.99, max(0.05, quality))
    examples = [
        assay.Image(
            one.pixels,
            caption=f"{one.name}, {one.stain}",
            masks={
                "prediction": {"mask_data": predicted(one, quality, seed), "class_labels": CLASSES},
                "truth": {"mask_data": one.mask, "class_labels": CLASSES},
            },
            boxes={"prediction": {"box_data": list(boxes(one, quality, seed)), "class_labels": {1: "nucleus"}}},
        )
        for one in slides
    ]
    recall = np.linspace(0, 1, 25)
    curve = {"recall": recall, "precision": (1 - recall**4 * (1.2 - quality)).clip(0, 1)}
    return {
        "examples": examples,
        "embedding": assay.Object3D(cloud(quality, seed)),
        "precision over recall": assay.plot_table("line", curve, {"x": "recall", "y": "precision"}),
    }


def boxes(of: Slide, quality: float, seed: int) -> Iterator[dict[str, Any]]:
    dice = np.random.default_rng(seed)
    for left, top, right, bottom in of.boxes:
        score = float(np.clip(dice.normal(quality, 0.12), 0.02, 0.99))
        yield {
            "position": {"minX": left, "maxX": right, "minY": top, "maxY": bottom},
            "domain": "pixel",
            "class_id": 1,
            "box_caption": f"nucleus {score:.2f}",
            "scores": {"confidence": round(score, 3)},
        }


def evaluate(home: Path, slides: list[Slide], **info: Any) -> None:
    with assay.init(project=PROJECT, job_type="evaluate", dir=home, **info) as run:
        run.use_artifact("nuclei-segmenter:production")
        run.use_artifact("nuclei:clean", use_as="test")
        for number, one in enumerate(slide for slide in slides if slide.split == "test"):
            found = predicted(one, 0.9, number)
            both = ((found == 1) & (one.mask == 1)).sum()
            run.log({"test/dice": 2 * both / max(1, (found == 1).sum() + (one.mask == 1).sum())})


def fill(server: str, key: str, entity: str) -> None:
    """Needs a server that can be reached; returns when everything is there."""
    os.environ.update({"ASSAY_BASE_URL": server, "ASSAY_API_KEY": key, "ASSAY_ENTITY": entity, "ASSAY_SILENT": "true"})
    slides = [slide(number) for number in range(30)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = {"silent": True, "finish_timeout": 120}
        prepare(home, slides[:24], 0, id="first-pass", name="first pass", settings=settings)
        prepare(home, slides, 1, id="second-pass", name="second pass", settings=settings)
        train(home, slides, "v0", 0.81, 1, id="baseline", name="baseline", config={"lr": 3e-4, "width": 32}, settings=settings)
        train(home, slides, "v1", 0.86, 2, id="narrow", name="narrow", config={"lr": 3e-4, "width": 16}, settings=settings)
        train(home, slides, "v1", 0.93, 3, id="wide", name="wide", config={"lr": 1e-4, "width": 64}, settings=settings)
        evaluate(home, slides, id="acceptance", name="acceptance", settings=settings)
