"""Fill a server with projects that look like a team's work: what `make screens` photographs and people try pages on.

    ASSAY_API_KEY=… python tools/showcase.py SERVER [ENTITY]

`cells`: 128 runs of a segmentation study over three encoders, three of them running, with metric goals, tags, notes, system
metrics, logs, files and code. `tiny`: one run with one point. `nuclei`: a dataset, models and media, by the SDK (see
`showcase_artifacts`). The others go through the API that the SDK's sender uses. All is drawn from fixed seeds, and is the same
each time but for the clock."""

from __future__ import annotations

import hashlib
import math
import os
import random
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

import showcase_artifacts
from assay.testing.batches import BatchWriter
from assay.wire.batch import Batch
from assay.wire.records import Alert, Console, Define, Environment, Finish, Progress, Record

RUNS = 128
STEPS = 30_000
EVERY = 50
ROWS_PER_BATCH = 10_000
ENCODERS = {"convnext-t": (31, 0.865), "segformer-b2": (42, 0.842), "unet-r34": (55, 0.838)}
ADJECTIVES = [
    "amber", "quiet", "brisk", "copper", "sunlit", "lucid", "pale", "vivid", "late", "northern", "ivory", "mellow",
    "steady", "plain", "silent", "golden",
]  # fmt: skip
NOUNS = [
    "otter", "fjord", "heron", "lark", "quartz", "comet", "cedar", "canyon", "ember", "moss", "delta", "ridge", "maple",
    "harbor", "meadow", "falcon",
]  # fmt: skip
STATES = {3: "failed", 11: "crashed", 19: "killed", 27: "failed", 64: "killed"}
RUNNING = (125, 126, 127)
DAY_S = 86_400


class Project:
    """One project of a server, written as runs are."""

    def __init__(self, client: httpx.Client, entity: str, name: str) -> None:
        self._client = client
        self.path = f"/api/v1/projects/{entity}/{name}"

    def ask(self, method: str, path: str, **rest: Any) -> Any:
        answer = self._client.request(method, f"{self.path}{path}", **rest)
        if answer.status_code >= 300:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None

    def start(self, run: str, **info: Any) -> BatchWriter:
        self.ask("PUT", f"/runs/{run}", json={"writer": "w1", **info})
        return BatchWriter()

    def send(self, run: str, batch: Batch) -> None:
        headers = {"content-type": "application/vnd.assay.batch"}
        self.ask("POST", f"/runs/{run}/batches", content=batch.encode(), headers=headers)

    def rows(
        self, run: str, writer: BatchWriter, rows: Iterable[tuple[int, float, Mapping[str, Any]]], channel: Any = "history"
    ) -> None:
        waiting: list[tuple[int, float, Mapping[str, Any]]] = []
        for row in rows:
            waiting.append(row)
            if len(waiting) == ROWS_PER_BATCH:
                self.send(run, writer.log_at(*waiting, channel=channel))
                waiting.clear()
        if waiting:
            self.send(run, writer.log_at(*waiting, channel=channel))

    def files(self, run: str, files: Mapping[str, str]) -> None:
        listed = [
            {"path": path, "digest": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}", "size": len(text.encode())}
            for path, text in files.items()
        ]
        tickets = self.ask("POST", f"/runs/{run}/files", json={"files": listed})["tickets"]
        for ticket in tickets:
            if ticket["upload_url"]:
                content = files[ticket["path"]].encode()
                headers = {"content-type": "application/octet-stream"}
                self._client.put(ticket["upload_url"], content=content, headers=headers).raise_for_status()
        self.ask("POST", f"/runs/{run}/files", json={"files": listed, "commit": True})


@dataclass(frozen=True)
class Trial:
    """One run of the study: what it was asked and how well it will do."""

    number: int
    encoder: str
    name: str
    config: dict[str, Any]
    quality: float
    steps: int
    state: str

    @property
    def id(self) -> str:
        return f"r{self.number:03}"


