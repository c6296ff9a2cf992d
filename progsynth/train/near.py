"""Search for hybrid programs by what their relaxations can be trained to (NEAR, made cheap).

Unfinished programs are ordered by their cost and the loss to which they can be trained with
networks in their open places (`unfinished`); the best is opened up by one rule (Shah et al.
2020, algorithm 1: A*). Submodules that the task declares are calls like any other, on states in
folds and loops as well, and train through the program (`neural.gradients`).

Two things make a node cheap. It inherits: the networks that stand where they stood in its parent,
and the declared submodules, go on with their weights and their optimiser's state. And it is
trained when it is the best of all that there is, by rungs: a little at first, more when it is the
best again. Before that it counts as its parent does, and once it is as good as its parent it is
opened up: no completion is better than its relaxation.

Shapes: B rows of a mini-batch.
"""

from __future__ import annotations

import copy
import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np
import torch
from torch import Tensor

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.grammar.rules import Rules
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure
from progsynth.lang.primitive import called_names
from progsynth.lang.term import Build, Function, Neural, Program
from progsynth.lang.types import as_int
from progsynth.lang.values import Value
from progsynth.neural.gradients.estimator import Estimator, Question, choose
from progsynth.neural.gradients.faults import CandidateEnded
from progsynth.neural.gradients.output_loss import LEAST
from progsynth.neural.network import Network, make_network
from progsynth.search.constants import mine
from progsynth.search.problem import Problem
from progsynth.search.typed_rules import make_rules
from progsynth.task import Example
from progsynth.train.unfinished import Open, Unfinished

