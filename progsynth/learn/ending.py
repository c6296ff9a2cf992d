"""The end of a round: what it found is written into library and journal, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import progsynth
from progsynth.lang.primitive import DSL, called_names, signature_of
from progsynth.learn.attempt import Attempt
from progsynth.learn.corpus import refitted, texts_of
from progsynth.learn.efforts import Efforts
from progsynth.learn.settings import Settings
from progsynth.learn.state import State, end, own_keys
from progsynth.learn.trial import Verdict
from progsynth.learn.units import Bench
from progsynth.library import journal
from progsynth.library.admit import source_of
from progsynth.library.compress.compression import Frontier, Subroutine
from progsynth.library.entry import Provenance
from progsynth.library.loading import Key
from progsynth.library.store import Library
from progsynth.task import Task


@dataclass(frozen=True, slots=True)
class Findings:
    """What a round found: how the tasks went, what their searches have had, the executions of the
    round, the programs of all tasks solved, in words `dsl`, the subroutines that pay, the
    verdicts on all that were tried, and the networks taken into the library."""

    attempts: Mapping[str, Attempt]
    efforts: Mapping[str, Efforts]
    executions: int
    frontiers: tuple[Frontier, ...]
    dsl: DSL
    taken: tuple[Subroutine, ...]
    verdicts: Mapping[str, Verdict]
    networks: tuple[str, ...] = ()


def finish(
    state: State,
    found: Findings,
    library: Library,
    bench: Bench,
    settings: Settings,
    tasks: Sequence[Task],
) -> None:
    """Write what the round found, unless another process has."""
    attempts, entries = found.attempts, state.words.entries
    own = _own(state, found)
    retired = _retired(state, own, settings, own_keys(library, bench.run, state.own))
    names = {name for name, _ in state.keys} | {sub.function.name for sub in found.taken}
    replayed = [v for step, v in bench.steps.items() if step.startswith(f"{state.number} replay ")]
    weights = refitted(found.frontiers, {task.name: task for task in tasks}, found.dsl)
    value = {
        "tried": sorted(attempts),
        "new": sorted(name for name, one in attempts.items() if one.solved),
        "executions": found.executions,
        "efforts": {
            name: [one.as_json() for one in efforts]
            for name, efforts in sorted({**state.efforts, **found.efforts}.items())
        },
        "gradient_steps": sum(one.gradient_steps for one in attempts.values()),
        "networks": list(found.networks),
        "replayed": sum(one["executions"] for one in replayed),
        "programs": texts_of(found.frontiers, found.dsl),
        "weights": weights.as_json(),
        "admitted": [sub.function.name for sub in found.taken],
        "refused": sorted(name for name, one in found.verdicts.items() if not one.pays),
        "retired": sorted(name for name, _ in retired),
        "own": own,
        "library": len(names - {name for name, _ in retired}),
    }
    used = [
        (entries[name].key, task)
        for task, attempt in sorted(attempts.items())
        for name in attempt.called
        if name in entries
    ]
    added = _additions(state, found, bench.run, settings)
    grammar = state.words.pack.name, weights
    changes = journal.Changes(added, retired, tuple(used), grammar)
    journal.commit(library, bench.run, end(state.number), value, changes)


def _own(state: State, found: Findings) -> dict[str, int]:
    """The subroutines of this run, and the last round in which each was of use."""
    called = {name for one in found.attempts.values() for name in one.called}
    again = {name: state.number for name in state.own if name in called}
    new = {sub.function.name: state.number for sub in found.taken}
    return {**state.own, **again, **new}


def _retired(
    state: State, own: Mapping[str, int], settings: Settings, keys: Mapping[str, Key]
) -> tuple[Key, ...]:
    """Subroutines of this run that no new solution has called for a while."""
    since = state.number - settings.patience
    late = [keys[name] for name, last in sorted(own.items()) if last <= since]
    return tuple(key for key in late if key in state.keys)


def _additions(
    state: State, found: Findings, run: str, settings: Settings
) -> tuple[journal.Addition, ...]:
    """The new entries, each with where it is from."""
    pack = state.words.pack
    entries: dict[str, Key | str] = {name: e.key for name, e in state.words.entries.items()}
    added = []
    for sub in found.taken:
        function, verdict = sub.function, found.verdicts[sub.function.name]
        needs = {name: entries[name] for name in sorted(called_names(function)) if name in entries}
        figures = {
            "saved": sub.utility,
            "tasks": list(sub.tasks),
            "round": state.number,
            "replays": verdict.as_json(),
        }
        added.append(
            journal.Addition(
                function.name,
                source_of(function, pack, {name: found.dsl[name] for name in needs}),
                str(signature_of(function)),
                needs,
                function.doc,
                Provenance(run, settings.seed, progsynth.__version__, figures),
            )
        )
        entries[function.name] = function.name
    return tuple(added)
