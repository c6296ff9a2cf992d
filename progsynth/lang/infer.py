"""Types of core: every node of a term with its types, by unification (Milner 1978).

Core says which instance each call is (`add.int`), but not at which types a polymorphic one is
used. Engines that need that (`sort` of what?) ask here; searches use it to test that a term is
well-typed. The answer is a tree beside the term, because equal sub-terms may have different
types in different places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
    For,
    Function,
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
)
from progsynth.lang.types import (
    BOOL,
    INT,
    WIDER_CLASSES,
    Signature,
    Type,
    as_int,
    dict_of,
    fn_of,
    has_class,
    list_of,
    substitute,
    tuple_of,
    type_problem,
    unify,
    variables,
    walk_type,
)
from progsynth.lang.walk import Walk, walk


class IllTypedError(ProgsynthError):
    """A core term is not well-typed."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A term with the types of its values (one, or several for `Values` and what yields them).

    A `Lambda` has one function type. `by` is, for a `Call`, what the callee's type variables
    stand for; types that nothing determines are `int`, which cannot be observed.
    """

    term: Term
    types: tuple[Type, ...]
    children: tuple[Typed, ...]
    by: Mapping[str, Type]

    @property
    def type(self) -> Type:
        """The type of a term with one value."""
        (found,) = self.types
        return found


_NONE: Mapping[str, Type] = {}


class _Inference:
    """One run: the substitution so far, and the class constraints to test at its end."""

    def __init__(self, dsl: DSL, extra: Mapping[str, Signature], back: Mapping[str, Type]):
        self.dsl = dsl
        self.extra = extra
        self.back = back
        self.by: dict[str, Type] = {}
        self.resolved: dict[Type, Type] = {}  # filled when `by` is complete
        self.names = (f"?{n}" for n in count())
        self.env: list[Type] = []  # the types of the variables in sight, innermost last
        self.signatures: dict[str, tuple[Signature, tuple[str, ...]]] = {}
        self.constraints: list[tuple[str, str, Type]] = []
        self.projections: list[tuple[int, Type, Type]] = []  # item, of which tuple, its type

    def fresh(self) -> Type:
        return Type(next(self.names))

    def same(self, found: Type, expected: Type, where: str) -> None:
        if not unify(found, expected, self.by):
            shown = substitute(expected, self.by), substitute(found, self.by)
            raise IllTypedError(f"{where}: expected {shown[0]}, found {shown[1]}")

    def signature(self, name: str) -> tuple[Signature, tuple[str, ...]]:
        """The callee's signature, and its type variables."""
        known = self.signatures.get(name)
        if known is None:
            if name not in self.extra and name not in self.dsl:
                raise IllTypedError(
                    f"no primitive or function '{name}' in the pack '{self.dsl.name}'"
                )
            found = self.extra[name] if name in self.extra else signature_of(self.dsl[name])
            known = self.signatures[name] = (found, variables(found.type))
        return known

    # Each visit returns (term, types, visited children, by).

    def visit(self, term: Term) -> Walk[Any]:
        types: tuple[Type, ...]
        children: tuple[Any, ...] = ()
        by = _NONE
        match term:
            case Const(_, type_):
                types = (type_,)
            case Var(index):
                types = (self.variable(index),)
            case Call(name, args):
                children = yield from self.visit_all(args)
                types, by = self.call(name, children)
            case Apply(index, args):
                children = yield from self.visit_all(args)
                result = self.fresh()
                wanted = fn_of(tuple(c[1][0] for c in children), result)
                self.same(self.variable(index), wanted, "call of a function parameter")
                types = (result,)
            case Lambda(arity, body):
                params = tuple(self.fresh() for _ in range(arity))
                inner = yield self.inside(body, params)
                children, types = (inner,), (fn_of(params, inner[1][0]),)
            case Build(kind, items):
                children = yield from self.visit_all(items)
                types = (self.build(kind, [c[1][0] for c in children]),)
            case Project(position, inner_term):
                inner = yield self.visit(inner_term)
                children, types = (inner,), (self.project(position, inner[1][0]),)
            case Values(items):
                children = yield from self.visit_all(items)
                types = tuple(c[1][0] for c in children)
            case If(cond, then, orelse):
                children = yield from self.visit_all((cond, then, orelse))
                self.same(children[0][1][0], BOOL, "condition")
                types = children[1][1]
                self.same_all(children[2][1], types, "branches of if")
            case Let(number, bound, body):
                first = yield self.visit(bound)
                self.counted(first[1], number, "let")
                second = yield self.inside(body, first[1])
                children, types = (first, second), second[1]
            case While(number, init, cond, body):
                start = yield self.visit(init)
                types = start[1]
                self.counted(types, number, "while")
                test = yield self.inside(cond, types)
                step = yield self.inside(body, types)
                self.same(test[1][0], BOOL, "condition of while")
                self.same_all(step[1], types, "state of while")
                children = (start, test, step)
            case For(number, source, init, body):
                over = yield self.visit(source)
                start = yield self.visit(init)
                types, item = start[1], self.fresh()
                self.counted(types, number, "for")
                self.same(over[1][0], list_of(item), "source of for")
                step = yield self.inside(body, (*types, item))
                self.same_all(step[1], types, "state of for")
                children = (over, start, step)
            case Hole(type=type_, args=args):
                children = yield from self.visit_all(args or ())
                types = (self.fresh() if type_ is None else type_,)
                types = tuple(map(as_int, types)) if term.kind == "neural" else types
            case _:
                raise AssertionError(f"no such term: {type(term).__name__}")
        return term, types, children, by

    def inside(self, term: Term, bound: tuple[Type, ...]) -> Walk[Any]:
        """The visit of a term that sees these variables as well."""
        self.env += bound
        found = yield self.visit(term)
        del self.env[len(self.env) - len(bound) :]
        return found

    def visit_all(self, terms: tuple[Term, ...]) -> Walk[Any]:
        found: list[Any] = []
        for term in terms:
            if isinstance(term, Var):
                found.append((term, (self.variable(term.index),), (), _NONE))
            elif isinstance(term, Const):
                found.append((term, (term.type,), (), _NONE))
            else:
                found.append((yield self.visit(term)))
        return tuple(found)

    def variable(self, index: int) -> Type:
        if index >= len(self.env):
            raise IllTypedError(f"variable {index} is not bound: {len(self.env)} are in scope")
        return self.env[-1 - index]

    def counted(self, types: tuple[Type, ...], number: int, where: str) -> None:
        if len(types) != number:
            raise IllTypedError(f"{where}: binds {number} values, found {len(types)}")

    def same_all(self, found: tuple[Type, ...], expected: tuple[Type, ...], where: str) -> None:
        if len(found) != len(expected):
            raise IllTypedError(f"{where}: expected {len(expected)} values, found {len(found)}")
        for a, b in zip(found, expected, strict=True):
            self.same(a, b, where)

    def call(self, name: str, children: tuple[Any, ...]) -> tuple[tuple[Type, ...], Any]:
        signature, open_types = self.signature(name)
        if len(children) != len(signature.params):
            raise IllTypedError(
                f"{name}: expected {len(signature.params)} arguments, found {len(children)}"
            )
        by = {v: self.fresh() for v in open_types}
        for number, (child, (_, wanted)) in enumerate(
            zip(children, signature.params, strict=True), 1
        ):
            found = child[1][0]
            if found is not wanted:
                expected = substitute(wanted, by) if by else wanted
                self.same(found, expected, f"argument {number} of {name}")
        for variable, cls in signature.classes:
            self.constraints.append((name, cls, by[variable]))
        return (substitute(signature.result, by) if by else signature.result,), by

    def build(self, kind: str, items: list[Type]) -> Type:
        if kind == "tuple":
            return tuple_of(*items)
        step = 2 if kind == "dict" else 1
        parts = [self.fresh() for _ in range(step)]
        for place, item in enumerate(items):
            self.same(item, parts[place % step], f"item of a {kind}")
        if kind == "dict":
            self.constraints.append(("a dict", "hashable", parts[0]))
            return dict_of(*parts)
        return list_of(parts[0])

    def project(self, position: int, found: Type) -> Type:
        found = substitute(found, self.by)
        if found.is_variable:  # a lambda's parameter, until the next argument tells its type
            result = self.fresh()
            self.projections.append((position, found, result))
            return result
        if found.name != "tuple" or position >= len(found.args):
            raise IllTypedError(f"item {position} of {found}: expected a longer tuple")
        return found.types[position]

    def settle_projections(self) -> None:
        """Find the types of items taken from tuples that were not known yet."""
        while self.projections:
            waiting, self.projections = self.projections, []
            for position, found, result in waiting:
                self.same(self.project(position, found), result, f"item {position} of a tuple")
            if len(self.projections) == len(waiting):  # nothing tells: the shortest that serves
                position, found, _ = max(self.projections, key=lambda p: p[0])
                shortest = tuple_of(*(self.fresh() for _ in range(position + 1)))
                self.same(found, shortest, "a tuple")

    def resolve(self, type_: Type) -> Type:
        """The type that it stands for at the end, with the caller's own type variables."""
        known = self.resolved.get(type_)
        if known is None:
            known = _determined(substitute(type_, self.by))
            known = _unrigid(known, self.back) if self.back else known
            problem = _problem_inside(known)
            if problem:
                raise IllTypedError(problem)
            self.resolved[type_] = known
        return known

    def check_constraints(self, back: Mapping[str, Type], classes: frozenset[str]) -> None:
        for name, cls, type_ in self.constraints:
            found = _unrigid(substitute(type_, self.by), back)
            rigid = [t for t in walk_type(found) if t.is_variable and t in back.values()]
            if not has_class(found, cls):
                raise IllTypedError(f"{name}: {found} is not {cls}")
            if any(f"{t.name}: {cls}" not in classes for t in rigid):
                raise IllTypedError(f"{name}: {found} is not known to be {cls}")

    def finish(self, visited: Any) -> Walk[Any]:
        done = []
        for child in visited[2]:
            # half of all terms are leaves: for those no generator is made
            done.append((yield self.finish(child)) if child[2] else self.typed(child, ()))
        return self.typed(visited, tuple(done))

    def typed(self, visited: Any, children: tuple[Typed, ...]) -> Typed:
        """The visited term with the types that it has at the end."""
        term, types, _, by = visited
        resolved = tuple([self.resolve(t) for t in types])
        named = {v: self.resolve(t) for v, t in by.items()} if by else _NONE
        return Typed(term, resolved, children, named)


