"""Whatever a script logs, `log()` does not raise, and what is kept is exactly what was given."""

from __future__ import annotations

import argparse
import datetime
import enum
import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import assay
from assay.sdk.values.plain import Unstorable, described, flatten, plain
from assay.wire.records import Record, Refused

Said = Callable[[Path], list[Record]]
Rows = Callable[[Path], list[tuple[int, dict[str, Any]]]]


class Hostile:
    """Fails whatever it is asked, but for what pytest must know of a parameter."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        raise RuntimeError(f"no {name} here")

    def item(self) -> float: ...

    @property
    def shape(self) -> None: ...


class DeadTensor:
    """What a tensor on a lost device does."""

    shape = ()

    def item(self) -> float:
        raise RuntimeError("CUDA error: device-side assert triggered")


class Torchlike:
    """The part of torch's tensor that is asked for."""

    shape = (1, 1)
    dtype = "torch.bfloat16"

    def detach(self) -> Torchlike:
        return self

    def cpu(self) -> Torchlike:
        return self

    def float(self) -> Torchlike:
        return self

    def item(self) -> Any:
        return 2.5


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    y: float


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        (True, True),
        (1, 1),
        ((1 << 63) - 1, (1 << 63) - 1),
        (-(1 << 63), -(1 << 63)),
        (0.5, 0.5),
        ("ä", "ä"),
        (np.float32(0.5), 0.5),
        (np.float16(0.25), 0.25),
        (np.float64(1.5), 1.5),
        (np.int64(7), 7),
        (np.uint8(7), 7),
        (np.bool_(True), True),
        (np.array(3.0), 3.0),
        (np.array([[4]]), 4),
        (np.array([1, 2]), [1, 2]),
        (np.longdouble(0.5), 0.5),
        (np.str_("s"), "s"),
        (Torchlike(), 2.5),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
        (Colour.RED, "red"),
        ((1, 2), [1, 2]),
        (range(3), [0, 1, 2]),
        (Path("a/b"), "a/b"),
        (Point(1, 2.0), {"x": 1, "y": 2.0}),
        ({1: 2}, {"1": 2}),
        (datetime.timedelta(seconds=90), 90.0),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)),
    ],
)  # fmt: skip
def test_a_value_is_kept_as(given_: Any, kept: Any) -> None:
    found = plain(given_)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), np.float32("nan"), np.array(np.inf)])
def test_nan_and_infinities_are_kept_as_they_are(value: Any) -> None:
    found = plain(value)
    assert type(found) is float
    assert found == float(value) or (math.isnan(found) and math.isnan(float(value)))


def cycle() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (10**400, "64 bits"),
        (1 << 63, "64 bits"),
        (np.uint64(1 << 63), "64 bits"),
        (b"x", "bytes"),
        (1j, "complex"),
        ("\ud800", "surrogate"),
        (object(), "type object"),
        (Hostile(), "failed"),
        (DeadTensor(), "device-side"),
        (cycle(), "levels"),
        ({"a": {1: 2, "1": 3}}, "two keys"),
        (np.zeros(10_000_000, dtype=np.int8), "elements"),
        (range(1 << 40), "elements"),
        ({"a": [range(1 << 40)]}, "elements"),
        (lambda: 1, "type function"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_reason(value: Any, reason: str) -> None:
    with pytest.raises(Unstorable, match=reason):
        plain(value)


class Silent:
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Layer:
    def __repr__(self) -> str:
        return f"Layer(4, at={object.__repr__(self)})"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (len, "len"),
        (math.sqrt, "math.sqrt"),
        ([].append, "list.append"),
        (cycle, f"{__name__}.cycle"),
        (Layer, f"{__name__}.Layer"),
        (dict, "dict"),
        (math, "math"),
        (lambda: 1, f"{__name__}.<lambda>"),
        (object(), "<object object>"),
        (Layer(), f"Layer(4, at=<{__name__}.Layer object>)"),
        (b"ab", "b'ab'"),
        (1 << 64, "18446744073709551616"),
        (1 + 2j, "(1+2j)"),
        ("\ud800", "?"),
        (Hostile(), f"<{__name__}.Hostile object>"),
        (Silent(), f"{__name__}.Silent"),
        (DeadTensor(), f"<{__name__}.DeadTensor object>"),
        ({"act": [len, 1.5], "deep": {"n": 3, "fn": math.sqrt}}, {"act": ["len", 1.5], "deep": {"n": 3, "fn": "math.sqrt"}}),
        (argparse.Namespace(run=len, lr=0.1), {"run": "len", "lr": 0.1}),
        (range(1 << 40), "range(0, 1099511627776)"),
    ],
)
def test_a_config_says_what_has_no_plain_form_in_words(value: Any, shown: Any) -> None:
    assert described(value) == shown


def test_words_for_a_config_are_cut_where_they_are_long() -> None:
    assert described(b"x" * 10_000) == "b'" + "x" * 1_998 + "…"


