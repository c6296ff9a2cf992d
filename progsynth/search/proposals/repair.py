"""Repair of programs that are nearly right: the sketches of suspects, filled by turns.

Every suspect gets a few steps of the search that fills sketches, those first whose hole is
small; then each four times as many, and so on. In the first round the holes are filled with
what the program is made of already, and the like. A step is what that search does between two
looks at the clock, so that the order of what is found depends on no clock.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program, holes, size
from progsynth.search.bottom_up import working_limits
from progsynth.search.proposals.score import Score
from progsynth.search.proposals.suspects import Suspect, near, suspects, times_met, within
from progsynth.search.run import Allowance, Search
from progsynth.search.sketch import search_sketch
from progsynth.task import Task

MAX_BROKEN = 4  # programs that are repaired
MAX_SUSPECTS = 40  # of one program
MAX_SIZE = 400  # nodes of a program that is repaired

_FIRST = 4  # steps that each suspect gets at first
_MORE = 4  # times as many in the next round
_ROUNDS = 9
_NEAR = 1  # rounds in which only primitives are tried that are near those of the program
_AT_ONCE = 4  # steps between looks at the clock


@dataclass(frozen=True, slots=True)
class Broken:
    """A program that is wrong on some examples; `key` says which proposal it is."""

    key: int
    program: Program
    score: Score


@dataclass(frozen=True, slots=True)
class Repaired:
    """A program that is right on the training examples, and the proposal that it is made of."""

    key: int
    program: Program
    replaced: int


@dataclass(slots=True)
class _Work:
    """A suspect and the search that fills its hole, once it has begun."""

    broken: Broken
    suspect: Suspect
    search: Search | None = None


class _Steps:
    """A clock that counts how often it is looked at."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> float:
        self.count += 1
        return float(self.count)


@dataclass(slots=True)
class Repairs:
    """The repair of programs for a task; `programs` and `executions` count as it goes on."""

    task: Task
    dsl: DSL
    programs: int = 0
    executions: int = 0

    def steps(self, broken: Sequence[Broken]) -> Iterator[Repaired | None]:
        """The programs repaired, best first, as they are found; None now and then."""
        works, later = self._works(broken, near_only=True), self._works(broken, near_only=False)
        grant = _FIRST
        for number in range(_ROUNDS):
            works, kept = [*works, *(later if number == _NEAR else ())], []
            for work in works:
                going = yield from self._turn(work, grant)
                if going:
                    kept.append(work)
            works, grant = kept, grant * _MORE

    def _works(self, broken: Sequence[Broken], *, near_only: bool) -> list[_Work]:
        """The suspects of all, those first whose hole stands for least."""
        found: list[tuple[int, int, _Work]] = []
        for rank, one in enumerate(broken):
            names = near(one.program, self.dsl)
            some = suspects(one.program, self.dsl)[:MAX_SUSPECTS]
            if has_holes(one.program):  # whoever proposed it says what is unknown
                some = [Suspect(one.program, 0)]
            if near_only:
                some = [within(suspect, names) for suspect in some] if names else []
            found += ((suspect.replaced, rank, _Work(one, suspect)) for suspect in some)
        return [work for _, _, work in sorted(found, key=lambda item: item[:2])]

    def _turn(self, work: _Work, grant: int) -> Generator[Repaired | None, None, bool]:
        """Some steps for one suspect; returns whether there is more to try."""
        if work.search is None:
            if not self._may_be_at_fault(work):
                return False
            work.search = self._search(work.suspect)
            yield None
        search = work.search
        for _ in range(0, grant, _AT_ONCE):
            if search.exhausted:
                return False
            batch = search.ask(Allowance(None, float(_AT_ONCE), _Steps()))
            self.programs += batch.programs
            self.executions += batch.executions
            for candidate in batch.candidates:
                yield Repaired(work.broken.key, candidate.program, work.suspect.replaced)
            search.tell([])
            yield None
        return not search.exhausted

    def _may_be_at_fault(self, work: _Work) -> bool:
        """Is the hole met on as many failing examples as have to be mended?"""
        score, task = work.broken.score, self.task
        wrong = [e for e, right in zip(task.train, score.right, strict=False) if not right]
        wanted = task.accuracy * score.total - score.passed - (score.total - len(score.right))
        self.executions += len(wrong)
        met = times_met(work.suspect, self.dsl, wrong, task.limits)
        return met >= min(wanted, len(wrong)) - 1e-9

    def _search(self, suspect: Suspect) -> Search:
        """The search that fills the hole. It runs within limits that go with the examples."""
        task = self.task
        shown = [value for e in task.train for value in (*e.inputs, e.output)]
        return search_sketch(
            suspect.sketch,
            self.dsl,
            task.train,
            tolerance=task.tolerance,
            limits=working_limits(task.limits, shown),
            constants=task.constants,
            accuracy=task.accuracy,
        )


def has_holes(program: Program) -> bool:
    """Is something of it left open?"""
    return any(holes(function.body) for function in program.functions)


def worth_repairing(broken: Sequence[Broken]) -> list[Broken]:
    """Those to be repaired: of equal behaviour the smallest, right on most examples first."""
    sizes = {one.key: sum(size(f.body) for f in one.program.functions) for one in broken}
    small = [one for one in broken if sizes[one.key] <= MAX_SIZE]
    chosen: dict[str, Broken] = {}
    for one in sorted(small, key=lambda one: (-one.score.passed, sizes[one.key], one.key)):
        chosen.setdefault(repr(one.score.outputs), one)
    return list(chosen.values())[:MAX_BROKEN]
