"""The part of the demo that learns to read digits from their sums, and uses that again.

Nobody tells which digits the images show. The search finds a program over lists of images and
trains the network that it calls; the network goes into a library, and two new tasks of 20
examples are solved with it, and without.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from progsynth.cli.demo_task import Pace, Row, Shown, print_result, row, share_right
from progsynth.cli.results import print_table
from progsynth.library.store import Library
from progsynth.neural.decide import decide
from progsynth.neural.network import Network
from progsynth.registry import suite
from progsynth.solve import Result
from progsynth.task import Example, Task
from progsynth.train import Training, hybrid
from progsynth.train.monolith import LEARNING_RATES, fit_monolith
from progsynth.train.schedule import Schedule

SECONDS = {"sum": 20.0, "again": 10.0}  # for a search
LEAST_RIGHT = 0.9  # of the examples of each task, to call the demo right
MONOLITH, MONOLITH_SECONDS = Training(steps=400), 6.0  # for each training


def show(pace: Pace) -> Shown:
    """Learn from sums of two digits, and solve two more tasks with what was learned."""
    pairs, *others = suite("digits")
    print(f"{pairs.name}: {len(pairs.train):,} pairs of images with their sums, no digit named\n")
    learned = pace.solve(pairs, seconds=SECONDS["sum"])
    print_result(learned)
    rows = [row(pairs.name, learned, share_right(learned, pairs))]
    if not learned.solved:
        return Shown(tuple(rows), False)
    print("".join(f"  {note}\n" for note in learned.notes))
    _print_comparison(pairs, learned, pace)
    right = share_right(learned, pairs) >= LEAST_RIGHT
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library")
        learned.add_networks_to(library, doc="Reads a handwritten digit, learned from sums.")
        for way, known in (("with the library", library), ("without", None)):  # the control last
            for task in others:
                found, share = _again(task, known, pace)
                rows.append(row(f"{task.name}, {way}", found, share))
                right = right and (known is None or share >= LEAST_RIGHT)
    return Shown(tuple(rows), right)


def _again(task: Task, library: Library | None, pace: Pace) -> tuple[Result, float]:
    """A task solved with the library, which is shown, or without, and the share of its test
    examples that are right then."""
    search = "auto" if library is None else "bottom_up"
    if library is not None:
        print(f"\n{task.name}, with the library: {len(task.train)} lists with their answers\n")
    result = pace.solve(task, search=search, seconds=SECONDS["again"], library=library)
    if library is not None:
        print_result(result)
    return result, share_right(result, task)


# ------------------------------------------------------------------------------- comparing


def _print_comparison(task: Task, learned: Result, pace: Pace) -> None:
    """The found program beside what else learns from the same pairs."""
    longer = suite("digit_measures")["sum of five digits"].test
    lines = [_compared("the program found", learned, task, longer)]
    chance = hybrid(fresh=1.0, schedule=Schedule(bounded=False, inherit=False))
    steps = learned.gradient_steps
    by_chance = pace.solve(task, search=chance, seconds=SECONDS["sum"], gradient_steps=steps)
    lines.append(_compared("random programs, as many gradient steps", by_chance, task, longer))
    trainings = 2 * len(LEARNING_RATES)  # of both kinds of answer
    each = pace.left(trainings * MONOLITH_SECONDS) / trainings
    one = fit_monolith(task, seed=0, training=replace(MONOLITH, seconds=each))
    lines.append(
        (
            "one network: convolutions, then recurrent",
            *_shares(one.share_right, task.test, longer),
            "",
            f"{one.gradient_steps:,}",
            f"{one.seconds:.1f}",
        )
    )
    most = Counter(e.output for e in task.train).most_common(1)[0][0]

    def always(examples: Sequence[Example]) -> float:
        return sum(e.output == most for e in examples) / len(examples)

    lines.append(("always the most frequent sum", *_shares(always, task.test, longer), "", "", ""))
    print_table(
        ("", "sums of two right", "sums of five right", "digits right", "steps", "seconds"), lines
    )


def _compared(name: str, result: Result, task: Task, longer: Sequence[Example]) -> Row:
    def share(examples: Sequence[Example]) -> float:
        return result.evaluate(examples).passed / len(examples)

    known = result.core is not None
    shares = _shares(share, task.test, longer) if known else ("none", "none")
    digits = [_digits_right(network) for network in result.networks.values()]
    return (
        name,
        *shares,
        ", ".join(f"{d:.1%}" for d in digits),
        f"{result.gradient_steps:,}",
        f"{result.seconds:.1f}",
    )


def _shares(
    share: Callable[[Sequence[Example]], float], *examples: Sequence[Example]
) -> tuple[str, ...]:
    return tuple(f"{share(some):.1%}" for some in examples)


def _digits_right(network: Network) -> float:
    """The share of the test images that the network reads right: all that labels are used for."""
    examples = suite("digit_measures")["digit"].test
    found = decide(network, [e.inputs for e in examples])
    return sum(a == e.output for a, e in zip(found, examples, strict=True)) / len(examples)
