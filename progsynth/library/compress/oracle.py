"""The slow twin of the search: every abstraction there is, each measured by rewriting everything.

A term's generalisations are enumerated one by one (each of its subterms kept, or made a parameter,
new or used before), for every term of the corpus; each is matched with every term, the corpus is
rewritten with it and its nodes are counted again. Nothing is shared with the search but the terms
themselves. For corpora of a few dozen nodes.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from progsynth.library.compress.abstraction import (
    FUNCTION,
    NODES,
    VALUE,
    Parameter,
    Prices,
    applied_label,
    argument,
    call,
    parameter_label,
)
from progsynth.library.compress.labelled import Corpus, Forest
from progsynth.library.compress.top_down import Scope


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a pattern: a label with its children's parts, or a use of a parameter."""

    label: int
    parts: tuple[Part, ...] = ()
    parameter: int = -1


@dataclass(frozen=True, slots=True)
class Best:
    """The best abstraction: its text, and what it saves."""

    text: str
    utility: int


def exhaustive(
    corpus: Corpus, *, scope: Scope | None = None, prices: Prices = NODES
) -> Best | None:
    """What `top_down.search` must find, the slow way."""
    scope = scope or Scope()
    forest = corpus.forest
    before = corpus.cost()
    ranks: list[tuple[int, int, int, str]] = []
    tried: set[tuple[Part, tuple[str, ...]]] = set()
    nodes = forest.below([root for program in corpus.programs for root in program])
    for node in nodes:
        if forest.values[node] != 1 or forest.label_of(node).inert:
            continue
        for part, kinds in _generalised(forest, node, 0, (), scope):
            if part.parameter >= 0 or (part, kinds) in tried:
                continue
            tried.add((part, kinds))
            pattern = _Pattern(forest, part, kinds, scope, prices)
            matches = {n: found for n in nodes if (found := pattern.match(n)) is not None}
            if _occurrences(corpus, matches) < scope.min_uses:
                continue
            parameters = pattern.parameters(list(matches.values()))
            body = pattern.body(part, 0, parameters)
            after = _recounted(corpus, matches, parameters, prices) + forest.cost[body]
            if after < before:
                rank = (after - before, forest.cost[body], len(kinds), forest.text(body))
                ranks.append(rank)
    if not ranks:
        return None
    least = min(ranks)
    return Best(least[3], -least[0])


def _generalised(
    forest: Forest, node: int, depth: int, kinds: tuple[str, ...], scope: Scope
) -> Iterator[tuple[Part, tuple[str, ...]]]:
    """All parts that generalise the node, with the kinds of parameters known after each."""
    for number in range(len(kinds)):
        yield Part(-1, (), number), kinds
    if len(kinds) < scope.max_arity:
        for kind in (VALUE, FUNCTION) if scope.functions else (VALUE,):
            yield Part(-1, (), len(kinds)), (*kinds, kind)
    label = forest.label_of(node)
    if not label.fixed or label.index >= depth:
        return
    rows: list[tuple[tuple[Part, ...], tuple[str, ...]]] = [((), kinds)]
    for child, bound in zip(forest.children[node], label.binds):
        rows = [
            ((*parts, part), later)
            for parts, known in rows
            for part, later in _generalised(forest, child, depth + bound, known, scope)
        ]
    for parts, known in rows:
        yield Part(forest.label[node], parts), known


@dataclass(slots=True)
class _Match:
    """One match: the arguments as they stand, with the depth of their first use."""

    arguments: list[tuple[int, int]] = field(default_factory=list)
    failing: bool = False  # something that may fail was evaluated


