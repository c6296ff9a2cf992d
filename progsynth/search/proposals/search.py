"""Proposals first, then any search: as one search of the loop.

All proposals are read and scored, and what is right is handed out. What is wrong but well-typed
is repaired, by turns with the search that follows, of which it takes a stated share. That search
is made when the proposals are known: it may begin from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil, inf

from progsynth.lang.term import Term
from progsynth.search.proposals.broken import has_holes, worth_repairing
from progsynth.search.proposals.judge import Judge, Judged
from progsynth.search.proposals.proposed import ProposalReport
from progsynth.search.proposals.repair import Repaired, Repairs
from progsynth.search.proposals.score import cost_of
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told

NAME = "proposals"
SCORING_SHARE = 0.5  # of the budget that goes into reading and scoring, at most
REPAIR_SHARE = 0.25  # of what is left that goes into repair, as long as the other search goes on

# Executions of the other search's first turn, where no clock divides the budget; the next is
# twice as long. A portfolio has its own rounds, of which short turns would make nothing.
_TURN = (2_000, 200_000)
_TURNS = 8  # such turns make a budget
_PARTIAL = 3  # proposals among the best partial programs


class ProposalSearch:
    """The search; `begin` makes the one that follows, of the bodies that it may begin from."""

    def __init__(self, judge: Judge, begin: Callable[[tuple[Term, ...]], Search]):
        self.judge = judge
        self.begin = begin
        self.name = NAME
        self.inner: Search | None = None
        self.repairs = Repairs(judge.task, judge.dsl)
        self._scoring: Iterator[Judged | None] | None = judge.steps()
        self._mending: Iterator[Candidate | None] | None = None
        self._handed: tuple[Candidate, Judged, str] | None = None  # and the status if it is taken
        # of scoring: until when, executions, programs
        self._bounds: tuple[float, float, float] | None = None
        self._spent = [0.0, 0.0]  # seconds, by repair and by the other search
        self._turn = 0  # executions of the other search's turn
        self._owner, self._left = 1, 0.0  # whose turn it is, 0 for repair, and what is left of it
        self._asked_inner = self._began = False

    # ------------------------------------------------------------------------- protocol

    @property
    def exhausted(self) -> bool:
        """Is nothing left of the proposals, of what is to be repaired, of the other search?"""
        if self._scoring is not None or self.inner is None:
            return False
        return self._mending is None and self.inner.exhausted

    @property
    def level(self) -> int:
        """How far the other search has come."""
        return self.inner.level if self.inner is not None else 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of proposals, and of the other search."""
        return (*self.judge.notes, *(self.inner.notes if self.inner is not None else ()))

    def ask(self, allowance: Allowance) -> Batch:
        """The next program that is right: a proposal, a repaired one, or another."""
        self._asked_inner = False
        if self._scoring is not None:
            return self._score(allowance)
        self._begin_repair()
        self._take_turns(allowance)
        start, owner = allowance.clock(), self._owner
        batch, effort = (self._go_on if owner else self._mend)(allowance)
        self._spent[owner] += allowance.clock() - start
        self._left -= effort
        return batch

    def tell(self, results: Told) -> None:
        """Take in that a proposal was not taken; pass on what is of the other search."""
        if self._handed is not None and results:
            _, judged, status = self._handed
            self._handed = None
            if status == "solution":
                judged.turned_down(results[0][1], self.judge.task.accuracy)
        elif self._asked_inner and self.inner is not None:
            self.inner.tell(results)

    def partial(self) -> tuple[Candidate, ...]:
        """The proposals that are right on most examples, and what the other search has."""
        own = [(j, program) for j, program in self.judge.wrong() if not has_holes(program)]
        best = tuple(Candidate(program, judged.cost) for judged, program in own[:_PARTIAL])
        return (*best, *(self.inner.partial() if self.inner is not None else ()))

    def reports(self, solution: Candidate | None) -> tuple[ProposalReport, ...]:
        """What became of each proposal, in order, where that is the solution."""
        made = []
        for judged in self.judge.judged:
            report = judged.report()
            if report.status == "scoring":
                report = replace(report, status="not tried")
            if self._handed is not None and self._handed[0] is solution:
                _, origin, status = self._handed
                report = replace(report, status=status) if origin is judged else report
            made.append(report)
        return tuple(made)

    def proposer_of(self, partial: Candidate) -> str:
        """Where a partial program is from, if it is a proposal as it was; else ''."""
        found = (
            j.proposed.label for j, program in self.judge.wrong() if program == partial.program
        )
        return next(found, "")

    # -------------------------------------------------------------------------- scoring

    def _score(self, allowance: Allowance) -> Batch:
        judge = self.judge
        before = judge.programs, judge.executions
        found: tuple[Candidate, ...] = ()
        assert self._scoring is not None
        for judged in self._scoring:
            if judged is not None and judged.program is not None:
                found = (Candidate(judged.program, judged.cost),)
                self._handed = (found[0], judged, "solution")
                break
            if self._over(allowance):
                judge.stop(f"a share of {SCORING_SHARE:.0%} of the budget was used up")
                self._scoring = judge.right()
                break
            if allowance.is_spent(judge.programs - before[0], judge.executions - before[1]):
                break
        else:
            self._scoring = None
        return Batch(found, judge.programs - before[0], judge.executions - before[1])

    def _over(self, allowance: Allowance) -> bool:
        """Is the share of the budget used up that scoring may take?"""
        if self._bounds is None:
            now, end = allowance.clock(), allowance.end or 0.0
            executions = SCORING_SHARE * (allowance.executions or 0)
            programs = SCORING_SHARE * (allowance.programs or 0)
            self._bounds = (now + SCORING_SHARE * (end - now), executions, programs)
        until, executions, programs = self._bounds
        late = allowance.end is not None and allowance.clock() >= until
        late = late or (allowance.programs is not None and self.judge.programs > programs)
        return late or (allowance.executions is not None and self.judge.executions > executions)

    # ---------------------------------------------------------------------------- turns

    def _begin_repair(self) -> None:
        if self._began:
            return
        self._began = True
        broken = worth_repairing(self.judge.broken())
        if broken:
            self._mending = self._mended(self.repairs.steps(broken))

    def _mended(self, steps: Iterator[Repaired | None]) -> Iterator[Candidate | None]:
        for found in steps:
            if found is None:
                yield None
                continue
            candidate = Candidate(found.program, cost_of(found.program, self.judge.dsl))
            self._handed = (candidate, self.judge.judged[found.key], "repaired")
            self.name = NAME
            yield candidate

    def _take_turns(self, allowance: Allowance) -> None:
        """Settle whose turn it is: by the clock where it ends the run, else by executions."""
        if allowance.end is not None:
            late = self._spent[0] > REPAIR_SHARE * sum(self._spent)
            self._owner, self._left = int(late), inf
        elif self._left <= 0:
            self._owner = 1 - self._owner
            if not self._turn:
                budget = (allowance.executions or 0) // _TURNS
                self._turn = max(_TURN[0], min(budget, _TURN[1]))
            elif not self._owner:
                self._turn *= 2
            ratio = 1.0 if self._owner else REPAIR_SHARE / (1 - REPAIR_SHARE)
            self._left = ratio * self._turn
        if self._mending is None:
            self._owner = 1
        elif self.inner is not None and self.inner.exhausted:
            self._owner = 0

    def _mend(self, allowance: Allowance) -> tuple[Batch, float]:
        """Repair for a slice, or to the next find; with the effort that it took."""
        repairs = self.repairs
        programs, executions, effort = repairs.programs, repairs.executions, repairs.effort
        found: tuple[Candidate, ...] = ()
        assert self._mending is not None
        for candidate in self._mending:
            if candidate is not None:
                found = (candidate,)
                break
            if allowance.is_spent(repairs.programs - programs, repairs.executions - executions):
                break
            if repairs.effort - effort >= self._left:
                break
        else:
            self._mending = None
        batch = Batch(found, repairs.programs - programs, repairs.executions - executions)
        return batch, self._left if self._mending is None else repairs.effort - effort

    def _go_on(self, allowance: Allowance) -> tuple[Batch, float]:
        """Let the other search go on; with the effort that it took."""
        if self.inner is None:
            self.inner = self.begin(self.judge.seeds())
        self._asked_inner = True
        self.name = self.inner.name
        if allowance.end is None and self._mending is not None:
            left = ceil(self._left)
            given = left if allowance.executions is None else min(left, allowance.executions)
            allowance = replace(allowance, executions=given)
        batch = self.inner.ask(allowance)
        effort = batch.executions + batch.gradient_steps
        return batch, self._left if self.inner.exhausted else effort
