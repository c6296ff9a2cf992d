"""The interpreter: what programs mean.

Simple before fast; every other engine is tested against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.errors import DefectError, UnsupportedError
from progsynth.lang.failure import Fail, Failure, FailureKind, Limits, Meter, failure_of
from progsynth.lang.primitive import DSL, Primitive, charge_function
from progsynth.lang.python.deep_stack import call_deep
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
from progsynth.lang.values import Value, misfit, size_of
from progsynth.lang.walk import Walk, walk

Env = tuple[Any, ...]  # values in scope, innermost last; a function parameter is a Closure


@dataclass(frozen=True, slots=True)
class Closure:
    """A lambda with the values its body may use."""

    function: Lambda
    env: Env


def run(
    program: Program, args: tuple[Value, ...], dsl: DSL, limits: Limits | None = None
) -> Value | Failure:
    """The program's value on one row of arguments, or its failure.

    Raises UnsupportedError for holes and neural submodules, DefectError for a primitive that
    breaks its declaration.
    """
    limits = limits or Limits()

    def once() -> Value | Failure:
        interpreter = _Interpreter(program, dsl, Meter(limits))
        try:
            return within(walk(interpreter.visit(program.entry.body, tuple(args))), limits)
        except Fail as error:
            return Failure(error.kind)

    try:
        return once()
    except RecursionError:  # lambdas given to primitives, inside each other
        return call_deep(once)


def within(result: Value, limits: Limits) -> Value | Failure:
    """The result of a run, or the failure that one larger than the limits is."""
    return result if size_of(result) <= limits.cells else Failure(FailureKind.MEMORY)


@dataclass(frozen=True, slots=True)
class _Known:
    """A primitive with its charges at hand."""

    primitive: Primitive
    fuel: Callable[..., int] | None
    cells: Callable[..., int] | None
    takes_functions: bool


_LATER = object()  # stands for a value that takes a walk to find


class _Interpreter:
    def __init__(self, program: Program, dsl: DSL, meter: Meter):
        self.functions: Mapping[str, Function] = {f.name: f for f in program.functions}
        self.neural = {n.name for n in program.neural}
        self.dsl = dsl
        self.meter = meter
        self.known: dict[str, _Known | Function] = {}

    def visit(self, term: Term, env: Env) -> Walk[Any]:
        """The value of a term; a tuple of them for a term with several values."""
        match term:
            case Const(value):
                return value
            case Var(index):
                return env[-1 - index]
            case Call(name, args):
                values = yield self.visit_all(args, env)
                callee = self.callee(name)
                if isinstance(callee, _Known):
                    return self.step(callee, values)
                self.meter.charge(1)
                return (yield self.visit(callee.body, values))
            case Apply(index, args):
                values = yield self.visit_all(args, env)
                return (yield self.apply(env[-1 - index], values))
            case Lambda():
                return Closure(term, env)
            case Build(kind, items):
                values = yield self.visit_all(items, env)
                return build(kind, values)
            case Project(position, inner):
                return (yield self.visit(inner, env))[position]
            case Values(items):
                return (yield self.visit_all(items, env))
            case If(cond, then, orelse):
                holds = self.now(cond, env)
                if holds is _LATER:
                    holds = yield self.visit(cond, env)
                chosen = then if holds else orelse
                return (yield self.visit(chosen, env))
            case Let(count, bound, body):
                value = self.now(bound, env)
                if value is _LATER:
                    value = yield self.visit(bound, env)
                return (yield self.visit(body, env + several(value, count)))
            case While(count, init, cond, body):
                state = several((yield self.visit(init, env)), count)
                while True:
                    holds = self.now(cond, env + state)
                    if holds is _LATER:
                        holds = yield self.visit(cond, env + state)
                    if not holds:
                        return state[0] if count == 1 else state
                    self.meter.charge(1)
                    value = self.now(body, env + state)
                    if value is _LATER:
                        value = yield self.visit(body, env + state)
                    state = several(value, count)
            case For(count, source, init, body):
                items = yield self.visit(source, env)
                state = several((yield self.visit(init, env)), count)
                for item in items:
                    self.meter.charge(1)
                    value = self.now(body, (*env, *state, item))
                    if value is _LATER:
                        value = yield self.visit(body, (*env, *state, item))
                    state = several(value, count)
                return state[0] if count == 1 else state
            case Hole():
                raise UnsupportedError("a program with a hole (??) cannot run: solve it first")
        raise AssertionError(f"no such term: {type(term).__name__}")

    def visit_all(self, terms: tuple[Term, ...], env: Env) -> Walk[tuple[Any, ...]]:
        found = []
        for term in terms:
            value = self.now(term, env)
            found.append((yield self.visit(term, env)) if value is _LATER else value)
        return tuple(found)

    def now(self, term: Term, env: Env) -> Any:
        """The value of a variable, a constant, or a primitive of these; _LATER for all else.

        It only saves time: `visit` gives the same.
        """
        if isinstance(term, Var):
            return env[-1 - term.index]
        if isinstance(term, Const):
            return term.value
        if not isinstance(term, Call):
            return _LATER
        values = []
        for arg in term.args:
            if isinstance(arg, Var):
                values.append(env[-1 - arg.index])
            elif isinstance(arg, Const):
                values.append(arg.value)
            else:
                return _LATER
        callee = self.callee(term.name)
        return self.step(callee, values) if isinstance(callee, _Known) else _LATER

    def callee(self, name: str) -> _Known | Function:
        """The function or primitive of that name."""
        found = self.known.get(name)
        if found is None:
            if name in self.neural:
                raise UnsupportedError(
                    f"'{name}' is a neural submodule: it runs only with its weights"
                )
            callee = self.functions.get(name) or self.dsl[name]
            found = callee if isinstance(callee, Function) else _known(callee)
            self.known[name] = found
        return found

    def step(self, known: _Known, values: Sequence[Any]) -> Value:
        """Charge for the primitive and run it."""
        if known.takes_functions:
            values = [self.callable(v) if isinstance(v, Closure) else v for v in values]
        if known.fuel is not None:
            self.meter.charge(max(0, known.fuel(*values)))
        if known.cells is not None:
            self.meter.charge(0, max(0, known.cells(*values)))
        return run_primitive(known.primitive, values)

    def apply(self, closure: Closure, values: tuple[Any, ...]) -> Walk[Any]:
        self.meter.charge(1)
        return (yield self.visit(closure.function.body, closure.env + values))

    def callable(self, closure: Closure) -> Callable[..., Any]:
        return lambda *values: walk(self.apply(closure, values))


def _known(primitive: Primitive) -> _Known:
    signature = primitive.signature
    return _Known(
        primitive,
        charge_function(primitive.fuel, signature.names),
        charge_function(primitive.cells, signature.names),
        any(t.name == "fn" for t in signature.types),
    )


def several(value: Any, count: int) -> tuple[Any, ...]:
    """The values of a term that has `count` of them, always as a tuple."""
    return (value,) if count == 1 else value


def build(kind: str, values: tuple[Any, ...]) -> Value:
    """The list, tuple or dict of a literal's items."""
    if kind == "list":
        return list(values)
    if kind == "dict":
        return dict(zip(values[::2], values[1::2], strict=True))
    return values


def call_primitive(callee: Primitive, args: tuple[Any, ...], meter: Meter) -> Value:
    """Charge for the primitive and run it; its failures become `Fail`."""
    names = callee.signature.names
    for formula, is_fuel in ((callee.fuel, True), (callee.cells, False)):
        charge = charge_function(formula, names)
        if charge is not None:
            amount = max(0, charge(*args))
            meter.charge(amount, 0) if is_fuel else meter.charge(0, amount)
    return run_primitive(callee, args)


def run_primitive(callee: Primitive, args: Sequence[Any]) -> Value:
    """The primitive's result; its failures become `Fail`."""
    try:
        result = callee.fn(*args)
    except Fail:
        raise
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        raise Fail(failure.kind) from error
    if callee.user:
        require_fit(result, callee)
    return result


def require_fit(result: Value, callee: Primitive) -> None:
    """Raise DefectError unless the result is one that the primitive's signature allows."""
    why = misfit(result, callee.signature.result)
    if why:
        raise DefectError(
            f"primitive '{callee.name}' broke its declaration {callee.signature}: "
            f"its result is wrong: {why}"
        )