STARTS = (0, 1, 0.0, 1.0, False, True)  # constants, beside a task's own: states begin with them
HELD_OUT = 5  # one row in so many tells nodes apart; the others train


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the search goes: `rungs` are the steps that a node has after each time it is trained.

    Nodes are ordered by `per_cost` for each unit of cost, and the loss as a share of that of
    always answering the mean. `enough` is the share at which a finished program is taken. Places
    where no network can stand are filled at once, which may cost `closing` with what they are in.
    Without `inherits` every node starts from fresh weights and has all steps at once: the control.
    """

    rungs: tuple[int, ...] = (40, 120, 400)
    learning_rate: float = 0.02
    batch: int = 64
    per_cost: float = 0.02
    enough: float = 0.01
    max_cost: int = 12
    closing: int = 5
    max_nodes: int = 500
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

    `loss` is on rows held out, as a share of the loss of the mean; `rung` counts trainings.
    """

    unfinished: Unfinished
    parts: Mapping[str, Part] = field(repr=False)
    loss: float
    rung: int = 0
    aim: float = 0.0  # the parent's loss

    @property
    def is_finished(self) -> bool:
        """Has it no open places?"""
        return not self.unfinished.open


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found: the best finished program (None: none), its networks, and what it
    took. `ended` counts nodes that ended in training, by cause."""

    program: Program | None
    networks: Mapping[str, Network]
    loss: float
    nodes: int
    gradient_steps: int
    ended: Mapping[str, int]


def near(problem: Problem, *, seed: int, plan: Plan | None = None) -> Found:
    """The best program for the problem, by best-first search over trained relaxations.

    It ends at the first finished program within `Plan.enough`, or after `max_nodes`.
    """
    return _Near(problem, seed, plan or Plan()).search()


Queue = list[tuple[float, int, Node]]  # by how promising, then in order of making


class _Near:
    def __init__(self, problem: Problem, seed: int, plan: Plan):
        self.problem = problem
        self.plan = plan
        self.rules = rules_with_submodules(problem)
        self.numbers = count()
        self.submodules = frozenset(one.name for one in problem.neural)
        self.seeds = count(seed * 1_000_003)
        held = np.arange(len(problem.inputs)) % HELD_OUT == 0
        self.held, self.train = np.flatnonzero(held).tolist(), np.flatnonzero(~held).tolist()
        self.scale = _spread_of(problem.outputs)
        self.random = np.random.default_rng(seed)
        self.steps = self.nodes = 0
        self.ended: Counter[str] = Counter()

    def search(self) -> Found:
        """Open up the most promising node until a finished one is good enough."""
        root = Unfinished((Open(self.rules.root, next(self.numbers)),))
        queue: Queue = []
        ties, best = count(), None
        start = Node(root, {}, 0.0)
        for node in [start] if root.is_trainable else self.children(start):
            self.push(queue, node, ties)
        while queue and self.nodes < self.plan.max_nodes:
            _, _, node = heapq.heappop(queue)
            if node.rung == 0 or (self.can_train(node) and not self.is_good(node)):
                self.push(queue, self.trained(node), ties)
            elif node.is_finished:
                best = node if best is None or node.loss < best.loss else best
                if node.loss <= self.plan.enough:
                    break
            else:
                for child in self.children(node):
                    self.push(queue, child, ties)
        return self.found(best)

    def push(
        self, queue: list[tuple[float, int, Node]], node: Node | None, ties: count[int]
    ) -> None:
        """Into the queue, unless it has ended."""
        if node is not None:
            one = node.unfinished  # each open place will cost at least 1
            order = node.loss + self.plan.per_cost * (one.cost + len(one.open))
            heapq.heappush(queue, (order, next(ties), node))

    def can_train(self, node: Node) -> bool:
        """Has it networks, and is it not trained to the end?"""
        return bool(node.parts) and node.rung < len(self.plan.rungs)

    def is_good(self, node: Node) -> bool:
        """Is it as good as its parent, or good enough, so that more training has no use now?"""
        return node.loss <= max(self.plan.enough, 1.05 * node.aim)

    def children(self, node: Node) -> Iterator[Node]:
        """What becomes of a node by one rule, not trained yet: no better than the node itself.

        Where no network can stand in an open place, the rules there are taken as well. What has a
        constant in disguise in it is left out.
        """
        todo = [*node.unfinished.expanded(self.rules, self.numbers, self.submodules)]
        while todo:
            one = todo.pop(0)
            if one.cost > min(self.plan.max_cost, node.unfinished.cost + self.plan.closing):
                continue
            if one.has_constant_part:
                continue
            if not one.is_trainable:
                todo += one.expanded(self.rules, self.numbers, self.submodules)
                continue
            yield Node(one, node.parts, node.loss, aim=node.loss)

    # ------------------------------------------------------------------------- training

    def trained(self, node: Node) -> Node | None:
        """The node after its next rung. None where it ends, by a cause that is counted."""
        self.nodes += node.rung == 0
        program = node.unfinished.program(self.problem)
        called = called_names(program.entry)
        declared = [one for one in program.neural if one.name in called]
        program = replace(program, neural=tuple(declared))
        parts = self.parts(node, declared)
        try:
            loss = self.loss_after(program, parts, node)
        except CandidateEnded as error:
            self.ended[error.cause] += 1
        except UnsupportedError as error:
            self.ended[f"no gradient: {str(error).split(';')[0][:80]}"] += 1
        else:
            rung = node.rung + 1 if self.plan.inherits else len(self.plan.rungs)
            return replace(node, parts=parts, loss=loss, rung=rung)
        return None

    def parts(self, node: Node, declared: Sequence[Neural]) -> dict[str, Part]:
        """The networks of a node: those of its parent where it inherits, else fresh ones."""
        found = {}
        for one in declared:
            old = node.parts.get(one.name)
            inherited = old is not None and (self.plan.inherits or node.rung > 0)
            found[one.name] = old.copied() if old is not None and inherited else self.fresh(one)
        return found

    def fresh(self, declared: Neural) -> Part:
        """A network with fresh weights."""
        network = make_network(declared, seed=next(self.seeds))
        return Part(network, torch.optim.Adam(network.parameters(), lr=self.plan.learning_rate))

    def loss_after(self, program: Program, parts: Mapping[str, Part], node: Node) -> float:
        """The loss on the rows held out, after the steps of the node's next rung."""
        networks = {name: part.network for name, part in parts.items()}
        problem = self.problem
        question = Question(
            program=program,
            dsl=problem.dsl,
            rows=problem.inputs,
            outputs=problem.outputs,
            networks=networks,
        )
        if not parts:
            return self.loss_of_plain(program)
        estimator = choose(question, "relaxed").estimator
        if node.rung == 0:
            self.normalise(estimator, networks, node)
        rungs = (0, *self.plan.rungs)
        last = node.rung + 1 if self.plan.inherits else len(self.plan.rungs)
        for _ in range(rungs[last] - rungs[node.rung]):
            drawn = self.random.choice(self.train, min(self.plan.batch, len(self.train)), False)
            loss: Tensor = estimator.losses(networks, (), drawn.tolist()).mean()
            for part in parts.values():
                part.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for part in parts.values():
                part.optimiser.step()
            self.steps += 1
        with torch.no_grad():
            return float(estimator.losses(networks, (), self.held).mean()) / self.scale

    def normalise(self, estimator: Estimator, networks: Mapping[str, Network], node: Node) -> None:
        """Fit the normalisers of networks that are fresh; inherited weights know their own."""
        kept = {
            name: copy.deepcopy(networks[name].normaliser.state_dict())
            for name in networks
            if self.plan.inherits and name in node.parts
        }
        estimator.normalise(networks, ())
        for name, state in kept.items():
            networks[name].normaliser.load_state_dict(state)

    def loss_of_plain(self, program: Program) -> float:
        """The loss of a program without networks."""
        return float(np.mean(_plain_losses(program, self.problem, self.held))) / self.scale

    def found(self, best: Node | None) -> Found:
        """The result."""
        program = None if best is None else best.unfinished.program(self.problem)
        parts = {} if best is None else best.parts
        networks = {name: part.network for name, part in parts.items()}
        loss = float("inf") if best is None else best.loss
        return Found(program, networks, loss, self.nodes, self.steps, dict(self.ended))


