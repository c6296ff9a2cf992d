"""What a round begins with: noted in the journal by the first that comes to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from progsynth import registry
from progsynth.grammar.weights import Weights
from progsynth.lang.primitive import DSL
from progsynth.learn.attempt import Seen
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
    round's tasks sees; `tried` are tasks that were tried before with the same library and grammar.
    """

    number: int
    tasks: tuple[Task, ...]
    keys: tuple[Key, ...]
    weights: Weights | None
    programs: Mapping[str, Sequence[str]]
    own: Mapping[str, int]
    tried: frozenset[str]
    words: Vocabulary
    seen: Mapping[str, Seen]

    def to_try(self) -> tuple[Task, ...]:
        """The tasks that are not solved, and may be now."""
        known = self.tried | self.programs.keys()
        return tuple(task for task in self.tasks if task.name not in known)


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
    value = bench.steps[step]
    weights = None if value["weights"] is None else Weights.from_json(value["weights"])
    keys = tuple((name, version) for name, version in value["entries"])
    same = bench.steps.get(f"{number - 1} begin") == value
    chosen = begun(tasks, settings, number)
    own = before.get("own", {})
    entries = {entry.key: entry for entry in library.entries(all_versions=True)}
    in_use = [entries[key] for key in keys]
    called = {*keys, *own_keys(library, bench.run, own).values()}
    return State(
        number,
        chosen,
        keys,
        weights,
        before.get("programs", {}),
        own,
        frozenset(before["tried"] if same else ()),
        load(_pack(tasks[0]), library, keys=called),
        {t.name: seen_by(t, library.path, in_use, settings.most, weights) for t in chosen},
    )


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
