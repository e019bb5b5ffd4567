"""Smoothing, expressions, groups and the rest as a browser asks for them, from the real server."""

from __future__ import annotations

import json
import math
from typing import Any

import httpx
import msgspec
import numpy as np
import pyarrow as pa
import pytest

from assay.sdk.values.histogram import Histogram
from assay.server.compute import smoothing
from assay.testing.batches import BatchWriter
from assay.testing.servers import RunningServer
from assay.wire.messages.series import SeriesPage


@pytest.fixture
def api(shared_server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=shared_server.url, headers={"authorization": f"Bearer {shared_server.key}"}, timeout=30)


@pytest.fixture
def project(api: httpx.Client) -> str:
    """Two runs of 2,000 points, the second with a NaN at step 1,500."""
    path = f"/api/v1/projects/{api.get('/api/v1/me').json()['username']}/lines"
    for name, scale in (("r1", 1.0), ("r2", 2.0)):
        api.put(f"{path}/runs/{name}", json={"writer": "w", "config": {"lr": scale / 10}})
        values = [math.nan if name == "r2" and n == 1_500 else scale * math.sin(n / 50) for n in range(2_000)]
        batch = BatchWriter("w").log(*((n, {"loss": value, "acc": float(n)}) for n, value in enumerate(values)))
        headers = {"content-type": "application/vnd.assay.batch"}
        sent = api.post(f"{path}/runs/{name}/batches", content=batch.encode(), headers=headers)
        assert sent.status_code == 200, sent.text
    return path


def ask(api: httpx.Client, path: str, **asked: Any) -> tuple[dict[str, Any], pa.Table]:
    answer = api.post(path, json=asked)
    assert answer.status_code == 200, answer.text
    table = pa.ipc.open_stream(answer.content).read_all()
    return json.loads(table.schema.metadata[b"assay"]), table


def test_a_smoothed_answer_has_a_column_of_the_whole_series_smoothed(api: httpx.Client, project: str) -> None:
    asked = {"runs": ["r1"], "keys": ["loss"], "buckets": 100, "precision": 64, "smoothing": {"kind": "ema", "strength": 0.9}}
    head, table = ask(api, f"{project}/series/query", **asked)
    assert head["is_smoothed"]
    smooth = smoothing.ema(np.sin(np.arange(2_000) / 50), 0.9)
    width = int(head["series"][0]["bucket_width"])
    expected = [smooth[start : start + width].mean() for start in range(0, 2_000, width)]
    np.testing.assert_allclose(table.column("smooth").to_numpy(), expected, rtol=1e-9)
    head, table = ask(api, f"{project}/series/query", runs=["r1"], keys=["loss"])
    assert not head["is_smoothed"]
    assert "smooth" not in table.column_names


def test_an_expression_is_drawn_and_a_broken_one_points_at_its_fault(api: httpx.Client, project: str) -> None:
    head, table = ask(api, f"{project}/series/query", runs=["r2"], keys=[], expressions=["${acc} * ${config.lr}"], precision=64)
    assert head["series"][0]["key"] == "=${acc} * ${config.lr}"
    assert table.column("last").to_numpy()[-1] == pytest.approx(1_999 * 0.2)
    answer = api.post(f"{project}/series/query", json={"runs": ["r1"], "keys": ["=${acc} * ${los}"]})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid_expression"
    assert "no run has the key los. The nearest is loss." in problem["detail"]
    assert problem["fields"]["at"] == 9
    assert problem["fields"]["fix"] == "${acc} * ${loss}"


def test_methods_scales_and_quantiles_are_said_in_the_head(api: httpx.Client, project: str) -> None:
    asked = {"runs": ["r1"], "keys": ["acc"], "buckets": 50}
    head, table = ask(api, f"{project}/series/query", method="lttb", quantiles=[0.5], x_scale="log", **asked)
    (info,) = head["series"]
    assert (info["method"], info["left_out"], info["point_count"], info["quantiles"]) == ("lttb", 1, 1_999, [1_000.0])
    assert table.num_rows == 50


