"""Typed rules: what may stand at a place of a program.

A rule makes a value of one type of values of others. A place is a type, the variables in sight
there, and the rule and argument above. A program's derivation is unique: `and` and `or` are rules
of their own beside `if`, so what they could say twice is barred (`if c then True else b` is
`c or b`, and no `if`). Who has a pack makes the rules (see `search/best_first_rules.py`); this
file only knows their shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from progsynth.lang.term import Build, Call, If, Lambda, Let, Project, Term, Var, const
from progsynth.lang.types import Type, fn_of

# A bool constant that may not stand as that argument: the rule with it is another rule's term.
_BARRED: Mapping[tuple[str, int], bool] = {
    ("and", 1): True,
    ("or", 1): False,
    ("if", 1): True,
    ("if", 2): False,
}


@dataclass(frozen=True, slots=True)
class Argument:
    """What a rule wants at one place: a value of the type, made where `binds` are in sight too.

    Of a lambda the type is its body's, and `binds` are its parameters; else they are bound by
    a `let`.
    """

    type: Type
    binds: tuple[Type, ...] = ()
    is_lambda: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to make a value of the type `result`.

    `kind` is "variable", "constant", "empty", "call", "if", "and", "or", "list", "tuple",
    "project" or "let"; `detail` is a variable's position from the outermost, a constant's value,
    a callee's name, an empty container's kind or an item's position. `cost` is what enumeration
    by whole numbers pays for it. A `commutative` call means the same with its arguments exchanged.
    """

    kind: str
    result: Type
    detail: Any = None
    args: tuple[Argument, ...] = ()
    cost: int = 1
    commutative: bool = False

    @property
    def group(self) -> str:
        """What it has in common with rules at other types: weights are of groups."""
        if self.kind == "call":
            return f"call {self.detail}"
        if self.kind == "constant":
            return f"constant {self.result}"
        if self.kind == "project":
            return f"project {self.detail}"
        return f"list {len(self.args)}" if self.kind == "list" else self.kind

    @property
    def member(self) -> str:
        """What tells it from others of its group, of the same result; '' where nothing does."""
        if self.kind == "call":
            return str(fn_of(tuple(_whole(a) for a in self.args), self.result))
        if self.kind == "constant":
            return repr(self.detail)
        return str(self.args[0].type) if self.kind in ("project", "let") else ""

    @property
    def takes_functions(self) -> bool:
        """Is one of its arguments a lambda?"""
        return any(argument.is_lambda for argument in self.args)


def _whole(argument: Argument) -> Type:
    return fn_of(argument.binds, argument.type) if argument.is_lambda else argument.type