def rules_with_submodules(problem: Problem) -> Rules:
    """The rules of the problem's programs, in which its submodules are calls like any other."""
    examples = list(map(Example, problem.inputs, problem.outputs)) if problem.is_whole else []
    given = (*STARTS, *problem.constants)
    constants = mine(problem.types, problem.result, examples, only=given)
    submodules = [
        Function(n.name, n.params, n.types, as_int(n.result), Build("list", ()))
        for n in problem.neural
    ]
    return make_rules(
        problem.dsl.extend(*submodules),
        problem.types,
        as_int(problem.result),
        constants,
        allowed=(*problem.allowed, *(n.name for n in problem.neural)) if problem.allowed else (),
        max_lets=0,
    )


def _spread_of(outputs: Sequence[Value]) -> float:
    """The loss of always answering the mean; of values that are no floats, their entropy."""
    if all(isinstance(value, float) for value in outputs):
        return max(float(np.var(outputs)), 1e-12)
    shares = [n / len(outputs) for n in Counter(map(repr, outputs)).values()]
    return max(float(-np.sum([p * np.log(p) for p in shares])), 0.1)


def _plain_losses(program: Program, problem: Problem, rows: Sequence[int]) -> list[float]:
    """The losses of a program without networks on these rows."""
    given = [problem.inputs[n] for n in rows]
    found = run_rows(program, given, problem.dsl, problem.limits, "python")
    wanted = [problem.outputs[n] for n in rows]
    return [_plain_loss(f, w) for f, w in zip(found, wanted, strict=True)]


def _plain_loss(found: Value | Failure, wanted: Value) -> float:
    if isinstance(found, Failure):
        return float("inf")
    if isinstance(found, float) and isinstance(wanted, float):
        return (found - wanted) ** 2
    return 0.0 if found == wanted else -math.log(LEAST)
