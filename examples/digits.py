"""Train small neural networks on scikit-learn's handwritten digits, one run each, and log everything to Assay.

`make demo` starts this. It is an ordinary training script: run it against any server with `python examples/digits.py`."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import assay

STEPS = 800
STEPS_MIN = 40  # even when the time is up
VALIDATE_EVERY = 20


@dataclass(frozen=True)
class Trial:
    """One choice of hyperparameters."""

    solver: str
    lr: float
    hidden: tuple[int, ...]
    batch_size: int = 64
    alpha: float = 1e-4

    @property
    def name(self) -> str:
        return f"{self.solver} {self.lr:g}, {'×'.join(map(str, self.hidden))}"


TRIALS = (
    Trial("sgd", 0.01, (32,)),
    Trial("sgd", 0.1, (32,)),
    Trial("adam", 0.0003, (64,)),
    Trial("adam", 0.003, (64,)),
    Trial("adam", 0.003, (128, 64), batch_size=32),
    Trial("adam", 0.03, (128, 64), alpha=0.01),
)


def batches(x: np.ndarray, y: np.ndarray, size: int, seed: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """(epoch, x, y) without end: every epoch sees all samples once, in a new order."""
    random, epoch = np.random.default_rng(seed), 0
    while True:
        order = random.permutation(len(x))
        for start in range(0, len(x) - size + 1, size):
            chosen = order[start : start + size]
            yield epoch, x[chosen], y[chosen]
        epoch += 1


def train(trial: Trial, seconds: float, seed: int) -> None:
    """One run of at most STEPS steps, spread over `seconds`: a fast machine waits a little at each, a slow one takes fewer."""
    digits = load_digits()
    x, x_val, y, y_val = train_test_split(
        digits.data / 16.0, digits.target, test_size=0.2, random_state=0, stratify=digits.target
    )
    labels = np.arange(10)
    model = MLPClassifier(
        hidden_layer_sizes=trial.hidden,
        solver=trial.solver,
        learning_rate_init=trial.lr,
        batch_size=trial.batch_size,
        alpha=trial.alpha,
        random_state=seed,
    )
    config = {
        **asdict(trial),
        "seed": seed,
        "steps": STEPS,
        "dataset": {"name": "digits", "train": len(x), "validation": len(x_val)},
    }
    run = assay.init(project="digits", name=trial.name, config=config, tags=[trial.solver])
    run.define_metric("val/acc", summary="max", goal="maximize")
    run.define_metric("val/loss", summary="min", goal="minimize")
    start, last_epoch, validation = time.monotonic(), -1, 0.0
    for step, (epoch, x_batch, y_batch) in zip(range(STEPS), batches(x, y, trial.batch_size, seed), strict=False):
        model.partial_fit(x_batch, y_batch, classes=labels)
        guess = model.predict_proba(x_batch)
        row = {
            "loss": log_loss(y_batch, guess, labels=labels),
            "acc": accuracy_score(y_batch, guess.argmax(axis=1)),
            "epoch": epoch,
        }
        if step % VALIDATE_EVERY == 0:
            guess_val = model.predict_proba(x_val)
            validation = accuracy_score(y_val, guess_val.argmax(axis=1))
            row |= {"val/loss": log_loss(y_val, guess_val, labels=labels), "val/acc": validation}
        run.log(row, step=step)
        if epoch != last_epoch and epoch % 5 == 0:
            print(f"{trial.name}: epoch {epoch}, loss {row['loss']:.3f}, validation accuracy {validation:.3f}", flush=True)
        last_epoch = epoch
        elapsed = time.monotonic() - start
        if elapsed > seconds and step >= STEPS_MIN:
            break
        time.sleep(max(0.0, seconds * (step + 1) / STEPS - elapsed))
    print(f"{trial.name}: done, validation accuracy {validation:.3f}", flush=True)
    run.finish()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=float(os.environ.get("ASSAY_DEMO_SECONDS", "60")), help="for all runs together"
    )
    parser.add_argument("--runs", type=int, default=len(TRIALS), choices=range(1, len(TRIALS) + 1))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for trial in TRIALS[: options.runs]:
        train(trial, options.seconds / options.runs, options.seed)


if __name__ == "__main__":
    main()
