"""Labelled terms with binders, each different one kept once, and corpora of them.

A node is a label and its children; a label says how many variables it binds around each child.
Variables are nameless: `$0` is the innermost in scope. Nodes are numbers in a `Forest`, children
before parents, so that whatever is said of nodes is an array, and equal terms are equal numbers.
Nothing here knows a language: `core_terms` and `s_expressions` translate theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands at a node; two labels of one name are the same.

    `binds` has one number for each child: how many variables it sees more than the node.
    `lazy` are the children that are evaluated later, several times, or never. `fails` says that
    evaluating the node may fail once its children have values, `inert` that it evaluates nothing,
    children included (a variable, a literal, a function). `fixed` labels may stand in the body of
    an abstraction. `values` is how many values a node has, -1 for as many as its last child.
    `index` is a variable's, else -1.
    """

    name: str
    binds: tuple[int, ...] = ()
    cost: int = 1
    lazy: tuple[int, ...] = ()
    fails: bool = False
    inert: bool = False
    fixed: bool = True
    function: bool = False  # only ever an argument of a call
    values: int = 1
    index: int = -1


@dataclass(slots=True)
class Forest:
    """Nodes, each different one once; `add` makes them, nothing changes them."""

    labels: list[Label] = field(default_factory=list)
    label: list[int] = field(default_factory=list)  # of each node, as those below
    children: list[tuple[int, ...]] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)  # of the whole term
    free: list[int] = field(default_factory=list)  # its free variables, as bits
    values: list[int] = field(default_factory=list)
    fixed: list[bool] = field(default_factory=list)  # it and all inside may stand in a body
    failing: list[bool] = field(default_factory=list)  # evaluating it may fail
    _labels: dict[str, int] = field(default_factory=dict)
    _nodes: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    _moved: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.label)

    def add_label(self, label: Label) -> int:
        """The number of the label."""
        found = self._labels.get(label.name)
        if found is None:
            found = self._labels[label.name] = len(self.labels)
            self.labels.append(label)
        return found

    def add(self, label: Label, children: tuple[int, ...] = ()) -> int:
        """The node with this label and these children."""
        return self.node(self.add_label(label), children)

    def node(self, number: int, children: tuple[int, ...]) -> int:
        """The node with the label of that number."""
        found = self._nodes.get((number, children))
        if found is not None:
            return found
        label = self.labels[number]
        assert len(label.binds) == len(children), label.name
        made = self._nodes[number, children] = len(self.label)
        free = 1 << label.index if label.index >= 0 else 0
        for child, bound in zip(children, label.binds):
            free |= self.free[child] >> bound
        self.label.append(number)
        self.children.append(children)
        self.cost.append(label.cost + sum(self.cost[c] for c in children))
        self.free.append(free)
        self.values.append(self.values[children[-1]] if label.values < 0 else label.values)
        self.fixed.append(label.fixed and all(self.fixed[c] for c in children))
        inside = not label.inert and any(self.failing[c] for c in children)
        self.failing.append(label.fails or inside)
        return made

    def label_of(self, node: int) -> Label:
        """The label of a node."""
        return self.labels[self.label[node]]

    def variable(self, index: int, cost: int) -> int:
        """The variable bound `index` binders further out."""
        return self.add(Label(f"${index}", cost=cost, inert=True, index=index))

    def rename(
        self, node: int, rename: Callable[[int], int], memo: dict[tuple[int, int], int]
    ) -> int:
        """The term with its free variables renamed; `memo` is for one renaming only."""
        todo: list[tuple[int, int]] = [(node, 0)]
        while todo:
            place = todo[-1]
            one, depth = place
            if place in memo:
                todo.pop()
                continue
            label = self.label_of(one)
            if not self.free[one] >> depth:
                memo[place] = one
            elif label.index >= 0:
                memo[place] = self.variable(rename(label.index - depth) + depth, label.cost)
            else:
                inner = [(c, depth + b) for c, b in zip(self.children[one], label.binds)]
                left = [i for i in inner if i not in memo]
                if left:
                    todo += left
                    continue
                memo[place] = self.node(self.label[one], tuple(memo[i] for i in inner))
            todo.pop()
        return memo[node, 0]

    def shift(self, node: int, by: int) -> int:
        """The term under `by` binders more, or fewer."""
        if not by or not self.free[node]:
            return node
        known = self._moved.get((node, by, 0))
        if known is None:
            known = self._moved[node, by, 0] = self.rename(node, lambda i: i + by, {})
        return known

    def text(self, node: int) -> str:
        """The term as an s-expression: the total order of terms, and for a reader."""
        return self.fold(node, lambda n, inner: _text(self.label_of(n).name, inner))

    def fold(self, node: int, combine: Callable[[int, tuple[R, ...]], R]) -> R:
        """Combine bottom-up, each different node once."""
        known: dict[int, R] = {}
        todo = [node]
        while todo:
            one = todo[-1]
            left = [c for c in self.children[one] if c not in known]
            if left:
                todo += left
                continue
            todo.pop()
            if one not in known:
                known[one] = combine(one, tuple(known[c] for c in self.children[one]))
        return known[node]

    def below(self, roots: Sequence[int]) -> list[int]:
        """All nodes of these terms, children before parents."""
        found: set[int] = set()
        todo = list(roots)
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self.children[one]
        return sorted(found)


def _text(name: str, inner: tuple[str, ...]) -> str:
    return f"({name} {' '.join(inner)})" if inner else name


@dataclass(frozen=True, slots=True)
class Corpus:
    """Programs of tasks: `tasks[t]` are the programs found for task t, each its terms' nodes.

    Of each task the cheapest program counts.
    """

    forest: Forest
    tasks: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def programs(self) -> list[tuple[int, ...]]:
        """All programs, task by task."""
        return [program for task in self.tasks for program in task]

    def cost(self) -> int:
        """The cost of all tasks, each that of its cheapest program."""
        return sum(min(self.cost_of(p) for p in task) for task in self.tasks)

    def cost_of(self, program: tuple[int, ...]) -> int:
        """The cost of a program's terms."""
        return sum(self.forest.cost[root] for root in program)
