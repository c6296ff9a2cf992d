"""Search for hybrid programs by what their relaxations can be trained to (NEAR, made cheap).

Unfinished programs are ordered by their cost and the loss to which they can be trained with
networks in their open places (`unfinished`); the best is opened up by one rule (Shah et al.
2020, algorithm 1: A*). Submodules that the task declares are calls like any other, on states in
folds and loops as well, and train through the program (`relaxed`).

A node is trained when it is the best of all that there is, by rungs: a little at first, more when
it is the best again. Before that it counts as its parent does, and once it is as good as its
parent it is opened up: no completion is better than its relaxation. It inherits its parent's
weights. A finished program that is promising is trained to its end and handed out.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.grammar.rules import Rule, Rules
from progsynth.lang.term import Build, Function, free_variables
from progsynth.lang.types import BOOL, INT, Type, as_int, walk_type
from progsynth.neural import device as devices
from progsynth.neural.config import Config
from progsynth.neural.gradients.faults import CandidateEnded
from progsynth.search.constants import mine
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.search.typed_rules import make_rules
from progsynth.task import Example
from progsynth.train.loop_rules import LOOPS, with_loops
from progsynth.train.relaxed import Node, Plan, Trainer
from progsynth.train.unfinished import Open, Unfinished, is_readable

__all__ = ["Near", "Plan", "near_search", "rules_with_submodules"]

PRIOR = 0.5  # the loss of a node whose parents have no networks, and so were not trained
UNREAD = 3  # what it costs a program not to read an input
STARTS = (0, 1, 0.0, 1.0, False, True)  # constants, beside a task's own: states begin with them


def near_search(
    *, plan: Plan | None = None, config: Config | None = None, device: str = "auto"
) -> Callable[[Problem, int], Near]:
    """The method for `solve(task, search=...)` that finds what has learnt parts in loops.

    `plan` says how it goes, `config` what the networks of the task's submodules are made of and
    how they are trained.
    """

    def method(problem: Problem, seed: int) -> Near:
        trainer = Trainer(
            problem, seed, plan or Plan(), config=config, device=devices.choose(device)
        )
        return Near(problem, trainer)

    return method


class Near:
    """Best-first search over trained relaxations.

    Where the task declares submodules, networks in open places read what loops and lambdas bind,
    and not the program's inputs: a network that reads the whole input fits whatever the rest of
    the program is, and tells nothing about it.
    """

    name = "near"

    def __init__(self, problem: Problem, trainer: Trainer):
        self.problem = problem
        self.trainer = trainer
        self.plan = trainer.plan
        self.rules = rules_with_submodules(problem)
        self.submodules = frozenset(one.name for one in problem.neural)
        self.call_cost = 1 + min((len(one.types) for one in problem.neural), default=0)
        self.numbers, self.ties = count(), count()
        self.ended: Counter[str] = Counter()
        self.queue: list[tuple[float, int, Node]] = []  # how promising, then in order of making
        self.handed: list[tuple[Candidate, Node]] = []  # and not told of yet
        self.best: tuple[float, Candidate] | None = None  # of those told of: the share missed
        self.why = ""
        self.because = ""  # why it was taken, if another search was asked for
        hidden = len(problem.types) if problem.neural else 0
        place = Open(self.rules.root, next(self.numbers), hidden=hidden)
        prior = PRIOR if problem.neural else 0.0
        root = Node(Unfinished((place,)), {}, prior)
        for node in [root] if root.unfinished.is_trainable else self.children(root):
            self.push(node)

    # ------------------------------------------------------------------------- protocol

    @property
    def exhausted(self) -> bool:
        """Is nothing left to train, or to open up?"""
        return not self.queue or self.trainer.nodes >= self.plan.max_nodes

    @property
    def level(self) -> int:
        """The nodes that were trained."""
        return self.trainer.nodes

    @property
    def notes(self) -> tuple[str, ...]:
        """What was trained, what ended, and the gradients of what was handed out last."""
        trained = f"{self.trainer.nodes:,} programs trained, finished or with networks in open"
        return (
            *((f"by trained relaxations: {self.because}",) if self.because else ()),
            f"{trained} places, in {self.trainer.steps:,} gradient steps",
            *(f"{n:,} ended in training: {cause}" for cause, n in sorted(self.ended.items())),
            *((f"gradients: {self.why}",) if self.why else ()),
        )

    @property
    def details(self) -> Mapping[str, Any]:
        """The least loss of what waits, as a share of that of the best constant."""
        best = min((node.loss for _, _, node in self.queue if node.rung), default=None)
        return {} if best is None else {"loss": round(best, 4), "waiting": len(self.queue)}

    def ask(self, allowance: Allowance) -> Batch:
        """Train and open up nodes until one is to be handed out, or the slice is over."""
        trainer = self.trainer
        nodes, steps = trainer.nodes, trainer.steps

        def left() -> int | None:
            bound = allowance.gradient_steps
            return None if bound is None else bound - (trainer.steps - steps)

        def stop() -> bool:
            return left() == 0 or (allowance.end is not None and allowance.clock() >= allowance.end)

        found: list[Candidate] = []
        with devices.threads(1):
            while not self.exhausted and not found:
                done = trainer.nodes - nodes
                executions = done * len(self.problem.inputs)
                if allowance.is_spent(done, executions, trainer.steps - steps) or stop():
                    break
                found = self.turn(stop)
        done = trainer.nodes - nodes
        rows = len(self.problem.inputs)
        return Batch(tuple(found), done, done * rows, trainer.steps - steps)

    def tell(self, results: Told) -> None:
        """What was handed out in vain is trained once more, a few times, as the best."""
        handed, self.handed = self.handed, []
        for candidate, evaluation in results:
            missed = 1 - evaluation.passed / evaluation.total
            if self.best is None or missed < self.best[0]:
                self.best = (missed, candidate)
            for other, node in handed:
                again = node.parts and node.tries < self.plan.chances
                if other.program == candidate.program and again:
                    self.push(node)

    def partial(self) -> tuple[Candidate, ...]:
        """The program that missed least of those handed out, or a finished one in training."""
        if self.best is not None:
            return (self.best[1],)
        finished = [n for _, _, n in self.queue if n.is_finished and n.rung]
        if not finished:
            return ()
        return (self.candidate(min(finished, key=lambda n: (n.loss, n.unfinished.cost))),)

    # --------------------------------------------------------------------------- search

    def turn(self, stop: Callable[[], bool]) -> list[Candidate]:
        """One node further: trained, opened up or handed out."""
        _, _, node = heapq.heappop(self.queue)
        try:
            if node.rung == 0 or (self.can_train(node) and not self.is_good(node)):
                self.push(self.trainer.climbed(node, stop))
            elif not node.is_finished:
                for child in self.children(node):
                    self.push(child)
            elif node.loss <= self.plan.hopeful:
                return [self.handed_out(self.trainer.finished(node, stop))]
        except CandidateEnded as error:
            self.ended[error.cause] += 1
        except UnsupportedError as error:
            _, _, why = str(error).rpartition("relaxed: ")  # the last that was tried
            self.ended[f"no gradient: {why.split(';')[0][:80]}"] += 1
        return []

    def push(self, node: Node) -> None:
        """Into the queue."""
        order = self.promise(node) + self.plan.per_cost * self.least_cost(node.unfinished)
        heapq.heappush(self.queue, (order, next(self.ties), node))

    def promise(self, node: Node) -> float:
        """The loss by which a node is ordered. A submodule in a loop begins with states that mean
        nothing, and after a few steps is worse than none: until it has had all its steps, a
        finished program counts as no worse than what was not trained at all."""
        unproven = self.submodules and node.is_finished and self.can_train(node)
        return min(node.loss, PRIOR) if unproven else node.loss

    def least_cost(self, one: Unfinished) -> int:
        """What it costs at least when it is finished: an open place has a call of a submodule, if
        there are any and none is called yet, or one rule. So does each input that a finished
        program with submodules does not read: a task has few that do not count."""
        call = 0 if self.calls_submodule(one) else self.call_cost
        unread = 0 if one.open or not self.submodules else self.unread(one)
        return one.cost + UNREAD * unread + max(len(one.open), call + len(one.open) - 1)

    def unread(self, one: Unfinished) -> int:
        """How many inputs of the task the program does not read."""
        return len(set(range(len(self.problem.types))) - free_variables(one.term))

    def calls_submodule(self, one: Unfinished) -> bool:
        """Is a submodule of the task called, if it has any?"""
        calls = (r.detail for _, r in one.rules if r.kind == "call")
        return not self.submodules or any(name in self.submodules for name in calls)

    def can_train(self, node: Node) -> bool:
        """Has it networks, and is it not trained to the end?"""
        return bool(node.parts) and node.rung < len(self.plan.rungs)

    def is_good(self, node: Node) -> bool:
        """Is it good enough, or as good as its parent, so that more training has no use now?"""
        asked = self.plan.enough if node.is_finished else max(self.plan.enough, 1.05 * node.aim)
        return node.loss <= asked

    def children(self, node: Node) -> Iterator[Node]:
        """What becomes of a node by one rule, not trained yet: no better than the node itself.

        Where no network can stand in an open place, the rules there are taken as well. What has a
        constant in disguise in it, or calls none of the task's submodules, is left out.
        """
        most = min(self.plan.max_cost, node.unfinished.cost + self.plan.closing)
        todo = [(node.unfinished, self.plan.max_cost)]
        while todo:
            unfinished, bound = todo.pop()
            for one in self.expanded(unfinished):
                if one.cost + len(one.open) > bound or self.least_cost(one) > self.plan.max_cost:
                    continue
                if one.has_constant_part or not (one.open or self.calls_submodule(one)):
                    continue
                if one.is_trainable:
                    yield Node(one, node.parts, node.loss, aim=node.loss)
                elif one.cost + len(one.open) <= most:
                    todo.append((one, most))

    def expanded(self, one: Unfinished) -> list[Unfinished]:
        """What becomes of it by each rule in one place, variables first."""
        return [*one.expanded(self.rules, self.numbers, self.submodules)][::-1]

    def handed_out(self, node: Node) -> Candidate:
        """The candidate of a finished node; its gradients are said in the notes."""
        self.why = "; ".join(node.chosen.why.splitlines()) if node.chosen is not None else ""
        candidate = self.candidate(node)
        self.handed.append((candidate, node))
        return candidate

    def candidate(self, node: Node) -> Candidate:
        """The candidate of a finished node, with its networks."""
        made = self.problem.wrap(node.unfinished.term, node.unfinished.cost)
        return replace(made, networks=node.networks)


def rules_with_submodules(problem: Problem) -> Rules:
    """The rules of the problem's programs, in which its submodules are calls like any other; and
    loops over what a network reads, where there are submodules.

    Where there are, values are of the types of the request, of its parts, of what submodules read
    and answer, and bool and int: each other type would be one that a network learns to fill.
    """
    examples = list(map(Example, problem.inputs, problem.outputs)) if problem.is_whole else []
    given = (*STARTS, *problem.constants)
    constants = mine(problem.types, problem.result, examples, only=given)
    submodules = [
        Function(n.name, n.params, n.types, as_int(n.result), Build("list", ()))
        for n in problem.neural
    ]
    rules = make_rules(
        problem.dsl.extend(*submodules),
        problem.types,
        as_int(problem.result),
        constants,
        allowed=(*problem.allowed, *(n.name for n in problem.neural)) if problem.allowed else (),
        max_lets=0,
    )
    if not problem.neural:
        return rules
    named = [*problem.types, problem.result, *(t for f in submodules for t in (*f.types, f.result))]
    kept = {BOOL, INT, *(part for t in named for part in walk_type(as_int(t)))}
    read = {t for one in problem.neural for t in one.types}
    loops = [t for t in problem.types if t in read and is_readable(t)]
    return _priced(with_loops(_within(rules, kept), loops), problem)


REPEATS = ("fold", "map", "filter", *LOOPS)  # what puts a submodule to use on many values


def _priced(rules: Rules, problem: Problem) -> Rules:
    """The rules where a submodule, and what puts one to use on many values, costs 1, and all
    else that is no variable or constant twice what it did: a task that names submodules asks for
    little around them, and there is no end of what can be written without."""
    cheap = {*REPEATS, *(one.name for one in problem.neural)}

    def cost(rule: Rule) -> int:
        if rule.kind == "constant":
            return rule.cost
        return 1 if rule.kind == "call" and rule.detail in cheap else 2 * rule.cost

    by_type = {
        type_: tuple(replace(rule, cost=cost(rule)) for rule in some)
        for type_, some in rules.by_type.items()
    }
    return replace(rules, by_type=by_type, _index={}, _fixed={})


def _within(rules: Rules, kept: Collection[Type]) -> Rules:
    """The rules that make values of these types of values of these types."""
    by_type = {
        type_: tuple(r for r in some if all({a.type, *a.binds} <= set(kept) for a in r.args))
        for type_, some in rules.by_type.items()
        if type_ in kept
    }
    return replace(rules, by_type=by_type, _index={}, _fixed={})
