"""Variation: trees made of trees, well-typed and within bounds by construction.

Each operator gives the changed tree, or None where it found no change to make: none of the type,
or none that stays within the bounds. Addition and deletion are in the spirit of UMAD (Helmuth,
McPhee, Spector 2018, section 3): they change size one node at a time and keep what is below, and
`renewal` does both, at rates with which programs on average stay as large as they are (their
size-neutral kind).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from progsynth.search.genetic.generate import generate, leaf
from progsynth.search.genetic.grammar import BINDERS, Grammar, Rule
from progsynth.search.genetic.perturb import perturbed
from progsynth.search.genetic.tree import Place, Tree, node, nodes, place_at, replaced


@dataclass(frozen=True, slots=True)
class Bounds:
    """What trees keep to: numbers of nodes in all, and on the way to the deepest."""

    size: int
    depth: int


Mutation = Callable[[Tree, Grammar, Random, Bounds], "Tree | None"]


def crossover(
    left: Tree, right: Tree, grammar: Grammar, rng: Random, bounds: Bounds
) -> Tree | None:
    """The left tree with a subtree of the right one in place of one of equal type."""
    place = _somewhere(left, grammar, rng)
    room = bounds.size - left.size + place.tree.size
    found = [
        other
        for other in nodes(right)
        if other.type == place.tree.type
        and other.size <= room
        and not (place.plain and other.loops)
    ]
    return _within(replaced(place, rng.choice(found)), bounds) if found else None


def subtree(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """A subtree is made anew, of about the size it had."""
    place = _somewhere(tree, grammar, rng)
    room = bounds.size - tree.size + place.tree.size
    size = min(room, rng.randint(1, max(_SMALL, place.tree.size + _LARGER)))
    return _grafted(place, grammar, rng, bounds, size)


def point(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """A node's rule is exchanged for one of the same arguments; a leaf for another leaf."""
    place = _somewhere(tree, grammar, rng)
    old = place.tree
    if not old.children:
        if old.type not in place.scope.held and not grammar.leaves[old.type]:
            return None
        rule, number = leaf(grammar, rng, old.type, place.scope)
        return replaced(place, node(rule, number=number))
    alike = [r for r in grammar.rules[old.type] if _same_shape(r, old.rule)]
    if len(alike) < 2:
        return None
    rule = rng.choices(alike, [r.weight for r in alike])[0]
    return replaced(place, node(rule, old.children))