@dataclass(frozen=True, slots=True)
class Scope:
    """The types of the variables in sight, outermost first, and how many lambdas and lets bind."""

    visible: tuple[Type, ...]
    lambdas: int = 0
    lets: int = 0

    def inside(self, argument: Argument) -> Scope:
        """The scope in which the argument is made."""
        if not argument.binds:
            return self
        visible = (*self.visible, *argument.binds)
        if argument.is_lambda:
            return Scope(visible, self.lambdas + 1, self.lets)
        return Scope(visible, self.lambdas, self.lets + 1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is wanted: a type in a scope, as that argument of `parent` (None: the whole)."""

    type: Type
    scope: Scope
    parent: Rule | None = None
    argument: int = 0

    @property
    def barred(self) -> bool | None:
        """The bool constant that may not stand here, if any."""
        return None if self.parent is None else _BARRED.get((self.parent.kind, self.argument))


@dataclass(frozen=True)
class Rules:
    """The rules by type, for programs from `params` to `result`.

    Variables are not among `by_type`: each scope has its own. Lambdas nest at most `max_lambdas`
    deep, and so do lets, which stand outside lambdas.
    """

    params: tuple[Type, ...]
    result: Type
    by_type: Mapping[Type, tuple[Rule, ...]]
    max_lambdas: int = 1
    max_lets: int = 1
    _index: dict[tuple[Any, ...], Rule] = field(default_factory=dict, compare=False, repr=False)
    _fixed: dict[tuple[Any, ...], tuple[Rule, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def root(self) -> Place:
        """The place of a whole program."""
        return Place(self.result, Scope(self.params))

    def at(self, place: Place) -> tuple[Rule, ...]:
        """The rules that may stand at the place; the variables last, the outermost first."""
        return (*self.fixed(place), *self.variables(place.scope, place.type))

    def fixed(self, place: Place) -> tuple[Rule, ...]:
        """Those of them that are no variables."""
        scope, barred = place.scope, place.barred
        functions = scope.lambdas < self.max_lambdas
        lets = not scope.lambdas and scope.lets < self.max_lets
        key = (place.type, functions, lets, barred)
        found = self._fixed.get(key)
        if found is None:
            found = self._fixed[key] = tuple(
                rule
                for rule in self.by_type.get(place.type, ())
                if (functions or not rule.takes_functions)
                and (lets or rule.kind != "let")
                and not (barred is not None and rule.kind == "constant" and rule.detail is barred)
            )
        return found

    def variables(self, scope: Scope, type_: Type) -> Iterator[Rule]:
        """The rules of the variables of a type in a scope."""
        for position, visible in enumerate(scope.visible):
            if visible == type_:
                yield Rule("variable", type_, position)

    def places_in(self, place: Place, rule: Rule) -> tuple[Place, ...]:
        """The places of the rule's arguments, where the rule stands at the place."""
        return tuple(
            Place(argument.type, place.scope.inside(argument), rule, number)
            for number, argument in enumerate(rule.args)
        )

    def find(
        self, kind: str, result: Type, detail: Any, args: tuple[tuple[Type, ...], ...]
    ) -> Rule | None:
        """The rule of that kind and detail whose arguments have these types, if there is one.

        Of each argument there are the types of what it binds, and then its own.
        """
        if not self._index:
            self._index.update(
                (_key(rule), rule) for some in self.by_type.values() for rule in some
            )
        return self._index.get((kind, result, repr(detail), args))

    def count(self, size: int) -> tuple[int, ...]:
        """How many programs have 0, 1, ... `size` rules in their derivation.

        >>> from progsynth.lang.types import INT
        >>> one = Rule("constant", INT, 1)
        >>> add = Rule("call", INT, "add.int", (Argument(INT), Argument(INT)))
        >>> Rules((INT,), INT, {INT: (one, add)}).count(5)
        (0, 2, 0, 4, 0, 16)
        """
        choices = self._choices()
        counts = {key: [0] for key in choices}
        for total in range(1, size + 1):
            new = {
                key: sum(_ways(counts, args, total - 1) for args in some)
                for key, some in choices.items()
            }
            for key, number in new.items():
                counts[key].append(number)
        return tuple(counts[_canonical(self.root)])

    def _choices(self) -> dict[_Key, list[tuple[_Key, ...]]]:
        """The places that each rule leads to, for all places that differ in what may stand."""
        found: dict[_Key, list[tuple[_Key, ...]]] = {}
        todo = [self.root]
        while todo:
            place = todo.pop()
            if _canonical(place) in found:
                continue
            inner = [self.places_in(place, rule) for rule in self.at(place)]
            found[_canonical(place)] = [tuple(map(_canonical, places)) for places in inner]
            todo += [p for places in inner for p in places]
        return found


_Key = tuple[Type, Scope, bool | None]


def _canonical(place: Place) -> _Key:
    """What of a place decides which rules may stand in it and below."""
    return (place.type, place.scope, place.barred)


def _ways(counts: Mapping[_Key, Sequence[int]], args: Iterable[_Key], total: int) -> int:
    """In how many ways the arguments can have so many rules together."""
    ways = [1] + [0] * total
    for arg in args:
        known = counts[arg]
        ways = [
            sum(ways[n - own] * known[own] for own in range(1, n + 1) if own < len(known))
            for n in range(total + 1)
        ]
    return ways[total]


def _key(rule: Rule) -> tuple[Any, ...]:
    return (rule.kind, rule.result, repr(rule.detail), tuple((*a.binds, a.type) for a in rule.args))


# ----------------------------------------------------------------------------------- terms


def made_term(rule: Rule, children: Sequence[Term], num_visible: int) -> Term:
    """The term of a rule over those of its arguments, bodies without their `Lambda`s.

    `num_visible` is how many variables are in sight.
    """
    given = [
        Lambda(len(argument.binds), child) if argument.is_lambda else child
        for argument, child in zip(rule.args, children, strict=True)
    ]
    match rule.kind:
        case "variable":
            return Var(num_visible - 1 - rule.detail)
        case "constant":
            return const(rule.detail)
        case "empty":
            return Build(rule.detail, ())
        case "call":
            return Call(rule.detail, tuple(given))
        case "if":
            return If(*given)
        case "and":
            return If(given[0], given[1], const(False))
        case "or":
            return If(given[0], const(True), given[1])
        case "list" | "tuple":
            return Build(rule.kind, tuple(given))
        case "project":
            return Project(rule.detail, given[0])
        case "let":
            return Let(1, given[0], given[1])
    raise AssertionError(f"no such rule: {rule.kind}")


Step = tuple[Place, Rule]


def term_of(steps: Sequence[Step]) -> Term:
    """The term of a derivation: its places and rules, parents first, left to right."""
    done: list[Term] = []
    for place, rule in reversed(steps):
        count = len(rule.args)
        children = [done.pop() for _ in range(count)]
        done.append(made_term(rule, children, len(place.scope.visible)))
    (term,) = done
    return term
