"""Random well-typed terms: grown top-down, each for a wanted type.

A term is a variable in scope, a literal, a call of a callee whose result unifies with the type,
a branch, a binding or a loop. Loops count up to a small bound. Everything is drawn from the
generator given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from progsynth.lang.agreement.random_values import (
    CONTAINERS,
    random_float,
    random_int,
    random_text,
    random_type,
)
from progsynth.lang.operators import BINARY, COMPARISONS
from progsynth.lang.primitive import DSL, class_problem, signature_of
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Apply,
    Build,
    Call,
    For,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    const,
)
from progsynth.lang.types import (
    BOOL,
    FLOAT,
    INT,
    STR,
    Signature,
    Type,
    list_of,
    substitute,
    tuple_of,
    unify,
    variables,
    walk_type,
)
from progsynth.lang.values import entry_types

Env = tuple[Type, ...]  # the types of the variables in scope, innermost last


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a program is. `num_focus` callees are dealt to it."""

    num_rows: int
    num_focus: int
    depth: int
    num_nodes: int  # no new calls once a function has so many


@dataclass(frozen=True, slots=True)
class Callee:
    """A primitive or function that terms may call."""

    name: str
    signature: Signature


_BUILT = ("list", "tuple", "dict")  # the containers that have literals


def _expressible(signature: Signature) -> bool:
    """Can programs give it arguments? There are no literals of tensors and choices."""
    types = [t for outer in (*signature.types, signature.result) for t in walk_type(outer)]
    return not any(t.name in ("tensor", "choice") for t in types)


class Vocabulary:
    """What terms may call, and the types that they may have: made once for a DSL."""

    def __init__(self, dsl: DSL):
        self.dsl = dsl
        self.callees = [c for c in map(self.callee, dsl) if _expressible(c.signature)]
        self.makers = {head: self._makers(head) for head in CONTAINERS}
        self.heads = tuple(h for h in CONTAINERS if h in _BUILT or self.makers[h])

    def callee(self, name: str) -> Callee:
        """The primitive or function of that name."""
        return Callee(name, signature_of(self.dsl[name]))

    def _makers(self, head: str) -> list[Callee]:
        """The callees that make a value of that head from values of other heads."""
        return [
            c
            for c in self.callees
            if c.signature.result.name == head
            and all(t.name != head for p in c.signature.types for t in walk_type(p))
        ]


