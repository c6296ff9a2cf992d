"""Search for sketches that have to be trained: with submodules, and what else is open in them.

The sketch is there in several drafts, if it is open what its submodules read; each draft has its
expression holes filled, the cheapest first, and what comes of it is trained by the estimator that
serves it (`train_program`), by rungs: a little at first, more when it is among the best
(asynchronous successive halving, as in `pool`). Rows held out tell programs apart. What no
networks could make right often enough is never trained, where tables say so (`behaviour`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from progsynth.errors import UnsupportedError
from progsynth.lang.infer import IllTypedError, check_program
from progsynth.lang.primitive import called_names
from progsynth.lang.term import Neural, Program
from progsynth.neural import device as devices
from progsynth.neural.config import Config
from progsynth.neural.gradients.faults import CandidateEnded
from progsynth.neural.likelihood.readings import known_networks
from progsynth.neural.network import Network, make_network
from progsynth.search.fillings import fillings
from progsynth.search.goal import allowed_misses
from progsynth.search.holes import find_holes
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.search.sketched import Sketched
from progsynth.task import Example
from progsynth.train.behaviour import View, behaviours, make_view
from progsynth.train.encoded import Encoding, encoded
from progsynth.train.schedule import Schedule
from progsynth.train.trained import measured, train_program

PLAN = Schedule(rungs=(40, 120, 400), share=0.5)
STARTS = 8  # from fresh weights, of one program


def sketch_search(
    drafts: Sequence[Program],
    *,
    schedule: Schedule = PLAN,
    config: Config | None = None,
    device: str = "auto",
) -> Method:
    """The method that completes and trains these drafts of one sketch (`drafts.drafts`).

    The problem the method is given is that of the whole function. `schedule` says how much training
    programs get, `config` what their networks are made of.
    """

    def method(problem: Problem, seed: int) -> SketchSearch:
        return SketchSearch(problem, seed, drafts, schedule=schedule, config=config, device=device)

    return method


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """A program in training: `right` is the share of the rows held out that it is right on, `fit`
    that of all rows after its last rung, `program` has its trained numbers."""

    serial: int
    candidate: Candidate
    program: Program
    networks: Mapping[str, Network] = field(repr=False)
    rung: int = 0
    right: float = 0.0
    loss: float = math.inf
    fit: float = 0.0
    starts: int = 1
    ended: str = ""

    @property
    def rank(self) -> tuple[float, float, int, int]:
        """Sorts the best first."""
        return (-self.right, self.loss, self.candidate.cost, self.serial)

    @property
    def trained(self) -> Candidate:
        """The candidate, with its networks and numbers."""
        return replace(self.candidate, program=self.program, networks=self.networks)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows for programs that call certain submodules, as tensors where need be.

    `view` is None where no table says what such a program can give at all.
    """

    problem: Problem
    encoding: Encoding
    view: View | None


