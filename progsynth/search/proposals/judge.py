"""Asking the proposers, and judging what they propose: read, then run on the training examples.

What is right is handed out when a round is over, the cheapest first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from progsynth.errors import ProgsynthError
from progsynth.evaluate import Evaluation
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program, Term
from progsynth.search.proposals.broken import Broken, has_holes
from progsynth.search.proposals.inline import inlined
from progsynth.search.proposals.proposed import (
    ProposalReport,
    ProposalRequest,
    Proposed,
    Proposer,
)
from progsynth.search.proposals.score import Score, cost_of, first_wrong, score
from progsynth.search.proposals.texts import read_proposals
from progsynth.task import Task

MAX_PROPOSALS = 1000  # that are read for one task

_EARLIER = 50  # proposals that a proposer is told of
_SHOWN = 10_000  # characters of a text that is kept for the report
_SEEDS = 100  # terms that another search may begin from

Read = Callable[[Proposed], Program]  # raises ProgsynthError: what is wrong with it


@dataclass(slots=True)
class Judged:
    """A proposal and what became of it so far."""

    proposed: Proposed
    status: str
    finding: str = ""
    program: Program | None = None
    score: Score | None = None
    cost: int = 0

    @property
    def passed(self) -> int:
        """How many training examples it is right on."""
        return self.score.passed if self.score else 0

    def report(self) -> ProposalReport:
        """What is told of it."""
        total = self.score.total if self.score else 0
        text = self.proposed.program[:_SHOWN]
        source = self.proposed.label
        return ProposalReport(source, text, self.status, self.finding, self.passed, total)

    def turned_down(self, evaluation: Evaluation, accuracy: float) -> None:
        """Note that it was handed out and not taken, with what it gave on training examples."""
        self.status = "wrong"
        if evaluation.reaches(accuracy):
            self.status = "rejected"
            self.finding = "right on all examples shown, wrong on some that are not"


@dataclass(slots=True)
class Judge:
    """The proposals of a task, as they are read; `programs` and `executions` count on.

    `task` has no examples that a proposer must not see. `request` is what each proposer is
    asked, but for the round and what was before.
    """

    task: Task
    dsl: DSL
    proposers: Sequence[Proposer]
    read: Read
    request: ProposalRequest
    judged: list[Judged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    programs: int = 0
    executions: int = 0
    _known: dict[Program, Judged] = field(default_factory=dict)
    _items: int = 0

    def steps(self) -> Iterator[Judged | None]:
        """What is right, after each round of each proposer; None now and then."""
        for proposer in self.proposers:
            for number in count(1):
                before = len(self.judged)
                going = yield from self._round(proposer, number)
                yield from self.right()
                if not going or len(self.judged) == before:
                    break

    def right(self) -> Iterator[Judged]:
        """What is right and was not turned down, the cheapest first."""
        found = [judged for judged in self.judged if judged.status == "right"]
        yield from sorted(found, key=lambda j: (j.cost, len(j.proposed.program)))

    def stop(self, why: str) -> None:
        """Leave what is not judged yet."""
        tried = sum(judged.score is not None for judged in self.judged)
        self.notes.append(f"proposals: {why} after {tried} of them; the others were not tried")
        for judged in self.judged:
            if judged.status == "scoring":
                judged.status = "not tried"

    # -------------------------------------------------------------------------- a round

    def _round(self, proposer: Proposer, number: int) -> Generator[None, None, bool]:
        """Judge what is proposed in one round; returns whether to ask again."""
        earlier = tuple(judged.report() for judged in self.judged[-_EARLIER:])
        items = self._asked(proposer, replace(self.request, earlier=earlier, round=number))
        for proposed in items:
            yield
            if proposed.task in ("", self.task.name):
                yield from self._judge(proposed)
            self._items += 1
            if self._items >= MAX_PROPOSALS:
                self.notes.append(f"proposals: the first {MAX_PROPOSALS} were read, and no more")
                return False
        return not (self.judged and self.judged[-1].status == "error")

    def _asked(self, proposer: Proposer, request: ProposalRequest) -> Iterator[Proposed]:
        """What the proposer proposes, one by one; its exception is the end of it, and noted."""
        try:
            for item in proposer.propose(request):
                yield from self._proposed(item)
        except Exception as error:  # whatever it is made of, the search goes on without it
            source = str(getattr(proposer, "name", "") or type(proposer).__name__)
            why = f"{type(error).__name__}: {error}"
            self.judged.append(Judged(Proposed("", source), "error", why))
            self.notes.append(f"proposals: {source} failed: {why}")

    def _proposed(self, item: Proposed | str | Path) -> Sequence[Proposed]:
        label = f"proposal {self._items + 1}"
        match item:
            case Proposed():
                return (item if item.source else replace(item, source=label),)
            case str():
                return (Proposed(item, label),)
            case Path():
                return read_proposals(item)
        why = f"expected the text of a program, found {type(item).__name__}"
        return (Proposed("", label, finding=why),)

    # ---------------------------------------------------------------------- one proposal

    def _judge(self, proposed: Proposed) -> Iterator[None]:
        judged = Judged(proposed, "refused", proposed.finding)
        self.judged.append(judged)
        if proposed.finding:
            return
        try:
            program = self.read(proposed)
        except ProgsynthError as error:
            judged.finding = str(error)
            return
        first = self._known.setdefault(program, judged)
        if first is not judged:
            judged.status, judged.finding = "duplicate", f"the same as {first.proposed.label}"
            return
        self.programs += 1
        judged.program, judged.cost = program, cost_of(program, self.dsl)
        if has_holes(program):
            judged.status, judged.finding = "wrong", "it has holes"
            judged.score = Score((), (), len(self.task.train))
            return
        judged.status = "scoring"
        yield from self._run(judged, program)

    def _run(self, judged: Judged, program: Program) -> Iterator[None]:
        task = self.task
        running = score(
            program,
            self.dsl,
            task.train,
            limits=task.limits,
            tolerance=task.tolerance,
            error=task.error,
        )
        while judged.score is None:
            try:
                next(running)
            except StopIteration as done:
                judged.score = done.value
            else:
                self.executions += 1
                yield
        if judged.score.reaches(task.accuracy):
            judged.status = "right"
            return
        judged.status = "wrong"
        judged.finding = first_wrong(judged.score, task.train, program.entry.name)

    # -------------------------------------------------------------------- what they are for

    def _whole(self) -> list[tuple[Judged, Program]]:
        """The well-typed proposals, right on most examples first."""
        scored = [(j, j.program) for j in self.judged if j.program is not None and j.score]
        return sorted(scored, key=lambda one: (-one[0].passed, one[0].cost))

    def wrong(self) -> list[tuple[Judged, Program]]:
        """Those that are wrong, right on most examples first."""
        return [(judged, program) for judged, program in self._whole() if judged.status == "wrong"]

    def broken(self) -> list[Broken]:
        """The same, to be repaired."""
        places = {id(judged): place for place, judged in enumerate(self.judged)}
        return [
            Broken(places[id(judged)], program, judged.score)
            for judged, program in self.wrong()
            if judged.score is not None
        ]

    def seeds(self) -> tuple[Term, ...]:
        """The bodies of the well-typed proposals, for a search that begins from them."""
        bodies = [inlined(program) for _, program in self._whole() if not has_holes(program)]
        return tuple(dict.fromkeys(body for body in bodies if body is not None))[:_SEEDS]