def trials() -> list[Trial]:
    chance = random.Random(41)
    encoders = [name for name, (count, _) in ENCODERS.items() for _ in range(count)]
    chance.shuffle(encoders)
    found = []
    for number, encoder in enumerate(encoders):
        lr = 10 ** chance.uniform(-5, -2)
        decay = 10 ** chance.uniform(-5, -1)
        boundary, strength = round(chance.uniform(0, 1), 2), round(chance.uniform(0, 1), 2)
        batch = chance.choice([8, 16, 32, 64])
        best = ENCODERS[encoder][1]
        quality = best - 0.02 * abs(math.log10(lr) + 3.4) - 0.01 * abs(boundary - 0.7) + chance.gauss(0, 0.006)
        state = "running" if number in RUNNING else STATES.get(number, "finished")
        steps = 18_214 if state == "running" else STEPS if state == "finished" else chance.randrange(4_000, 20_000)
        config = {
            "encoder": encoder, "lr": float(f"{lr:.3g}"), "weight_decay": float(f"{decay:.3g}"), "batch": batch, "steps": STEPS,
            "seed": number % 5, "aug": {"strength": strength, "elastic": number % 2 == 0, "stain_jitter": 0.15},
            "loss": {"boundary": boundary, "dice": 1, "ce": chance.choice([0.5, 1]), "class_weights": [0.4, 2.2, 1.1]},
            "data": {"workers": chance.choice([4, 8, 14]), "tiles": "mitosis-tiles", "size": 512},
            "optimizer": "adamw", "amp": True, "ema": 0.999,
        }  # fmt: skip
        name = f"{ADJECTIVES[number % 16]}-{NOUNS[(number * 7 + number // 16) % 16]}-{number + 285}"
        found.append(Trial(number, encoder, name, config, quality, steps, state))
    return found


def curves(trial: Trial, began: float) -> Iterable[tuple[int, float, dict[str, float]]]:
    noise = random.Random(1000 + trial.number)
    speed = 1800 + 900 * noise.random()
    spike = noise.randrange(6_000, 12_000) if trial.number % 9 == 0 else -1
    wander = 0.0
    for step in range(0, trial.steps, EVERY):
        decay = math.exp(-step / speed)
        wander = 0.97 * wander + noise.gauss(0, 0.0016)
        row = {
            "train/loss": (0.13 + 0.8 * (0.88 - trial.quality)) + 0.95 * decay + abs(noise.gauss(0, 0.02)) * (0.4 + decay),
            "train/grad_norm": 0.6 + 2.4 * decay + abs(noise.gauss(0, 0.18)),
            "train/lr": trial.config["lr"] * 0.5 * (1 + math.cos(math.pi * step / STEPS)),
            "perf/images_s": 412 + noise.gauss(0, 9) - (60 if noise.random() < 0.02 else 0),
        }
        if abs(step - spike) < EVERY:
            row["train/loss"] += 1.4
        if step % 200 == 0:
            score = trial.quality * (1 - 0.92 * math.exp(-step / (1.3 * speed))) + wander
            row |= {
                "val/mIoU": score,
                "val/loss": 1.05 - score + 0.02 * decay,
                "val/boundary_f1": score - 0.08 + noise.gauss(0, 0.003),
                "val/iou.nucleus": min(0.99, score + 0.06),
                "val/iou.mitotic": score - 0.012 + noise.gauss(0, 0.004),
                "val/iou.debris": score - 0.045 + noise.gauss(0, 0.006),
            }
        yield step, began + step * 0.56, row


