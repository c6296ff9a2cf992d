"""The one loop that every search runs in: budget, stop reason, events, verification.

A search proposes and learns: `ask` gives candidates it believes in, `tell` brings what became
of them. The loop owns the budget; it runs each candidate in an engine on the training examples,
then on those for validation, and stops at the first that passes both. A candidate that fits the
training examples only is kept in the outcome, and the search goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from progsynth.evaluate import Evaluation
from progsynth.lang.term import Program, Term
from progsynth.lang.types import Type

SLICE = 0.2  # seconds between looks at the clock


@dataclass(frozen=True, slots=True)
class Filling:
    """What was put into one hole of a sketch: a function of the variables that the hole sees."""

    term: Term
    names: tuple[str, ...]
    types: tuple[Type, ...]
    result: Type
    hidden: frozenset[int] = frozenset()  # places of variables that it does not use


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program a search proposes, and what it put into the holes of a sketch, in order.

    `networks` are the trained submodules of its neural declarations, by name; what they are is
    known to those who train and run them only.
    """

    program: Program
    cost: int
    filled: tuple[Filling, ...] = ()
    networks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How far one `ask` may go: `executions` more, and until the clock reaches `deadline`.

    An execution is one program or sub-program on one case; a gradient step is one update of one
    candidate's weights; `programs` counts each program or sub-program that is tried. None is no
    bound. `end` is when the whole run is over: for work that cannot be cut into slices, such as
    training.
    """

    executions: int | None
    deadline: float | None
    clock: Callable[[], float] = time.monotonic
    gradient_steps: int | None = None
    end: float | None = None
    programs: int | None = None

    def is_spent(self, programs: int, executions: int, gradient_steps: int = 0) -> bool:
        """Is an `ask` that has used so much over? Looks at the clock last."""
        for used, bound in (
            (programs, self.programs),
            (executions, self.executions),
            (gradient_steps, self.gradient_steps),
        ):
            if bound is not None and used >= bound:
                return True
        return self.deadline is not None and self.clock() >= self.deadline


@dataclass(frozen=True, slots=True)
class Batch:
    """What one `ask` gives, and what it has used: programs tried, executions, gradient steps."""

    candidates: tuple[Candidate, ...]
    programs: int
    executions: int
    gradient_steps: int = 0


Told = Sequence[tuple[Candidate, Evaluation]]


class Search(Protocol):
    """What the loop wants of a search.

    `exhausted` says that nothing is left to propose. `level` is how far it has come, in its own
    measure; `notes` are what a user should know about it, such as a memory that filled up.
    """

    name: str

    @property
    def exhausted(self) -> bool: ...

    @property
    def level(self) -> int: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    def ask(self, allowance: Allowance) -> Batch:
        """The next candidates, as few as one; empty where the allowance was used up."""
        ...

    def tell(self, results: Told) -> None:
        """Take in how the candidates did on the training examples."""
        ...

    def partial(self) -> tuple[Candidate, ...]:
        """The programs that come nearest so far, best first; they may fail some examples."""
        ...


@runtime_checkable
class Detailed(Protocol):
    """A search that says more of how it goes."""

    @property
    def details(self) -> Mapping[str, Any]:
        """What is known of its last round, by name."""
        ...


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use; None is no bound. At least one bound is wanted by `solve`."""

    seconds: float | None = 60.0
    executions: int | None = None
    programs: int | None = None
    gradient_steps: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: `kind` is "progress", "rejected" (by validation) or "stopped".

    `details` is what a search says besides (see `Detailed`): of a genetic one the diversity,
    sizes and errors of the last generation.
    """

    kind: str
    seconds: float
    programs: int
    executions: int
    level: int
    best: tuple[int, int]  # examples passed by the best program, and their number
    stop_reason: str = ""
    gradient_steps: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: the program, if any, and what it cost.

    `stop_reason` is "solved", "seconds", "executions", "programs", "gradient_steps",
    "exhausted" or "interrupted". `candidate` is the solution, or else the best partial program.
    """

    solved: bool
    stop_reason: str
    candidate: Candidate | None
    evaluation: Evaluation | None
    validation: Evaluation | None
    rejected: tuple[Candidate, ...]
    seconds: float
    programs: int
    executions: int
    level: int
    notes: tuple[str, ...]
    gradient_steps: int = 0


Check = Callable[[Candidate], Evaluation]


