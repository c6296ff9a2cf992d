"""A scorer for the genetic search that trains what it scores.

    proposals -> behaviours -> bounds -> training under successive halving -> errors

Errors are of two kinds, side by side: the probability that the program is wrong, given its
networks (chance where they were not trained), and the share of rows that no networks could make
right. (The 0/1 of decisions would give a network on its way nothing to show; the log-likelihood
would let one confident mistake weigh as much as a hundred others.) A case of lexicase selection
is a random block of rows held out: row by row a program that always answers 9 would be unbeaten
where 9 is wanted, and one constant for each answer would fill the population. Errors are rounded,
so that the noise of half-trained networks makes ties. Of programs of one behaviour only the
cheapest may have children.

Children inherit the weights of the submodules that they share with their parents, the better
parent's first, else the best of the pool. A bad start is not inherited for ever: the most
promising half of each batch is tried from fresh weights as well.
"""

from __future__ import annotations

import copy
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Neural, Program
from progsynth.neural.architecture import Recipe
from progsynth.neural.config import Config
from progsynth.neural.gradients.faults import NAN, CandidateEnded
from progsynth.neural.likelihood.inputs import prepare
from progsynth.neural.likelihood.readings import called_submodules, known_networks
from progsynth.neural.network import Network, fit_normaliser, make_network
from progsynth.search.genetic.scoring import Errors, Proposal, Scored
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate
from progsynth.train.behaviour import Behaviour, Numbers, View, behaviours, make_view
from progsynth.train.held_out import held_out
from progsynth.train.pool import Member, Networks, climbing, rank, waiting
from progsynth.train.schedule import Schedule
from progsynth.train.short_rows import of_rows, short_rows
from progsynth.train.training import Training
from progsynth.train.trial import Trained, train_alone, train_together

_BLOCKS = 10  # of training rows: the cases of selection
_STEP = 0.02  # to which errors are rounded


@dataclass(slots=True)
class Counts:
    """What a search did; see `HybridSearch.notes`."""

    programs: int = 0
    unsupported: int = 0
    trained: int = 0
    executions: int = 0
    gradient_steps: int = 0
    ended: Counter[str] = field(default_factory=Counter)  # candidates, by what ended them


@dataclass(slots=True)
class Bounds:
    """What is left of the budget, set before each generation; None is no bound."""

    gradient_steps: int | None = None
    deadline: float | None = None
    clock: Callable[[], float] = field(default=time.monotonic)