def readings(trial: Trial, began: float) -> Iterable[tuple[int, float, dict[str, float]]]:
    noise = random.Random(2000 + trial.number)
    for sample in range(240):
        at = began + sample * trial.steps * 0.56 / 240
        row = {
            "cpu": 31 + noise.gauss(0, 4),
            "memory_percent": 44 + 2 * math.sin(sample / 30),
            "proc.memory.rssMB": 9_400 + sample,
        }
        for gpu in range(4):
            is_idle = gpu == 2 and sample % 6 == 0
            row |= {
                f"gpu.{gpu}.gpu": 3 + 4 * noise.random() if is_idle else 90 + 8 * noise.random(),
                f"gpu.{gpu}.memoryAllocated": 45.5 + 0.4 * math.sin(sample / 9 + gpu),
                f"gpu.{gpu}.memoryAllocatedBytes": 36.4e9 + 2e8 * math.sin(sample / 9 + gpu),
                f"gpu.{gpu}.powerWatts": 120.0 if is_idle else 310 + noise.gauss(0, 12),
                f"gpu.{gpu}.enforcedPowerLimitWatts": 400.0,
                f"gpu.{gpu}.temp": 61 + 3 * math.sin(sample / 17 + gpu),
            }
        yield int(at * 1000), at, row


def definitions() -> list[Record]:
    return [
        Define("val/*", summary=["last"]),
        Define("val/mIoU", summary=["max"], goal="maximize"),
        Define("val/boundary_f1", summary=["max"], goal="maximize"),
        Define("val/iou.*", summary=["max"], goal="maximize"),
        Define("val/loss", summary=["min"], goal="minimize"),
        Define("train/loss", summary=["last"], goal="minimize"),
        Define("perf/images_s", summary=["mean"], goal="maximize", unit="img/s"),
    ]


def environment(trial: Trial) -> Environment:
    packages = {"torch": "2.4.1", "timm": "1.0.9", "numpy": "2.1.1", "albumentations": "1.4.14", "scikit-image": "0.24.0"}
    if trial.number % 2:
        packages |= {"timm": "1.0.8", "albumentations": "1.4.10"}
    card = {"name": "NVIDIA A100-SXM4-80GB", "memory_bytes": 85_899_345_920}
    host = {"name": "Linux", "kernel": "6.5.0", "machine": "x86_64", "host": "dgx-04", "distribution": "Ubuntu 22.04.4 LTS"}
    git = {
        "commit": f"a3f9c21e{trial.number:032x}"[:40], "branch": "boundary-loss", "remote": "git@example.invalid:helix/cells.git",
        "is_dirty": True, "files_changed": 3, "lines_added": 48, "lines_removed": 12,
    }  # fmt: skip
    command = [
        "torchrun", "--nproc-per-node", "4", "train.py", "--config", "conf/boundary.yaml", f"encoder={trial.encoder}",
        f"loss.boundary={trial.config['loss']['boundary']}",
    ]  # fmt: skip
    facts = {
        "python": {"version": "3.11.9", "implementation": "CPython"},
        "os": host,
        "cpu": {"model": "AMD EPYC 7742", "count": 128, "usable_count": 64},
        "memory_bytes": 1_081_101_176_832,
        "gpu": {"driver": "550.90.07", "cuda": "12.4", "devices": [card] * 4},
        "git": git,
        "command": command,
        "packages": packages | {f"package-{n:03}": f"1.{n}.0" for n in range(60)},
    }
    return Environment(facts)


def log_lines(trial: Trial, began: float, count: int) -> list[Record]:
    noise = random.Random(3000 + trial.number)
    records: list[Record] = []
    for start in range(0, count, 2_000):
        by_rank: dict[int, tuple[list[float], list[str]]] = {rank: ([], []) for rank in range(4)}
        for line in range(start, min(count, start + 2_000)):
            rank, at = line % 4, began + line * trial.steps * 0.56 / count
            step = line * trial.steps // count
            text = (
                f"step={step} loss=\x1b[1m{0.16 + 0.02 * noise.random():.4f}\x1b[0m "
                f"boundary={0.055 + 0.004 * noise.random():.4f} grad={0.8 + 0.5 * noise.random():.2f} "
                f"lr={trial.config['lr']:.2e} {390 + int(40 * noise.random())} img/s"
            )
            if line % 97 == 50:
                text = f"\x1b[33mWARNING\x1b[0m loader: rank {rank} waited {0.4 + noise.random():.1f} s for a batch, queue empty"
            if line % 1_613 == 800:
                text = f"\x1b[31mERROR\x1b[0m tile {noise.randrange(90_000):06} could not be decoded, skipped"
            times, lines = by_rank[rank]
            times.append(at)
            lines.append(text)
        records += [Console("stdout", times, lines, f"r{rank}") for rank, (times, lines) in by_rank.items()]
    return records