@pytest.mark.parametrize("value", [cycle(), {"a": {1: 2, "1": 3}}, [None] * 5_000_000])
def test_what_a_config_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(Unstorable, match="levels|two keys|elements"):
        described(value)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary(max_size=9)
    | st.decimals()
    | st.fractions()
    | st.datetimes()
    | st.complex_numbers()
    | st.just(object())
    | st.builds(Hostile)
    | st.builds(DeadTensor)
    | st.floats(width=16).map(np.float16)
    | st.text(st.characters(categories=["Cs"]), max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3) | st.tuples(inner)
    ),
    max_leaves=6,
)
KEYS = st.text(st.characters(), max_size=4) | st.integers() | st.none() | st.text(st.characters(categories=["Cs"]), max_size=2)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.dictionaries(KEYS, ANYTHING, max_size=4), max_size=4), st.none() | ANYTHING)
def test_logging_never_raises_and_accounts_for_every_key(said: Said, rows: Rows, given_: list[dict[Any, Any]], step: Any) -> None:
    run = assay.init(project="p", mode="offline", reinit="finish_previous", settings={"silent": True})
    for row in given_:
        run.log(row, step=step)
    kept, refused = rows(run.folder.path), [r for r in said(run.folder.path) if isinstance(r, Refused)]
    expected = [flatten(row)[0] for row in given_]
    reserved = {"_step", "_runtime", "_timestamp"}
    assert len(kept) == sum(bool(row.keys() - reserved) for row in expected)
    assert sum(r.count for r in refused) >= sum(len(flatten(row)[1]) for row in given_)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.floats() | st.integers() | st.booleans(), min_size=2, max_size=2), max_size=8))
def test_plain_numbers_come_back_exactly(rows: Rows, given_: list[list[Any]]) -> None:
    run = assay.init(project="p", mode="offline", reinit="finish_previous", settings={"silent": True})
    for a, b in given_:
        run.log({"a": a, "b": b})
    fits = [{k: v for k, v in (("a", a), ("b", b)) if type(v) is not int or -(1 << 63) <= v < 1 << 63} for a, b in given_]
    kept = [row for _, row in rows(run.folder.path)]
    assert [{k: (type(v), str(v)) for k, v in row.items()} for row in kept] == [
        {k: (type(v), str(v)) for k, v in row.items()} for row in fits if row
    ]


class Moment(datetime.datetime):
    """A time of a class of one's own, as pandas.Timestamp is."""


def test_a_time_of_any_class_is_kept_and_takes_no_row_with_it(rows: Rows) -> None:
    pandas = pytest.importorskip("pandas")
    noon = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
    run = assay.init(project="p", config={"at": pandas.Timestamp(noon), "never": pandas.NaT})
    run.log(
        {"pandas": pandas.Timestamp(noon), "own": Moment(2026, 1, 2, 12, tzinfo=datetime.UTC), "never": pandas.NaT, "loss": 1}
    )
    run.log({"here": pandas.Timestamp("2026-01-02 12:00")})
    run.finish()
    assert run.config.as_dict() == {"at": noon, "never": None}
    assert [row for _, row in rows(run.folder.path)] == [
        {"pandas": noon, "own": noon, "loss": 1},
        {"here": datetime.datetime(2026, 1, 2, 12).astimezone()},
    ]


def test_what_numpy_masks_is_no_value() -> None:
    assert plain(np.ma.masked) is None
    assert plain(np.ma.array([1.0], mask=[True])) is None
    assert plain(np.ma.array([1.0], mask=[False])) == 1.0
    assert plain(np.ma.array([1.0, 2.0], mask=[True, False])) == [None, 2.0]


def test_times_finer_than_microseconds_are_times_in_an_array_too() -> None:
    days = np.array(["2024-01-01", "NaT"], "datetime64[ns]")
    first = "2024-01-01T00:00:00.000000000"
    assert plain(days) == [first, None]
    assert plain(days.reshape(2, 1)) == [[first], [None]]
    assert plain(days[:1]) == plain(days[0]) == first
    assert plain(days[1]) is None


def test_a_series_of_one_time_is_that_time() -> None:
    pd = pytest.importorskip("pandas")
    found = plain(pd.Series(pd.to_datetime(["2024-01-01T12:00:00Z"])).astype("datetime64[ns, UTC]"))
    assert found == datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC)
    found = plain(pd.Series(pd.to_datetime(["2024-01-01"])).astype("datetime64[ns]"))
    assert found == datetime.datetime(2024, 1, 1).astimezone()


def test_spans_of_time_are_seconds_in_every_unit() -> None:
    for unit in ("ms", "us", "ns"):
        span = np.array(["1500", "NaT"], "timedelta64[ms]").astype(f"timedelta64[{unit}]")
        assert plain(span) == [1.5, None]
        assert plain(span[:1]) == plain(span[0]) == 1.5
        assert plain(span[1]) is None