@dataclass(frozen=True, slots=True)
class _Pattern:
    forest: Forest
    part: Part
    kinds: tuple[str, ...]
    scope: Scope
    prices: Prices

    def match(self, node: int) -> list[tuple[int, int]] | None:
        if self.forest.values[node] != 1:
            return None
        found = _Match()
        return found.arguments if self.fits(self.part, node, 0, False, found) else None

    def fits(self, part: Part, node: int, depth: int, lazy: bool, found: _Match) -> bool:
        if part.parameter >= 0:
            return self.stands_for(part.parameter, node, depth, lazy, found)
        forest = self.forest
        if forest.label[node] != part.label:
            return False
        label, before = forest.label_of(node), found.failing
        for place, (inner, child) in enumerate(zip(part.parts, forest.children[node])):
            within = depth + label.binds[place]
            if not self.fits(inner, child, within, lazy or place in label.lazy, found):
                return False
        found.failing = before if label.inert else found.failing or label.fails
        return True

    def stands_for(self, number: int, node: int, depth: int, lazy: bool, found: _Match) -> bool:
        forest, function = self.forest, self.kinds[number] == FUNCTION
        captured = forest.free[node] & ((1 << depth) - 1)
        if forest.values[node] != 1 or (function and forest.label_of(node).function):
            return False
        if number < len(found.arguments):
            other, there = found.arguments[number]
            if captured or forest.free[other] & ((1 << there) - 1):
                return False
            found.failing |= function
            return forest.shift(node, -depth) == forest.shift(other, -there)
        found.arguments.append((node, depth))
        if not function:
            moved = lazy or (self.scope.exact and found.failing)
            return not captured and not (moved and forest.failing[node])
        found.failing = True
        return True

    def parameters(self, matches: list[list[tuple[int, int]]]) -> tuple[Parameter, ...]:
        made = []
        for number, kind in enumerate(self.kinds):
            depth = matches[0][number][1]
            met = [self.forest.free[match[number][0]] for match in matches]
            given = [n for n in range(depth) if any(free >> n & 1 for free in met)]
            made.append(Parameter(kind, depth, tuple(given[::-1]) if kind == FUNCTION else ()))
        return tuple(made)

    def body(self, part: Part, depth: int, parameters: tuple[Parameter, ...]) -> int:
        forest, prices = self.forest, self.prices
        if part.parameter >= 0:
            parameter = parameters[part.parameter]
            if parameter.kind == VALUE:
                return forest.add(parameter_label(part.parameter, prices))
            given = tuple(forest.variable(n, prices.variable) for n in parameter.given)
            return forest.add(applied_label(part.parameter, len(given), prices), given)
        binds = forest.labels[part.label].binds
        made = [self.body(p, depth + b, parameters) for p, b in zip(part.parts, binds)]
        return forest.node(part.label, tuple(made))


def _occurrences(corpus: Corpus, matches: Container[int]) -> int:
    """In how many places it matches, of each task in the program that has most."""
    return sum(max(_places(corpus.forest, p, matches) for p in task) for task in corpus.tasks)


def _places(forest: Forest, program: tuple[int, ...], matches: Container[int]) -> int:
    inside = sum(_places(forest, forest.children[node], matches) for node in program)
    return inside + sum(node in matches for node in program)


def _recounted(
    corpus: Corpus,
    matches: dict[int, list[tuple[int, int]]],
    parameters: tuple[Parameter, ...],
    prices: Prices,
) -> int:
    """The cost of the corpus rewritten as well as can be, counted on the rewritten terms."""
    forest, new = corpus.forest, Forest()
    known: dict[int, int] = {}

    def rewritten(node: int) -> int:
        if node not in known:
            plain = new.add(forest.label_of(node), tuple(map(rewritten, forest.children[node])))
            known[node] = plain
            if node in matches:
                pairs = zip(matches[node], parameters, strict=True)
                arguments = tuple(argument(new, rewritten(a), p, prices) for (a, _), p in pairs)
                called = call(new, "new", arguments, prices)
                known[node] = min(plain, called, key=lambda n: new.cost[n])
        return known[node]

    return sum(
        min(sum(new.cost[rewritten(root)] for root in program) for program in task)
        for task in corpus.tasks
    )
