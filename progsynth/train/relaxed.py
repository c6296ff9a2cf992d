"""Unfinished programs in training: their networks, how they inherit, and what they are worth.

A node inherits: the networks that stand where they stood in its parent, and the submodules that
the task declares, go on with their weights and their optimiser's state. Its loss is that of its
estimator (`neural.gradients.choose`: the first that serves the program), as a share of what the
best constant answer has, so that errors and likelihoods are compared on equal terms.

Shapes: B rows of a mini-batch.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np
import torch
from torch import Tensor

from progsynth.errors import ProgsynthError
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure
from progsynth.lang.primitive import called_names
from progsynth.lang.term import Neural, Program
from progsynth.lang.values import Value
from progsynth.neural.config import Config
from progsynth.neural.gradients.estimator import Chosen, Estimator, Question, choose
from progsynth.neural.gradients.output_loss import LEAST
from progsynth.neural.gradients.relaxation import Relaxation
from progsynth.neural.network import Network, make_network
from progsynth.search.problem import Problem
from progsynth.train.training import Training, training_for
from progsynth.train.unfinished import Unfinished

HELD_OUT = 5  # one row in so many tells nodes apart; the others train


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a search by trained relaxations goes: `rungs` are the steps that a node has after each
    time it is trained.

    Nodes are ordered by `per_cost` for each unit of cost, and the loss as a share of that of
    the best constant answer. At `enough` a node needs no further rung. A finished program at
    `hopeful` is trained for `last` steps more, on all rows and with a falling rate, and handed
    out; up to `chances` times, where that was in vain. Places where no network can stand are
    filled at once, which may cost `closing` with what they are in. A learnt `while` is trained
    for `max_turns` turns. Without `inherits` every node starts from fresh weights and has all
    steps at once: the control.
    """

    rungs: tuple[int, ...] = (40, 120, 400)
    learning_rate: float = 0.02
    batch: int = 64
    per_cost: float = 0.1
    enough: float = 0.01
    hopeful: float = 0.3
    last: int = 600
    chances: int = 2
    max_cost: int = 12
    closing: int = 7
    max_nodes: int = 5000
    max_turns: int = 16
    inherits: bool = True

    def __post_init__(self) -> None:
        if not self.rungs or list(self.rungs) != sorted(set(self.rungs)) or self.rungs[0] < 1:
            raise ProgsynthError(f"rungs: expected rising numbers of steps, found {self.rungs}")


@dataclass(slots=True)
class Part:
    """A network in training, with its optimiser."""

    network: Network
    optimiser: torch.optim.Optimizer

    def copied(self) -> Part:
        """A copy, which trains apart: the optimiser's is one of the network's copy."""
        network, optimiser = copy.deepcopy((self.network, self.optimiser))
        return Part(network, optimiser)


@dataclass(frozen=True, slots=True)
class Node:
    """An unfinished or finished program after some training.

    `loss` is on rows held out, as a share of that of the best constant; `rung` counts trainings,
    `tries` how often it was trained to be handed out. `aim` is the parent's loss.
    """

    unfinished: Unfinished
    parts: Mapping[str, Part] = field(repr=False)
    loss: float
    rung: int = 0
    aim: float = 0.0
    tries: int = 0
    chosen: Chosen | None = field(default=None, repr=False)

    @property
    def is_finished(self) -> bool:
        """Has it no open places?"""
        return not self.unfinished.open

    @property
    def networks(self) -> dict[str, Network]:
        """Its networks, by name."""
        return {name: part.network for name, part in self.parts.items()}


