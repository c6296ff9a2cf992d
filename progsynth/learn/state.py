"""What a round begins with: noted in the journal by the first that comes to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth import registry
from progsynth.grammar.weights import Weights
from progsynth.lang.primitive import DSL
from progsynth.learn.attempt import Seen
from progsynth.learn.efforts import Effort, Efforts, are_over, planned, sees_new
from progsynth.learn.plan import begun
from progsynth.learn.seeing import seen_by
from progsynth.learn.settings import Settings
from progsynth.learn.units import Bench
from progsynth.library import journal
from progsynth.library.loading import Key, load
from progsynth.library.store import Library
from progsynth.library.vocabulary import Vocabulary
from progsynth.task import Task


@dataclass(frozen=True, slots=True)
class State:
    """What a round begins with.

    `keys` are the entries in use, `programs` those known of the tasks solved before, `own` the
    subroutines that the run has added, each with the last round in which it was of use. `words`
    is the vocabulary of all that the programs call, retired entries too; `seen` what each of the
    round's tasks sees, and `saw` what it saw in the rounds in which searches for it have begun.
    `efforts` are these searches before the round, `plans` what they are to be after it.
    """

    number: int
    tasks: tuple[Task, ...]
    keys: tuple[Key, ...]
    weights: Weights | None
    programs: Mapping[str, Sequence[str]]
    own: Mapping[str, int]
    words: Vocabulary
    seen: Mapping[str, Seen]
    saw: Mapping[tuple[str, int], Seen]
    efforts: Mapping[str, Efforts]
    plans: Mapping[str, Efforts]

    def to_try(self) -> tuple[Task, ...]:
        """The tasks that are not solved, and may be now."""
        return tuple(task for task in self.tasks if task.name in self.plans)

    def had(self, task: str, begun: int) -> int:
        """The executions that the search which began in that round has had before this one."""
        efforts = self.efforts.get(task, ())
        return next((one.allowed for one in efforts if one.begun == begun), 0)


def begin(
    number: int, library: Library, bench: Bench, tasks: Sequence[Task], settings: Settings
) -> State:
    """The state at the beginning of the round, for tasks in the order of the curriculum."""
    before = bench.steps.get(end(number - 1), {})
    step = f"{number} begin"
    if step not in bench.steps:
        noted = [entry.key for entry in library.entries()]
        value = {"entries": noted, "weights": before.get("weights")}
        journal.write(library, bench.run, step, value)
        bench.look()
    chosen = begun(tasks, settings, number)
    own = before.get("own", {})
    programs = before.get("programs", {})
    efforts = {
        name: tuple(Effort(*one) for one in some)
        for name, some in before.get("efforts", {}).items()
    }
    starts = {1, number, *(one.begun for some in efforts.values() for one in some)}
    shown = {start: _shown(bench.steps[f"{start} begin"]) for start in starts}
    entries = {entry.key: entry for entry in library.entries(all_versions=True)}
    keys, weights = shown[number]

    def sees(task: Task, start: int) -> Seen:
        then, weights = shown[start]
        in_use = [entries[key] for key in then if key in entries]
        return seen_by(task, library.path, in_use, settings.most, weights)

    seen = {task.name: sees(task, number) for task in chosen}
    saw = {
        (task.name, one.begun): sees(task, one.begun)
        for task in chosen
        for one in efforts.get(task.name, ())
    }
    plans = {}
    for name in sorted(seen.keys() - programs.keys()):
        known = efforts.get(name, ())
        new = bool(known) and sees_new(seen[name].keys, saw[name, known[-1].begun].keys)
        if new or not known or not are_over(known):
            plans[name] = planned(
                known, number, new, executions=settings.executions, back=settings.back
            )
    called = {*own_keys(library, bench.run, own).values()}.union(
        *(some for some, _ in shown.values())
    )
    return State(
        number,
        chosen,
        keys,
        weights,
        programs,
        own,
        load(_pack(tasks[0]), library, keys=called & entries.keys()),
        seen,
        {**saw, **{(name, number): one for name, one in seen.items()}},
        efforts,
        plans,
    )


def _shown(value: Mapping[str, Any]) -> tuple[tuple[Key, ...], Weights | None]:
    """The entries and the weights that a round began with."""
    weights = None if value["weights"] is None else Weights.from_json(value["weights"])
    return tuple((name, version) for name, version in value["entries"]), weights


def _pack(task: Task) -> DSL:
    return task.pack if isinstance(task.pack, DSL) else registry.pack(task.pack)


def own_keys(library: Library, run: str, names: Iterable[str]) -> dict[str, Key]:
    """The entries that the run has added under these names."""
    found = {}
    for name in names:
        history = library.history(name)
        mine = [entry.key for entry in history if entry.provenance.task == run]
        found[name] = (mine or [entry.key for entry in history])[-1]
    return found


def end(number: int) -> str:
    """The step at the end of a round."""
    return f"{number} end"
