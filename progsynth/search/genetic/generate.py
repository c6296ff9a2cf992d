"""Random typed trees that are bounded by size and depth, and always come out.

A tree is grown from its root: a rule is drawn by weight among those for which the room left is
enough (see `least`), and what is left of it is dealt out to its children at random.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from progsynth.search.genetic.grammar import BINDERS, SHARES, Grammar, Rule
from progsynth.search.genetic.least import least_rule, least_size, rule_size
from progsynth.search.genetic.scope import Scope
from progsynth.search.genetic.tree import Tree, UnboundError, assembled

_STARTS = 0.2  # how often what a loop starts with is more than a leaf, by comparison
_DEEPER = 0.8  # how much rarer a node with arguments is from each level to the next
_USELESS = 0.15  # how willingly a call is taken that can use no variable in scope
_OTHERS = 0.7  # and what is no call
_IDLE = 12.0  # how much more often it is an idle leaf
_LOOPS = 0.5  # the share of loops in a first generation
_LOOP_SIZE = 20  # the room that these have at least
_NEAR = 0.65  # how often a variable is sure to be one of the innermost binder's
_TRIES = 20  # draws before the rules that fit are listed
_NOTHING = (0.0,)
_OWN = 0.7  # how often the result of a loop is one of its variables


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A subtree to be made.

    `own` counts the variables of the loop whose result it is; `start` says that it is what a
    variable of a loop starts with, `root` that it shall not be a leaf.
    """

    type: int
    scope: Scope
    size: int
    depth: int
    plain: bool
    own: int = 0
    start: bool = False
    root: bool = False
    level: int = 0


def generate(
    grammar: Grammar,
    rng: Random,
    *,
    size: int,
    depth: int,
    type_: int | None = None,
    scope: Scope | None = None,
    plain: bool = False,
    leafless: bool = False,
    start: bool = False,
    own: int = 0,
    root: Rule | None = None,
    part: int | None = None,
) -> Tree:
    """A tree of the type (by default the goal's) of at most that size and depth, if one exists.

    Where none is so small it is the least there is. `plain` keeps loops out, as the condition
    of a `while` wants it; `leafless` asks for more than a leaf where there is room. `start` and
    `own` say that it is what a variable of a loop starts with, and of how many variables it is
    the result; `root` is its rule, if that is settled, and `part` what each argument of that may
    have. Raises UnboundError where the type has no values at all.
    """
    type_ = grammar.goal if type_ is None else type_
    first = _Wanted(type_, scope or grammar.scope, size, depth, plain, own, start, leafless)
    preorder: list[tuple[Rule, int]] = []
    todo = [first]
    if root is not None:
        preorder.append((root, 0))
        inner = _inner(grammar, rng, first, root)
        if part is not None:
            inner = [replace(one, size=min(one.size, part)) for one in inner]
        todo = inner[::-1]
    while todo:
        wanted = todo.pop()
        rule, number = _drawn(grammar, rng, wanted)
        preorder.append((rule, number))
        if rule.args:
            todo += _inner(grammar, rng, wanted, rule)[::-1]
    return assembled(preorder)


def _drawn(grammar: Grammar, rng: Random, wanted: _Wanted) -> tuple[Rule, int]:
    """A rule, and which variable if it is one."""
    type_, scope = wanted.type, wanted.scope
    if wanted.own and rng.random() < _OWN:
        return grammar.variables[type_], rng.randrange(wanted.own)
    _, sums = _leaves(grammar, type_, scope, start=wanted.start)
    share = sums[-1]
    if wanted.size > 1 and wanted.depth > 1:
        rest = (grammar.sums[type_] or _NOTHING)[-1] * (_STARTS if wanted.start else 1.0)
        rest *= _DEEPER**wanted.level
        if wanted.root or rng.random() * (share + rest) >= share:
            grown = _grown(grammar, rng, wanted)
            if grown is not None:
                return grown, 0
    if share and (wanted.start or type_ in scope.held or _has_leaf(grammar, type_)):
        return leaf(grammar, rng, type_, scope, start=wanted.start)
    rule = least_rule(grammar, scope, type_)
    if rule is None:
        raise UnboundError(f"nothing makes a value of type {grammar.types[type_]}")
    return rule, 0


def leaf(
    grammar: Grammar, rng: Random, type_: int, scope: Scope, *, start: bool = False
) -> tuple[Rule, int]:
    """A variable, constant or empty container of the type by weight, and which variable."""
    rules, sums = _leaves(grammar, type_, scope, start=start)
    rule = rng.choices(rules, cum_weights=sums)[0]
    if rule.kind != "variable":
        return rule, 0
    inner = scope.inner.get(type_, 0)
    if inner and rng.random() < _NEAR:
        return rule, rng.randrange(inner)
    return rule, rng.randrange(len(scope.places[type_]))


def _has_leaf(grammar: Grammar, type_: int) -> bool:
    return any(not rule.is_idle for rule in grammar.leaves[type_])


_Weighed = tuple[tuple[Rule, ...], list[float]]  # rules, and their weights added up


