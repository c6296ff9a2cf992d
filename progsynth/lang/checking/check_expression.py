"""Names and types of expressions: every visit gives the expression's type and notes problems."""

from __future__ import annotations

from typing import Any

from progsynth.lang.checking import suggest
from progsynth.lang.checking.check_call import CallChecker
from progsynth.lang.checking.checker import CONSTANTS
from progsynth.lang.checking.overload import Use
from progsynth.lang.checking.questions import ItemAt, Items
from progsynth.lang.checking.scope import Frame, Variable, target_names
from progsynth.lang.checking.unifier import ERROR
from progsynth.lang.operators import BINARY, INDEX, SLICES, UNARY
from progsynth.lang.text import surface as s
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, list_of, tuple_of
from progsynth.lang.walk import Walk


def is_constant(node: s.Expression, frame: Frame) -> bool:
    """Is it `inf` or `nan`, and no variable of that name?"""
    return isinstance(node, s.Name) and node.name in CONSTANTS and frame.find(node.name) is None


class ExpressionChecker(CallChecker):
    """Visits the expressions of one function."""

    def visit(self, node: s.Expression, frame: Frame) -> Walk[Type]:
        """The type of the expression; ERROR where a problem is noted."""
        type_: Type
        match node:
            case s.Literal(value=value):
                type_ = self.literal(value)
            case s.Name():
                type_ = self.name(node, frame)
            case s.Unary(symbol=symbol, operand=operand):
                type_ = yield self.unary(node, symbol, operand, frame)
            case s.Binary(symbol=symbol, left=left, right=right):
                types = yield self.visit_all((left, right), frame)
                type_ = self.operator(node, node, BINARY[symbol].form, symbol, types)
            case s.Compare():
                type_ = yield self.compare(node, frame)
            case s.Logical(symbol=symbol, operands=operands):
                for operand in operands:
                    yield self.condition(operand, frame, f"'{symbol}'")
                type_ = BOOL
            case s.Conditional(cond=cond, then=then, orelse=orelse):
                type_ = yield self.conditional(node, cond, then, orelse, frame)
            case s.LambdaExpression():
                type_ = self.stored_function(node, "a lambda")
            case s.CallExpression():
                type_ = yield self.call(node, frame)
            case s.Attribute(value=value, name=name):
                shown = value.name if isinstance(value, s.Name) else "xs"
                hint = suggest.attribute(name, shown, self.findings.dsl)
                self.problem(node, f"values have no attributes: found '.{name}'", hint=hint)
                type_ = ERROR
            case s.Index(value=value, index=index):
                types = yield self.visit_all((value, index), frame)
                type_ = self.item(node, types[0], types[1])
            case s.Slice():
                type_ = yield self.slice(node, frame)
            case s.ListLiteral(items=items):
                types = yield self.visit_all(items, frame)
                type_ = list_of(self.common(items, types, "the items of a list"))
            case s.TupleLiteral(items=items):
                types = yield self.visit_all(items, frame)
                type_ = tuple_of(*types)
            case s.DictLiteral(items=pairs):
                flat = tuple(part for pair in pairs for part in pair)
                types = yield self.visit_all(flat, frame)
                key = self.common(flat[::2], types[::2], "the keys of a dict")
                value_type = self.common(flat[1::2], types[1::2], "the values of a dict")
                type_ = self.dict_type(node, key, value_type)
            case s.ListComprehension() | s.DictComprehension():
                type_ = yield self.comprehension(node, frame)
            case s.HoleExpression():
                type_ = yield self.hole(node, frame)
            case _:
                raise AssertionError(f"no such expression: {type(node).__name__}")
        self.findings.types[node] = type_
        return type_

    def literal(self, value: Any) -> Type:
        if isinstance(value, bool):
            return BOOL
        if isinstance(value, int):
            return self.unifier.fresh_number()
        return FLOAT if isinstance(value, float) else STR

    # --------------------------------------------------------------------------- operators

    def unary(self, node: s.Unary, symbol: str, operand: s.Expression, frame: Frame) -> Walk[Type]:
        if symbol == "not":
            yield self.condition(operand, frame, "'not'")
            return self.operator(node, node, "not _", "not", [BOOL])
        type_ = yield self.visit(operand, frame)
        if isinstance(operand, s.Literal) and not isinstance(operand.value, bool | str):
            return type_
        if is_constant(operand, frame):
            return type_
        return self.operator(node, node, UNARY[symbol].form, symbol, [type_])

    def compare(self, node: s.Compare, frame: Frame) -> Walk[Type]:
        types = yield self.visit_all(node.operands, frame)
        for number, symbol in enumerate(node.symbols):
            form = BINARY[symbol].form
            if symbol == "not in" and not self.findings.candidates(form):
                form = BINARY["in"].form
                self.need(node, [UNARY["not"].form], "'not in'")
            self.operator(node, (node, number), form, symbol, types[number : number + 2])
        return BOOL

    def conditional(
        self,
        node: s.Conditional,
        cond: s.Expression,
        then: s.Expression,
        orelse: s.Expression,
        frame: Frame,
    ) -> Walk[Type]:
        yield self.condition(cond, frame, "'if ... else'")
        types = yield self.visit_all((then, orelse), frame)
        self.same(orelse, types[1], types[0], "the value after 'else'")
        return types[0]

    # -------------------------------------------------------------------- items and slices

    def item(self, node: s.Index, container: Type, index: Type) -> Type:
        """The type of `container[index]`."""
        result = self.unifier.fresh()
        question = ItemAt(self.findings, node, container, index, result, self.item_of_pack)
        self.questions.ask(question)
        return result

    def item_of_pack(self, node: s.Index, container: Type, index: Type) -> Type:
        """The type of an item of a list, a text or a dict."""
        dsl = self.findings.dsl

        def report(use: Use) -> None:
            shown = self.unifier.show(*use.args)
            takes = suggest.takes(INDEX, dsl)
            wanted = [t[1] for t in takes if t[0].name == self.unifier.head(container).name]
            if not wanted:
                self.problem(node, f"{shown[0]} cannot be indexed")
                return
            head = self.unifier.head(container)
            expected = head.types[0] if head.name == "dict" else wanted[0]
            self.same(node.index, index, expected, f"the index into {shown[0]}")

        result = self.unifier.fresh()
        candidates = self.findings.candidates(INDEX)
        args = (container, index)
        self.questions.ask(Use(self.findings, node, node, "[]", candidates, args, result, report))
        return result

    def slice(self, node: s.Slice, frame: Frame) -> Walk[Type]:
        container = yield self.visit(node.value, frame)
        parts = [p for p in (node.start, node.stop, node.step) if p is not None]
        for part in parts:
            type_ = yield self.visit(part, frame)
            self.same(part, type_, INT, "a bound of a slice")
        if not parts:
            self.problem(node, "a slice without bounds is the value itself", hint="leave out [:]")
            return ERROR
        form = SLICES[node.start is not None, node.stop is not None, node.step is not None]
        types = [container, *(INT for _ in parts)]
        return self.operator(node, node, form, form.replace("_", " ").strip(), types)

    # ------------------------------------------------------------ loops and comprehensions

    def comprehension(
        self, node: s.ListComprehension | s.DictComprehension, frame: Frame
    ) -> Walk[Type]:
        is_dict = isinstance(node, s.DictComprehension)
        needed = ["map", *(["dict_of"] if is_dict else [])]
        needed += ["filter"] * any(c.conditions for c in node.clauses)
        needed += ["flatten"] * (len(node.clauses) > 1)
        self.need(node, needed, "a comprehension")
        for clause in node.clauses:
            source = yield self.visit(clause.source, frame)
            item = self.items(clause, clause.source, source)
            frame = Frame(frame)
            self.bind_target(clause.target, item, frame)
            for cond in clause.conditions:
                yield self.condition(cond, frame, "'if' in a comprehension")
        if isinstance(node, s.DictComprehension):
            key, value = yield self.visit_all((node.key, node.value), frame)
            return self.dict_type(node.key, key, value)
        return list_of((yield self.visit(node.value, frame)))

    def items(self, node: s.ForStatement | s.ComprehensionFor, at: s.Node, source: Type) -> Type:
        """The type of what a loop over the source gives."""
        item = self.unifier.fresh()
        self.questions.ask(Items(self.findings, at, node, source, item))
        return item

    def bind_target(self, target: s.Target, type_: Type, frame: Frame) -> None:
        """Give the names of a comprehension's target their types."""
        todo: list[tuple[s.Expression, Type]] = [(target, type_)]
        while todo:
            node, given = todo.pop()
            if isinstance(node, s.TupleLiteral):
                parts = tuple(self.unifier.fresh() for _ in node.items)
                self.same(node, given, tuple_of(*parts), "the names that take this apart")
                todo.extend(zip(node.items, parts, strict=True))
        for name in target_names(target):
            if name.name in frame.variables:
                self.problem(name, f"two variables are called '{name.name}'")
            frame.variables[name.name] = Variable(self.unifier.fresh(), name.place.line, 1)
        todo = [(target, type_)]
        while todo:
            node, given = todo.pop()
            head = self.unifier.head(given)
            if isinstance(node, s.TupleLiteral) and head.name == "tuple":
                todo.extend(zip(node.items, head.types, strict=False))
            elif isinstance(node, s.Name):
                self.unifier.unify(frame.variables[node.name].type, given)

    # ------------------------------------------------------------------------------- holes

    def hole(self, node: s.HoleExpression, frame: Frame) -> Walk[Type]:
        type_ = self.unifier.fresh()
        if node.type is not None:
            type_ = self.annotation(node.type)
        elif node.kind == "param":
            type_ = FLOAT
        allowed: list[str] = []
        for name in node.allowed or ():
            allowed += self.allowed(name, frame)
        self.findings.allowed[node] = tuple(dict.fromkeys(allowed))
        for arg in node.args or ():
            yield self.visit(arg, frame)
        return type_

    def allowed(self, name: s.Name, frame: Frame) -> list[str]:
        """The instances that a name in the braces of a hole stands for."""
        dsl = self.findings.dsl
        if name.name in dsl:
            return [name.name]
        found = [n for n, _ in self.findings.candidates(name.name)]
        found = found or [n for n in dsl if n.partition(".")[0] == name.name]
        if not found:
            self.unknown(name, frame, "function")
        return found
