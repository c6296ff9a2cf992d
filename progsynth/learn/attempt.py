"""One attempt at a task: a search in the words that the task may see, and the programs it finds.

Programs are written in these words, and not closed: what they call of the library is a call, so
that compression sees it. An attempt depends on nothing but what it is given, budgets are in
executions, and so it is the same in any process.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from progsynth import registry
from progsynth.evaluate import Evaluation
from progsynth.grammar.weights import Weights
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Function, Program
from progsynth.learn.trained import Trained, kept
from progsynth.library.loading import Key, load
from progsynth.library.store import Library
from progsynth.library.vocabulary import Vocabulary
from progsynth.search.best_first import best_first
from progsynth.search.bottom_up import bottom_up
from progsynth.search.first import first
from progsynth.search.folds.search import folds
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Budget, Candidate, Outcome, Search, run
from progsynth.search.simplify import simplify
from progsynth.search.templates import templates
from progsynth.search.turns import InTurns
from progsynth.solving.alike import Alike
from progsynth.solving.searches import Beginning
from progsynth.solving.setting import Setting, evaluate_in, make_setting
from progsynth.solving.settling import Chosen
from progsynth.solving.stages import Known, Staged, has_stages, in_stages
from progsynth.task import Example, Task

GUIDED = "guided"  # best-first in the grammar's order, bottom-up, and folds, by turns
ENTRY = "solution"  # what programs are called; no subroutine is
_READ = "bottom_up"  # what "guided" is over what networks read: it goes by the grammar as well
_TURNS = (4_000, 4_000)  # executions of the two
_SMALL, _FOLDS = 10_000, 100_000  # executions of small programs and of folds, at most


@dataclass(frozen=True, slots=True)
class Seen:
    """What a task sees of a library: entries of the folder, functions not in it yet, and weights
    of the grammar."""

    folder: Path
    keys: tuple[Key, ...] = ()
    added: tuple[Function, ...] = ()
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """How it went: the programs that fit, the likeliest first, and what it has used.

    `called` are the words of the library that the first of them calls. `stage` is the one that
    solved a task with submodules (see `solving.stages`), `networks` what it has trained for it.
    """

    solved: bool
    executions: int
    programs: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    gradient_steps: int = 0
    stage: str = ""
    networks: tuple[Trained, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The attempt as a JSON object."""
        return {
            "solved": self.solved,
            "executions": self.executions,
            "programs": list(self.programs),
            "called": list(self.called),
            "gradient_steps": self.gradient_steps,
            "stage": self.stage,
            "networks": [asdict(one) for one in self.networks],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Attempt:
        """The attempt of a JSON object."""
        return cls(
            record["solved"],
            record["executions"],
            tuple(record["programs"]),
            tuple(record["called"]),
            record.get("gradient_steps", 0),  # older journals have none, nor what follows
            record.get("stage", ""),
            tuple(Trained(**one) for one in record.get("networks", ())),
        )


def words_of(task: Task, seen: Seen) -> Vocabulary:
    """The vocabulary of the task: its pack, and what it sees of the library."""
    pack = task.pack if isinstance(task.pack, DSL) else registry.pack(task.pack)
    words = Vocabulary(pack, pack)
    if seen.keys:
        rows = [example.inputs for example in (*task.train, *task.validation)]
        reads = (*task.types, task.result)
        library = Library(seen.folder, create=False)
        words = load(pack, library, reads=reads, rows=rows, keys=seen.keys)
    dsl, added = words.dsl, dict[str, Function]()
    for function in seen.added:  # one that calls networks for other tensors cannot serve
        if all(name in dsl or name in added for name in called_names(function)):
            added[function.name] = function
    whole = DSL(dsl.name, dsl.primitives, {**dsl.functions, **added}, dsl.surfaces)
    return replace(words, dsl=whole, functions={**words.functions, **added})


def attempt(
    task: Task,
    seen: Seen,
    *,
    executions: int,
    gradient_steps: int = 0,
    search: str = GUIDED,
    seed: int = 0,
    frontier: int = 1,
) -> Attempt:
    """Search for the task within so many executions.

    One with submodules goes through the stages of `solving.stages`, within so many gradient steps;
    of networks that it trains the weights are in the library's folder then, and no entry names
    them yet.

    With a `frontier` of 1 the first program that fits is taken; else the search goes on for a
    while, and the likeliest ones are given, so many at most.
    """
    task = replace(task, test=())
    words = words_of(task, seen)
    if has_stages(task):
        found = in_stages(
            Known(task, words, seen.weights),
            Budget(None, executions, None, gradient_steps),
            method=_READ if search == GUIDED else search,
            seed=seed,
            choose=frontier > 1,
        )
        return _of_stages(found, Library(seen.folder, create=False))
    setting = replace(make_setting(task, dsl=words.dsl), weights=seen.weights)
    method: str | Method = search
    if search == GUIDED:
        method = "auto" if setting.trained else _guided
    beginning = Beginning(setting, method, seed=seed, device="auto", workers=1, wait=True)
    chosen = Chosen(setting, beginning, wait=True, choose=frontier > 1)
    with closing(beginning):
        outcome = run(
            chosen(()),
            lambda candidate: _evaluated(setting, candidate, task.train),
            lambda candidate: _evaluated(setting, candidate, task.validation),
            Budget(None, executions),
            accuracy=task.accuracy,
        )
    return _described(outcome, chosen, setting, words, frontier)


def _of_stages(found: Staged, library: Library) -> Attempt:
    outcome, words = found.outcome, found.setting.vocabulary
    used = outcome.executions, outcome.gradient_steps
    if not outcome.solved or outcome.candidate is None:
        return Attempt(False, used[0], gradient_steps=used[1])
    program = _simplified(outcome.candidate, found.setting)
    called = frozenset().union(*map(called_names, program.functions))
    return Attempt(
        True,
        used[0],
        (pretty(program, words.dsl),),
        tuple(sorted(called & (set(words.functions) | set(words.networks)))),
        used[1],
        found.stage,
        kept(found, called, library),
    )


def _guided(problem: Problem, seed: int) -> Search:
    """Best-first search by the grammar and bottom-up search with all words; in turns with these,
    while they last, small programs of usual shapes, and folds.

    No turn depends on the budget, so that one with a larger budget goes on where one with a
    smaller one stops.
    """

    def small() -> Search:
        parts = templates(max_executions=_SMALL), folds(max_executions=_FOLDS)
        return first(*parts)(problem, seed)

    return InTurns(_in_turns(problem, seed), small, (sum(_TURNS), sum(_TURNS)))


def _in_turns(problem: Problem, seed: int) -> Search:
    both = bottom_up(problem, seed), lambda: best_first()(problem, seed)
    return InTurns(*both, _TURNS, before=_TURNS[1])


def _evaluated(setting: Setting, candidate: Candidate, examples: Sequence[Example]) -> Evaluation:
    return evaluate_in(setting.words(candidate), candidate.program, examples, setting.task)


def _described(
    outcome: Outcome, chosen: Chosen, setting: Setting, words: Vocabulary, frontier: int
) -> Attempt:
    if not outcome.solved or outcome.candidate is None:
        return Attempt(False, outcome.executions)
    first = _simplified(outcome.candidate, setting)
    programs = {pretty(first, words.dsl): None}
    for candidate in chosen.fits:
        if len(programs) >= frontier:
            break
        if _is_right(candidate, setting):
            programs[pretty(_simplified(candidate, setting), words.dsl)] = None
    called = frozenset().union(*map(called_names, first.functions))
    return Attempt(
        True,
        outcome.executions,
        tuple(programs),
        tuple(sorted(called & (set(words.functions) | set(words.networks)))),
    )


def _is_right(candidate: Candidate, setting: Setting) -> bool:
    task = setting.task
    found = _evaluated(setting, candidate, (*task.train, *task.validation))
    return found.reaches(task.accuracy)


def _simplified(candidate: Candidate, setting: Setting) -> Program:
    """The program without what changes nothing on the training and validation examples."""
    task, words = setting.task, setting.words(candidate)
    rows = [example.inputs for example in (*task.train, *task.validation)]
    alike = Alike(words.opened(candidate.program), rows, words.dsl, task.limits)
    program = simplify(candidate.program, words.dsl, lambda other: alike(words.opened(other)))
    entry = replace(program.entry, name=ENTRY)
    return replace(program, functions=(*program.functions[:-1], entry))
