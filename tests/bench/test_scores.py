"""Sums over records: successes, censored medians, intervals, and their tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from progsynth.bench.intervals import bootstrap, sign_test, wilson
from progsynth.bench.record import Record
from progsynth.bench.scores import effort_text, score_methods, score_tasks
from progsynth.bench.tables import methods_table, records_table, scores_table, tasks_table

Make = Callable[..., Record]

FAILS: dict[str, Any] = {"solved": False, "right": False, "test": None, "stop_reason": "seconds"}


def test_an_interval_has_the_rates_that_do_not_contradict_the_count() -> None:
    """Wilson's bounds are the rates whose normal test just does not reject the count."""
    for runs in (1, 5, 10, 100):
        for successes in range(0, runs + 1, max(1, runs // 5)):
            low, high = wilson(successes, runs)
            assert 0.0 <= low <= successes / runs <= high <= 1.0
            for bound in (low, high):
                if 0 < bound < 1:
                    error = math.sqrt(bound * (1 - bound) / runs)
                    assert abs(successes / runs - bound) / error == pytest.approx(1.959964)
    with pytest.raises(ValueError, match="found 2 of 1"):
        wilson(2, 1)


def test_the_sign_test_counts_all_splits_as_uneven() -> None:
    for wins, losses in ((0, 0), (1, 0), (4, 1), (2, 7), (6, 6)):
        total = wins + losses
        splits = [bin(n).count("1") for n in range(2**total)]
        uneven = sum(abs(2 * k - total) >= abs(wins - losses) for k in splits)
        assert sign_test(wins, losses) == pytest.approx(uneven / 2**total)


def test_the_bootstrap_is_around_the_mean_and_the_same_each_time() -> None:
    differences = [0.0, 0.1, 0.5, -0.2, 0.3, 0.3, 0.0, 0.1]
    low, high = bootstrap(differences)
    assert low < sum(differences) / len(differences) < high
    assert bootstrap(differences) == (low, high) != bootstrap(differences, seed=1)
    assert bootstrap([0.25]) == (0.25, 0.25)


def test_what_is_not_solved_counts_as_longer_than_all_that_is(record: Make) -> None:
    times = (5.0, 1.0, 9.9)
    solved = [record(seed=n, seconds=s) for n, s in enumerate(times)]
    (score,) = score_tasks(solved)
    assert (score.seconds, effort_text(score)) == (5.0, "5.00")
    (score,) = score_tasks([*solved, record(seed=3, **FAILS), record(seed=4, **FAILS)])
    assert (score.successes, score.runs, score.seconds) == (3, 5, 9.9)
    (score,) = score_tasks([*solved, *(record(seed=n, **FAILS) for n in range(3, 7))])
    assert (score.seconds, effort_text(score)) == (math.inf, "> 10")
    assert score.interval == wilson(3, 7)
    assert score_tasks(solved)[0].interval is None  # too few to say


def test_where_executions_alone_are_bounded_effort_is_in_executions(record: Make) -> None:
    bounds = {"seconds_given": None, "executions_given": 1000}
    some = [record(executions=120, **bounds), record("b", executions=1000, **{**FAILS, **bounds})]
    texts = [effort_text(score) for score in score_tasks(some)]
    assert texts == ["120", "> 1,000"]
    assert "median executions" in methods_table(some).heads


def test_where_programs_alone_are_bounded_effort_is_in_programs(record: Make) -> None:
    bounds = {"seconds_given": None, "programs_given": 1_000_000}
    some = [record(programs=61, **bounds), record("b", **{**FAILS, **bounds})]
    assert [effort_text(score) for score in score_tasks(some)] == ["61", "> 1,000,000"]
    assert "median programs" in methods_table(some).heads


def test_a_method_is_summed_up_over_tasks_and_seeds(record: Make) -> None:
    some = [
        record("a", seed=0),
        record("a", seed=1, single_call=False),
        record("b", seed=0, **FAILS),
        record("b", seed=1, seconds=30.0),  # too late
        record("c", seed=0, right=False),  # fits only
        record("c", seed=1, **{**FAILS, "stop_reason": "died"}),
    ]
    (score,) = score_methods(some)
    assert (score.per_seed, score.ever, score.solved, score.successes) == ((1, 1), 1, 4, 2)
    assert (score.single_calls, score.lost, score.seconds) == (1, 1, math.inf)
    (row,) = methods_table(some).rows
    assert row == (
        *("small", "bottom_up", "3", "1.0 (1 to 1)", "1", "2", "50% (1 of 2)", "> 10", "1"),
    )


def test_a_seed_that_has_not_run_all_tasks_yet_does_not_lower_the_mean(record: Make) -> None:
    some = [record("a"), record("b"), record("a", seed=1)]
    assert score_methods(some)[0].per_seed == (2,)
    assert score_methods(some[1:2])[0].per_seed == (1,)


def test_tables_as_text(record: Make) -> None:
    some = [record("a|b", found_by="templates"), record("c", method="genetic", **FAILS)]
    table = tasks_table(some, "small")
    assert table.markdown().splitlines() == [
        "| task | bottom_up | median s | genetic | median s |",
        "| ---- | --------- | -------- | ------- | -------- |",
        "| a\\|b | 1/1       | 1.50     |         |          |",
        "| c    |           |          | 0/1     | > 10     |",
    ]
    assert table.csv().splitlines()[1] == "a|b,1/1,1.50,,"
    assert scores_table(some).csv().splitlines() == [
        "suite,task,method,runs,successes,fits,low,high,median_seconds,median_executions",
        "small,a|b,bottom_up,1,1,1,,,1.5,120",
        "small,c,genetic,1,0,0,,,inf,inf",
    ]
    heads, first, *_ = records_table(some).csv().splitlines()
    assert heads.startswith("suite,task,method,seed,solved,right")
    assert first.startswith("small,a|b,bottom_up,0,True,True,solved,True,templates,,1.5,,120")


def test_processor_time_has_a_column_where_all_records_have_it(record: Make) -> None:
    some = [record("a", processor_seconds=0.25), record("b", processor_seconds=9.0, **FAILS)]
    table = methods_table(some)
    assert table.heads[-2:] == ("median processor s", "lost")
    assert table.rows[0][-2:] == ("-", "0")
    assert methods_table(some[:1]).rows[0][-2:] == ("0.25", "0")
    assert "median processor s" not in methods_table([*some, record("c")]).heads
