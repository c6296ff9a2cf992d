"""What genes are made of: productions, each a core term of a few variables.

They come from the grammar of the tree search, so that both representations have the same
language with the same weights. A rule with a lambda becomes productions in which its body is one
call: `map(fn x: x + a, xs)` is a production of `xs` and `a`. Loops and conditionals are genes of
their own, which open a block of others.

How often a type is written follows from where it is needed: the goal, then what its rules take,
and so on, each step less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from progsynth.errors import UnsupportedError
from progsynth.lang.term import FALSE, TRUE, Build, Call, If, Lambda, Project, Term, Var, const
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type
from progsynth.search.genetic.flat import gene
from progsynth.search.genetic.flat.settings import FlatSettings
from progsynth.search.genetic.grammar import Grammar, Rule, make_grammar
from progsynth.search.problem import Problem

_STEP = 0.6  # how much less each step away from the goal counts
_STEPS = 8
_MOST_TYPES = 14
_MOST_CALLS = 260
_MOST_COMPOSED = 160  # productions with a lambda
_MOST_CAPTURED = 2  # operands of the body of a lambda that are not its own variables
_COMPOSED = 0.25  # the share of productions with a lambda among all
_LOOPS = 0.08  # of statements that are loops over a list or over numbers
_CONSTANTS = 0.05  # of statements that put a constant of their own into a register
_DEFAULTS: dict[Type, Term] = {INT: const(0), BOOL: FALSE, FLOAT: const(0.0), STR: const("")}


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """A way to make a value: `term`, in which the operands are the variables, the last Var(0).

    `kind` is of `gene`; a loop's operand is what it goes over and its result the item's type.
    Types are numbers, `weight` says how often it is drawn.
    """

    kind: int
    result: int
    args: tuple[int, ...] = ()
    term: Term | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Alphabet:
    """The productions of a problem, by type where that says more.

    `params` are the types of the parameters, `readable` what operands of a type may be besides
    the working registers: its parameters' places, and constants. `working` counts its
    registers, `start` is what they hold at first, `share` how often constants are read.
    """

    types: tuple[Type, ...]
    goal: int
    test: int
    params: tuple[int, ...]
    productions: tuple[Production, ...]
    constants: tuple[tuple[Term, ...], ...]
    shares: tuple[tuple[float, ...], ...]  # of these constants
    working: tuple[int, ...]
    start: tuple[Term | None, ...]

    def own_params(self, type_: int) -> tuple[int, ...]:
        """The places of the parameters of a type."""
        return tuple(place for place, one in enumerate(self.params) if one == type_)

    def operand(self, type_: int, number: int) -> tuple[str, int]:
        """What an operand is: ("parameter", its place), ("register", its number) or
        ("constant", its number)."""
        own = self.own_params(type_)
        if number < len(own):
            return "parameter", own[number]
        number -= len(own)
        if number < self.working[type_]:
            return "register", number
        return "constant", number - self.working[type_]


def make_alphabet(problem: Problem, settings: FlatSettings) -> Alphabet:
    """The alphabet of a problem's programs. Raises UnsupportedError where there is none."""
    grammar = make_grammar(problem)
    starts = [default_of(type_) for type_ in grammar.types]
    if starts[grammar.goal] is None:
        raise UnsupportedError(
            f"flat programs have no first value of the result's type {grammar.types[grammar.goal]}:"
            " use the search by trees (search='genetic')"
        )
    kept = _kept(grammar, starts)
    calls = [p for p in _calls(grammar) if _within(p, kept)]
    composed = [p for p in _composed(grammar) if _within(p, kept)]
    calls = _heaviest(calls, _MOST_CALLS)
    composed = _scaled(_heaviest(composed, _MOST_COMPOSED), _COMPOSED * _total(calls))
    statements = [*calls, *composed]
    total = _total(statements)
    loops = _scaled([p for p in _loops(grammar) if _within(p, kept)], _LOOPS * total)
    own = [
        Production(gene.CONSTANT, number)
        for number in kept
        if grammar.types[number] in (INT, FLOAT) and _demands(grammar)[number] > 0
    ]
    statements += loops + _scaled(own, _CONSTANTS * total)
    return _renumbered(grammar, kept, starts, statements, settings)


