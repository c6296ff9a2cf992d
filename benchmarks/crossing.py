"""One library over five domains: what of it serves two or more, and what each domain gains.

    python -m benchmarks.crossing --questions 6 --rounds 2 --executions 100000

The library begins with a recogniser of digits, trained from pairs of images and their sums by the
hybrid search (`digit_library`), and grows in a run of `learn` over the suite `crossing`, or over a
sample of its questions in all domains. Then, for each domain, its tasks are searched for twice, at
equal budgets and without a grammar: with those subroutines of the library that were made of
programs of other domains alone, and with none of them. (They were admitted by trials on tasks of
all domains, so the choice of subroutines has seen those of the domain; their content has not.)

The language is a part of the default pack (`WORDS`), in which each task has an answer: all of it
would need larger budgets. A line of JSON goes into the record. A run that was stopped goes on
where it was, from the library in `--folder`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from progsynth.tasks.crossing.domains import DOMAINS
from progsynth.tasks.crossing.functions import FUNCTIONS
from progsynth.tasks.digits.generate import make_tasks

import progsynth as ps
from benchmarks.origin import origin
from progsynth.lang.primitive import DSL, called_names
from progsynth.learn import Settings, learn
from progsynth.learn.attempt import Attempt, Seen
from progsynth.learn.plan import run_of
from progsynth.learn.seeing import seen_by
from progsynth.learn.units import Bench, Unit
from progsynth.library.entry import NETWORK, Entry
from progsynth.library.store import Library
from progsynth.registry import pack
from progsynth.task import Suite, Task

WORDS = (
    *("add.int", "sub.int", "mul.int", "floordiv.int", "lt", "len.list", "sum.int", "max.list"),
    *("min.list", "sort.list", "count.list", "count_if", "unique.list", "item.list", "first.list"),
    *("last.list", "tail.list", "take.list", "zip.two", "enumerate.list", "map", "values"),
    *("nodes", "neighbours", "split"),
)
RECORD = Path(__file__).parent / "results" / "crossing.jsonl"
_TRAINING = 300.0  # seconds, at most, for the recogniser
Known = Mapping[tuple[str, int], Entry]


def main() -> int:
    """Learn, measure, and append the line."""
    options = _options()
    begun = origin("crossing")
    library = Library(options.folder)
    reads = any(domain.neural for domain in DOMAINS if domain.name in options.domains)
    if reads and not any(entry.kind == NETWORK for entry in library.entries()):
        _recogniser(library, options.seed)
    suite = _suite(options.questions, options.domains)
    settings = Settings(
        executions=options.executions, seed=options.seed, frontier=3, replays=options.replays
    )
    rounds = []
    for one in learn(suite, library, rounds=options.rounds, settings=settings, told=_say):
        rounds.append(one)
        print(one, file=sys.stderr, flush=True)
    line = {
        "tasks": len(suite),
        "rounds": [
            {
                "solved": len(one.solved),
                "executions": one.executions,
                "executions_of_trials": one.replayed,
                "admitted": len(one.admitted),
            }
            for one in rounds
        ],
        "settings": asdict(settings),
        "entries": _served(library),
        "domains": _gains(suite, library, settings),
        **begun,
    }
    with options.record.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line, indent=2))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--questions", type=int, default=len(FUNCTIONS), help="the first so many")
    names = [domain.name for domain in DOMAINS]
    parser.add_argument("--domains", nargs="+", choices=names, default=names)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--executions", type=int, default=200_000, help="of a task in a round")
    parser.add_argument("--replays", type=int, default=Settings().replays)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=Path("crossing.db"), help="of the library")
    parser.add_argument("--record", type=Path, default=RECORD, help=f"JSON lines ({RECORD.name})")
    return parser.parse_args()


def small_language() -> DSL:
    """`WORDS` of the default pack, and what they are written with."""
    whole = pack()
    kept: set[str] = set()
    todo = list(WORDS)
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            if name in whole.functions:
                todo += called_names(whole.functions[name])
    return whole.without(*sorted(set(whole) - kept))


def _suite(questions: int, domains: Sequence[str]) -> Suite:
    """The tasks of the first questions in these domains, in the suite's order."""
    names = {asked.name for asked in FUNCTIONS[:questions]}
    words = small_language()
    parts = [(task, task.name.partition(": ")) for task in ps.suite("crossing")]
    chosen = [t for t, (domain, _, asked) in parts if asked in names and domain in domains]
    return Suite("crossing", tuple(replace(task, pack=words) for task in chosen))


