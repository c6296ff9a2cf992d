"""Networks that a round has trained: what is new of them goes into the library, once.

Tasks of one round are tried side by side, so that several may have trained a network for the same
submodule. One is refused where a network that is there already, or was taken before it, serves its
program as well: then the program calls that one. So a fine-tuned copy that is no better than what
it began with is not kept either. What is taken is frozen under a name of its own, and never
changes: what was solved with it stays solved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import progsynth
from progsynth import neural
from progsynth.evaluate import Evaluation
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.learn.attempt import Attempt
from progsynth.learn.settings import Settings
from progsynth.learn.state import State, own_keys
from progsynth.learn.trained import Trained
from progsynth.learn.units import Bench
from progsynth.library import journal
from progsynth.library.entry import Provenance
from progsynth.library.loading import load, renamed
from progsynth.library.store import Library
from progsynth.library.vocabulary import Vocabulary
from progsynth.solving.setting import evaluate_in, same_types
from progsynth.solving.stages import without_networks
from progsynth.task import Task


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the networks of a round: the names of those taken, those refused by the names
    of their tasks, and the programs of these tasks as they are then, and the networks
    that these call."""

    names: tuple[str, ...]
    refused: tuple[str, ...]
    programs: Mapping[str, str]
    called: Mapping[str, Sequence[str]]


def take_networks(
    attempts: Mapping[str, Attempt], state: State, bench: Bench, settings: Settings
) -> Taken:
    """Put what is new of the networks of these attempts into the library, unless that was done.

    Raises LibraryError.
    """
    if not any(one.solved and one.networks for one in attempts.values()):
        return Taken((), (), {}, {})
    library, run, step = bench.library, bench.run, f"{state.number} networks"
    if step not in bench.look():
        taking = _Taking(state.words, library, run, settings.seed)
        for task in state.tasks:
            found = attempts.get(task.name)
            if found is not None and found.solved and found.networks:
                taking.task(task, found)
        value = {
            "names": [one.name for one in taking.added],
            "refused": taking.refused,
            "programs": taking.programs,
            "called": taking.called,
        }
        journal.commit(library, run, step, value, journal.Changes(tuple(taking.added)))
        bench.look()
    known = bench.steps[step]
    names, refused = tuple(known["names"]), tuple(known["refused"])
    return Taken(names, refused, known["programs"], known["called"])


def with_programs(attempts: Mapping[str, Attempt], taken: Taken) -> dict[str, Attempt]:
    """The attempts with the programs that call what was taken."""
    return {
        name: replace(
            one,
            programs=(taken.programs[name],),
            called=tuple(sorted({*one.called, *taken.called[name]})),
        )
        if name in taken.programs
        else one
        for name, one in attempts.items()
    }


def seeing(state: State, taken: Taken, bench: Bench) -> State:
    """The state with what was taken among its words."""
    if not taken.names:
        return state
    new = tuple(own_keys(bench.library, bench.run, taken.names).values())
    known = {entry.key for entry in state.words.entries.values()}
    words = load(state.words.pack, bench.library, keys={*known, *new})
    seen = {
        name: replace(one, keys=tuple(sorted((*one.keys, *new))))
        for name, one in state.seen.items()
    }
    return replace(state, words=words, keys=(*state.keys, *new), seen=seen)


class _Taking:
    """What was taken so far."""

    def __init__(self, words: Vocabulary, library: Library, run: str, seed: int):
        self.words, self.library, self.run, self.seed = words, library, run, seed
        self.added: list[journal.Addition] = []
        self.refused: list[str] = []
        self.programs: dict[str, str] = {}
        self.called: dict[str, list[str]] = {}
        self.names = {entry.name for entry in library.entries(all_versions=True)}

    def task(self, task: Task, found: Attempt) -> None:
        """Take what is new of the networks of a solution, and note its program."""
        bare = without_networks(self.words)
        program = read_program(found.programs[0], bare.dsl)
        networks = {
            one.called: neural.from_bytes(self.library.weights_of(one.weights))
            for one in found.networks
        }
        names: dict[str, str] = {}
        for one in found.networks:
            names[one.called] = self.serving(task, program, networks, one)
        self.called[task.name] = sorted(names.values())
        body = renamed(program.entry.body, names)
        others = [replace(f, body=renamed(f.body, names)) for f in program.functions[:-1]]
        made = Program((*others, replace(program.entry, body=body)))
        self.programs[task.name] = pretty(made, self.words.dsl)

    def serving(
        self, task: Task, program: Program, networks: Mapping[str, Any], one: Trained
    ) -> str:
        """The name of a network that does what this one does for the program: one that is there,
        or this one, when it was taken."""
        own = networks[one.called]
        here = self.right(task, program, networks)
        for name, other in self.words.networks.items():
            if not same_types(other.declaration, own.declaration):
                continue
            there = self.right(task, program, {**networks, one.called: other})
            if all(is_as_good(*pair, task.accuracy) for pair in zip(there, here, strict=True)):
                self.refused.append(task.name)
                return name
        name = next(name for name in _names(one.called) if self.is_free(name))
        self.names.add(name)
        figures = {**one.figures, "program": pretty(program, without_networks(self.words).dsl)}
        self.added.append(
            journal.Addition(
                name,
                f"neural {name}{one.signature}",
                one.signature,
                doc=f"Learnt for the task '{task.name}'.",
                provenance=Provenance(
                    self.run, self.seed, progsynth.__version__, {**figures, "task": task.name}
                ),
                weights=one.weights,
            )
        )
        self.words = self.words.with_networks({name: own})
        return name

    def right(
        self, task: Task, program: Program, networks: Mapping[str, Any]
    ) -> tuple[Evaluation, Evaluation]:
        """The program with these networks on the training and the validation examples."""
        called = {one.name: networks[one.name] for one in program.neural}
        bare = without_networks(self.words)
        rows = [example.inputs for example in (*task.train, *task.validation)]
        words = bare.with_networks(called, rows)
        train, validation = (
            evaluate_in(words, program, some, task) for some in (task.train, task.validation)
        )
        return train, validation

    def is_free(self, name: str) -> bool:
        """Has nothing that name?"""
        dsl = self.words.dsl
        return name not in self.names and name not in dsl and not dsl.overloads(name)


def is_as_good(there: Evaluation, here: Evaluation, accuracy: float) -> bool:
    """Is the first right on as many examples as the task asks for, and as many as the other?"""
    return there.reaches(accuracy) and there.passed >= here.passed


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))