@pytest.mark.parametrize(("run", "odd"), [("large", 1e39), ("small", 1e-60)])
def test_values_that_32_bits_cannot_hold_come_with_64(api: httpx.Client, project: str, run: str, odd: float) -> None:
    batch = BatchWriter("w").log(*((n, {"odd": odd if n == 3 else 1.0, "one": 1.0}) for n in range(9)))
    api.put(f"{project}/runs/{run}", json={"writer": "w"})
    headers = {"content-type": "application/vnd.assay.batch"}
    assert api.post(f"{project}/runs/{run}/batches", content=batch.encode(), headers=headers).status_code == 200
    group = [{"label": "all", "runs": [run]}]
    for what, column, asked in (("query", "last", {"runs": [run]}), ("groups", "middle", {"groups": group})):
        for keys, bits in ((["one"], 32), (["odd"], 64), (["one", "odd"], 64)):
            head, table = ask(api, f"{project}/series/{what}", keys=keys, **asked)
            assert (head["precision"], table.schema.field(column).type.bit_width) == (bits, bits)
            assert table.column(column).to_numpy()[-6] == (odd if "odd" in keys else 1.0)
    asked = {"runs": [run], "keys": ["odd"]}
    answer = api.post(f"{project}/series/query", json=asked, headers={"accept": "application/x-msgpack"})
    page = msgspec.msgpack.decode(answer.content, type=SeriesPage)
    (last,) = (column for column in page.columns if column.key == "last")
    assert page.head.precision == 64
    assert np.frombuffer(last.data)[3] == odd


def test_groups_come_as_a_batch_per_group_and_key(api: httpx.Client, project: str) -> None:
    groups = [{"label": "both", "runs": ["r1", "r2"]}, {"label": "one", "runs": ["r1"]}]
    head, table = ask(api, f"{project}/series/groups", groups=groups, keys=["acc", "loss"], band="minmax", buckets=5_000)
    assert [(group["label"], group["key"], group["run_count"]) for group in head["groups"]] == [
        ("both", "acc", 2), ("both", "loss", 2), ("one", "acc", 1), ("one", "loss", 1),
    ]  # fmt: skip
    rows = [group["rows"] for group in head["groups"]]
    assert rows == [2_000] * 4
    batch = table.slice(rows[0], rows[1])
    assert batch.column("run_count").to_pylist()[1_499:1_502] == [2, 1, 2]
    np.testing.assert_allclose(batch.column("high").to_numpy()[30], 2 * math.sin(0.6), rtol=1e-6)


def test_the_first_nan_is_found(api: httpx.Client, project: str) -> None:
    answer = api.post(f"{project}/series/nonfinite", json={"runs": ["r1", "r2"]}).json()
    expected = {"run": "r2", "key": "loss", "first_step": 1_500, "first_kind": "nan", "nan": 1, "posinf": 0, "neginf": 0}
    assert answer == {"found": [expected]}


def test_histograms_come_as_lists_of_edges_and_counts(api: httpx.Client, project: str) -> None:
    rows = [(step, {"grads": Histogram(np.arange(8) + step, num_bins=4).stored()}) for step in (3_000, 3_001)]
    headers = {"content-type": "application/vnd.assay.batch"}
    api.put(f"{project}/runs/r1", json={"writer": "h"})
    sent = api.post(f"{project}/runs/r1/batches", content=BatchWriter("h").log(*rows).encode(), headers=headers)
    assert sent.status_code == 200, sent.text
    answer = api.post(f"{project}/runs/r1/histograms", json={"key": "grads"})
    assert answer.status_code == 200, answer.text
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column("step").to_pylist() == [3_000, 3_001]
    assert table.column("counts").to_pylist() == [[2.0] * 4] * 2
    assert table.column("edges").to_pylist()[1] == [3_001, 3_002.75, 3_004.5, 3_006.25, 3_008]
    answer = api.post(f"{project}/histograms", json={"key": "grads", "runs": ["r1", "r2"], "steps_max": 1})
    (row,) = pa.ipc.open_stream(answer.content).read_all().to_pylist()
    assert (row["run"], row["step"], row["merged"], sum(row["counts"])) == ("", 3_000, 2, 16)