def run(
    search: Search,
    check: Check,
    validate: Check,
    budget: Budget,
    *,
    accuracy: float = 1.0,
    on_event: Callable[[Event], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Run the search until a candidate passes `check` and `validate`, or the budget ends.

    To pass is to be right on that share of the examples, `accuracy`, of each of the two kinds.
    An interrupt from the keyboard ends it too, with the best partial program.
    """
    loop = _Loop(search, check, validate, budget, accuracy, on_event, clock)
    try:
        reason = loop.go()
    except KeyboardInterrupt:
        reason = "interrupted"
    return loop.outcome(reason)


_Best = tuple[Candidate, Evaluation, Evaluation | None]


class _Loop:
    """The state of one run."""

    def __init__(
        self,
        search: Search,
        check: Check,
        validate: Check,
        budget: Budget,
        accuracy: float,
        on_event: Callable[[Event], None] | None,
        clock: Callable[[], float],
    ):
        self.search = search
        self.check = check
        self.validate = validate
        self.budget = budget
        self.accuracy = accuracy
        self.on_event = on_event
        self.clock = clock
        self.start = clock()
        self.programs = 0
        self.executions = 0
        self.gradient_steps = 0
        self.rejected: list[Candidate] = []
        self.best: _Best | None = None
        self.shown = (0, 0)

    def go(self) -> str:
        while True:
            reason = self.spent()
            if reason:
                return reason
            if self.search.exhausted:
                return "exhausted"
            batch = self.search.ask(self.allowance())
            self.programs += batch.programs
            self.executions += batch.executions
            self.gradient_steps += batch.gradient_steps
            results = []
            for candidate in batch.candidates:
                evaluation = self.verified(candidate)
                if evaluation is None:
                    return "solved"
                results.append((candidate, evaluation))
            self.search.tell(results)
            self.emit("progress")

    def allowance(self) -> Allowance:
        budget = self.budget
        left = _left(budget.executions, self.executions)
        steps = _left(budget.gradient_steps, self.gradient_steps)
        programs = _left(budget.programs, self.programs)
        deadline = self.clock() + SLICE
        end = None if budget.seconds is None else self.start + budget.seconds
        if end is not None:
            deadline = min(deadline, end)
        return Allowance(left, deadline, self.clock, steps, end, programs)

    def spent(self) -> str:
        budget = self.budget
        if budget.executions is not None and self.executions >= budget.executions:
            return "executions"
        if budget.programs is not None and self.programs >= budget.programs:
            return "programs"
        if budget.gradient_steps is not None and self.gradient_steps >= budget.gradient_steps:
            return "gradient_steps"
        if budget.seconds is not None and self.clock() - self.start >= budget.seconds:
            return "seconds"
        return ""

    def verified(self, candidate: Candidate) -> Evaluation | None:
        """The evaluation of a candidate that is not the solution; None for the solution."""
        evaluation = self.check(candidate)
        self.executions += evaluation.total
        if not evaluation.reaches(self.accuracy):
            self.keep(candidate, evaluation, None)
            return evaluation
        validation = self.validate(candidate)
        self.executions += validation.total
        if validation.reaches(self.accuracy):
            self.best = (candidate, evaluation, validation)
            return None
        self.keep(candidate, evaluation, validation)
        self.rejected.append(candidate)
        self.emit("rejected")
        return evaluation

    def keep(
        self, candidate: Candidate, evaluation: Evaluation, validation: Evaluation | None
    ) -> None:
        if self.best is None or _rank(evaluation, validation) > _rank(*self.best[1:]):
            self.best = (candidate, evaluation, validation)

    def emit(self, kind: str, reason: str = "") -> None:
        if self.on_event is None:
            return
        if self.best is not None:
            self.shown = (self.best[1].passed, self.best[1].total)
        self.on_event(
            Event(
                kind,
                self.clock() - self.start,
                self.programs,
                self.executions,
                self.search.level,
                self.shown,
                reason,
                self.gradient_steps,
                self.search.details if isinstance(self.search, Detailed) else {},
            )
        )

    def ended(self, reason: str) -> str:
        """Keep what the search came nearest with. A search that compares several programs that
        fit may have one when it is cut short: then that is why it ended."""
        for partial in self.search.partial():
            evaluation = self.check(partial)
            if evaluation.reaches(self.accuracy) and partial not in self.rejected:
                if self.verified(partial) is None:
                    return "solved"
            else:
                self.keep(partial, evaluation, None)
        return reason

    def outcome(self, reason: str) -> Outcome:
        seconds = self.clock() - self.start
        if reason != "solved":
            reason = self.ended(reason)
        solved = reason == "solved"
        candidate, evaluation, validation = self.best or (None, None, None)
        self.emit("stopped", reason)
        return Outcome(
            solved,
            reason,
            candidate,
            evaluation,
            validation,
            tuple(self.rejected),
            seconds,
            self.programs,
            self.executions,
            self.search.level,
            self.search.notes,
            self.gradient_steps,
        )


def _left(bound: int | None, used: int) -> int | None:
    return None if bound is None else bound - used


def _rank(evaluation: Evaluation, validation: Evaluation | None) -> tuple[int, int, float]:
    held = validation.passed if validation is not None else 0
    return evaluation.passed, held, -evaluation.error
