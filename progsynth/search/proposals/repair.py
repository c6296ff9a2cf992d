"""Repair of programs that are nearly right: swaps, and the sketches of suspects, by turns.

First another primitive of the same type is put in the place of each call. Then every suspect
gets a little of the search that fills sketches, those first whose hole is small; then each four
times as much, and so on. In the first rounds the holes are filled with what the program is made
of already, and the like; a program that is right on more examples than before, or far nearer, is
repaired further. Turns are counted in programs and executions, so that the order of what is found
depends on no clock.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Const, Program, const
from progsynth.search.goal import working_limits
from progsynth.search.holes import fill
from progsynth.search.proposals.broken import (
    Broken,
    constants_in,
    has_holes,
    has_number,
    most_promising,
    worth_repairing,
    wrong_first,
)
from progsynth.search.proposals.score import Score, score
from progsynth.search.proposals.suspects import Suspect, near, suspects, swaps, times_met, within
from progsynth.search.run import Allowance, Candidate, Search
from progsynth.search.sketch import search_sketch
from progsynth.search.sketched import Spaces
from progsynth.task import Example, Task

MAX_SUSPECTS = 40  # of one program

# Of programs and executions together:
_FIRST = 500  # a suspect's first turn
_MORE = 4  # times as many in the next round
_ROUNDS = 9
_TUNING = 20_000  # the turn of a number, which is soon told
_BEGINNING = 5_000  # take as long as to begin a search among all primitives
_AT_ONCE = 200  # between looks at the clock, and no more steps than:
_STEPS = 4.0

_CHAIN = 3  # rounds in which programs are repaired further
_FEW = 30  # examples on all of which a swap is run
_DIGITS = 16  # of a float

Found = Generator["Repaired | None", None, list[Broken]]


@dataclass(frozen=True, slots=True)
class Repaired:
    """A program that is right on the training examples, and the proposal that it is made of."""

    key: int
    program: Program


@dataclass(slots=True)
class _Work:
    """A suspect and the search that fills its hole, once it has begun."""

    broken: Broken
    suspect: Suspect
    is_near: bool  # only primitives near those of the program may fill the hole
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
    begun: int = 0  # searches among all primitives
    spaces: Spaces = field(default_factory=dict)

    @property
    def effort(self) -> int:
        """What it has taken so far, in executions."""
        return self.programs + self.executions + _BEGINNING * self.begun

    @property
    def limits(self) -> Limits:
        """Those of a run while searching, which go with the examples."""
        shown = [value for e in self.task.train for value in (*e.inputs, e.output)]
        return working_limits(self.task.limits, shown)

    def steps(self, broken: Sequence[Broken]) -> Iterator[Repaired | None]:
        """The programs repaired, best first, as they are found; None now and then."""
        works: list[_Work] = []
        known = fresh = list(broken)
        for _ in range(_CHAIN):
            better = yield from self._swapped(fresh)
            new = self._works(fresh, near_only=True)
            works += yield from self._round(new, _FIRST)
            fresh = most_promising([*better, *self._better(new)])
            known = [*fresh, *known]
        works = yield from self._round(works, _FIRST * _MORE)
        works += self._works(worth_repairing(known), near_only=False)
        grant = _FIRST
        for _ in range(_ROUNDS):
            works = yield from self._round(works, grant)
            grant *= _MORE

    # --------------------------------------------------------------------------- swaps

    def _swapped(self, broken: Sequence[Broken]) -> Found:
        """Try other calls in each program; returns those that are better than it."""
        better = []
        for one in broken:
            first = wrong_first(one, self.task.train)[:1]
            for program in () if has_holes(one.program) else swaps(one.program, self.dsl):
                yield None
                self.programs += 1
                if len(self.task.train) > _FEW and not self._scored(program, first).passed:
                    continue  # as the search does with a filling
                now = self._scored(program, self.task.train)
                if now.reaches(self.task.accuracy):
                    yield Repaired(one.key, program)
                elif now.is_better(one.score):
                    better.append(Broken(one.key, program, now))
        return better

    def _scored(self, program: Program, examples: Sequence[Example]) -> Score:
        task = self.task
        running = score(
            program,
            self.dsl,
            examples,
            limits=self.limits,
            tolerance=task.tolerance,
            error=task.error,
        )
        while True:
            try:
                next(running)
            except StopIteration as done:
                found: Score = done.value
                self.executions += len(found.outputs)
                return found

    # ------------------------------------------------------------------------- suspects

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
            found += ((suspect.replaced, rank, _Work(one, suspect, near_only)) for suspect in some)
        return [work for _, _, work in sorted(found, key=lambda item: item[:2])]

    def _round(
        self, works: Sequence[_Work], grant: int
    ) -> Generator[Repaired | None, None, list[_Work]]:
        """A turn for each; returns those that have more to try."""
        kept = []
        for work in works:
            going = yield from self._turn(work, grant)
            if going:
                kept.append(work)
        return kept

    def _turn(self, work: _Work, grant: int) -> Generator[Repaired | None, None, bool]:
        """So much for one suspect; returns whether there is more to try."""
        if work.search is None:
            if not has_holes(work.broken.program) and not self._may_be_at_fault(work):
                return False
            work.search = self._search(work)
            self.begun += not work.is_near
            yield None
        search = work.search
        left = max(grant, _TUNING) if has_number(work.suspect.sketch) else grant
        while left > 0 and not search.exhausted:
            batch = search.ask(Allowance(_AT_ONCE, _STEPS, _Steps()))
            self.programs += batch.programs
            self.executions += batch.executions
            left -= max(1, batch.programs + batch.executions)
            for candidate in batch.candidates:
                yield Repaired(work.broken.key, self._rounded(work, candidate))
            search.tell([])
            yield None
        return not search.exhausted

    def _rounded(self, work: _Work, candidate: Candidate) -> Program:
        """The candidate's program; a number that was tuned has as few digits as will do."""
        term = candidate.filled[0].term if len(candidate.filled) == 1 else None
        if not isinstance(term, Const) or type(term.value) is not float:
            return candidate.program
        for digits in range(1, _DIGITS):
            value = float(f"{term.value:.{digits}g}")
            program = fill(work.suspect.sketch, [const(value)])
            if self._scored(program, self.task.train).reaches(self.task.accuracy):
                return program
        return candidate.program

    def _may_be_at_fault(self, work: _Work) -> bool:
        """Is the hole met on a failing example; on as many as have to be mended, where filling
        it is a long search?"""
        passed, total = work.broken.score.passed, work.broken.score.total
        wrong = wrong_first(work.broken, self.task.train)[: total - passed]
        self.executions += len(wrong)
        met = times_met(work.suspect, self.dsl, wrong, self.limits)
        return met >= 1 if work.is_near else met >= self.task.accuracy * total - passed - 1e-9

    def _search(self, work: _Work) -> Search:
        """The search that fills the hole."""
        task = self.task
        return search_sketch(
            work.suspect.sketch,
            self.dsl,
            wrong_first(work.broken, task.train),
            tolerance=task.tolerance,
            limits=self.limits,
            constants=(*task.constants, *constants_in(work.broken.program)),
            accuracy=task.accuracy,
            spaces=self.spaces,
        )

    def _better(self, works: Sequence[_Work]) -> list[Broken]:
        """Programs that are better than those they are made of."""
        found = []
        for work in works:
            if work.search is None or has_holes(work.broken.program):
                continue  # what is open is filled, or it is not
            for candidate in work.search.partial()[:1]:
                now = self._scored(candidate.program, self.task.train)
                if now.is_better(work.broken.score):
                    found.append(Broken(work.broken.key, candidate.program, now))
        return found
