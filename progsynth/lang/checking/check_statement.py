"""Names and types of statements: assignments, branches, loops, returns, nested functions.

Beside the types, the visits follow which variables are sure to have a value (`Frame.assigned`,
a set as an int) and whether a place can be reached at all (the set of all variables).
"""

from __future__ import annotations

from progsynth.lang.checking.check_expression import ExpressionChecker
from progsynth.lang.checking.overload import Use
from progsynth.lang.checking.scope import UNREACHABLE, Frame, Nested, assigned_names, breaks, stops
from progsynth.lang.checking.unifier import ERROR
from progsynth.lang.operators import BINARY
from progsynth.lang.text import surface as s
from progsynth.lang.types import Type, as_int, tuple_of, variables, walk_type
from progsynth.lang.walk import Walk

MAX_COPIES = 1_000  # of nested functions, which are put in where they are used


class StatementChecker(ExpressionChecker):
    """Visits the statements of one function, with their expressions."""

    def block(self, block: s.Block, frame: Frame) -> Walk[None]:
        """Visit a block; the `def`s in it end with it."""
        before = set(frame.nested)
        for statement in block:
            yield self.statement(statement, frame)
            self.questions.propagate()
        for name in set(frame.nested) - before:
            frame.left[name] = frame.nested.pop(name).definition.place.line

    def statement(self, node: s.Statement, frame: Frame) -> Walk[None]:
        match node:
            case s.Assign():
                yield self.assign(node, frame)
            case s.AugmentedAssign():
                yield self.augmented(node, frame)
            case s.IfStatement():
                yield self.if_statement(node, frame)
            case s.WhileStatement(cond=cond, body=body):
                yield self.condition(cond, frame, "'while'")
                yield self.loop(node, body, frame)
                if _is_true(cond) and not breaks(body):
                    frame.assigned = UNREACHABLE
            case s.ForStatement():
                yield self.for_statement(node, frame)
            case s.Return(value=value):
                yield self.return_statement(value, frame)
            case s.Break() | s.Continue():
                word = "break" if isinstance(node, s.Break) else "continue"
                if not frame.loops:
                    self.problem(node, f"'{word}' stands outside a loop")
                frame.assigned = UNREACHABLE
            case s.Pass():
                pass
            case s.ExpressionStatement(value=value):
                yield self.unused(value, frame)
            case s.Definition():
                yield self.nested(node, frame)
            case _:
                raise AssertionError(f"no such statement: {type(node).__name__}")

    # ---------------------------------------------------------------------- assignments

    def assign(self, node: s.Assign, frame: Frame) -> Walk[None]:
        if isinstance(node.value, s.LambdaExpression) and isinstance(node.target, s.Name):
            name = node.target.name
            params = ", ".join(p.name for p in node.value.params)
            self.problem(
                node.value,
                "a lambda stands only as an argument",
                hint=f"write a nested function: def {name}({params}): return ...",
            )
            self.store(node.target, ERROR, frame)
            return
        given = yield self.visit(node.value, frame)
        if node.annotation is not None:
            declared = self.annotation(node.annotation)
            if not isinstance(node.target, s.Name):
                self.problem(node.annotation, "only a single name takes a type")
            else:
                self.store(node.target, declared, frame)
                self.same(node.value, given, declared, f"the value of '{node.target.name}'")
                return
        yield self.store_any(node.target, node.value, given, frame)

    def store_any(
        self, target: s.Target, value: s.Expression, given: Type, frame: Frame
    ) -> Walk[None]:
        """Give a target of any form a value of the type `given`."""
        todo: list[tuple[s.Expression, s.Expression, Type]] = [(target, value, given)]
        while todo:
            node, value, given = todo.pop()
            if isinstance(node, s.Name):
                self.store(node, given, frame, value)
            elif isinstance(node, s.TupleLiteral):
                items = self.taken_apart(node, value, given)
                values: tuple[s.Expression, ...] = (value,) * len(node.items)
                if isinstance(value, s.TupleLiteral) and len(value.items) == len(items):
                    values = value.items
                todo.extend(reversed(list(zip(node.items, values, items, strict=True))))
            else:
                assert isinstance(node, s.Index)
                yield self.store_item(node, value, given, None, frame)

    def taken_apart(self, target: s.TupleLiteral, value: s.Node, given: Type) -> tuple[Type, ...]:
        """The types of the items of a tuple that as many names stand for."""
        count = len(target.items)
        head = self.unifier.head(given)
        if head.name == "tuple" and len(head.args) != count:
            (shown,) = self.unifier.show(head)
            self.problem(target, f"{count} names for {shown}, which has {len(head.args)} items")
            return (ERROR,) * count
        parts = tuple(self.unifier.fresh() for _ in range(count))
        if not self.unifier.unify(tuple_of(*parts), head):
            (shown,) = self.unifier.show(head)
            message = f"{count} names for one value"
            hint = "only a tuple is taken apart; write xs[0], xs[1] for a list"
            self.problem(value, message, expected="a tuple", found=shown, hint=hint)
            return (ERROR,) * count
        return tuple(self.unifier.head(p) for p in parts)

    def store(
        self, name: s.Name, given: Type, frame: Frame, value: s.Expression | None = None
    ) -> None:
        """Give a variable a value of the type."""
        found = frame.variables.get(name.name)
        assert found is not None, "all names that a function assigns are its variables"
        if name.name in frame.nested:
            line = frame.nested[name.name].definition.place.line
            self.problem(name, f"'{name.name}' is the function of line {line}: use another name")
        elif self.unifier.head(found.type).name == "fn":
            self.problem(name, f"'{name.name}' is a function: it cannot be assigned")
        elif not self.unifier.unify(found.type, given):
            expected, shown = self.unifier.show(found.type, given)
            hint = "a variable keeps the type of its first value: use another name"
            self.problem(
                value or name,
                f"'{name.name}' has a type since line {found.line}",
                expected=expected,
                found=shown,
                hint=hint,
            )
        frame.assigned |= found.bit

    def store_item(
        self,
        target: s.Index,
        value: s.Expression,
        given: Type | None,
        augmented: s.AugmentedAssign | None,
        frame: Frame,
    ) -> Walk[None]:
        """Assign to `xs[i]` or `grid[i][j]`: the variable gets a changed copy.

        For `xs[i] += v`, `given` is None: the type is that of the operator on the item.
        """
        chain = [target]
        while isinstance(chain[-1].value, s.Index):
            chain.append(chain[-1].value)
        root = chain[-1].value
        if not isinstance(root, s.Name):
            self.problem(target, "only the items of a variable can be assigned")
            return
        container = self.name(root, frame)
        for node in reversed(chain):
            index = yield self.visit(node.index, frame)
            item = given
            if node is not target or augmented is not None:
                item = self.item(node, container, index)
            if node is target and augmented is not None:
                assert item is not None
                operand = yield self.visit(augmented.value, frame)
                symbol = augmented.symbol
                item = self.operator(
                    augmented, augmented, BINARY[symbol].form, symbol, [item, operand]
                )
            assert item is not None
            self.put(node, value, container, index, item)
            container = item

    def put(
        self, node: s.Index, value: s.Expression, container: Type, index: Type, item: Type
    ) -> None:
        """Find the `put` that changes an item of the container."""

        def report(use: Use) -> None:
            shown = self.unifier.show(*use.args)
            head = self.unifier.head(container)
            hints = {
                "str": "a text does not change: join a new one, s[:i] + c + s[i + 1:]",
                "tuple": "a tuple does not change: build a new one",
            }
            if head.name in ("list", "dict"):
                key = head.types[0] if head.name == "dict" else Type("int")
                if self.same(node.index, index, key, f"the index into {shown[0]}"):
                    self.same(value, item, head.types[-1], f"the new item of {shown[0]}")
            else:
                message = f"items of {shown[0]} cannot be assigned"
                self.problem(node, message, hint=hints.get(head.name, ""))

        candidates = self.findings.candidates("put")
        if not candidates:
            self.need(node, ["put"], "the assignment to an item")
            return
        args = (container, index, item)
        key = (node, "put")
        self.questions.ask(
            Use(self.findings, node, key, "put", candidates, args, container, report)
        )

    def augmented(self, node: s.AugmentedAssign, frame: Frame) -> Walk[None]:
        if isinstance(node.target, s.Index):
            yield self.store_item(node.target, node.value, None, node, frame)
        elif isinstance(node.target, s.Name):
            types = yield self.visit_all((node.target, node.value), frame)
            symbol = node.symbol
            given = self.operator(node, node, BINARY[symbol].form, symbol, types)
            self.store(node.target, given, frame, node.value)
        else:
            self.problem(node.target, "only a single name can be changed so")

    # ---------------------------------------------------------------- branches and loops

    def if_statement(self, node: s.IfStatement, frame: Frame) -> Walk[None]:
        joined = UNREACHABLE
        union = 0
        for cond, body in node.branches:
            yield self.condition(cond, frame, "'if'")
            before = frame.assigned
            yield self.block(body, frame)
            joined &= frame.assigned
            union |= 0 if frame.assigned == UNREACHABLE else frame.assigned
            frame.assigned = before
        yield self.block(node.orelse, frame)
        joined &= frame.assigned
        union |= 0 if frame.assigned == UNREACHABLE else frame.assigned
        frame.assigned = joined
        if joined != UNREACHABLE:
            line = node.place.line
            why = f"not every branch of the 'if' of line {line} assigns it"
            if not node.orelse:
                why = f"it is assigned inside the 'if' of line {line}, which has no 'else'"
            self.explain(union & ~joined, why, frame)

    def explain(self, missing: int, why: str, frame: Frame) -> None:
        """Keep the reason why these variables may have no value."""
        while missing:
            lowest = missing & -missing
            frame.reasons[frame.order[lowest.bit_length() - 1]] = why
            missing ^= lowest

    def loop(self, node: s.Statement, body: s.Block, frame: Frame) -> Walk[None]:
        before = frame.assigned
        frame.loops += 1
        yield self.block(body, frame)
        frame.loops -= 1
        if frame.assigned != UNREACHABLE:
            line = node.place.line
            why = f"it is assigned inside the loop of line {line}, which may run no time"
            self.explain(frame.assigned & ~before, why, frame)
        frame.assigned = before

    def for_statement(self, node: s.ForStatement, frame: Frame) -> Walk[None]:
        source = yield self.visit(node.source, frame)
        item = self.items(node, node.source, source)
        if stops(node.body):
            self.need(node, ["len", "_[_]", "_ + _", "_ < _"], "a 'for' with 'break' or 'return'")
        before = frame.assigned
        yield self.store_any(node.target, node.source, item, frame)
        inside = frame.assigned
        yield self.loop(node, node.body, frame)
        line = node.place.line
        why = f"it is assigned by the loop of line {line}, which may run no time"
        self.explain(inside & ~before, why, frame)
        frame.assigned = before

    def return_statement(self, value: s.Expression, frame: Frame) -> Walk[None]:
        function = frame.function()
        assert function.result is not None
        given = yield self.visit(value, frame)
        name = function.defining.name if function.defining else "?"
        self.same(value, given, function.result, f"the result of '{name}'")
        frame.assigned = UNREACHABLE

    def unused(self, value: s.Expression, frame: Frame) -> Walk[None]:
        """Report an expression on a line of its own; a text is a docstring."""
        if isinstance(value, s.Literal) and isinstance(value.value, str):
            return
        count = len(self.findings.problems)
        yield self.visit(value, frame)
        if len(self.findings.problems) > count:
            return
        hint = "give it a name, or return it"
        if isinstance(value, s.CallExpression) and value.args:
            first = value.args[0]
            if isinstance(first, s.Name) and isinstance(value.function, s.Name):
                name = first.name
                hint = (
                    f"nothing changes in place: write {name} = {value.function.name}({name}, ...)"
                )
        if isinstance(value, s.Compare) and value.symbols[0] == "==":
            hint = "write = to assign"
        self.problem(value, "the value of this line is not used", hint=hint)

    # ----------------------------------------------------------------- nested functions

    def nested(self, node: s.Definition, frame: Frame) -> Walk[None]:
        """Check a `def` inside a function; its parameters' types may come from its uses."""
        params = tuple(
            self.unifier.fresh() if p.type is None else self.annotation(p.type) for p in node.params
        )
        result = self.unifier.fresh() if node.result is None else self.annotation(node.result)
        for param, type_ in zip(node.params, params, strict=True):
            if self.unifier.head(type_).name == "fn":
                self.problem(param, "a nested function cannot take functions")
        inner = self.enter(node, params, result, frame)
        yield self.block(node.body, inner)
        self.leave(node, inner)
        if node.name in frame.variables:
            line = frame.variables[node.name].line
            self.problem(node, f"'{node.name}' is the variable of line {line}: use another name")
            return
        frame.nested[node.name] = Nested(node, params, result, inner.copies)

    def enter(
        self, node: s.Definition, params: tuple[Type, ...], result: Type, outer: Frame | None
    ) -> Frame:
        """A new frame for the body of a function."""
        frame = Frame(outer, assigned=0, result=result, defining=node)
        self.frames[node] = frame
        for param, type_ in zip(node.params, params, strict=True):
            if param.name in frame.variables:
                self.problem(param, f"two parameters are called '{param.name}'")
            frame.assigned |= frame.declare(param.name, type_, param.place.line)
        for name, first in assigned_names(node.body).items():
            if name not in frame.variables:
                frame.declare(name, self.unifier.fresh(), first.place.line)
        return frame

    def leave(self, node: s.Definition, frame: Frame) -> None:
        """Report a body that can end without a result, and too many copies of nested ones."""
        if frame.assigned != UNREACHABLE:
            self.problem(
                _ending(node),
                f"'{node.name}' can end here without a result",
                hint="add a return at its end, on every path",
            )
        if frame.copies > MAX_COPIES:
            self.problem(
                node,
                f"'{node.name}' uses nested functions {frame.copies} times over: "
                f"at most {MAX_COPIES} are put in where they are used",
                hint="move them to the top level, with parameters for what they read",
            )
            frame.copies = 1

    def function(self, node: s.Definition) -> Walk[tuple[tuple[Type, ...], Type]]:
        """Check a function of the top level; its parameters' types and its result's type.

        These are as written, for those who call it from outside; inside, a choice is an int.
        """
        self.letters = frozenset(
            v for p in node.params if p.type is not None for v in variables(p.type.type)
        )
        params = tuple(self.parameter(node, p) for p in node.params)
        result = self.unifier.fresh() if node.result is None else self.declared(node.result)
        if any(t.name == "fn" for t in walk_type(result)):
            self.problem(node, f"'{node.name}' cannot return a function: return a value")
        frame = self.enter(node, tuple(map(as_int, params)), as_int(result), None)
        yield self.block(node.body, frame)
        self.leave(node, frame)
        self.questions.settle()
        return params, result

    def parameter(self, node: s.Definition, param: s.Parameter) -> Type:
        if param.type is None:
            message = f"the parameter '{param.name}' of '{node.name}' needs a type"
            hint = f"write {param.name}: int, or the type it has"
            self.problem(param, message, hint=hint)
            return ERROR
        type_ = self.declared(param.type)
        if type_.name == "fn" and any(t.name == "fn" for t in type_.types):
            self.problem(param, "a function that is an argument cannot take or give functions")
            return ERROR
        return type_


def _is_true(node: s.Expression) -> bool:
    return isinstance(node, s.Literal) and node.value is True


def _ending(node: s.Definition) -> s.Node:
    return node.body[-1] if node.body else node