class Trainer:
    """Trains nodes of one problem; `nodes` and `steps` are what it has done so far."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        plan: Plan,
        *,
        config: Config | None = None,
        device: torch.device | None = None,
    ):
        self.problem = problem
        self.plan = plan
        self.config = config
        self.device = device or torch.device("cpu")
        self.seeds = count(seed * 1_000_003)
        held = np.arange(len(problem.inputs)) % HELD_OUT == 0
        self.held, self.train = np.flatnonzero(held).tolist(), np.flatnonzero(~held).tolist()
        self.train = self.train or self.held  # of one row or none
        self.random = np.random.default_rng(seed)
        self.sampling = torch.Generator(self.device).manual_seed(seed)
        self.relaxation = Relaxation(max_turns=plan.max_turns)
        self.nodes = self.steps = 0
        self.scales: dict[bool, float] = {}

    def climbed(self, node: Node, stop: Callable[[], bool]) -> Node:
        """The node after its next rung of training, or less of it where `stop` says so.

        Raises CandidateEnded, or UnsupportedError where no gradient serves.
        """
        self.nodes += node.rung == 0
        program = self.program(node)
        if not program.neural:
            loss = self.loss_of_plain(program)
            return replace(node, parts={}, loss=loss, rung=len(self.plan.rungs))
        parts = self.parts(node, program.neural)
        node = self.questioned(replace(node, parts=parts), program, node.parts)
        rungs = (0, *self.plan.rungs)
        last = node.rung + 1 if self.plan.inherits else len(self.plan.rungs)
        training = self.training(rungs[last] - rungs[node.rung], "constant")
        self.descend(node, training, self.train, stop)
        return replace(node, loss=self.loss(node), rung=last)

    def finished(self, node: Node, stop: Callable[[], bool]) -> Node:
        """A finished program trained to be handed out: on all rows, with a falling rate.

        Raises CandidateEnded.
        """
        node = replace(node, tries=node.tries + 1)
        if not node.parts:
            return node
        node = replace(node, parts={name: part.copied() for name, part in node.parts.items()})
        everything = [*self.train, *self.held]
        self.descend(node, self.training(self.plan.last, "cosine"), everything, stop)
        return replace(node, loss=self.loss(node))

    def program(self, node: Node) -> Program:
        """The node's program, with the declarations of the networks that it calls."""
        program = node.unfinished.program(self.problem)
        called = called_names(program.entry)
        return replace(program, neural=tuple(n for n in program.neural if n.name in called))

    # ------------------------------------------------------------------------- training

    def training(self, steps: int, schedule: str) -> Training:
        """So many steps, as the config wishes if there is one."""
        if self.config is not None:
            return training_for(self.config, steps=steps, schedule=schedule, warm_up=1)
        plan = self.plan
        return Training(
            steps,
            learning_rate=plan.learning_rate,
            batch=plan.batch,
            schedule=schedule,
            warm_up=1,
            optimiser="adam",
        )

    def parts(self, node: Node, declared: Sequence[Neural]) -> dict[str, Part]:
        """The networks of a node: those of its parent where it inherits, else fresh ones."""
        found = {}
        for one in declared:
            old = node.parts.get(one.name)
            inherited = old is not None and (self.plan.inherits or node.rung > 0)
            found[one.name] = old.copied() if old is not None and inherited else self.fresh(one)
        return found

    def fresh(self, declared: Neural) -> Part:
        """A network with fresh weights; the config is of those that the task declares."""
        own = {one.name: one for one in self.problem.neural}
        config = self.config if declared.name in own else None
        made = make_network(
            own.get(declared.name, declared), seed=next(self.seeds), config=config
        ).to(self.device)
        return Part(made, self.training(1, "constant").optimiser_of(made.parameters()))

    def questioned(self, node: Node, program: Program, inherited: Mapping[str, Part]) -> Node:
        """The node with its estimator; normalisers of fresh networks are fitted."""
        if node.chosen is not None:
            return node
        problem, networks = self.problem, node.networks
        question = Question(
            program=program,
            dsl=problem.dsl,
            rows=problem.inputs,
            outputs=problem.outputs,
            networks=networks,
            limits=problem.limits,
            tolerance=problem.tolerance,
            relaxation=self.relaxation,
            error=problem.loss,
        )
        chosen = choose(question)
        kept = {
            name: copy.deepcopy(networks[name].normaliser.state_dict())
            for name in networks
            if self.plan.inherits and name in inherited
        }
        if len(kept) < len(networks):
            chosen.estimator.normalise(networks, ())
        for name, state in kept.items():
            networks[name].normaliser.load_state_dict(state)
        return replace(node, chosen=chosen)

    def descend(
        self, node: Node, training: Training, rows: Sequence[int], stop: Callable[[], bool]
    ) -> None:
        """Train the node's networks, in place, on these rows."""
        estimator, networks = _estimator_of(node), node.networks
        size = min(training.batch, len(rows))
        for step in range(training.steps):
            if stop():
                return
            drawn = self.random.choice(rows, size, replace=False).tolist()
            loss: Tensor = estimator.losses(networks, (), drawn, self.sampling).mean()
            self.steps += 1
            if not loss.requires_grad:  # no row of these reaches a network
                continue
            for part in node.parts.values():
                part.optimiser.zero_grad()
                for group in part.optimiser.param_groups:
                    group["lr"] = training.rate(step)
            loss.backward()  # type: ignore[no-untyped-call]
            for part in node.parts.values():
                part.optimiser.step()

    # -------------------------------------------------------------------------- measuring

    def loss(self, node: Node) -> float:
        """The loss on the rows held out, as a share of that of the best constant."""
        estimator = _estimator_of(node)
        with torch.no_grad():
            losses_B = estimator.losses(node.networks, (), self.held, self.sampling)
        return float(losses_B.mean()) / self.scale(estimator.is_likelihood)

    def loss_of_plain(self, program: Program) -> float:
        """The loss of a program without networks."""
        problem = self.problem
        given = [problem.inputs[n] for n in self.held]
        found = run_rows(program, given, problem.dsl, problem.limits, "python")
        wanted = [problem.outputs[n] for n in self.held]
        is_error = _is_real(problem.outputs)
        losses = [
            _distance(f, w, problem.loss) if is_error else _surprise(f, w)
            for f, w in zip(found, wanted, strict=True)
        ]
        return float(np.mean(losses)) / self.scale(not is_error)

    def scale(self, is_likelihood: bool) -> float:
        """The loss of the best constant answer, by likelihood or by error."""
        if is_likelihood not in self.scales:
            of = _entropy if is_likelihood else _spread
            self.scales[is_likelihood] = of(self.problem.outputs, self.problem.loss)
        return self.scales[is_likelihood]