def default_of(type_: Type) -> Term | None:
    """What a register of the type holds at first; None where there is no literal."""
    if type_ in _DEFAULTS:
        return _DEFAULTS[type_]
    if type_.name in ("list", "dict"):
        return Build(type_.name, ())
    if type_.name == "tuple":
        items = [default_of(t) for t in type_.types]
        if all(item is not None for item in items):
            return Build("tuple", tuple(item for item in items if item is not None))
    return None


def _total(some: Sequence[Production]) -> float:
    return sum(p.weight for p in some)


def _within(production: Production, kept: Sequence[int]) -> bool:
    return all(one in kept for one in (production.result, *production.args))


def _heaviest(some: list[Production], most: int) -> list[Production]:
    order = sorted(range(len(some)), key=lambda place: (-some[place].weight, place))
    return [some[place] for place in sorted(order[:most])]


def _scaled(some: list[Production], total: float) -> list[Production]:
    """The same with weights that add up to the total."""
    now = _total(some)
    return [replace(p, weight=p.weight * total / now) for p in some] if now else []


# ---------------------------------------------------------------------------------- types


def _simple(rule: Rule) -> bool:
    """Is it a rule that is a statement as it is?"""
    kinds = ("call", "if", "and", "or", "list", "tuple", "project")
    return rule.kind in kinds and 0 < len(rule.args) <= gene.MOST_OPERANDS and not any(rule.lambdas)


def _demands(grammar: Grammar) -> list[float]:
    """How much each type is needed, beginning with the goal."""
    flow = np.zeros(len(grammar.types))
    flow[grammar.goal] = 1.0
    total = np.zeros(len(grammar.types))
    for _ in range(_STEPS):
        total += flow
        after = np.zeros(len(grammar.types))
        for number, rules in enumerate(grammar.rules):
            taken = [r for r in rules if r.kind not in ("let", "while", "for")]
            weights = sum(r.weight for r in taken)
            for rule in taken:
                for arg in rule.args:
                    after[arg] += _STEP * flow[number] * rule.weight / weights
        flow = after
    total[grammar.test] = max(total[grammar.test], 0.1)
    found: list[float] = (total / total.sum()).tolist()
    return found


def _kept(grammar: Grammar, starts: Sequence[Term | None]) -> list[int]:
    """The types that get registers or are of parameters, most needed first."""
    demands = _demands(grammar)
    given = {grammar.goal, grammar.test, *grammar.scope.types}
    order = sorted(range(len(grammar.types)), key=lambda n: (n not in given, -demands[n], n))
    usable = [n for n in order if n in given or (starts[n] is not None and demands[n] > 0)]
    return usable[:_MOST_TYPES]


# ---------------------------------------------------------------------------- productions


def _calls(grammar: Grammar) -> Iterator[Production]:
    demands = _demands(grammar)
    for number, rules in enumerate(grammar.rules):
        taken = [rule for rule in rules if _simple(rule)]
        total = sum(rule.weight for rule in taken)
        for rule in taken:
            operands = tuple(Var(i) for i in reversed(range(len(rule.args))))
            weight = demands[number] * rule.weight / total
            yield Production(gene.CALL, number, rule.args, _term(rule, operands), max(weight, 1e-9))


def _term(rule: Rule, operands: tuple[Term, ...]) -> Term:
    """What a rule without lambdas makes of its operands."""
    match rule.kind:
        case "call":
            return Call(rule.detail, operands)
        case "if":
            return If(*operands)
        case "and":
            return If(operands[0], operands[1], FALSE)
        case "or":
            return If(operands[0], TRUE, operands[1])
        case "project":
            return Project(rule.detail, operands[0])
    return Build(rule.kind, operands)


def _composed(grammar: Grammar) -> Iterator[Production]:
    """Calls with one lambda whose body is one call or a test."""
    demands = _demands(grammar)
    for number, rules in enumerate(grammar.rules):
        for rule in rules:
            if rule.kind == "call" and sum(one is not None for one in rule.lambdas) == 1:
                yield from _with_body(grammar, rule, demands[number])


