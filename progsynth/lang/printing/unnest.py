"""Core as statements: the form between core and the text that `pretty` prints.

Core nests bindings, branches and loops anywhere; a text has expressions, and statements that
hold them. Here every binding, loop and branch that is no expression becomes a statement before
the expression that holds it. Where something is moved out of an expression, what is evaluated
earlier and may fail or cost is bound before it, so that nothing changes its order; nothing is
moved out of a branch or a lambda. Variables are objects here, not indices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from progsynth.lang.primitive import DSL
from progsynth.lang.printing.annotate import TYPED
from progsynth.lang.term import (
    TRUE,
    Apply,
    Build,
    Call,
    Const,
    For,
    Hole,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    fold,
)
from progsynth.lang.walk import Walk, walk


@dataclass(slots=True, eq=False)
class Variable:
    """A variable of the text. `frame` is the function or lambda that it belongs to."""

    hint: str
    frame: object
    kind: str = "value"  # or "parameter" or "item" (of a for loop)
    typed: bool = False  # is it printed with its type?


@dataclass(frozen=True, slots=True, eq=False)
class Ref(Term):
    """The value of a variable."""

    variable: Variable

    def label(self) -> tuple[int]:
        return (id(self.variable),)


@dataclass(frozen=True, slots=True, eq=False)
class ApplyRef(Term):
    """A call of a function parameter."""

    variable: Variable
    args: tuple[Term, ...]

    @property
    def children(self) -> tuple[Term, ...]:
        return self.args

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return ApplyRef(self.variable, children)

    def label(self) -> tuple[int]:
        return (id(self.variable),)


@dataclass(frozen=True, slots=True, eq=False)
class Fn(Term):
    """A function given as an argument. `frame` is what its own variables belong to."""

    params: tuple[Variable, ...]
    block: Block
    frame: object

    def label(self) -> tuple[int]:
        return (id(self.block),)


@dataclass(slots=True, eq=False)
class Bind:
    """`a, b = items`."""

    variables: tuple[Variable, ...]
    items: tuple[Term, ...]


@dataclass(slots=True, eq=False)
class Branch:
    """`if`: gives `slots` the values in which the blocks end. Without slots: they return."""

    cond: Term
    then: Block
    orelse: Block
    slots: tuple[Variable, ...] | None


@dataclass(slots=True, eq=False)
class Loop:
    """`while cond`, or `for item in source`; `slots` hold the state, and what it is after."""

    slots: tuple[Variable, ...]
    inits: tuple[Term, ...]  # each a Ref
    cond: Term | None
    source: Term | None
    item: Variable | None
    body: Block


Step = Bind | Branch | Loop


@dataclass(slots=True, eq=False)
class Block:
    """Steps, and the values in which they end; None when the last step returns."""

    steps: list[Step] = field(default_factory=list)
    end: tuple[Term, ...] | None = None


@dataclass(frozen=True, slots=True)
class Routine:
    """A function as statements."""

    params: tuple[Variable, ...]
    block: Block
    frame: object


Env = tuple[Variable, ...]


def unnest(params: Sequence[str], body: Term, dsl: DSL) -> Routine:
    """A function of these parameters as statements."""
    negations = frozenset(dsl.overloads("-_"))
    return walk(_Unnest(body, negations).routine(params, body, ()))


def is_free(term: Term) -> bool:
    """Can it be evaluated at any time: without failing or costing, always to the same value?"""
    return isinstance(term, Ref | Const | Fn)


class _Unnest:
    def __init__(self, root: Term, negations: frozenset[str]):
        self.negations = negations
        self.statements: dict[int, bool] = {}  # by id: must statements stand before the term?
        fold(root, self.note)

    def note(self, node: Term, inner: tuple[bool, ...]) -> bool:
        inside = any(inner) and not isinstance(node, Lambda)
        found = inside or isinstance(node, Let | While | For)
        self.statements[id(node)] = found
        return found

    def needs(self, term: Term) -> bool:
        return self.statements[id(term)]

    def routine(self, names: Sequence[str], body: Term, env: Env) -> Walk[Routine]:
        frame = object()
        params = tuple(Variable(name, frame, "parameter") for name in names)
        block = yield self.block(body, (*env, *params), frame, None)
        return Routine(params, block, frame)

    # ------------------------------------------------------------------------- statements

    def block(self, term: Term, env: Env, frame: object, count: int | None) -> Walk[Block]:
        """The statements of a term with so many values; None: of what a function returns."""
        block = Block()
        while isinstance(term, Let):
            variables = _variables(term.count, term.names, frame)
            yield self.bind(term.bound, variables, env, frame, block)
            env += variables
            term = term.body
        if isinstance(term, Values):
            block.end = yield self.in_order(term.items, env, frame, block)
        elif isinstance(term, If) and self.is_statement(term, count):
            cond = yield self.expression(term.cond, env, frame, block)
            then = yield self.block(term.then, env, frame, count)
            orelse = yield self.block(term.orelse, env, frame, count)
            slots = None if count is None else _variables(count, (), frame)
            block.steps.append(Branch(cond, then, orelse, slots))
            block.end = None if slots is None else tuple(map(Ref, slots))
        elif isinstance(term, While | For):
            variables = _variables(term.count, term.names, frame)
            yield self.bind(term, variables, env, frame, block)
            block.end = tuple(map(Ref, variables))
        else:
            block.end = ((yield self.expression(term, env, frame, block)),)
        return block

    def is_statement(self, term: If, count: int | None) -> bool:
        several = count is not None and count != 1
        return several or self.needs(term.then) or self.needs(term.orelse)

    def bind(self, term: Term, variables: Env, env: Env, frame: object, block: Block) -> Walk[None]:
        """Add the statements that give the variables the term's values."""
        while isinstance(term, Let):
            inner = _variables(term.count, term.names, frame)
            yield self.bind(term.bound, inner, env, frame, block)
            env += inner
            term = term.body
        if isinstance(term, Values):
            items = yield self.in_order(term.items, env, frame, block)
            if items:
                block.steps.append(Bind(variables, items))
        elif isinstance(term, If) and self.is_statement(term, len(variables)):
            cond = yield self.expression(term.cond, env, frame, block)
            then = yield self.block(term.then, env, frame, len(variables))
            orelse = yield self.block(term.orelse, env, frame, len(variables))
            block.steps.append(Branch(cond, then, orelse, variables))
        elif isinstance(term, While | For):
            yield self.loop(term, variables, env, frame, block)
        else:
            value = yield self.expression(term, env, frame, block)
            block.steps.append(Bind(variables, (value,)))

    def loop(
        self, term: While | For, slots: Env, env: Env, frame: object, block: Block
    ) -> Walk[None]:
        source = item = cond = None
        if isinstance(term, For):
            source = yield self.expression(term.source, env, frame, block)
        before = Block()
        inits = yield self.initial(term, env, frame, before)
        if source is not None and not is_free(source):
            steps = before.steps
            if not all(isinstance(s, Bind) and all(map(is_free, s.items)) for s in steps):
                source = self.bound(source, "items", frame, block)
        block.steps += before.steps
        if isinstance(term, While):
            assert not self.needs(term.cond), "the condition of a While is an expression"
            cond = yield self.expression(term.cond, env + slots, frame, block)
            if cond == TRUE:  # after a literal `while True:` nothing is ever reached
                cond = self.bound(cond, "forever", frame, block)
            body = yield self.block(term.body, env + slots, frame, len(slots))
        else:
            name = term.names[term.count] if len(term.names) > term.count else ""
            item = Variable(name, frame, "item")
            body = yield self.block(term.body, (*env, *slots, item), frame, len(slots))
        block.steps.append(Loop(slots, inits, cond, source, item, body))

    def initial(
        self, term: While | For, env: Env, frame: object, block: Block
    ) -> Walk[tuple[Term, ...]]:
        """Refs to the values that a loop starts with."""
        names = term.names[: term.count]
        if isinstance(term.init, Values):
            items = yield self.in_order(term.init.items, env, frame, block)
            if all(isinstance(i, Ref) for i in items):
                return items
            places = [n for n, i in enumerate(items) if not isinstance(i, Ref)]
            variables = _variables(term.count, names, frame)
            made = tuple(variables[n] for n in places)
            block.steps.append(Bind(made, tuple(items[n] for n in places)))
            return tuple(Ref(variables[n]) if n in places else items[n] for n in range(len(items)))
        init = term.init
        while isinstance(init, Let):
            inner = _variables(init.count, init.names, frame)
            yield self.bind(init.bound, inner, env, frame, block)
            env += inner
            init = init.body
        if isinstance(init, Var):
            return (Ref(env[-1 - init.index]),)
        variables = _variables(term.count, names, frame)
        yield self.bind(init, variables, env, frame, block)
        return tuple(map(Ref, variables))

    # ------------------------------------------------------------------------ expressions

    def expression(self, term: Term, env: Env, frame: object, block: Block) -> Walk[Term]:
        """The term as an expression, after statements added to the block."""
        while isinstance(term, Let):
            variables = _variables(term.count, term.names, frame)
            yield self.bind(term.bound, variables, env, frame, block)
            env += variables
            term = term.body
        match term:
            case Var(index):
                return Ref(env[-1 - index])
            case Const():
                return term
            case Lambda(_, body, names):
                hints = names or ("",) * term.arity
                routine = yield self.routine(hints, body, env)
                return Fn(routine.params, routine.block, routine.frame)
            case While() | For():
                variables = _variables(1, (), frame)
                yield self.bind(term, variables, env, frame, block)
                return Ref(variables[0])
            case If(cond, then, orelse):
                if self.needs(then) or self.needs(orelse):
                    variables = _variables(1, (), frame)
                    yield self.bind(term, variables, env, frame, block)
                    return Ref(variables[0])
                first = yield self.expression(cond, env, frame, block)
                second = yield self.expression(then, env, frame, block)
                return If(first, second, (yield self.expression(orelse, env, frame, block)))
            case Apply(index, args):
                return ApplyRef(env[-1 - index], (yield self.in_order(args, env, frame, block)))
            case Call(name, (_,)) if name in self.negations:
                (inner,) = yield self.in_order(term.children, env, frame, block)
                return _negated(inner) or Call(name, (inner,))
            case Call() | Build() | Project() | Hole():
                return term.rebuild((yield self.in_order(term.children, env, frame, block)))
        raise AssertionError(f"no expression: {type(term).__name__}")

    def in_order(
        self, terms: Sequence[Term], env: Env, frame: object, block: Block
    ) -> Walk[tuple[Term, ...]]:
        """Expressions that are evaluated one after the other."""
        last = max((n for n, t in enumerate(terms) if self.needs(t)), default=-1)
        found: list[Term] = []
        for number, term in enumerate(terms):
            value = yield self.expression(term, env, frame, block)
            if number < last and not is_free(value):
                value = self.bound(value, "", frame, block)
            found.append(value)
        return tuple(found)

    def bound(self, value: Term, hint: str, frame: object, block: Block) -> Term:
        variable = Variable(hint, frame)
        block.steps.append(Bind((variable,), (value,)))
        return Ref(variable)