def infer(
    term: Term,
    env: tuple[Type, ...],
    dsl: DSL,
    *,
    result: Type | None = None,
    extra: Mapping[str, Signature] | None = None,
    classes: tuple[tuple[str, str], ...] = (),
) -> Typed:
    """The term with types, where its free variables have the types `env` (innermost last).

    Type variables of `env` and `result` are rigid: they stay themselves, and have the `classes`
    given; a choice is an int inside. `extra` gives the signatures of names outside the DSL: a
    program's own functions and neural submodules.
    Raises IllTypedError.
    """
    env, result = tuple(map(as_int, env)), as_int(result) if result is not None else None
    outer = (*env, *((result,) if result else ()))
    rigid = {v: Type(_RIGID + v) for t in outer for v in variables(t)}
    back = {_RIGID + v: Type(v) for v in rigid}
    run = _Inference(dsl, extra or {}, back)
    run.env = [substitute(t, rigid) for t in env]
    visited = walk(run.visit(term))
    if result is not None:
        run.same(visited[1][0], substitute(result, rigid), "result")
    run.settle_projections()
    known = frozenset(f"{v}: {wider}" for v, c in classes for wider in WIDER_CLASSES[c])
    run.check_constraints(back, known)
    typed: Typed = walk(run.finish(visited))
    return typed