def _with_body(grammar: Grammar, rule: Rule, demand: float) -> Iterator[Production]:
    place = next(i for i, one in enumerate(rule.lambdas) if one is not None)
    bound = rule.binds[place]
    bodies = [r for r in grammar.rules[rule.args[place]] if _simple(r) and r.kind != "if"]
    total = sum(r.weight for r in bodies)
    for body in bodies:
        weight = demand * rule.weight * body.weight / total
        for uses in _uses(body, bound):
            captured = [arg for arg, use in zip(body.args, uses, strict=True) if use is None]
            own = [arg for i, arg in enumerate(rule.args) if i != place]
            args = (*own, *captured)
            if len(args) > gene.MOST_OPERANDS or weight < 1e-7:
                continue
            term = _composition(rule, place, body, uses)
            yield Production(gene.CALL, rule.result, args, term, weight * 0.5 ** len(captured))


Uses = tuple[int | None, ...]  # for each operand of a body, the lambda's variable, or an outer one


def _uses(body: Rule, bound: tuple[int, ...]) -> Iterator[Uses]:
    choices: list[list[int | None]] = []
    for arg in body.args:
        choices.append([None, *(i for i, one in enumerate(bound) if one == arg)])
    for uses in product(*choices):
        captured = uses.count(None)
        if captured < len(uses) and captured <= _MOST_CAPTURED:
            if len(bound) == 1 or set(uses) >= set(range(len(bound))):
                yield uses


def _composition(rule: Rule, place: int, body: Rule, uses: Uses) -> Term:
    """The call of the rule on variables, with the body as its lambda."""
    count = len(rule.args) - 1 + uses.count(None)
    arity = len(rule.binds[place])
    outer = iter([Var(i) for i in reversed(range(count))])
    plain = [None if i == place else next(outer) for i in range(len(rule.args))]
    inside: list[Term] = []
    for use in uses:
        if use is None:
            inside.append(Var(next(outer).index + arity))
        else:
            inside.append(Var(arity - 1 - use))
    function = Lambda(arity, _term(body, tuple(inside)))
    return Call(rule.detail, tuple(function if one is None else one for one in plain))


def _loops(grammar: Grammar) -> Iterator[Production]:
    """Loops over lists of each type, and over the numbers below an int."""
    demands = _demands(grammar)
    given = set(grammar.scope.types)
    for number, type_ in enumerate(grammar.types):
        if type_.name == "list" and type_.types[0] in grammar.types:
            item = grammar.types.index(type_.types[0])
            weight = demands[number] + (0.5 if number in given else 0.0)
            yield Production(gene.EACH, item, (number,), None, weight)
        if type_ == INT:
            yield Production(gene.COUNT, number, (number,), None, 0.2)


def _renumbered(
    grammar: Grammar,
    kept: Sequence[int],
    starts: Sequence[Term | None],
    statements: Sequence[Production],
    settings: FlatSettings,
) -> Alphabet:
    """The alphabet with types numbered anew."""
    numbers = {old: new for new, old in enumerate(kept)}
    given = {grammar.goal, *grammar.scope.types}
    working, constants, shares = [], [], []
    left = gene.MAX_REGISTERS
    for old in kept:
        wanted = settings.registers if old in given or grammar.types[old] == INT else settings.spare
        working.append(min(wanted, left) if starts[old] is not None else 0)
        left -= working[-1]
        leaves = [r for r in grammar.leaves[old] if r.kind == "constant"]
        constants.append(tuple(const(r.detail) for r in leaves))
        shares.append(tuple(r.weight for r in leaves))
    readable: dict[int, int] = defaultdict(int)
    for old in grammar.scope.types:
        readable[numbers[old]] += 1
    made = []
    for p in statements:
        args = tuple(numbers[a] for a in p.args)
        if working[numbers[p.result]] and all(
            readable[a] or working[a] or constants[a] for a in args
        ):
            made.append(replace(p, result=numbers[p.result], args=args))
    return Alphabet(
        tuple(grammar.types[old] for old in kept),
        numbers[grammar.goal],
        numbers[grammar.test],
        tuple(numbers[t] for t in grammar.scope.types),
        tuple(made),
        tuple(constants),
        tuple(shares),
        tuple(working),
        tuple(starts[old] for old in kept),
    )