def _recogniser(library: Library, seed: int) -> None:
    """Train a network of digits from sums, and add it."""
    sums = make_tasks(seed)[0]
    found = ps.solve(replace(sums, test=()), seconds=_TRAINING, seed=seed, search="hybrid")
    if not found.solved:
        sys.exit(f"no recogniser within {_TRAINING:g} s: {found.stop_reason}")
    found.add_networks_to(library, doc="Reads a handwritten digit.")


def _say(step: str, attempt: Attempt) -> None:
    how = "solved" if attempt.solved else "not solved"
    print(f"  {step}: {how}, {attempt.executions:,}", file=sys.stderr, flush=True)


def domain_of(task: str) -> str:
    """The domain of a task, by its name."""
    return task.partition(": ")[0]


def _served(library: Library) -> list[dict[str, Any]]:
    """The subroutines: in which domains they were made, and in which solutions call them."""
    known = {entry.key: entry for entry in library.entries(all_versions=True)}
    return [
        {
            "name": entry.name,
            "source": entry.source,
            "made_in": sorted(made_in(entry, known)),
            "used_in": sorted({domain_of(task) for task in library.uses(entry)}),
            "retired": bool(entry.retired),
        }
        for entry in known.values()
        if entry.kind != NETWORK
    ]


def made_in(entry: Entry, known: Known) -> set[str]:
    """The domains of the programs that it was made of, and of those that what it calls was."""
    found = {domain_of(task) for task in entry.provenance.figures.get("tasks", ())}
    for need in entry.needs:
        found |= made_in(known[need.name, need.version], known)
    return found


def _gains(suite: Suite, library: Library, settings: Settings) -> dict[str, Any]:
    """For each domain: its tasks with the subroutines of the others, and with none."""
    known = {entry.key: entry for entry in library.entries(all_versions=True)}
    in_use = library.entries()
    found = {}
    with closing(Bench(library, f"crossing {run_of(suite, settings)}", told=_say)) as bench:
        for domain in DOMAINS:
            tasks = [t for t in suite if domain_of(t.name) == domain.name]
            if not tasks:
                continue
            networks = [entry for entry in in_use if entry.kind == NETWORK]
            others = [
                entry
                for entry in in_use
                if entry.kind != NETWORK and domain.name not in made_in(entry, known)
            ]
            ways = {"with": [*networks, *others], "without": networks}
            sides = {
                label: _attempts(bench, f"{domain.name} {label}", tasks, library, some, settings)
                for label, some in ways.items()
            }
            found[domain.name] = {
                "tasks": len(tasks),
                "subroutines_of_others": len(others),
                **{label: _totals(some, settings.executions) for label, some in sides.items()},
            }
    return found


def _attempts(
    bench: Bench,
    label: str,
    tasks: Sequence[Task],
    library: Library,
    some: Sequence[Entry],
    settings: Settings,
) -> list[Attempt]:
    options = {
        "executions": settings.executions,
        "search": settings.search,
        "seed": settings.seed,
    }
    state = " ".join(sorted(f"{name}.{version}" for name, version in (e.key for e in some)))

    def seen(task: Task) -> Seen:
        return seen_by(task, library.path, some, settings.most, None)

    return bench.done(
        [Unit(f"{label} {state}: {t.name}", replace(t, test=()), seen(t), options) for t in tasks]
    )


def _totals(attempts: Sequence[Attempt], budget: int) -> dict[str, int]:
    """How many are solved, and what that took; what is not solved counts as the budget."""
    return {
        "solved": sum(one.solved for one in attempts),
        "executions": sum(one.executions if one.solved else budget for one in attempts),
    }


if __name__ == "__main__":
    sys.exit(main())
