"""Proposals that call neural submodules: with weights that are known, and without."""

from __future__ import annotations

from progsynth.solve import Result, solve
from progsynth.task import Task

from .test_networks import LEVEL, SMALL, TOTALS, level_network, levels
from .test_proposals import Nothing

CALLS = "def f(xs: list[tensor[1]]) -> int:\n    return sum(map(level, xs))\n"
DECLARED = f"neural {LEVEL}\n\n{CALLS}"
NEARLY = CALLS.replace("sum(map(level, xs))", "sum(map(level, xs)) + 1")


def proposed(text: str, task: Task | None = None) -> Result:
    return solve(
        task or levels(),
        dsl=SMALL,
        proposals=[text],
        networks={"level": level_network()},
        search=lambda *_: Nothing(),
        seconds=None,
        executions=2_000,
    )


def test_a_network_that_is_given_may_be_called_declared_or_not() -> None:
    for text in (CALLS, DECLARED):
        result = proposed(text)
        assert [report.status for report in result.proposals] == ["solution"], text
        assert (result.program or "").startswith(f"neural {LEVEL}\n"), "it reads by itself"
        assert set(result.networks) == {"level"}
        assert result.evaluate(levels().train).passed == len(TOTALS)


def test_what_calls_a_network_is_repaired_too() -> None:
    result = proposed(NEARLY)
    assert [report.status for report in result.proposals] == ["repaired"]
    assert set(result.networks) == {"level"}


def test_a_submodule_without_weights_is_refused() -> None:
    result = proposed(DECLARED.replace("level", "other"))
    (report,) = result.proposals
    assert report.status == "refused"
    assert "the submodule 'other' has no weights" in report.finding