class Grower:
    """Grows the terms of one function. `left` counts down the nodes that it may still have."""

    def __init__(
        self, vocabulary: Vocabulary, rng: Random, shape: Shape, helpers: Sequence[Callee]
    ):
        self.vocabulary = vocabulary
        self.rng = rng
        self.left = shape.num_nodes
        self.callees = [*vocabulary.callees, *helpers, *helpers, *helpers]

    # ------------------------------------------------------------------------- types

    def any_type(self, depth: int = 2, cls: str = "") -> Type:
        return random_type(self.rng, self.vocabulary.heads, depth, cls)

    def instance(self, callee: Callee, wanted: Type | None) -> dict[str, Type] | None:
        """What its type variables stand for, so that its result is `wanted`; None if impossible."""
        signature = callee.signature
        rename = {v: Type(f"?{v}") for v in variables(signature.type)}
        by: dict[str, Type] = {}
        if wanted is not None:
            fits = unify(substitute(signature.result, rename), wanted, by)
            if not fits or any(name[0] != "?" for name in by):
                return None  # a helper's own type variable stands for itself
        classes = dict(signature.classes)
        found: dict[str, Type] = {}
        for variable, renamed in rename.items():
            known = substitute(renamed, by)
            if known.is_variable and known.name.startswith("?"):
                depth = 2 if self.rng.random() < 0.2 else 1
                known = self.any_type(depth, classes.get(variable, ""))
                if variable in classes and self.rng.random() < 0.3:
                    known = self.rng.choice((INT, BOOL))  # engines treat these on their own
                by[renamed.name] = known
            found[variable] = known
        if class_problem(signature, found) or any(
            t.is_variable and v in classes for v, k in found.items() for t in walk_type(k)
        ):
            return None
        return found

    # ------------------------------------------------------------------------- terms

    def term(self, wanted: Type, env: Env, depth: int, *, plain: bool = False) -> Term:
        """A term of that type. A `plain` one binds nothing outside lambdas."""
        self.left -= 1
        if depth <= 0 or self.left <= 0:
            return self.leaf(wanted, env, plain=plain)
        draw = self.rng.random()
        if draw < 0.12:
            return self.leaf(wanted, env, plain=plain)
        if draw < 0.20:
            return If(
                self.condition(env, depth - 1, plain=plain),
                self.term(wanted, env, depth - 1, plain=plain),
                self.term(wanted, env, depth - 1, plain=plain),
            )
        if draw < 0.30 and not plain:
            return self.several((wanted,), env, depth)
        if draw < 0.34:
            return self.project(wanted, env, depth, plain=plain)
        if draw < 0.44:
            found = self.apply(wanted, env, depth, plain=plain)
            if found is not None:
                return found
        if draw < 0.52 and wanted.name in _BUILT:
            return self.build(wanted, env, depth, plain=plain)
        return self.any_call(wanted, env, depth, plain=plain)

    def condition(self, env: Env, depth: int, *, plain: bool) -> Term:
        """A bool; half of them compare two scalars, as conditions mostly do."""
        found = None
        if self.rng.random() < 0.5:
            type_ = self.rng.choice((INT, INT, FLOAT, STR))
            left = self.term(type_, env, depth - 1, plain=plain)
            right = self.leaf(type_, env, plain=plain)
            found = self.operation(self.rng.choice(COMPARISONS[:6]), type_, left, right)
        return found or self.term(BOOL, env, depth, plain=plain)

    def any_call(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term:
        if wanted == BOOL and self.rng.random() < 0.2:
            return self.condition(env, depth - 1, plain=plain)
        for _ in range(12):
            callee = self.rng.choice(self._with_result(wanted))
            by = self.instance(callee, wanted)
            if by is not None:
                return self.call(callee, by, env, depth - 1, plain=plain)
        return self.leaf(wanted, env, plain=plain)

    def _with_result(self, wanted: Type) -> list[Callee]:
        if self.rng.random() < 0.3:
            return self.callees
        same = [c for c in self.callees if c.signature.result.name == wanted.name]
        return same or self.callees

    def call(
        self, callee: Callee, by: dict[str, Type], env: Env, depth: int, *, plain: bool
    ) -> Term:
        """A call of it with random arguments."""
        self.left -= 1
        args = []
        for param in callee.signature.types:
            wanted = substitute(param, by)
            if wanted.name == "fn":
                args.append(self.function(wanted, env, depth))
            else:
                args.append(self.term(wanted, env, depth, plain=plain))
        return Call(callee.name, tuple(args))

    def function(self, wanted: Type, env: Env, depth: int) -> Term:
        """A lambda, or a function parameter of exactly that type."""
        same = self.places(wanted, env)
        if same and self.rng.random() < 0.5:
            return Var(self.rng.choice(same))
        *params, result = wanted.types
        return Lambda(len(params), self.term(result, (*env, *params), depth))

    def apply(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term | None:
        """A call of a function parameter in scope, if one gives that type."""
        fitting = [
            (len(env) - 1 - place, t)
            for place, t in enumerate(env)
            if t.name == "fn" and t.types[-1] == wanted
        ]
        if not fitting:
            return None
        index, function = self.rng.choice(fitting)
        params = function.types[:-1]
        return Apply(index, tuple(self.term(t, env, depth - 1, plain=plain) for t in params))

    def project(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term:
        """An item of a tuple: one in scope, or a new one."""
        fitting = [
            (t, n)
            for t in env
            if t.name == "tuple"
            for n, item in enumerate(t.types)
            if item == wanted
        ]
        if fitting and self.rng.random() < 0.7:
            whole, position = self.rng.choice(fitting)
            return Project(position, Var(self.rng.choice(self.places(whole, env))))
        types = [self.any_type(1) for _ in range(self.rng.randint(1, 3))]
        position = self.rng.randrange(len(types))
        types[position] = wanted
        return Project(position, self.term(tuple_of(*types), env, depth - 1, plain=plain))

    def build(self, wanted: Type, env: Env, depth: int, *, plain: bool) -> Term:
        """A literal of a container."""
        if wanted.name == "tuple":
            parts = list(wanted.types)
        else:
            length = self.rng.choice((0, 1, 1, 2, 2, 3))
            item = wanted.types if wanted.name == "list" else entry_types(wanted)
            parts = list(item) * length
        items = tuple(self.term(t, env, depth - 1, plain=plain) for t in parts)
        return Build(wanted.name, items)

    # -------------------------------------------------------------------------- leaves

    def places(self, wanted: Type, env: Env) -> list[int]:
        """The indices of the variables in scope that have exactly that type."""
        return [len(env) - 1 - place for place, t in enumerate(env) if t == wanted]

    def leaf(self, wanted: Type, env: Env, *, plain: bool) -> Term:
        """A variable or a small literal."""
        same = self.places(wanted, env)
        if same and self.rng.random() < 0.75:
            return Var(self.rng.choice(same))
        name = wanted.name
        if name == "int":
            return const(random_int(self.rng))
        if name == "float":
            return const(random_float(self.rng))
        if name == "str":
            return const(random_text(self.rng))
        if name == "bool":
            return self.rng.choice((TRUE, FALSE))
        if name in _BUILT:
            return self.build(wanted, env, 0, plain=plain)
        if wanted.is_variable:
            return self.opaque(wanted, env)
        for callee in self.vocabulary.makers[name]:
            by = self.instance(callee, wanted)
            if by is not None:
                return self.call(callee, by, env, 0, plain=plain)
        raise AssertionError(f"no way to make a value of type {wanted}")

    def opaque(self, wanted: Type, env: Env) -> Term:
        """A value of a type variable: only variables have one."""
        same = self.places(wanted, env)
        assert same, "polymorphic helpers have a parameter of the variable's type"
        return Var(self.rng.choice(same))

    # ------------------------------------------------------- several values at once

    def several(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        """A term with a value of each type: a branch, a binding, a loop, or the values."""
        self.left -= 1
        draw = self.rng.random()
        if depth <= 0 or self.left <= 0 or draw < 0.1:
            return self.values(types, env, depth - 1)
        if draw < 0.3:
            cond = self.condition(env, depth - 1, plain=False)
            then = self.several(types, env, depth - 1)
            return If(cond, then, self.several(types, env, depth - 1))
        if draw < 0.5:
            inner = tuple(self.any_type() for _ in range(self.rng.randint(1, 2)))
            bound = self.several(inner, env, depth - 1)
            return Let(len(inner), bound, self.several(types, env + inner, depth - 1))
        if draw < 0.75:
            return self.for_loop(types, env, depth)
        return self.while_loop(types, env, depth)

    def values(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        items = tuple(self.term(t, env, depth) for t in types)
        return items[0] if len(items) == 1 else Values(items)

    def for_loop(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        """A loop over a list, whose state has the types."""
        item = INT if self.rng.random() < 0.3 else self.any_type(1)
        source = self.range(env) if item == INT else self.term(list_of(item), env, depth - 1)
        init = self.values(types, env, depth - 1)
        inner = (*env, *types, item)
        updated = None
        if self.rng.random() < 0.4:
            states = [Var(len(types) - place) for place in range(len(types))]
            updates = [self.update(t, v, inner) for t, v in zip(types, states, strict=True)]
            updated = updates[0] if len(updates) == 1 else Values(tuple(updates))
        body = updated or self.several(types, inner, depth - 1)
        return For(len(types), source, init, body)

    def range(self, env: Env) -> Term:
        """A list of ints: the numbers up to a small one where the DSL has such a range."""
        for name in self.vocabulary.dsl.overloads("range"):
            if signature_of(self.vocabulary.dsl[name]).types == (INT,):
                return Call(name, (const(self.rng.randint(0, 6)),))
        return self.leaf(list_of(INT), env, plain=True)

    def update(self, wanted: Type, old: Term, env: Env) -> Term:
        """A new version of a value: a call that gives its type and takes it as an argument."""
        for _ in range(12):
            callee = self.rng.choice(self._with_result(wanted))
            by = self.instance(callee, wanted)
            params = [] if by is None else [substitute(p, by) for p in callee.signature.types]
            if by is not None and wanted in params and all(p.name != "fn" for p in params):
                place = params.index(wanted)
                args = [self.leaf(p, env, plain=False) for p in params]
                args[place] = old
                return Call(callee.name, tuple(args))
        return old

    def while_loop(self, types: tuple[Type, ...], env: Env, depth: int) -> Term:
        """A loop that counts in a state variable of its own, before those of the types."""
        number = len(types) + 1
        state = (INT, *types)
        init = Values((const(0), *_items(self.values(types, env, depth - 1))))
        bound = const(self.rng.randint(0, 5))
        cond = self.operation("<", INT, Var(number - 1), bound)
        step = self.operation("+", INT, Var(number - 1), const(1))
        if cond is None or step is None:
            return self.values(types, env, depth)
        if self.rng.random() < 0.3:
            cond = If(cond, self.term(BOOL, env + state, depth - 1, plain=True), FALSE)
        if self.rng.random() < 0.01:
            cond = TRUE  # endless
        body = Values((step, *_items(self.values(types, env + state, depth - 1))))
        loop = While(number, init, cond, body)
        kept = tuple(Var(len(types) - 1 - place) for place in range(len(types)))
        return Let(number, loop, kept[0] if len(kept) == 1 else Values(kept))

    def operation(self, symbol: str, type_: Type, left: Term, right: Term) -> Term | None:
        """A binary operator on two values of the type, if the DSL has it."""
        for name in self.vocabulary.dsl.overloads(BINARY[symbol].form):
            params = signature_of(self.vocabulary.dsl[name]).types
            by: dict[str, Type] = {}
            if len(params) == 2 and all(unify(p, type_, by) for p in params):
                return Call(name, (left, right))
        return None


def _items(term: Term) -> tuple[Term, ...]:
    return term.items if isinstance(term, Values) else (term,)
