"""The harness compares fairly and says so honestly."""

from __future__ import annotations

import pytest

from benchmarks import harness
from benchmarks.harness import Contender, Measured, Result, Target


def test_rounds_are_interleaved_and_rotate_and_warm_ups_do_not_count() -> None:
    calls: list[str] = []

    def contender(name: str) -> Contender:
        def run() -> float:
            calls.append(name)
            return float(len(calls))

        return Contender(name, run)

    result = harness.compare("t", [contender("a"), contender("b")], unit="s", rounds=2, warm_ups=1)
    assert "".join(calls) == "baabba"
    assert [measured.values for measured in result.contenders] == [(3.0, 6.0), (4.0, 5.0)]


def test_a_target_relative_to_a_peer_is_a_ratio_of_medians() -> None:
    result = Result("t", "µs", (Measured("assay", (9.0, 3.0, 4.0)), Measured("peer", (2.0,))), (Target(2.0, "peer"),))
    assert result.reach(result.targets[0]) == (2.0, True)
    assert result.is_met


def test_a_missed_ratio_is_shown_as_missed() -> None:
    result = Result("t", "µs", (Measured("assay", (10.0,)), Measured("peer", (4.0,))), (Target(2.0, "peer"),))
    assert not result.is_met
    assert not result.is_over
    assert "MISSED  target ≤ 2 × peer: 2.5" in harness.report([result])


def test_an_absolute_figure_over_its_target_is_told_and_not_judged() -> None:
    result = Result("t", "rows/s", (Measured("assay", (10.0,)),), (Target(11.0, at_least=True),))
    assert result.is_met
    assert result.is_over
    assert "over    target ≥ 11 rows/s: 10" in harness.report([result])


def test_a_target_for_an_unknown_peer_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        harness.compare("t", [Contender("a", lambda: 1.0)], unit="s", rounds=1, targets=[Target(1.0, "nobody")])


def test_results_survive_json() -> None:
    results = [Result("t", "s", (Measured("assay", (1.0, 2.0)),), (Target(3.0),), "note")]
    assert harness.from_json(harness.to_json(results)) == results


def test_a_busy_machine_is_refused_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness.psutil, "cpu_percent", lambda interval: 100.0)
    with pytest.raises(SystemExit, match="busy"):
        harness.refuse_if_loaded(loaded_ok=False, patience_s=0.0)
    harness.refuse_if_loaded(loaded_ok=True)


def test_a_load_that_passes_is_waited_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shares = iter([100.0, 100.0, 0.0])
    monkeypatch.setattr(harness.psutil, "cpu_percent", lambda interval: next(shares))
    monkeypatch.setattr(harness.time, "sleep", lambda _: None)
    harness.refuse_if_loaded(loaded_ok=False)
    assert capsys.readouterr().out.count("Waiting for the machine") == 2