def _variables(count: int, names: Sequence[str], frame: object) -> Env:
    hints = (*names, *("",) * count)[:count]
    return tuple(Variable(h.removesuffix(TYPED), frame, typed=h.endswith(TYPED)) for h in hints)


def _negated(term: Term) -> Term | None:
    """A literal without sign as its negative: `-5` reads back as one constant."""
    if isinstance(term, Const) and isinstance(term.value, int | float):
        if not isinstance(term.value, bool) and math.copysign(1, term.value) > 0:
            return Const(-term.value, term.type)
        if isinstance(term.value, float) and math.isnan(term.value):
            return term
    return None


# ------------------------------------------------------------------------------- walking


def expressions(step: Step) -> tuple[Term, ...]:
    """The expressions that stand in a step itself, not in its blocks, in order."""
    match step:
        case Bind(items=items):
            return items
        case Branch(cond=cond):
            return (cond,)
        case Loop(inits=inits, cond=cond, source=source):
            first = () if source is None else (source,)
            return (*first, *inits, *(() if cond is None else (cond,)))
    raise AssertionError("no such step")


def blocks(step: Step) -> tuple[Block, ...]:
    """The blocks of a step."""
    match step:
        case Branch(then=then, orelse=orelse):
            return (then, orelse)
        case Loop(body=body):
            return (body,)
    return ()


def visit_references(term: Term, visit: Callable[[Variable], None]) -> list[Fn]:
    """Visit each use of a variable in an expression; the functions in it are left, in order."""
    found: list[Fn] = []
    todo = [term]
    while todo:
        node = todo.pop()
        if isinstance(node, Ref | ApplyRef):
            visit(node.variable)
        elif isinstance(node, Fn):
            found.append(node)
        todo.extend(reversed(node.children))
    return found