class TrainingScorer:
    """Scores proposals, training them meanwhile; it remembers every behaviour that it met."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        *,
        schedule: Schedule,
        recipe: Recipe | None,
        device: torch.device,
        config: Config | None = None,
        start: Networks | None = None,
        declared: Mapping[str, Neural] | None = None,
    ):
        rows = short_rows(problem, few=schedule.few)
        self.whole = problem
        self.problem = of_rows(problem, rows)
        self.left_out = np.setdiff1d(np.arange(len(problem.inputs)), rows)
        self.seed = seed
        self.schedule = schedule
        self.recipe = recipe
        self.config = config
        self.begun = start or {}  # what candidates begin with copies of
        self.declared = declared or {}  # of submodules that read what is encoded: see `encoded`
        self.device = device
        self.counts = Counts()
        self.bounds = Bounds()
        self.members: dict[bytes, Member] = {}
        self.keys: dict[Program, bytes | None] = {}
        self.views: dict[tuple[Neural, ...], View] = {}
        inputs = prepare(self.problem.inputs, problem.entry_types, problem.neural)
        self.held, self.trained = held_out(inputs, schedule.held_out, seed)
        self.blocks = np.array_split(np.arange(len(self.held)), min(len(self.held), _BLOCKS))
        self.started = 0  # networks made, each of a seed of its own
        self.batches = 0  # populations trained

    # ---------------------------------------------------------------------------- scoring

    def __call__(self, proposals: Sequence[Proposal]) -> Scored:
        """The errors of the proposals, after training those that deserve it."""
        before = (self.counts.executions, self.counts.gradient_steps)
        self.meet([p.candidate for p in proposals])
        self.train_new(self.starts(proposals))
        self.promote()
        errors_PC = np.full((len(proposals), 2 * len(self.blocks)), np.inf)
        candidates = []
        for place, proposal in enumerate(proposals):
            member = self.member(proposal.candidate.program)
            candidate = proposal.candidate
            if member is not None:
                if candidate.program == member.candidate.program:
                    errors_PC[place] = self.errors(member)
                candidate = replace(candidate, networks=member.candidate.networks)
            candidates.append(candidate)
        return Scored(
            errors_PC,
            tuple(candidates),
            self.counts.executions - before[0],
            self.counts.gradient_steps - before[1],
        )

    def errors(self, member: Member) -> Errors:
        """The mean errors in each block of rows, rounded: those left, then those for good."""
        left_H, lost_H = 1.0 - member.likelihood_H, ~member.behaviour.possible_R[self.held]
        means = [kind[rows].mean() for kind in (left_H, lost_H) for rows in self.blocks]
        return np.round(np.array(means) / _STEP) * _STEP

    def member(self, program: Program) -> Member | None:
        """The behaviour of a program that was met; None where its likelihood is not known."""
        key = self.keys.get(program)
        return None if key is None else self.members[key]

    def meet(self, candidates: Sequence[Candidate]) -> None:
        """Find the behaviours of the programs that are new; the cheaper stands for its equals."""
        new = {c.program: c for c in candidates if c.program not in self.keys}
        groups: dict[tuple[Neural, ...], list[Candidate]] = {}
        for program, candidate in new.items():
            dsl = self.problem.dsl
            called = (*called_submodules(program, dsl), *known_networks(program, dsl))
            groups.setdefault(called, []).append(candidate)
        for called, some in groups.items():
            view = self.view(called)
            programs = [c.program for c in some]
            found, executions = behaviours(programs, view, self.problem.dsl, self.problem)
            self.counts.executions += executions
            for candidate, behaviour in zip(some, found, strict=True):
                self.counts.programs += 1
                if behaviour is None:
                    self.counts.unsupported += 1
                    self.keys[candidate.program] = None
                else:
                    self.keys[candidate.program] = behaviour.key
                    self._enter(candidate, view, behaviour)

    def _enter(self, candidate: Candidate, view: View, behaviour: Behaviour) -> None:
        known = self.members.get(behaviour.key)
        if known is None:
            chance_H = behaviour.chance_R[self.held]
            made = Member(len(self.members), candidate, view, behaviour, chance_H)
            if not view.neural:  # nothing to train: what it gives is known
                made = replace(made, right_H=chance_H > 0.5, fit=behaviour.bound)
            self.members[behaviour.key] = made
        elif candidate.cost < known.candidate.cost:
            cheaper = replace(candidate, networks=known.candidate.networks)
            self.members[behaviour.key] = replace(known, candidate=cheaper)

    def view(self, neural: tuple[Neural, ...]) -> View:
        """The training rows for programs that call these submodules."""
        found = self.views.get(neural)
        if found is None:
            most = self.schedule.max_assignments
            found = make_view(self.problem, neural, max_assignments=most, seed=self.seed)
            if len(self.left_out):
                others = of_rows(self.whole, self.left_out)
                apart = make_view(others, neural, max_assignments=1, seed=self.seed)
                found = replace(found, apart=apart)
            self.views[neural] = found
        return found

    def start_over(self, member: Member, *, rejected: bool) -> Member:
        """Forget the weights of a member, which may have been rejected: others may do."""
        self.members[member.behaviour.key] = replace(
            member,
            candidate=replace(member.candidate, networks={}),
            heritage={},
            likelihood_H=member.behaviour.chance_R[self.held],
            right_H=None,
            fit=0.0,
            rung=0,
            final=False,
            rejected=member.rejected + rejected,
        )
        return self.members[member.behaviour.key]

    # --------------------------------------------------------------------------- training

    @property
    def best(self) -> Member | None:
        """The member that is right on most rows."""
        return min(self.members.values(), key=rank, default=None)

    @property
    def least(self) -> float:
        """The accuracy that a member must be able to reach to be trained."""
        best = self.best
        return best.accuracy if best is not None and self.schedule.bounded else 0.0

    def starts(self, proposals: Sequence[Proposal]) -> dict[bytes, Networks]:
        """For each behaviour proposed, the networks that it inherits: those of the best parent."""
        found: dict[bytes, tuple[float, Networks]] = {}
        for proposal in proposals:
            key = self.keys.get(proposal.candidate.program)
            for parent in proposal.parents:
                member = self.member(parent.program)
                if key is None or member is None or not member.heritage:
                    continue
                if key not in found or found[key][0] < member.score:
                    found[key] = (member.score, member.heritage)
        return {key: networks for key, (_, networks) in found.items()}

    def train_new(self, starts: Mapping[bytes, Networks]) -> None:
        """The first training of members that were met but not trained, the most promising."""
        chosen = waiting(
            self.members.values(),
            least=self.least,
            asked=self.problem.accuracy if self.schedule.bounded else 0.0,
            most=self.schedule.new_members,
            short=self.schedule.short_members,
        )
        trained = [m for m in self.members.values() if m.heritage]
        pool = min(trained, key=rank).heritage if trained else {}
        trials: list[tuple[Member, Networks]] = []
        for place, member in enumerate(chosen):
            given = {**pool, **starts.get(member.behaviour.key, {})}
            inherited = {n.name: given[n.name] for n in member.view.neural if n.name in given}
            if not inherited or not self.schedule.inherit:
                trials.append((member, self.fresh(member.view)))
                continue
            trials.append((member, {**self.fresh(member.view), **inherited}))
            if place < (len(chosen) + 1) // 2:
                trials.append((member, self.fresh(member.view)))
        self.counts.trained += len(chosen)
        self.train(trials, rung=0)

    def promote(self) -> None:
        """Train those further that are among the best of their rung, the highest rung first."""
        rungs, half = len(self.schedule.rungs), self.problem.accuracy / 2
        for rung, members in climbing(
            list(self.members.values()), self.least, rungs, self.schedule.share
        ):
            if rung == rungs - 1:
                members = [m for m in members if m.accuracy >= half]
            self.train([(m, m.candidate.networks) for m in members], rung=rung)

    def fresh(self, view: View) -> dict[str, Network]:
        """New networks, each of a seed of its own, with normalisers fitted."""
        made = {}
        for declaration in view.neural:
            self.started += 1
            if declaration.name in self.begun:
                made[declaration.name] = copy.deepcopy(self.begun[declaration.name])
                continue
            seed = int(np.random.SeedSequence([self.seed, self.started]).generate_state(1)[0])
            own = self.declared.get(declaration.name, declaration)
            network = make_network(own, seed=seed, recipe=self.recipe, config=self.config)
            fit_normaliser(network, torch.from_numpy(view.inputs.tensors[declaration.name]))
            made[declaration.name] = network
        return made

    def train(self, trials: Sequence[tuple[Member, Networks]], *, rung: int) -> None:
        """Train members from these networks; of several trials of one the best is kept."""
        groups: dict[tuple[str, ...], list[tuple[Member, Networks]]] = {}
        for member, networks in trials:
            groups.setdefault(member.view.names, []).append((member, networks))
        for some in groups.values():
            if some[0][0].view.is_exact:
                self._train_group(some, rung)
            else:  # no tables: one by one, by whatever likelihood there is
                for trial in some:
                    self._train_group([trial], rung)

    def _train_group(self, trials: Sequence[tuple[Member, Networks]], rung: int) -> None:
        """Train these together; where that ends by name, in halves, until it is known whose."""
        try:
            self._train_some(trials, rung)
        except (CandidateEnded, UnsupportedError) as ended:
            if len(trials) == 1:
                self._end(trials[0][0], _cause(ended))
                return
            middle = len(trials) // 2
            for half in (trials[:middle], trials[middle:]):
                self._train_group(half, rung)

    def _end(self, member: Member, cause: str) -> None:
        """The member is not trained any more; what it had learnt before, it keeps."""
        now = self.members[member.behaviour.key]
        if not now.ended:
            self.counts.ended[cause] += 1
        self.members[member.behaviour.key] = replace(now, ended=cause)

    def _train_some(self, trials: Sequence[tuple[Member, Networks]], rung: int) -> None:
        training = self.schedule.training(rung, self.config)
        left = self.bounds.gradient_steps
        if left is not None:  # the first of them, if there are not enough steps for all
            trials = trials[: max(1, left // training.steps)]
            steps = left // len(trials)
            training = replace(training, steps=max(1, min(training.steps, steps)))
        if left == 0 or self.is_over():
            return
        self.batches += 1
        members = [member for member, _ in trials]
        view = members[0].view
        trained = train_together if view.is_exact else train_alone
        found = trained(
            self.problem,
            view,
            [(m.candidate.program, m.behaviour) for m in members],
            [networks for _, networks in trials],
            training,
            device=self.device,
            seed=self.seed + self.batches,
            rows=None if rung == len(self.schedule.rungs) - 1 else self.trained,
            stacked=self.schedule.stacked,
            stop=self.is_over,
        )
        self._spend(found.steps * len(trials))
        if found.steps:
            for c in np.argsort(-found.likelihood_CR.mean(1), kind="stable").tolist():
                if _is_finite(found.networks[c]):
                    self._climb(trials[c][0], found, c, rung)
                elif self.members[trials[c][0].behaviour.key].rung <= rung:  # none did better
                    self._end(trials[c][0], NAN)

    def _climb(self, member: Member, found: Trained, c: int, rung: int) -> None:
        """The member one rung up, with the networks of trial C, or its own if they are better."""
        now = self.members[member.behaviour.key]
        if now.rung > rung:
            return  # a better trial of the same
        last = rung == len(self.schedule.rungs) - 1
        likelihood_H, right_H = found.likelihood_CR[c][self.held], found.right_CR[c][self.held]
        if not last and now.candidate.networks and likelihood_H.mean() < now.score:
            self.members[now.behaviour.key] = replace(now, rung=rung + 1)
            return
        if last:  # trained on all rows: what it does on new ones is what it did before
            likelihood_H, right_H = now.likelihood_H, now.right_H
        self.members[now.behaviour.key] = replace(
            now,
            candidate=replace(now.candidate, networks=found.networks[c]),
            heritage=now.heritage if last and now.heritage else found.networks[c],
            likelihood_H=likelihood_H,
            right_H=right_H,
            fit=float(found.right_CR[c].mean()),
            rung=rung + 1,
        )

    def bout(
        self, member: Member, networks: Networks, training: Training, rows: Numbers | None
    ) -> Trained | None:
        """What comes of these networks in the member's program, trained on these rows or all;
        None where time is up before. Raises CandidateEnded for what ends it by name."""
        if self.is_over():
            return None
        self.batches += 1
        trained = train_together if member.view.is_exact else train_alone
        found = trained(
            self.problem,
            member.view,
            [(member.candidate.program, member.behaviour)],
            [networks],
            training,
            device=self.device,
            seed=self.seed + self.batches,
            rows=rows,
            stop=self.is_over,
        )
        self._spend(found.steps)
        return found if found.steps == training.steps else None

    def _spend(self, steps: int) -> None:
        self.counts.gradient_steps += steps
        if self.bounds.gradient_steps is not None:
            self.bounds.gradient_steps -= steps

    def can_afford(self, steps: int) -> bool:
        """Is so much of the budget of gradient steps left?"""
        return self.bounds.gradient_steps is None or self.bounds.gradient_steps >= steps

    def complete(self, candidate: Candidate) -> Candidate:
        """The candidate after training on all rows, where some were left out until now; as it was
        where that makes it right on too few of them."""
        member = self.member(candidate.program)
        if not len(self.left_out) or member is None or not member.is_trainable:
            return candidate
        training = self.schedule.training(len(self.schedule.rungs) - 1, self.config)
        training = replace(training, steps=max(training.steps, self.schedule.finish))
        left = self.bounds.gradient_steps
        if left is not None:
            training = replace(training, steps=min(training.steps, left))
        if not training.steps or self.is_over():
            return candidate
        view = make_view(self.whole, member.view.reads, max_assignments=1, seed=self.seed)
        try:
            found = train_alone(
                self.whole,
                view,
                [(candidate.program, member.behaviour)],
                [candidate.networks],
                training,
                device=self.device,
                seed=self.seed + self.batches,
                stop=self.is_over,
            )
        except CandidateEnded as ended:
            self.counts.ended[ended.cause] += 1
            return candidate
        self._spend(found.steps)
        right = float(found.right_CR.mean()) >= self.whole.accuracy
        better = right and _is_finite(found.networks[0])
        return replace(candidate, networks=found.networks[0]) if better else candidate

    def is_over(self) -> bool:
        """Is the time of the search used up?"""
        deadline = self.bounds.deadline
        return deadline is not None and self.bounds.clock() >= deadline


def _cause(ended: CandidateEnded | UnsupportedError) -> str:
    """What ended a training, by name."""
    return ended.cause if isinstance(ended, CandidateEnded) else "no likelihood is known"


def _is_finite(networks: Networks) -> bool:
    """Are all weights numbers?"""
    weights = (w for network in networks.values() for w in network.parameters())
    return all(bool(w.isfinite().all()) for w in weights)