def _estimator_of(node: Node) -> Estimator:
    assert node.chosen is not None, "a node in training has an estimator"
    return node.chosen.estimator


# ------------------------------------------------------------------------------- scales


def _numbers(value: Value) -> Iterator[float]:
    """The numbers in a value, from left to right."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, np.ndarray):
        yield from value.ravel().tolist()
    else:
        yield float(value)


def _is_real(outputs: Sequence[Value]) -> bool:
    return all(isinstance(value, float) for value in outputs)


def _spread(outputs: Sequence[Value], error: str) -> float:
    """The mean error of the best constant in each row's numbers together."""
    rows = [list(_numbers(value)) for value in outputs]
    every = np.array([x for row in rows for x in row])
    if not len(every):
        return 1.0
    if error == "absolute":
        each = float(np.mean(np.abs(every - np.median(every))))
    else:
        each = float(np.var(every))
    inside = 1 if isinstance(outputs[0], np.ndarray) else len(every) / len(rows)
    return max(each * inside, 1e-12)


def _entropy(outputs: Sequence[Value], error: str) -> float:
    """The surprise of answering each output as often as it comes."""
    shares = [n / len(outputs) for n in Counter(map(repr, outputs)).values()]
    return max(float(-np.sum([p * np.log(p) for p in shares])), 0.1)


def _distance(found: Value | Failure, wanted: Value, error: str) -> float:
    if isinstance(found, Failure) or not isinstance(found, float):
        return float("inf")
    return float(abs(found - wanted) ** (1 if error == "absolute" else 2))


def _surprise(found: Value | Failure, wanted: Value) -> float:
    return 0.0 if found == wanted else -math.log(LEAST)