@lru_cache(maxsize=4096)
def _determined(type_: Type) -> Type:
    """The type with `int` for variables that nothing determines. Pure, as is the next: the
    caches are invisible, and most programs have the same few types."""
    return substitute(type_, dict.fromkeys(variables(type_), INT))


@lru_cache(maxsize=4096)
def _problem_inside(type_: Type) -> str:
    """What is wrong with the type or one inside it, or ''."""
    return next((p for t in walk_type(type_) if (p := type_problem(t))), "")


_RIGID = "rigid "  # no name that can be written starts with it


def _unrigid(type_: Type, back: Mapping[str, Type]) -> Type:
    if type_.name in back:
        return back[type_.name]
    args = tuple(_unrigid(a, back) if isinstance(a, Type) else a for a in type_.args)
    return Type(type_.name, args)


def infer_function(
    function: Function, dsl: DSL, *, extra: Mapping[str, Signature] | None = None
) -> Typed:
    """The function's body with types. Raises IllTypedError."""
    return infer(
        function.body,
        function.types,
        dsl,
        result=function.result,
        extra=extra,
        classes=function.type_classes,
    )


def _inside(signature: Signature) -> Signature:
    """A signature as other functions of the program see it: a choice is an int."""
    params = tuple((name, as_int(type_)) for name, type_ in signature.params)
    return Signature(params, as_int(signature.result), signature.classes)


def program_signatures(program: Program) -> dict[str, Signature]:
    """The signatures of a program's own functions and neural submodules, by name."""
    found = {f.name: _inside(signature_of(f)) for f in program.functions}
    for neural in program.neural:
        params = tuple(zip(neural.params, neural.types, strict=True))
        found[neural.name] = Signature(params, as_int(neural.result))
    return found


def check_program(program: Program, dsl: DSL) -> dict[str, Typed]:
    """Every function of the program with types, by name. Raises IllTypedError."""
    extra = program_signatures(program)
    return {f.name: infer_function(f, dsl, extra=extra) for f in program.functions}