TRAIN_PY = """import torch
from cells.data import tiles
from cells.model import build


def main(config):
    model = build(config.encoder).cuda()
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    for step, batch in enumerate(tiles(config.data, workers={workers})):
        loss = model.loss(batch, boundary={boundary})
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main(read_config())
"""
PATCH = """diff --git a/cells/losses.py b/cells/losses.py
index 3b18e51..9c0f2aa 100644
--- a/cells/losses.py
+++ b/cells/losses.py
@@ -12,7 +12,9 @@ def boundary_loss(logits, target, weight):
-    edges = sobel(target)
-    return weight * (logits * edges).mean()
+    edges = distance_transform(target)
+    edges = edges.clamp(max=8) / 8
+    inside = logits.softmax(1)
+    return weight * (inside * edges).mean()
"""


def cells(project: Project, now: float) -> None:
    all_trials = trials()
    for trial in all_trials:
        age = (len(all_trials) - trial.number) * 0.045 * DAY_S
        began = now - 18_214 * 0.56 - 60 if trial.state == "running" else now - 0.3 * DAY_S - age
        writer = project.start(
            trial.id,
            name=trial.name,
            config=trial.config,
            tags=sorted({"boundary", trial.encoder.split("-")[0]} if trial.config["loss"]["boundary"] > 0.4 else {"baseline"}),
            group="boundary-study",
            job_type="train",
            created_at=began,
            host="dgx-04",
            program="train.py",
            sdk_version="0.1.0",
        )
        project.send(trial.id, writer.fold([*definitions(), environment(trial)]))
        project.rows(trial.id, writer, curves(trial, began))
        project.rows(trial.id, writer, readings(trial, began), "system")
        is_shown = trial.number >= len(all_trials) - 6
        if is_shown:
            project.send(trial.id, writer.fold(log_lines(trial, began, 41_208 if trial.number == RUNNING[-1] else 3_000)))
            code = TRAIN_PY.replace("{workers}", str(trial.config["data"]["workers"]))
            code = code.replace("{boundary}", str(trial.config["loss"]["boundary"]))
            files = {
                "code/train.py": code,
                "diff.patch": PATCH,
                "conf/boundary.yaml": "encoder: convnext-t\nlr: 3.2e-4\n",
                "metrics/confusion.csv": "class,nucleus,mitotic,debris\nnucleus,912,40,12\nmitotic,31,288,9\n",
            }
            project.files(trial.id, files)
        ending: list[Record] = [Progress(trial.steps, STEPS, began + trial.steps * 0.56)]
        if trial.state == "failed":
            ending.append(Alert("Loss is NaN", "train/loss stayed NaN for 20 steps", "error", began + 100, trial.steps - 1))
        if trial.state in ("finished", "failed", "killed"):
            ending.append(Finish(trial.state, 0 if trial.state == "finished" else 1, began + trial.steps * 0.56))  # type: ignore[arg-type]
        project.send(trial.id, writer.fold(ending))
    project.ask(
        "PATCH", f"/runs/{all_trials[-1].id}", json={"notes": "Boundary loss at 0.7 with the **new** distance transform."}
    )


NOTE = "Best so far: **{{runs.best.val/mIoU}}** of {{runs.count}} runs.\n\n$L = L_{ce} + \\lambda L_{b}$"