def constant(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """A constant is exchanged for another one of its type."""
    found = [n for n, one in enumerate(nodes(tree)) if one.rule.kind == "constant"]
    if not found:
        return None
    place = place_at(tree, rng.choice(found), grammar.scope)
    others = [r for r in grammar.leaves[place.tree.type] if r.kind == "constant"]
    return replaced(place, node(rng.choice(others)))


def perturbation(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """A constant is exchanged for one near it, mined or not (see `perturb`)."""
    found = [n for n, one in enumerate(nodes(tree)) if one.rule.kind == "constant"]
    if not found:
        return None
    place = place_at(tree, rng.choice(found), grammar.scope)
    rule = perturbed(place.tree.rule, grammar, rng)
    return None if rule is None else replaced(place, node(rule))


def variable(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """A variable is exchanged for another one of its type."""
    found = [n for n, one in enumerate(nodes(tree)) if one.rule.kind == "variable"]
    if not found:
        return None
    place = place_at(tree, rng.choice(found), grammar.scope)
    count = len(place.scope.places.get(place.tree.type, ()))
    if count < 2:
        return None
    number = (place.tree.number + rng.randrange(1, count)) % count
    return replaced(place, node(place.tree.rule, number=number))


def exchange(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """Two arguments of a node change places, where they are of one type and see the same."""
    place = _somewhere(tree, grammar, rng)
    rule, children = place.tree.rule, list(place.tree.children)
    pairs = [
        (i, j)
        for j in range(len(children))
        for i in range(j)
        if rule.args[i] == rule.args[j] and rule.binds[i] == rule.binds[j]
        if not (rule.is_condition(i) and children[j].loops)
        if not (rule.is_condition(j) and children[i].loops)
    ]
    if not pairs:
        return None
    i, j = rng.choice(pairs)
    children[i], children[j] = children[j], children[i]
    return replaced(place, node(rule, tuple(children)))


def addition(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """A node is put above a subtree, which becomes one of its arguments; the others are small.

    Variables of the subtree that now stand within a new binder keep their meaning, or else come
    to mean what it binds.
    """
    place = _somewhere(tree, grammar, rng)
    below = place.tree
    above, sums = _above(grammar, below.type, plain=place.plain)
    room = bounds.size - tree.size
    if not above or room < 1:
        return None
    rule = rng.choices(above, cum_weights=sums)[0]
    places = [p for p, arg in enumerate(rule.args) if arg == below.type]
    at = rng.choice([p for p in places if not (rule.is_condition(p) and below.loops)] or [-1])
    if at < 0:
        return None
    children = []
    for number, arg in enumerate(rule.args):
        bound = rule.binds[number]
        if number == at:
            children.append(shifted(below, bound) if bound and rng.random() < 0.5 else below)
            continue
        plain = rule.is_condition(number) or (
            place.plain and not (rule.lambdas and rule.lambdas[number])
        )
        children.append(
            generate(
                grammar,
                rng,
                size=rng.randint(1, _ARGUMENT),
                depth=bounds.depth,
                type_=arg,
                scope=place.scope.inside(bound),
                plain=plain,
                start=rule.is_start(number),
                own=bound.count(arg) if rule.is_outcome(number) else 0,
            )
        )
    return _within(replaced(place, node(rule, tuple(children))), bounds)


def _with_own_type_below(tree: Tree) -> list[int]:
    """The numbers of the nodes that have a descendant of their type."""
    found: list[int] = []
    below: list[int] = []  # the types in each subtree so far that has no parent yet, as bits
    for number, one in reversed(list(enumerate(nodes(tree)))):
        types = 0
        for _ in one.children:
            types |= below.pop()
        if types >> one.type & 1:
            found.append(number)
        below.append(types | 1 << one.type)
    return found


def _above(grammar: Grammar, type_: int, *, plain: bool) -> tuple[list[Rule], list[float]]:
    """The rules of a type that may stand above a value of it, and their weights added up."""
    key = ("above", type_, plain)
    found: tuple[list[Rule], list[float]] | None = grammar.memo.get(key)
    if found is None:
        rules = [r for r in grammar.rules[type_] if type_ in r.args and not (plain and _binds(r))]
        found = grammar.memo[key] = (rules, list(accumulate(r.weight for r in rules)))
    return found


def deletion(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """A node is replaced by one of its own descendants of its type."""
    return _without(_somewhere(tree, grammar, rng), rng)


def _without(place: Place, rng: Random) -> Tree | None:
    """The whole tree with a descendant in the place of the node there."""
    below = [
        one
        for one in nodes(place.tree)
        if one is not place.tree and one.type == place.tree.type and not (place.plain and one.loops)
    ]
    if not below:
        return None
    largest = sorted(below, key=lambda one: -one.size)[:_NEAREST]
    return replaced(place, rng.choice(largest))


def renewal(tree: Tree, grammar: Grammar, rng: Random, bounds: Bounds) -> Tree | None:
    """Additions, one for each node at a small rate and one at least, and as much is deleted again.

    A deletion of fewer nodes than were added is made; one of more is made as often as keeps the
    average: of d nodes, when e are too many, at a rate of e / d, and it is the last.
    """
    new: Tree | None = tree
    for _ in range(1 + sum(rng.random() < _RENEWED for _ in range(tree.size - 1))):
        new = addition(new or tree, grammar, rng, bounds) or new
    if new is None or new is tree:
        return None
    for _ in range(_DELETIONS):
        excess = new.size - tree.size
        if excess <= 0:
            break
        places = _with_own_type_below(new)
        less = _without(place_at(new, rng.choice(places), grammar.scope), rng) if places else None
        if less is None:
            continue
        removed = new.size - less.size
        if removed <= excess or rng.random() < excess / removed:
            new = less
        if removed > excess:
            break
    return new


MUTATIONS: Sequence[tuple[Mutation, float]] = (
    (subtree, 2.0),
    (point, 1.5),
    (constant, 0.7),
    (perturbation, 0.5),
    (variable, 1.2),
    (exchange, 0.6),
    (addition, 2.0),
    (deletion, 2.0),
    (renewal, 1.0),
)

_SMALL, _LARGER = 5, 2  # what a new subtree may have, and how much more than the old one
_ARGUMENT = 6  # the size of the new arguments of an added node
_NEAREST = 4  # descendants, the largest, of which one is put in the place of a deleted node
_RENEWED = 0.04  # additions for each node but the first
_DELETIONS = 20  # that are looked for in a renewal, at most
_TRIES = 6


def mutate(
    tree: Tree,
    grammar: Grammar,
    rng: Random,
    bounds: Bounds,
    mutations: Sequence[tuple[Mutation, float]] = MUTATIONS,
) -> Tree:
    """The tree after one change, or a few, drawn by weight; a new tree where none was found."""
    changed = tree
    operators = [operator for operator, _ in mutations]
    sums = list(accumulate(weight for _, weight in mutations))
    while True:
        for _ in range(_TRIES):
            mutation = rng.choices(operators, cum_weights=sums)[0]
            found = mutation(changed, grammar, rng, bounds)
            if found is not None:
                changed = found
                break
        if rng.random() >= _MORE:
            break
    if changed is tree:
        return generate(grammar, rng, size=bounds.size // 2, depth=bounds.depth)
    return changed


_MORE = 0.35  # how often another change follows


def shifted(tree: Tree, bound: tuple[int, ...]) -> Tree:
    """The tree as it has to be within a binder of variables of these types, to mean the same."""
    added = {type_: bound.count(type_) for type_ in bound}
    done: list[Tree] = []
    todo: list[tuple[Tree, tuple[int, ...], bool]] = [(tree, (), False)]
    while todo:
        one, inner, expanded = todo.pop()
        if expanded:
            count = len(one.children)
            children = tuple(done[-count:])
            del done[-count:]
            done.append(node(one.rule, children, one.number))
        elif one.children:
            todo.append((one, inner, True))
            pairs = zip(one.children, one.rule.binds, strict=True)
            todo += [(child, inner + binds, False) for child, binds in pairs][::-1]
        elif one.rule.kind == "variable" and one.number >= inner.count(one.type):
            done.append(node(one.rule, number=one.number + added.get(one.type, 0)))
        else:
            done.append(one)
    return done[0]


def _somewhere(tree: Tree, grammar: Grammar, rng: Random) -> Place:
    return place_at(tree, rng.randrange(tree.size), grammar.scope)


def _grafted(place: Place, grammar: Grammar, rng: Random, bounds: Bounds, size: int) -> Tree | None:
    """The whole tree with a new subtree at the place."""
    way = place.way
    parent, at = way[-1] if way else (place.tree, 0)
    rule = parent.rule
    own = rule.binds[at].count(place.tree.type) if way and rule.is_outcome(at) else 0
    new = generate(
        grammar,
        rng,
        size=size,
        depth=max(1, bounds.depth - len(way)),
        type_=place.tree.type,
        scope=place.scope,
        plain=place.plain,
        start=bool(way) and rule.is_start(at),
        own=own,
    )
    return _within(replaced(place, new), bounds)


def _within(tree: Tree, bounds: Bounds) -> Tree | None:
    return tree if tree.size <= bounds.size and tree.depth <= bounds.depth else None


def _same_shape(one: Rule, other: Rule) -> bool:
    return (
        one.args == other.args
        and one.binds == other.binds
        and (one.kind == other.kind or not (_binds(one) or _binds(other)))
    )


def _binds(rule: Rule) -> bool:
    return rule.kind in BINDERS
