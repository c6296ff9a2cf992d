"""Where a printed program has to say a type, so that reading it back finds the same overloads.

Core says which instance each call is. A text leaves that to the types of the arguments, and an
empty list has none of its own: `sum([])` could be either sum. Here the types are followed as a
reader of the text can follow them, from the parts to the whole. A binding whose value leaves
its type open is marked to be printed with its type, and an argument with an open type on which
the choice of an overload hangs is given such a binding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from progsynth.lang.infer import Typed, check_program, program_signatures
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
    For,
    Hole,
    If,
    Lambda,
    Let,
    Program,
    Project,
    Term,
    Values,
    Var,
    While,
    subterms,
)
from progsynth.lang.types import (
    Signature,
    Type,
    dict_of,
    fn_of,
    list_of,
    substitute,
    tuple_of,
    unify,
    variables,
)
from progsynth.lang.walk import Walk, walk

TYPED = "%typed"  # ends the hint of a variable that is printed with its type


def annotate(program: Program, dsl: DSL) -> Program:
    """The program with a binding, marked by `TYPED`, wherever a text must say a type."""
    extra = program_signatures(program)
    if not any(_has_open_part(f.body, dsl) for f in program.functions):
        return program
    typed = check_program(program, dsl)
    functions = []
    for function in program.functions:
        rigid = {v: Type(f"rigid {v}") for t in function.types for v in variables(t)}
        env = tuple(substitute(t, rigid) for t in function.types)
        visitor = _Annotator(dsl, extra, rigid)
        functions.append(replace(function, body=walk(visitor.visit(typed[function.name], env))[0]))
    return Program(tuple(functions), program.neural)


def _has_open_part(term: Term, dsl: DSL) -> bool:
    for node in subterms(term):
        if isinstance(node, Build) and not node.items and node.kind != "tuple":
            return True
        if isinstance(node, Call) and node.name in dsl:
            signature = signature_of(dsl[node.name])
            given = {v for t in signature.types for v in variables(t)}
            if set(variables(signature.result)) - given:
                return True
    return False


def _is_expression(term: Term) -> bool:
    """Does it hold no statement, outside lambdas?"""
    todo = [term]
    while todo:
        node = todo.pop()
        if isinstance(node, Let | While | For | Values):
            return False
        if not isinstance(node, Lambda):
            todo.extend(node.children)
    return True


Types = tuple[Type, ...]


class _Annotator:
    """One function: what is known of types so far."""

    def __init__(self, dsl: DSL, extra: Mapping[str, Signature], rigid: Mapping[str, Type]):
        self.dsl = dsl
        self.extra = extra
        self.rigid = rigid
        self.by: dict[str, Type] = {}
        self.numbers = count()
        self.fixed = 0  # in how many conditions of loops the place is: no binding stands there

    def fresh(self) -> Type:
        return Type(f"?{next(self.numbers)}")

    def is_open(self, type_: Type) -> bool:
        return bool(variables(substitute(type_, self.by)))

    def full(self, type_: Type) -> Type:
        """A type that inference found, as it is known from here on."""
        return substitute(type_, self.rigid)

    # Each visit gives the term, perhaps with bindings put in, and its types.

    def visit(self, typed: Typed, env: Types) -> Walk[Any]:
        term = typed.term
        match term:
            case Const(_, type_):
                return term, (type_,)
            case Var(index):
                return term, (env[-1 - index],)
            case Hole():
                terms, _ = yield self.visit_all(typed.children, env)
                return term.rebuild(terms), tuple(map(self.full, typed.types))
            case Lambda():
                return (yield self.function(typed, env, typed.type))
            case Call(name):
                return (yield self.call(name, typed, env))
            case Let(number, _, _, names):
                bound, types = yield self.visit(typed.children[0], env)
                if number == 1 and self.may_say(bound, types[0]):
                    types = tuple(map(self.full, typed.children[0].types))
                    names = (f"{names[0] if names else ''}{TYPED}",)
                body, result = yield self.visit(typed.children[1], env + types)
                return Let(number, bound, body, names), result
            case While():
                init, types = yield self.initial(typed.children[0], env)
                self.fixed += 1
                cond, _ = yield self.visit(typed.children[1], env + types)
                self.fixed -= 1
                body, result = yield self.visit(typed.children[2], env + types)
                self.same_all(types, result)
                return term.rebuild((init, cond, body)), types
            case For():
                source, over = yield self.visit(typed.children[0], env)
                init, types = yield self.initial(typed.children[1], env)
                item = self.fresh()
                unify(over[0], list_of(item), self.by)
                body, result = yield self.visit(typed.children[2], (*env, *types, item))
                self.same_all(types, result)
                return term.rebuild((source, init, body)), types
            case Project(position):
                inner, types = yield self.visit(typed.children[0], env)
                whole = substitute(types[0], self.by)
                if whole.name != "tuple":
                    inner, whole = self.bound(inner, typed.children[0])
                return Project(position, inner), (whole.types[position],)
            case Values():
                items = []
                for child in typed.children:
                    items.append((yield self.initial(child, env)))
                return Values(tuple(i for i, _ in items)), tuple(t for _, (t,) in items)
        terms, types = yield self.visit_all(typed.children, env)
        return term.rebuild(terms), self.result(term, env, types)

    def may_say(self, term: Term, type_: Type) -> bool:
        """Is the type open, and the term one that an assignment could give with its type?"""
        return self.is_open(type_) and not isinstance(term, Var) and _is_expression(term)

    def initial(self, typed: Typed, env: Types) -> Walk[Any]:
        """One of several values at once, or a loop's first; where its type is open, with it."""
        term, types = yield self.visit(typed, env)
        if len(types) == 1 and not self.fixed and self.may_say(term, types[0]):
            term, type_ = self.bound(term, typed)
            types = (type_,)
        return term, types

    def visit_all(self, nodes: tuple[Typed, ...], env: Types) -> Walk[Any]:
        """The terms of several nodes, and all their types."""
        terms, types = [], []
        for node in nodes:
            term, found = yield self.visit(node, env)
            terms.append(term)
            types.append(found)
        return tuple(terms), types

    def same_all(self, types: Types, others: Types) -> None:
        for a, b in zip(types, others, strict=True):
            unify(a, b, self.by)

    def result(self, term: Term, env: Types, types: list[Types]) -> Types:
        """The types of a term whose parts have these types."""
        match term:
            case Apply(index):
                return (env[-1 - index].types[-1],)
            case If():
                self.same_all(types[1], types[2])
                return types[1]
            case Build(kind):
                items = tuple(t for (t,) in types)
                if kind == "tuple":
                    return (tuple_of(*items),)
                parts = [self.fresh() for _ in range(1 + (kind == "dict"))]
                for place, item in enumerate(items):
                    unify(parts[place % len(parts)], item, self.by)
                return (dict_of(*parts) if kind == "dict" else list_of(*parts),)
        raise AssertionError(f"no such term: {type(term).__name__}")

    # -------------------------------------------------------------------------- calls

    def signature(self, name: str) -> Signature:
        found = self.extra.get(name)
        return signature_of(self.dsl[name]) if found is None else found

    def instantiated(self, signature: Signature) -> tuple[Types, Type]:
        by = {v: self.fresh() for v in variables(signature.type)}
        return tuple(substitute(t, by) for t in signature.types), substitute(signature.result, by)

    def call(self, name: str, typed: Typed, env: Types) -> Walk[Any]:
        params, result = self.instantiated(self.signature(name))
        terms: list[Term] = [c.term for c in typed.children]
        plain = [n for n, c in enumerate(typed.children) if not isinstance(c.term, Lambda)]
        given: dict[int, Type] = {}
        for number in plain:
            terms[number], (given[number],) = yield self.visit(typed.children[number], env)
        if self.is_ambiguous(name, given, len(params)):
            for number, type_ in given.items():
                if type_.name != "fn" and self.is_open(type_):
                    bound = self.bound(terms[number], typed.children[number])
                    terms[number], given[number] = bound
        for number, type_ in given.items():
            unify(params[number], type_, self.by)
        for number, child in enumerate(typed.children):
            if number not in given:
                terms[number], _ = yield self.function(child, env, params[number])
        return Call(name, tuple(terms)), (result,)

    def is_ambiguous(self, name: str, given: Mapping[int, Type], arity: int) -> bool:
        """Do several meanings of the name fit what is known of the arguments?"""
        if name in self.extra or not any(map(self.is_open, given.values())):
            return False
        fitting = 0
        for other in self.dsl.overloads(self.dsl.surface_of(name)):
            params, _ = self.instantiated(self.signature(other))
            trial = dict(self.by)
            fits = len(params) == arity
            fitting += fits and all(unify(params[n], t, trial) for n, t in given.items())
        return fitting > 1

    def function(self, typed: Typed, env: Types, wanted: Type) -> Walk[Any]:
        """A lambda whose type is known to be a case of `wanted`."""
        term = typed.term
        if not isinstance(term, Lambda):
            return (yield self.visit(typed, env))
        fixed, self.fixed = self.fixed, 0
        params = tuple(self.fresh() for _ in range(term.arity))
        result = self.fresh()
        unify(fn_of(params, result), wanted, self.by)
        body, types = yield self.visit(typed.children[0], env + params)
        unify(result, types[0], self.by)
        self.fixed = fixed
        return term.rebuild((body,)), (fn_of(params, result),)

    def bound(self, term: Term, typed: Typed) -> tuple[Term, Type]:
        """The term with its type said, where that is possible."""
        type_ = self.full(typed.type)
        return (term if self.fixed else Let(1, term, Var(0), (TYPED,))), type_
