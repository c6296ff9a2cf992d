"""Expressions of a checked surface tree to core; the rules are in `lower.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from progsynth.lang.checking.checker import CONSTANTS
from progsynth.lang.checking.findings import Checked, Key
from progsynth.lang.checking.scope import children
from progsynth.lang.checking.unifier import is_flexible
from progsynth.lang.lowering.steps import Choose, Closed, Made, MadeList, Read, Source, Value
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Apply,
    Build,
    Call,
    Const,
    Hole,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    const,
)
from progsynth.lang.text import surface as s
from progsynth.lang.types import FLOAT, walk_type
from progsynth.lang.walk import Walk

Frame = dict[str, int]  # the variables of one function or lambda: how many binders are outside


def is_atomic(node: Value) -> bool:
    """Is it a variable or a constant: free to evaluate, early or twice?"""
    if isinstance(node, s.Unary) and node.symbol == "-":
        node = node.operand
        if isinstance(node, s.Name):
            return node.name in CONSTANTS
        return isinstance(node, s.Literal)
    if isinstance(node, Closed):
        return isinstance(node.term, Const)
    return isinstance(node, s.Literal | s.Name | Read)


def needs_let(node: s.Expression, checked: Checked) -> bool:
    """Does the expression lower to a term with a Let outside lambdas?"""
    todo: list[s.Node] = [node]
    while todo:
        inner = todo.pop()
        match inner:
            case s.LambdaExpression():
                continue
            case s.ListComprehension(clauses=clauses) | s.DictComprehension(clauses=clauses):
                todo.append(clauses[0].source)
                continue
            case s.Compare(operands=operands) if not all(map(is_atomic, operands[1:-1])):
                return True
            case s.CallExpression(function=s.Name() as name, args=args) if name in checked.nested:
                definition = checked.nested[name]
                if args or len(definition.body) != 1:
                    return True
                todo.extend(definition.body)
            case _:
                pass
        todo.extend(children(inner))
    return False


def list_instance(dsl: DSL, name: str) -> str:
    """The meaning of a name that takes a list (and a function before it)."""
    for instance in dsl.overloads(name):
        types = signature_of(dsl[instance]).types
        if types and types[-1].name == "list" and all(t.name == "fn" for t in types[:-1]):
            return instance
    return dsl.overloads(name)[0]


class ExpressionLowering(ABC):
    """Visits expressions; keeps where each variable is bound.

    `frames` are those of the functions and lambdas around, innermost last; `depth` counts the
    binders around the place.
    """

    def __init__(self, checked: Checked):
        self.checked = checked
        self.dsl = checked.dsl
        self.frames: tuple[Frame, ...] = ()
        self.depth = 0
        self.homes: dict[s.Definition, tuple[Frame, ...]] = {}  # frames around a nested def

    @abstractmethod
    def body_of(self, definition: s.Definition) -> Walk[Term]:
        """The body of a nested function, whose parameters are in the last frame."""

    # ---------------------------------------------------------------------- variables

    def level(self, name: str) -> int | None:
        for frame in reversed(self.frames):
            found = frame.get(name)
            if found is not None:
                return found
        return None

    def variable(self, name: str) -> Term:
        found = self.level(name)
        if found is None:
            assert name in CONSTANTS, f"'{name}' is bound: the text is checked"
            return const(float(name))
        return Var(self.depth - 1 - found)

    def at(self, level: int) -> Var:
        """The variable bound with so many binders outside it."""
        return Var(self.depth - 1 - level)

    def inside(
        self, names: Sequence[str], body: Iterator[object], frames: tuple[Frame, ...] | None = None
    ) -> Walk[Term]:
        """The term of `body`, lowered under binders of these names, in a frame of its own."""
        saved = self.frames
        frame = {name: self.depth + number for number, name in enumerate(names)}
        self.frames = (*(saved if frames is None else frames), frame)
        self.depth += len(names)
        term: Term = yield body  # type: ignore[misc]
        self.depth -= len(names)
        self.frames = saved
        return term

    # --------------------------------------------------------------------- expressions

    def visit(self, node: Value) -> Walk[Term]:
        """The term of an expression."""
        match node:
            case s.Literal():
                return self.literal(node, negative=False)
            case s.Name(name=name):
                return self.variable(name)
            case s.Unary():
                return (yield self.unary(node))
            case s.Binary(left=left, right=right):
                return (yield self.call_of(node, (left, right)))
            case s.Compare():
                return (yield self.compare(node))
            case s.Logical(symbol=symbol, operands=operands):
                return (yield self.logical(symbol, operands))
            case s.Conditional(cond=cond, then=then, orelse=orelse):
                parts = yield self.visit_all((cond, then, orelse))
                return If(*parts)
            case s.CallExpression():
                return (yield self.call(node))
            case s.Index(value=value, index=index):
                position = self.checked.positions.get(node)
                if position is not None:
                    return Project(position, (yield self.visit(value)))
                return (yield self.call_of(node, (value, index)))
            case s.Slice(value=value, start=start, stop=stop, step=step):
                bounds = tuple(p for p in (start, stop, step) if p is not None)
                return (yield self.call_of(node, (value, *bounds)))
            case s.ListLiteral(items=items):
                return Build("list", (yield self.visit_all(items)))
            case s.TupleLiteral(items=items):
                return Build("tuple", (yield self.visit_all(items)))
            case s.DictLiteral(items=pairs):
                flat = [part for pair in pairs for part in pair]
                return Build("dict", (yield self.visit_all(flat)))
            case s.ListComprehension() | s.DictComprehension():
                return (yield self.comprehension(node))
            case s.HoleExpression():
                return (yield self.hole(node))
            case _:
                return (yield self.made(node))

    def visit_all(self, nodes: Iterable[Value]) -> Walk[tuple[Term, ...]]:
        found = []
        for node in nodes:
            found.append((yield self.visit(node)))
        return tuple(found)

    def made(self, node: Value) -> Walk[Term]:
        """The term of what straightening made."""
        match node:
            case Closed(term):
                return term
            case Read(name):
                return self.variable(name)
            case Made(name, args):
                return Call(name, (yield self.visit_all(args)))
            case MadeList(item):
                return Build("list", ((yield self.visit(item)),))
            case Choose(cond, then, orelse):
                parts = yield self.visit_all((cond, then, orelse))
                return If(*parts)
            case Source(loop):
                return (yield self.source(loop))
        raise AssertionError(f"no such expression: {type(node).__name__}")

    def literal(self, node: s.Literal, *, negative: bool) -> Term:
        value = node.value
        if isinstance(value, bool | str):
            return const(value)
        if negative:
            value = -value
        return const(float(value) if self.checked.types[node] == FLOAT else value)

    def call_of(self, key: Key, args: Iterable[Value]) -> Walk[Term]:
        return Call(self.checked.instances[key], (yield self.visit_all(args)))

    def unary(self, node: s.Unary) -> Walk[Term]:
        operand = node.operand
        if node.symbol == "-" and isinstance(operand, s.Literal):
            return self.literal(operand, negative=True)
        if (
            node.symbol == "-"
            and isinstance(operand, s.Name)
            and node not in self.checked.instances
        ):
            return const(-float(operand.name))
        return (yield self.call_of(node, (operand,)))

    def logical(self, symbol: str, operands: Sequence[s.Expression]) -> Walk[Term]:
        terms = yield self.visit_all(operands)
        found: Term = terms[-1]
        for term in reversed(terms[:-1]):
            found = If(term, found, FALSE) if symbol == "and" else If(term, TRUE, found)
        return found

    # --------------------------------------------------------------------- comparisons

    def comparison(self, node: s.Compare, number: int, left: Term, right: Term) -> Term:
        name = self.checked.instances[node, number]
        term = Call(name, (left, right))
        if node.symbols[number] == "not in" and self.dsl.surface_of(name) == "_ in _":
            return Call(self.dsl.overloads("not _")[0], (term,))
        return term

    def compare(self, node: s.Compare) -> Walk[Term]:
        """`a < b < c`: each operand once and in order, the later ones only if they are reached."""
        operands = node.operands
        left: Value | int = operands[0]  # a node that is still to be lowered, or where it is bound
        wrap: list[Term | None] = []  # a term to bind, or None before a test
        tests: list[Term] = []
        depth = self.depth
        for number in range(len(node.symbols) - 1):
            following: Value | int = operands[number + 1]
            assert not isinstance(following, int)
            if not is_atomic(following):
                if not isinstance(left, int) and not is_atomic(left):
                    wrap.append((yield self.visit(left)))
                    left = self.depth
                    self.depth += 1
                wrap.append((yield self.visit(following)))
                following = self.depth
                self.depth += 1
            a = yield self.operand(left)
            b = yield self.operand(following)
            wrap.append(None)
            tests.append(self.comparison(node, number, a, b))
            left = following
        a = yield self.operand(left)
        b = yield self.operand(operands[-1])
        found = self.comparison(node, len(node.symbols) - 1, a, b)
        self.depth = depth
        for bound in reversed(wrap):
            if bound is None:
                found = If(tests.pop(), found, FALSE)
            else:
                found = Let(1, bound, found, ("value",))
        return found

    def operand(self, operand: Value | int) -> Walk[Term]:
        if isinstance(operand, int):
            return self.at(operand)
        return (yield self.visit(operand))

    # --------------------------------------------------------------------------- calls

    def call(self, node: s.CallExpression) -> Walk[Term]:
        name = node.function
        assert isinstance(name, s.Name)
        definition = self.checked.nested.get(name)
        if definition is not None:
            return (yield self.call_nested(node, definition))
        args = []
        for arg in node.args:
            args.append((yield self.argument(arg)))
        instance = self.checked.instances.get(name)
        if instance is not None:
            return Call(instance, tuple(args))
        level = self.level(name.name)
        assert level is not None
        return Apply(self.depth - 1 - level, tuple(args))

    def call_nested(self, node: s.CallExpression, definition: s.Definition) -> Walk[Term]:
        """The body of a nested function, with its parameters bound to the arguments."""
        args = yield self.visit_all(node.args)
        names = tuple(p.name for p in definition.params)
        body = yield self.inside(names, self.body_of(definition), self.homes[definition])
        if not args:
            return body
        bound = args[0] if len(args) == 1 else Values(args)
        return Let(len(args), bound, body, names)

    def argument(self, node: s.Expression) -> Walk[Term]:
        """The term of an argument, which may be a function."""
        if isinstance(node, s.LambdaExpression):
            names = tuple(p.name for p in node.params)
            body = yield self.inside(names, self.visit(node.body))
            return Lambda(len(names), body, names)
        if isinstance(node, s.Name):
            definition = self.checked.nested.get(node)
            if definition is not None:
                names = tuple(p.name for p in definition.params)
                body = yield self.inside(names, self.body_of(definition), self.homes[definition])
                return Lambda(len(names), body, names)
            instance = self.checked.instances.get(node)
            if instance is not None:
                return self.expanded(instance)
        return (yield self.visit(node))

    def expanded(self, instance: str) -> Term:
        """A function given by name, as a lambda that calls it."""
        names = self.signature_names(instance)
        args = tuple(Var(len(names) - 1 - n) for n in range(len(names)))
        return Lambda(len(names), Call(instance, args), names)

    def signature_names(self, instance: str) -> tuple[str, ...]:
        for function in self.checked.functions:
            if function.name == instance:
                return function.signature.names
        for neural in self.checked.neural:
            if neural.name == instance:
                return neural.params
        return signature_of(self.dsl[instance]).names

    # ------------------------------------------------------------ loops and comprehensions

    def source(self, loop: s.ForStatement | s.ComprehensionFor) -> Walk[Term]:
        """The list that a loop goes over."""
        term = yield self.visit(loop.source)
        converter = self.checked.instances.get(loop)
        return term if converter is None else Call(converter, (term,))

    def comprehension(self, node: s.ListComprehension | s.DictComprehension) -> Walk[Term]:
        term = yield self.clause(node, 0)
        if isinstance(node, s.DictComprehension):
            return Call(self.dsl.overloads("dict_of")[0], (term,))
        return term

    def clause(self, node: s.ListComprehension | s.DictComprehension, number: int) -> Walk[Term]:
        """The list that the comprehension makes from its clause of this number on."""
        clause = node.clauses[number]
        term = yield self.source(clause)
        if clause.conditions:
            keep = yield self.item_lambda(clause.target, self.logical("and", clause.conditions))
            term = Call(list_instance(self.dsl, "filter"), (keep, term))
        if number + 1 < len(node.clauses):
            inner = yield self.item_lambda(clause.target, self.clause(node, number + 1))
            mapped = Call(list_instance(self.dsl, "map"), (inner, term))
            return Call(list_instance(self.dsl, "flatten"), (mapped,))
        if clause.conditions and _is_item(node, clause.target):
            return term
        inner = yield self.item_lambda(clause.target, self.made_item(node))
        return Call(list_instance(self.dsl, "map"), (inner, term))

    def made_item(self, node: s.ListComprehension | s.DictComprehension) -> Walk[Term]:
        if isinstance(node, s.DictComprehension):
            return Build("tuple", (yield self.visit_all((node.key, node.value))))
        return (yield self.visit(node.value))

    def item_lambda(self, target: s.Target, body: Walk[Term]) -> Walk[Term]:
        """A lambda over one item, which the target names or takes apart."""
        if isinstance(target, s.Name):
            inner = yield self.inside((target.name,), body)
            return Lambda(1, inner, (target.name,))
        assert isinstance(target, s.TupleLiteral)
        names = tuple(n.name for n in target.items if isinstance(n, s.Name))
        inner = yield self.inside(("%item",), self.inside(names, body))
        taken = tuple(Project(place, Var(0)) for place in range(len(names)))
        bound = taken[0] if len(taken) == 1 else Values(taken)
        return Lambda(1, Let(len(names), bound, inner, names), ("item",))

    # --------------------------------------------------------------------------- holes

    def hole(self, node: s.HoleExpression) -> Walk[Term]:
        type_ = self.checked.types[node]
        known = None if any(map(is_flexible, walk_type(type_))) else type_
        if node.kind == "neural" and node.type is not None:
            known = node.type.type  # of a choice, which is an int to all others, the number of them
        args = None if node.args is None else (yield self.visit_all(node.args))
        return Hole(node.kind, known, self.checked.allowed[node], args)


def _is_item(node: s.ListComprehension | s.DictComprehension, target: s.Target) -> bool:
    """Is the value of the comprehension just the item?"""
    if not isinstance(node, s.ListComprehension) or not isinstance(target, s.Name):
        return False
    return isinstance(node.value, s.Name) and node.value.name == target.name
