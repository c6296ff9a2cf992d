"""Core to text: programs as a person would write them.

The statements come from `unnest` and `arrange`, the layout from `format`; here they become a
surface tree. The law is `read_program(pretty(p, dsl), dsl) == normal(p, dsl)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from progsynth.lang import operators as ops
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.arrange import arrange, read_variables, reads_of
from progsynth.lang.printing.choose_names import RESERVED, Namer, taken_names
from progsynth.lang.printing.normal import arranged, normal
from progsynth.lang.printing.unnest import (
    ApplyRef,
    Bind,
    Block,
    Branch,
    Fn,
    Loop,
    Ref,
    Routine,
    Step,
    Variable,
    unnest,
)
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Build,
    Call,
    Const,
    Function,
    Hole,
    If,
    Neural,
    Program,
    Project,
    Term,
)
from progsynth.lang.text import surface as s
from progsynth.lang.text.document import INDENT, print_document
from progsynth.lang.text.format import format_module
from progsynth.lang.text.print_expression import expression_document
from progsynth.lang.types import Type
from progsynth.lang.walk import Walk, walk

__all__ = ["normal", "pretty", "pretty_term"]

_NOWHERE = s.Place(0, 0, 0, 0)


def pretty(program: Program, dsl: DSL) -> str:
    """The program as text. Raises IllTypedError where it is not well-typed."""
    found = arranged(program, dsl)
    taken = taken_names(found.program, dsl)
    items: list[s.Definition | s.NeuralDeclaration] = list(map(_declaration, program.neural))
    for function, routine, names in zip(
        found.program.functions, found.routines, found.names, strict=True
    ):
        namer = Namer(names, found.types, taken)
        items.append(_Printer(dsl, namer, routine).function(function))
    return format_module(s.Module(_NOWHERE, tuple(items)))


def pretty_term(term: Term, names: Sequence[str], dsl: DSL) -> str:
    """The term as text, where its free variables have these names, innermost last.

    An expression where it is one; else the statements of a function's body.
    """
    routine = unnest(names, term, dsl)
    shared = arrange(routine)
    taken = frozenset(dsl.surface_of(name) for name in dsl) | RESERVED
    printer = _Printer(dsl, Namer(shared, {}, taken - set(names)), routine)
    body = printer.body()
    if len(body) == 1 and isinstance(body[0], s.Return):
        return print_document(expression_document(body[0].value))
    definition = s.Definition(_NOWHERE, "f", (), None, body)
    lines = format_module(s.Module(_NOWHERE, (definition,))).splitlines()[1:]
    return "\n".join(line.removeprefix(" " * INDENT) for line in lines)


def _declaration(neural: Neural) -> s.NeuralDeclaration:
    params = _parameters(neural.params, neural.types)
    return s.NeuralDeclaration(_NOWHERE, neural.name, params, _type(neural.result))


def _parameters(names: Sequence[str], types: Sequence[Type]) -> tuple[s.Parameter, ...]:
    pairs = zip(names, types, strict=True)
    return tuple(s.Parameter(_NOWHERE, name, _type(type_)) for name, type_ in pairs)


def _type(type_: Type) -> s.TypeExpression:
    return s.TypeExpression(_NOWHERE, type_)


class _Printer:
    """Makes the surface tree of one function."""

    def __init__(self, dsl: DSL, namer: Namer, routine: Routine):
        self.dsl = dsl
        self.namer = namer
        self.routine = routine
        self.out: list[s.Statement] = []  # the statements of the block being printed
        self.reads = reads_of(routine)
        self.live = read_variables(routine, namer.shared)

    def body(self) -> s.Block:
        self.namer.enter(self.routine.frame)
        for variable in self.routine.params:
            self.namer.name(variable)
        return walk(self.block(self.routine.block, None))

    def function(self, function: Function) -> s.Definition:
        body = self.body()
        params = _parameters(function.params, function.types)
        return s.Definition(
            _NOWHERE, function.name, params, _type(function.result), body, function.doc
        )

    # ------------------------------------------------------------------------- statements

    def block(self, block: Block, slots: Sequence[Variable] | None) -> Walk[s.Block]:
        """The statements of a block; in a function (no slots) it returns its value."""
        outer, self.out = self.out, []
        for place, step in enumerate(block.steps):
            before = block.steps[place - 1] if place else None
            yield self.step(step, before)
        if slots is None and block.end is not None:
            value = yield self.expression(block.end[0])
            self.out.append(s.Return(_NOWHERE, value))
        elif slots and not self.namer.shared.unchanged(block, tuple(slots)):
            assert block.end is not None
            yield self.assign(slots, block.end)
            self.join_put(block.steps[-1] if block.steps else None)
        made, self.out = self.out, outer
        return tuple(made)

    def step(self, step: Step, before: Step | None) -> Walk[None]:
        match step:
            case Bind(variables=variables, items=items):
                yield self.assign(variables, items)
                self.join_put(before)
            case Branch(cond=cond, then=then, orelse=orelse, slots=slots):
                test = yield self.expression(cond)
                first = yield self.block(then, slots)
                second = yield self.block(orelse, slots)
                if slots is None:
                    self.out.append(s.IfStatement(_NOWHERE, ((test, first),), ()))
                    self.out += second
                else:
                    self.out.append(_if(test, first, second))
            case Loop():
                yield self.loop(step)

    def loop(self, step: Loop) -> Walk[None]:
        part = step.cond if step.source is None else step.source
        assert part is not None
        head = yield self.expression(part)
        for slot in step.slots:
            self.namer.name(slot)
        target = None if step.item is None else self.variable(step.item)
        body = (yield self.block(step.body, step.slots)) or (s.Pass(_NOWHERE),)
        if target is None:
            self.out.append(s.WhileStatement(_NOWHERE, head, body))
        else:
            self.out.append(s.ForStatement(_NOWHERE, target, head, body))
            assert step.item is not None
            self.namer.close(step.item)

    def assign(self, variables: Sequence[Variable], items: Sequence[Term]) -> Walk[None]:
        """`a, b = items`, or what says the same better."""
        if len(variables) == 1:
            yield self.assign_one(variables[0], items[0])
            return
        values = []
        for item in items:
            values.append((yield self.expression(item)))
        targets = tuple(self.variable(v) for v in variables)
        value = s.TupleLiteral(_NOWHERE, tuple(values))
        self.out.append(s.Assign(_NOWHERE, s.TupleLiteral(_NOWHERE, targets), value))

    def assign_one(self, variable: Variable, item: Term) -> Walk[None]:
        target = self.variable(variable)
        if isinstance(item, If) and self.is_updated(variable, item):
            cond = yield self.expression(item.cond)
            changed = s.Assign(_NOWHERE, target, (yield self.expression(item.then)))
            self.out.append(_if(cond, (_shorter(changed),), ()))
            return
        value = yield self.expression(item)
        put = self.put(item, value, target)
        if put is not None:
            self.out.append(put)
        elif variable.typed:
            type_ = self.namer.type_of(variable)
            assert type_ is not None, "a variable whose type must be said has one"
            self.out.append(s.Assign(_NOWHERE, target, value, _type(type_)))
        else:
            self.out.append(_shorter(s.Assign(_NOWHERE, target, value)))

    def put(self, item: Term, value: s.Expression, target: s.Name) -> s.Assign | None:
        """`xs[i] = v`, if the value is the variable with an item put in."""
        if not (isinstance(item, Call) and isinstance(value, s.CallExpression)):
            return None
        if item.name not in self.dsl or self.dsl.surface_of(item.name) != "put":
            return None
        if len(value.args) != 3 or not any(isinstance(a, Ref | Const) for a in item.args[1:]):
            return None  # the text would evaluate the value before the index
        container, index, new = value.args
        if not isinstance(container, s.Name) or container.name != target.name:
            return None
        return s.Assign(_NOWHERE, s.Index(_NOWHERE, target, index), new)

    def join_put(self, before: Step | None) -> None:
        """`v = e` and `xs[i] = v` as `xs[i] = e`, where that evaluates `e` before `i` too."""
        if not isinstance(before, Bind) or len(self.out) < 2:
            return
        first, second = self.out[-2:]
        if not (isinstance(first, s.Assign) and isinstance(second, s.Assign)):
            return
        new, target = second.value, second.target
        if not (isinstance(new, s.Name) and isinstance(target, s.Index)):
            return
        same = isinstance(first.target, s.Name) and first.target.name == new.name
        alone = len(before.variables) == 1 and self.reads[before.variables[0]] == 1
        if same and alone and not _is_atomic(first.value) and not _is_atomic(target.index):
            self.out[-2:] = [s.Assign(_NOWHERE, target, first.value)]

    def is_updated(self, variable: Variable, choice: If) -> bool:
        """Is `variable = choice` to be `if c: variable = e`?

        Only where its value is read: lowering drops from an `if` what nobody reads later, and
        with it what the `if` leaves as it is. The conditional expression reads that.
        """
        return variable in self.live and self.namer.shared.is_own(choice.orelse, variable)

    def variable(self, variable: Variable) -> s.Name:
        return s.Name(_NOWHERE, self.namer.name(variable))

    # ------------------------------------------------------------------------ expressions

    def expression(self, term: Term) -> Walk[s.Expression]:
        match term:
            case Ref(variable=variable):
                return self.variable(variable)
            case Const():
                return _literal(term)
            case ApplyRef(variable=variable, args=args):
                values = yield self.expressions(args)
                return s.CallExpression(_NOWHERE, self.variable(variable), values)
            case Call(name, args):
                return (yield self.call(name, args))
            case Fn():
                return (yield self.function_argument(term))
            case Build(kind, items):
                values = yield self.expressions(items)
                if kind == "dict":
                    pairs = tuple(zip(values[::2], values[1::2], strict=True))
                    return s.DictLiteral(_NOWHERE, pairs)
                made = s.ListLiteral if kind == "list" else s.TupleLiteral
                return made(_NOWHERE, values)
            case Project(position, inner):
                value = yield self.expression(inner)
                return s.Index(_NOWHERE, value, s.Literal(_NOWHERE, position))
            case If():
                return (yield self.choice(term))
            case Hole(kind, type_, allowed, hole_args):
                names = tuple(s.Name(_NOWHERE, n) for n in self.allowed(allowed)) or None
                values = None if hole_args is None else (yield self.expressions(hole_args))
                written = None if type_ is None else _type(type_)
                return s.HoleExpression(_NOWHERE, kind, written, names, values)
        raise AssertionError(f"no expression: {type(term).__name__}")

    def expressions(self, terms: Sequence[Term]) -> Walk[tuple[s.Expression, ...]]:
        found = []
        for term in terms:
            found.append((yield self.expression(term)))
        return tuple(found)

    def call(self, name: str, args: Sequence[Term]) -> Walk[s.Expression]:
        values = yield self.expressions(args)
        surface = self.dsl.surface_of(name) if name in self.dsl else name
        form = _FORMS.get(surface)
        if form is None:
            return s.CallExpression(_NOWHERE, s.Name(_NOWHERE, surface), values)
        if isinstance(form, ops.Operator):
            return self.operation(form.symbol, values)
        if surface == ops.INDEX:
            return s.Index(_NOWHERE, *values)
        rest = iter(values[1:])
        start, stop, step = (next(rest) if written else None for written in form)
        return s.Slice(_NOWHERE, values[0], start, stop, step)

    def operation(self, symbol: str, values: tuple[s.Expression, ...]) -> s.Expression:
        if len(values) == 2:
            if symbol in ops.COMPARISONS:
                return s.Compare(_NOWHERE, values, (symbol,))
            return s.Binary(_NOWHERE, symbol, *values)
        (inner,) = values
        if symbol == "not" and isinstance(inner, s.Compare) and inner.symbols == ("in",):
            if not self.dsl.overloads("_ not in _"):
                return s.Compare(_NOWHERE, inner.operands, ("not in",))
        return s.Unary(_NOWHERE, symbol, inner)

    def allowed(self, names: Sequence[str]) -> list[str]:
        """The primitives that a hole may use; all meanings of one name by that name."""
        found, place = [], 0
        while place < len(names):
            surface = self.dsl.surface_of(names[place]) if names[place] in self.dsl else ""
            overloads = self.dsl.overloads(surface)
            named = _FORMS.get(surface) is None or surface in _OPERATOR_FORMS
            if overloads and named and tuple(names[place : place + len(overloads)]) == overloads:
                found.append(surface)
                place += len(overloads)
            else:
                found.append(names[place])
                place += 1
        return found

    def choice(self, term: If) -> Walk[s.Expression]:
        """`a and b`, `a or b`, or `b if a else c`."""
        for symbol in ("and", "or"):
            operands: list[Term] = []
            rest: Term = term
            while isinstance(rest, If) and _joined(rest) == symbol:
                operands.append(rest.cond)
                rest = rest.then if symbol == "and" else rest.orelse
            if operands:
                parts = yield self.expressions((*operands, rest))
                if symbol == "and":
                    parts = _chained(parts)
                return parts[0] if len(parts) == 1 else s.Logical(_NOWHERE, symbol, parts)
        cond, then, orelse = yield self.expressions(term.children)
        return s.Conditional(_NOWHERE, cond, then, orelse)

    # ---------------------------------------------------------------- functions as arguments

    def function_argument(self, term: Fn) -> Walk[s.Expression]:
        """A function by its name, a lambda, or the name of a `def` put before the statement."""
        name = self.called_alike(term)
        if name:
            return s.Name(_NOWHERE, name)
        namer = self.namer
        namer.enter(term.frame)
        names = tuple(namer.name(p) for p in term.params)
        body = yield self.block(term.block, None)
        namer.leave()
        if len(body) == 1 and isinstance(body[0], s.Return):
            params = tuple(s.Name(_NOWHERE, n) for n in names)
            return s.LambdaExpression(_NOWHERE, params, body[0].value)
        name = namer.function_name()
        untyped = tuple(s.Parameter(_NOWHERE, n, None) for n in names)
        self.out.append(s.Definition(_NOWHERE, name, untyped, None, body))
        return s.Name(_NOWHERE, name)

    def called_alike(self, term: Fn) -> str:
        """The name of the function that this one just calls, if it says all; or ''."""
        block = term.block
        if block.steps or block.end is None or not isinstance(block.end[0], Call):
            return ""
        call = block.end[0]
        given = [a.variable if isinstance(a, Ref) else None for a in call.args]
        if given != list(term.params) or not given:
            return ""
        surface = self.dsl.surface_of(call.name) if call.name in self.dsl else call.name
        alone = call.name not in self.dsl or len(self.dsl.overloads(surface)) == 1
        return surface if alone and surface not in _FORMS else ""


_FORMS: dict[str, ops.Operator | tuple[bool, bool, bool] | None] = {
    **{op.form: op for op in (*ops.BINARY.values(), *ops.UNARY.values())},
    **{form: written for written, form in ops.SLICES.items()},
    ops.INDEX: (True, False, False),
}


_OPERATOR_FORMS = {op.form for op in ops.BINARY.values()} | {ops.UNARY["not"].form}


def _shorter(node: s.Assign) -> s.Assign | s.AugmentedAssign:
    """`x = x + 1` as `x += 1`."""
    value, target = node.value, node.target
    if isinstance(value, s.Binary) and isinstance(value.left, s.Name):
        if isinstance(target, s.Name) and value.left.name == target.name:
            return s.AugmentedAssign(_NOWHERE, target, value.symbol, value.right)
    return node


def _is_atomic(node: s.Expression) -> bool:
    """Is it a variable or a constant? See `lower_expression.is_atomic`."""
    if isinstance(node, s.Unary) and node.symbol == "-":
        inner = node.operand
        return isinstance(inner, s.Literal) or (
            isinstance(inner, s.Name) and inner.name in ("inf", "nan")
        )
    return isinstance(node, s.Literal | s.Name)


def _if(cond: s.Expression, then: s.Block, orelse: s.Block) -> s.IfStatement:
    """An if statement; one that is all of the else block becomes `elif`."""
    then = then or (s.Pass(_NOWHERE),)
    if len(orelse) == 1 and isinstance(orelse[0], s.IfStatement):
        rest = orelse[0]
        return s.IfStatement(_NOWHERE, ((cond, then), *rest.branches), rest.orelse)
    return s.IfStatement(_NOWHERE, ((cond, then),), orelse)


def _joined(term: If) -> str:
    """Is the choice an `and` or an `or`?"""
    if term.orelse == FALSE and term.then != TRUE:
        return "and"
    return "or" if term.then == TRUE and term.orelse != FALSE else ""


_CHAINING = ("<", "<=", ">", ">=", "==", "!=")


def _chained(parts: tuple[s.Expression, ...]) -> tuple[s.Expression, ...]:
    """The operands of `and`, with comparisons at the end that share operands made one."""
    found = list(parts)
    while len(found) > 1 and _chains(found[-2], found[-1]):
        second, first = found.pop(), found.pop()
        assert isinstance(first, s.Compare) and isinstance(second, s.Compare)
        operands = (*first.operands, *second.operands[1:])
        found.append(s.Compare(_NOWHERE, operands, (*first.symbols, *second.symbols)))
    return tuple(found)


def _chains(first: s.Expression, second: s.Expression) -> bool:
    if not (isinstance(first, s.Compare) and isinstance(second, s.Compare)):
        return False
    if not set(first.symbols + second.symbols) <= set(_CHAINING) or len(first.symbols) > 1:
        return False
    a, b = first.operands[-1], second.operands[0]
    if isinstance(a, s.Name) and isinstance(b, s.Name):
        return a.name == b.name
    return isinstance(a, s.Literal) and isinstance(b, s.Literal) and repr(a.value) == repr(b.value)


def _literal(term: Const) -> s.Expression:
    value = term.value
    if isinstance(value, bool | str):
        return s.Literal(_NOWHERE, value)
    if isinstance(value, float) and not math.isfinite(value):
        positive: s.Expression = s.Name(_NOWHERE, "nan" if math.isnan(value) else "inf")
        negative = value < 0
    else:
        positive = s.Literal(_NOWHERE, abs(value))
        negative = math.copysign(1, value) < 0
    return s.Unary(_NOWHERE, "-", positive) if negative else positive