def study_view(project: Project) -> str:
    """Save the view that the study's people share; answers its id."""
    draft = {
        "name": "Boundary study",
        "sharing": "shared",
        "spec": {
            "settings": {"smoothing": {"kind": "time_ema", "strength": 0.6}},
            "runs": {
                "filter": "metrics.val/mIoU.max >= 0.8 and tags has \"boundary\"",
                "sort": [{"key": "summary.val/mIoU", "descending": True}],
                "group": [{"key": "config.encoder"}],
                "columns": [{"key": "summary.val/mIoU"}],
                "pinned": ["r113"],
                "baseline": "r113",
                "drawn": 10,
            },
            "kpis": [
                {"kind": "kpi", "id": "k1", "metric": "val/mIoU", "title": "Best val/mIoU"},
                {"kind": "kpi", "id": "k2", "metric": "val/loss", "title": "Lowest val/loss"},
                {"kind": "kpi", "id": "k3", "metric": "val/boundary_f1", "title": "Best val/boundary_f1"},
                {"kind": "kpi", "id": "k4", "metric": "perf/images_s", "aggregate": "mean", "title": "Throughput, mean"},
            ],
            "mode": "manual",
            "sections": [
                {
                    "id": "val",
                    "title": "val",
                    "panels": [
                        _line("val/mIoU", 0, is_grouped=False),
                        _line("val/loss", 4, grouping={"keys": ["config.encoder"], "band": "std"}),
                        _line("train/loss", 8, is_grouped=False, y_scale="log"),
                    ],
                },
                {
                    "id": "search",
                    "title": "Search and samples",
                    "panels": [
                        {
                            "kind": "parallel",
                            "id": "shared",
                            "title": "What the best runs share",
                            "layout": {"x": 0, "y": 0, "w": 8, "h": 5},
                            "axes": [
                                {"key": key}
                                for key in (
                                    "config.encoder", "config.lr", "config.weight_decay", "config.aug.strength",
                                    "config.loss.boundary", "config.batch", "summary.val/mIoU",
                                )
                            ],
                        },
                        {
                            "kind": "importance",
                            "id": "why",
                            "target": "val/mIoU",
                            "aggregate": "max",
                            "layout": {"x": 8, "y": 0, "w": 4, "h": 5},
                        },
                    ],
                },
                {
                    "id": "more",
                    "title": "More",
                    "panels": [
                        {
                            "kind": "scatter",
                            "id": "lr",
                            "x": "config.lr",
                            "y": "summary.val/mIoU",
                            "x_scale": "log",
                            "has_trend": True,
                            "layout": {"x": 0, "y": 0, "w": 4, "h": 4},
                        },
                        {
                            "kind": "bar",
                            "id": "encoders",
                            "value": "summary.val/mIoU",
                            "group": ["config.encoder"],
                            "draw": "box",
                            "layout": {"x": 4, "y": 0, "w": 4, "h": 4},
                        },
                        {
                            "kind": "markdown",
                            "id": "note",
                            "title": "Notes",
                            "text": NOTE,
                            "layout": {"x": 8, "y": 0, "w": 4, "h": 4},
                        },
                    ],
                },
            ],
        },
    }  # fmt: skip
    found: str = project.ask("POST", "/views", json=draft)["id"]
    return found


def _line(metric: str, x: int, **more: Any) -> dict[str, Any]:
    return {"kind": "line", "id": metric, "y": [{"metric": metric}], "layout": {"x": x, "y": 0, "w": 4, "h": 4}, **more}


def tiny(project: Project, now: float) -> None:
    writer = project.start("only", name="only-one-1", created_at=now)
    project.send("only", writer.log_at((0, now, {"loss": 2.5})))
    project.send("only", writer.fold([Finish("finished", 0, now)]))


def main() -> None:
    server, *rest = sys.argv[1:]
    key = os.environ["ASSAY_API_KEY"]
    with httpx.Client(base_url=server, headers={"authorization": f"Bearer {key}"}, timeout=120) as client:
        entity = rest[0] if rest else client.get("/api/v1/me").json()["default_entity"]
        now = time.time()
        tiny(Project(client, entity, "tiny"), now)
        study = Project(client, entity, "cells")
        cells(study, now)
        view = study_view(study)
    showcase_artifacts.fill(server, key, entity)
    print(f"{server}/{entity}/cells?view={view}")


if __name__ == "__main__":
    main()