def _leaves(grammar: Grammar, type_: int, scope: Scope, *, start: bool) -> _Weighed:
    """The type's leaves, and behind them its variables, by how often each is taken."""
    held = type_ in scope.places
    key = ("leaves", type_, held, start)
    found: _Weighed | None = grammar.memo.get(key)
    if found is None:
        rules = (*grammar.leaves[type_], grammar.variables[type_])
        weights = [r.weight * (_IDLE if start and r.is_idle else 1) for r in rules[:-1]]
        weights.append(SHARES["variable"] if held else 0.0)
        found = grammar.memo[key] = (rules, list(accumulate(weights)))
    return found


def _grown(grammar: Grammar, rng: Random, wanted: _Wanted) -> Rule | None:
    """A rule with arguments for which there is room, by weight; None where there is none."""
    rules = grammar.rules[wanted.type]
    if not rules:
        return None
    sums = grammar.sums[wanted.type]
    for _ in range(_TRIES):
        rule = rules[bisect(sums, rng.random() * sums[-1])]
        here = _ready(grammar, wanted.scope, rule)
        if rng.random() < here.use and here.size <= wanted.size and not _bars(wanted, rule):
            return rule
    fitting = [
        rule
        for rule in rules
        if _ready(grammar, wanted.scope, rule).size <= wanted.size and not _bars(wanted, rule)
    ]
    return rng.choices(fitting, [rule.weight for rule in fitting])[0] if fitting else None


def _use(scope: Scope, rule: Rule) -> float:
    """How willingly a rule is taken: a call by the share of its arguments that may be variables."""
    if rule.kind != "call":
        return _OTHERS
    held = scope.held
    found = sum(
        arg in held or arg in bound for arg, bound in zip(rule.args, rule.binds, strict=True)
    )
    return _USELESS + (1.0 - _USELESS) * found / len(rule.args) if rule.args else _USELESS


def _bars(wanted: _Wanted, rule: Rule) -> bool:
    return wanted.plain and rule.kind in BINDERS


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """What is the same whenever a rule is taken in a scope.

    `size` is that of the least tree, `use` how willingly the rule is taken. Of its arguments:
    the scopes they see, what they need at least, whether each is plain of itself or may be
    though what is around it is not (a lambda's body), and the variables of which it is the
    result.
    """

    size: int
    use: float
    scopes: tuple[Scope, ...]
    least: tuple[int, ...]
    lambdas: tuple[bool, ...]
    conditions: tuple[bool, ...]
    owns: tuple[int, ...]
    starts: tuple[bool, ...]


def _ready(grammar: Grammar, scope: Scope, rule: Rule) -> _Ready:
    found: _Ready | None = scope.ready.get(rule)
    if found is not None:
        return found
    places = range(len(rule.args))
    scopes = tuple(scope.inside(bound) for bound in rule.binds)
    starts = tuple(map(rule.is_start, places))
    made = scope.ready[rule] = _Ready(
        rule_size(grammar, scope, rule),
        _use(scope, rule),
        scopes,
        tuple(
            1 if start and grammar.leaves[arg] else least_size(grammar, inner, arg)
            for start, inner, arg in zip(starts, scopes, rule.args, strict=True)
        ),
        tuple(bool(rule.lambdas) and rule.lambdas[place] is not None for place in places),
        tuple(map(rule.is_condition, places)),
        tuple(
            rule.binds[place].count(rule.args[place]) if rule.is_outcome(place) else 0
            for place in places
        ),
        starts,
    )
    return made


def _inner(grammar: Grammar, rng: Random, wanted: _Wanted, rule: Rule) -> list[_Wanted]:
    """The children of a rule, with the room that is left dealt out to them."""
    here = _ready(grammar, wanted.scope, rule)
    sizes = _dealt(rng, wanted.size - 1, here.least)
    return [
        _Wanted(
            arg,
            here.scopes[place],
            sizes[place],
            wanted.depth - 1,
            (wanted.plain and not here.lambdas[place]) or here.conditions[place],
            here.owns[place],
            here.starts[place],
            level=wanted.level + 1,
        )
        for place, arg in enumerate(rule.args)
    ]


def _dealt(rng: Random, room: int, least: Sequence[int]) -> list[int]:
    """The sizes of children: what each needs, and a random share of what is left."""
    left = room - sum(least)
    if left <= 0 or len(least) == 1:
        return [least[0] + left] if len(least) == 1 else list(least)
    shares = [rng.random() ** 2 for _ in least]
    total = sum(shares) or 1.0
    bounds = [round(left * upto / total) for upto in accumulate(shares)]
    return [
        need + upto - before
        for need, before, upto in zip(least, [0, *bounds[:-1]], bounds, strict=True)
    ]


def ramped(grammar: Grammar, rng: Random, *, size: int, depth: int) -> Tree:
    """A tree for a first generation: the room for it is drawn, up to that size; half are loops."""
    room = rng.randint(2, max(2, size))
    loops = [r for r in grammar.rules[grammar.goal] if r.kind in ("while", "for")]
    if loops and rng.random() < _LOOPS:
        rule = rng.choices(loops, [r.weight for r in loops])[0]
        return generate(grammar, rng, size=max(room, _LOOP_SIZE), depth=depth, root=rule)
    return generate(grammar, rng, size=room, depth=depth, leafless=rng.random() < 0.9)