class SketchSearch:
    """Trains the completions of a sketch; it hands out what is right on enough of the rows."""

    name = "sketch"

    def __init__(
        self,
        problem: Problem,
        seed: int,
        drafts: Sequence[Program],
        *,
        schedule: Schedule,
        config: Config | None,
        device: str,
    ):
        self.problem = problem
        self.schedule = schedule
        self.config = config
        self.device = device
        self.seed = seed
        self.seeds = count(seed * 1_000_003)
        self.proposed = _by_turns([fillings(_sketched(one, problem)) for one in drafts])
        self.is_proposing = True
        self.arms: list[Arm] = []
        self.rows: dict[tuple[Neural, ...], _Rows] = {}
        self.known: set[bytes] = set()
        self.ended: Counter[str] = Counter()
        self.programs = self.executions = self.steps = self.left_out = 0
        self.highest = 0.0  # of the bounds of what was left out
        self.why = ""
        self.best: Arm | None = None  # on the rows held out
        order = np.random.default_rng(seed).permutation(len(problem.inputs))
        held = round(schedule.held_out * len(order))
        self.held = (order[:held] if held else order).tolist()
        self.train = (order[held:] if held else order).tolist()

    # ------------------------------------------------------------------------- protocol

    @property
    def exhausted(self) -> bool:
        """Is nothing left to train, or to start again?"""
        return not self.is_proposing and not any(map(self._is_open, self._going()))

    @property
    def level(self) -> int:
        """The programs in training."""
        return len(self.arms)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was completed, left out and trained, and by which gradients."""
        left_out = (
            f"{self.left_out:,} left out: no networks bring them to {self.problem.accuracy:.3f} of "
            f"the examples, at most to {self.highest:.3f}"
        )
        return (
            f"{self.programs:,} programs complete the sketch",
            *((left_out,) if self.left_out else ()),
            f"{len(self.arms):,} trained, in {self.steps:,} gradient steps",
            *(f"{n:,} ended in training: {cause}" for cause, n in sorted(self.ended.items())),
            *((f"gradients: {self.why}",) if self.why else ()),
        )

    def ask(self, allowance: Allowance) -> Batch:
        """Train on until a program is right on enough of the rows, or the allowance is used up."""
        before = (self.programs, self.executions, self.steps)
        found: tuple[Candidate, ...] = ()
        with devices.threads(1):
            while not found and not self.exhausted:
                used = (self.programs - before[0], self.executions - before[1])
                steps = self.steps - before[2]
                if allowance.is_spent(*used, steps) or _is_over(allowance):
                    break
                arm = self.climber() or self.new_arm(allowance) or self.next_arm()
                if arm is None:
                    continue
                arm = self.climbed(arm, allowance, steps)
                self.arms[arm.serial] = arm
                if arm.rung and (self.best is None or arm.rank < self.best.rank):
                    self.best = arm
                if arm.rung == len(self.schedule.rungs) and arm.fit >= self.problem.accuracy:
                    found = (arm.trained,)
        now = (self.programs, self.executions, self.steps)
        return Batch(found, *(b - a for a, b in zip(before, now, strict=True)))

    def tell(self, results: Told) -> None:
        """Nothing to learn: what is handed out in vain has its other starts still."""

    def partial(self) -> tuple[Candidate, ...]:
        """The program that is right on most of the rows held out."""
        return () if self.best is None else (self.best.trained,)

    # ------------------------------------------------------------------------ what is next

    def _going(self) -> list[Arm]:
        return [arm for arm in self.arms if not arm.ended]

    def _is_open(self, arm: Arm) -> bool:
        return arm.rung < len(self.schedule.rungs) or arm.starts < STARTS

    def climber(self) -> Arm | None:
        """An arm that is to climb because it is among the best of its rung, the highest first."""
        for rung in range(len(self.schedule.rungs) - 1, 0, -1):
            reached = sorted((a for a in self._going() if a.rung >= rung), key=lambda a: a.rank)
            best = reached[: math.floor(len(reached) * self.schedule.share)]
            for arm in best:
                if arm.rung == rung:
                    return arm
        return None

    def next_arm(self) -> Arm | None:
        """When nothing is proposed any more: the best that is not at its end, or a fresh start of
        the best that is."""
        going = sorted(self._going(), key=lambda a: a.rank)
        unfinished = [arm for arm in going if arm.rung < len(self.schedule.rungs)]
        if unfinished:
            return max(unfinished, key=lambda arm: (arm.rung, *(-r for r in arm.rank)))
        again = [arm for arm in going if arm.starts < STARTS]
        if not again:
            return None
        return self.again(min(again, key=lambda one: (one.starts, *one.rank)))

    def again(self, arm: Arm) -> Arm:
        """The arm from fresh weights."""
        fresh = self.fresh(arm.candidate.program.neural)
        return replace(arm, networks=fresh, rung=0, right=0.0, starts=arm.starts + 1)

    def new_arm(self, allowance: Allowance) -> Arm | None:
        """The next program that is worth training, if there is one before the slice is over."""
        for candidate in self.proposed:
            if candidate is not None:
                self.programs += 1
                if self.is_worth(candidate.program):
                    program = _with_called(candidate.program)
                    candidate = replace(candidate, program=program)
                    networks = self.fresh(program.neural)
                    self.arms.append(Arm(len(self.arms), candidate, program, networks))
                    return self.arms[-1]
            if allowance.deadline is not None and allowance.clock() >= allowance.deadline:
                return None
        self.is_proposing = False
        return None

    def is_worth(self, program: Program) -> bool:
        """Can networks make the program right often enough, in a way that was not met before?"""
        called = _with_called(program)
        rows = self.rows_for(called)
        if rows.view is None:
            return True
        program = rows.encoding.there(Candidate(called, 0)).program
        (found,), used = behaviours([program], rows.view, self.problem.dsl, rows.problem)
        self.executions += used
        if found is None or not called.neural:
            return found is None
        if found.bound < self.problem.accuracy:
            self.left_out += 1
            self.highest = max(self.highest, found.bound)
            return False
        is_new = found.key not in self.known
        self.known.add(found.key)
        return is_new

    # --------------------------------------------------------------------------- training

    def rows_for(self, program: Program) -> _Rows:
        """The rows for a program, by the submodules that it calls."""
        known = known_networks(program, self.problem.dsl)
        key = (*program.neural, *known)
        if key not in self.rows:
            problem, encoding = encoded(replace(self.problem, neural=program.neural))
            try:
                most, reads = self.schedule.max_assignments, (*problem.neural, *known)
                view = make_view(problem, reads, max_assignments=most, seed=self.seed)
                self.rows[key] = _Rows(problem, encoding, view)
            except UnsupportedError:  # states, or several values
                self.rows[key] = _Rows(self.problem, Encoding(), None)
        found = self.rows[key]
        if found.encoding.types and not self.is_typed(found.encoding.there(Candidate(program, 0))):
            return _Rows(self.problem, Encoding(), None)  # it looks into what a submodule reads
        return found

    def is_typed(self, candidate: Candidate) -> bool:
        """Has the program a type?"""
        try:
            check_program(candidate.program, self.problem.dsl)
        except IllTypedError:
            return False
        return True

    def fresh(self, neural: Sequence[Neural]) -> dict[str, Network]:
        """Networks with fresh weights."""
        return {
            one.name: make_network(one, seed=next(self.seeds), config=self.config) for one in neural
        }

    def climbed(self, arm: Arm, allowance: Allowance, used: int) -> Arm:
        """The arm after its next rung, or less of it where that is all that is allowed."""
        plan, problem = self.schedule, self.problem
        last = arm.rung == len(plan.rungs) - 1
        training = plan.training(arm.rung, self.config)
        if allowance.gradient_steps is not None:
            training = replace(training, steps=min(training.steps, allowance.gradient_steps - used))
        if allowance.end is not None:
            seconds = max(0.01, allowance.end - allowance.clock())
            training = replace(training, seconds=seconds)
        rows = self.rows_for(arm.candidate.program)
        given, outputs = rows.problem.inputs, problem.outputs
        chosen = [*self.train, *self.held] if last and self.train != self.held else self.train
        program = rows.encoding.there(arm.candidate).program
        try:
            made = train_program(
                program,
                arm.networks,
                problem.dsl,
                [given[n] for n in chosen],
                [outputs[n] for n in chosen],
                seed=next(self.seeds),
                training=training,
                error=problem.loss,
                limits=problem.limits,
                tolerance=problem.tolerance,
                device=self.device,
            )
        except CandidateEnded as error:
            ended = self._ended(arm, error.cause)
            return ended if arm.starts == STARTS else self.again(arm)
        except UnsupportedError as error:
            return self._ended(arm, f"no gradient: {str(error).split(';')[0][:200]}")
        self.steps += made.fitted.gradient_steps
        self.why = "; ".join(made.why.splitlines())

        def score(places: Sequence[int]) -> tuple[float, float]:
            shown = [given[n] for n in places], [outputs[n] for n in places]
            return measured(made.program, arm.networks, problem.dsl, *shown, problem.tolerance)

        loss, right = (arm.loss, arm.right) if last else score(self.held)
        own = rows.encoding.back(Candidate(made.program, 0)).program
        fit = score(range(len(given)))[1] if last else 0.0
        return replace(arm, program=own, rung=arm.rung + 1, right=right, loss=loss, fit=fit)

    def _ended(self, arm: Arm, cause: str) -> Arm:
        self.ended[cause] += 1
        return replace(arm, ended=cause)


def _is_over(allowance: Allowance) -> bool:
    return allowance.end is not None and allowance.clock() >= allowance.end


def _with_called(program: Program) -> Program:
    """The program without the declarations of submodules that it does not call."""
    called = frozenset().union(*map(called_names, program.functions))
    return replace(program, neural=tuple(n for n in program.neural if n.name in called))


def _sketched(draft: Program, problem: Problem) -> Sketched:
    examples = tuple(map(Example, problem.inputs, problem.outputs))
    misses = allowed_misses(problem.accuracy, len(examples))
    sites = find_holes(draft, problem.dsl)
    return Sketched(
        draft,
        sites,
        problem.dsl,
        examples,
        problem.tolerance,
        problem.limits,
        problem.constants,
        misses,
        {},
    )


Proposals = Iterator[Candidate | None]


def _by_turns(streams: Sequence[Proposals]) -> Proposals:
    """One of each in turn, until all are at their end."""
    going: list[Proposals] = list(streams)
    while going:
        for stream in list(going):
            try:
                yield next(stream)
            except StopIteration:
                going.remove(stream)
