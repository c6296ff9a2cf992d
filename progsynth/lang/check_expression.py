"""Names and types of expressions: every visit gives the expression's type and notes problems.

Types flow by unification; nothing is converted. Arguments that are functions are visited after
the others of their call, so that the types of a lambda's parameters are known by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from progsynth.lang import suggest
from progsynth.lang import surface as s
from progsynth.lang.findings import Findings, Key
from progsynth.lang.operators import BINARY, INDEX, SLICES, UNARY
from progsynth.lang.overload import Candidate, Questions, Use, instantiate
from progsynth.lang.questions import FunctionName, ItemAt, Items
from progsynth.lang.scope import Frame, Nested, Variable, target_names
from progsynth.lang.types import (
    BOOL,
    FLOAT,
    INT,
    STR,
    Type,
    dict_of,
    fn_of,
    has_class,
    list_of,
    tuple_of,
    type_problem,
    variables,
    walk_type,
)
from progsynth.lang.unifier import ERROR, is_flexible, is_numeric
from progsynth.lang.walk import Walk

HASHABLE = "int, bool, str, choice and tuples of these are hashable"
CLASSES = {
    "hashable": HASHABLE,
    "ordered": "dicts, graphs, memories, tensors and functions are not",
    "equal": "tensors and functions cannot be compared",
}
CONSTANTS = ("inf", "nan")  # names of floats that have no literal


def is_constant(node: s.Expression, frame: Frame) -> bool:
    """Is it `inf` or `nan`, and no variable of that name?"""
    return isinstance(node, s.Name) and node.name in CONSTANTS and frame.find(node.name) is None


class ExpressionChecker:
    """Visits the expressions of one function."""

    def __init__(self, findings: Findings):
        self.findings = findings
        self.unifier = findings.unifier
        self.questions = Questions(findings.unifier)
        self.problem = findings.problem
        self.letters: frozenset[str] = frozenset()  # the type variables of the signature
        self.frames: dict[s.Definition, Frame] = {}  # of the function and those inside it

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

    def visit_all(self, nodes: Iterable[s.Expression], frame: Frame) -> Walk[list[Type]]:
        found = []
        for node in nodes:
            found.append((yield self.visit(node, frame)))
        return found

    # ------------------------------------------------------------------------ leaves

    def literal(self, value: Any) -> Type:
        if isinstance(value, bool):
            return BOOL
        if isinstance(value, int):
            return self.unifier.fresh_number()
        return FLOAT if isinstance(value, float) else STR

    def name(self, node: s.Name, frame: Frame) -> Type:
        """The type of a variable; functions are no values."""
        found = frame.find(node.name)
        if isinstance(found, Variable):
            self.has_value(node, found, frame)
            if self.unifier.head(found.type).name == "fn":
                return self.stored_function(node, f"'{node.name}'")
            return found.type
        if found is not None or self.findings.candidates(node.name):
            return self.stored_function(node, f"'{node.name}'")
        if node.name in CONSTANTS:
            return FLOAT
        self.unknown(node, frame)
        return ERROR

    def has_value(self, node: s.Name, variable: Variable, frame: Frame) -> None:
        """Report a variable that may have no value here, once."""
        where = frame.missing(node.name)
        if where is None:
            return
        where.assigned |= variable.bit
        reason = where.reasons.get(node.name)
        if reason:
            message = f"'{node.name}' may have no value here: {reason}"
        else:
            message = f"'{node.name}' has no value here: nothing before assigns it"
        self.problem(node, message, hint=f"give '{node.name}' a value before")

    def unknown(self, node: s.Name, frame: Frame, what: str = "name") -> None:
        if node.name in self.findings.reported:
            return
        left = frame.function().left.get(node.name)
        if left:
            message = f"'{node.name}' is defined inside the block of line {left} only"
            self.problem(node, message, hint="define it before that block")
            return
        if any(f.defining is not None and f.defining.name == node.name for f in frame.chain()):
            self.recursion(node)
            return
        dsl = self.findings.dsl
        surfaces = [dsl.surface_of(n) for n in dsl]
        known = [*frame.names(), *self.findings.functions, *surfaces]
        hint = suggest.unknown_name(node.name, known)
        if not hint and what == "name":
            hint = "assign it before, or make it a parameter"
        self.problem(node, f"there is no {what} '{node.name}' here", hint=hint)

    def recursion(self, node: s.Name) -> None:
        self.problem(
            node,
            f"'{node.name}' calls itself: functions cannot be recursive",
            hint="write a while loop with a list of what is still to do, or use fold",
        )

    def stored_function(self, node: s.Node, what: str) -> Type:
        self.problem(
            node,
            f"{what} is a function: functions are arguments only, not values",
            hint="call it, give it to a function such as map, or write a def to name it",
        )
        return ERROR

    # --------------------------------------------------------------------- operators

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
            self.operator(node, (node, number), form, symbol, types[number : number + 2])
        return BOOL

    def operator(self, node: s.Node, key: Key, form: str, symbol: str, types: list[Type]) -> Type:
        """The type of an operator's result; its instance is found now or later."""
        candidates = self.findings.candidates(form)
        dsl = self.findings.dsl
        if not candidates:
            self.problem(node, f"the language pack '{dsl.name}' has no '{symbol}'")
            return ERROR

        def report(use: Use) -> None:
            shown = self.unifier.show(*use.args)
            resolved = [self.known(a) for a in use.args]
            hint = suggest.operator(symbol, resolved, suggest.takes(form, dsl), dsl)
            for _, cls in (d for c in use.candidates for d in c[1].classes):
                if len(use.candidates) == 1 and not all(has_class(t, cls) for t in resolved):
                    hint = f"only values of an {cls} type have it: {CLASSES[cls]}"
            self.problem(node, f"no '{symbol}' for {' and '.join(shown)}", hint=hint)

        result = self.unifier.fresh()
        args = tuple(types)
        self.ask(Use(self.findings, node, key, symbol, candidates, args, result, report))
        return result

    def ask(self, use: Use) -> None:
        self.questions.ask(use)

    def condition(self, node: s.Expression, frame: Frame, where: str) -> Walk[None]:
        """Visit an expression that must be a bool."""
        type_ = yield self.visit(node, frame)
        if not self.unifier.unify(type_, BOOL):
            (found,) = self.unifier.show(type_)
            hint = suggest.condition(self.known(type_), self.findings.dsl)
            self.problem(node, f"the condition of {where}", expected="bool", found=found, hint=hint)

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

    def same(self, node: s.Node, found: Type, expected: Type, what: str) -> bool:
        """Make the types equal, or report it."""
        if self.unifier.unify(found, expected):
            return True
        shown = self.unifier.show(expected, found)
        hint = suggest.conversion(self.known(found), self.known(expected), self.findings.dsl)
        self.problem(node, what, expected=shown[0], found=shown[1], hint=hint)
        return False

    def known(self, type_: Type) -> Type:
        """What is known of a type, a number literal taken as an int."""
        found = self.unifier.resolve(type_)
        return INT if is_numeric(found) else found

    def common(self, nodes: tuple[s.Expression, ...], types: list[Type], what: str) -> Type:
        """The one type of several nodes."""
        first: Type = self.unifier.fresh()
        for node, type_ in zip(nodes, types, strict=True):
            if not self.same(node, type_, first, f"{what} must be of one type"):
                break
        return first

    def dict_type(self, node: s.Node, key: Type, value: Type) -> Type:
        """The type of a dict of these; ERROR where the keys cannot be keys."""
        known = self.unifier.resolve(key)
        if known is not ERROR and not has_class(known, "hashable"):
            (shown,) = self.unifier.show(known)
            hint = f"{HASHABLE}; make a tuple of a list by its items"
            self.problem(node, "the keys of a dict", expected="hashable", found=shown, hint=hint)
            return ERROR
        self.demand(key, "hashable", "a dict", node)
        return dict_of(key, value)

    def demand(self, type_: Type, cls: str, what: str, node: s.Node) -> None:
        self.findings.constraints.append((type_, cls, what, node))

    # ----------------------------------------------------------------- items and slices

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
        self.ask(Use(self.findings, node, node, "[]", candidates, args, result, report))
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

    # -------------------------------------------------------------------------- calls

    def call(self, node: s.CallExpression, frame: Frame) -> Walk[Type]:
        function = node.function
        if isinstance(function, s.Name):
            found = frame.find(function.name)
            if isinstance(found, Variable):
                return (yield self.call_variable(node, function, found, frame))
            if isinstance(found, Nested):
                self.findings.nested[function] = found.definition
                frame.function().copies += found.copies
                where = f"'{function.name}'"
                params, result = found.params, found.result
                yield self.call_one(node, where, params, result, (), frame)
                return result
            candidates = self.findings.candidates(function.name)
            if candidates:
                return (yield self.call_named(node, function, candidates, frame))
            self.unknown(function, frame, "function")
        elif isinstance(function, s.Attribute):
            shown = function.value.name if isinstance(function.value, s.Name) else "xs"
            hint = suggest.method(function.name, shown, self.findings.dsl)
            message = f"values have no methods: found '.{function.name}(...)'"
            self.problem(function, message, hint=hint)
        elif isinstance(function, s.LambdaExpression):
            self.problem(
                function, "a lambda cannot be called where it is written", hint="write a def"
            )
        else:
            yield self.visit(function, frame)
            self.problem(function, "only a function can be called, by its name")
        yield self.visit_anyway(node.args, frame)
        return ERROR

    def visit_anyway(self, args: Iterable[s.Expression], frame: Frame) -> Walk[None]:
        """Visit the arguments of a call that is wrong, for the problems inside them."""
        for arg in args:
            if not self.is_function(arg, frame):
                yield self.visit(arg, frame)

    def is_function(self, node: s.Expression, frame: Frame) -> bool:
        """Is the argument a lambda, or the name of a function?"""
        if isinstance(node, s.LambdaExpression):
            return True
        if not isinstance(node, s.Name):
            return False
        found = frame.find(node.name)
        if isinstance(found, Variable):
            return self.unifier.head(found.type).name == "fn"
        return found is not None or bool(self.findings.candidates(node.name))

    def call_variable(
        self, node: s.CallExpression, function: s.Name, variable: Variable, frame: Frame
    ) -> Walk[Type]:
        """A call of a function parameter; of another variable, an error."""
        type_ = self.unifier.head(variable.type)
        if type_.name == "fn":
            *params, result = type_.types
            yield self.call_one(node, f"'{function.name}'", tuple(params), result, (), frame)
            return result
        yield self.visit_anyway(node.args, frame)
        if type_ is not ERROR:
            (shown,) = self.unifier.show(type_)
            hint = ""
            if self.findings.candidates(function.name):
                hint = (
                    f"the variable of line {variable.line} hides the function "
                    f"'{function.name}': give the variable another name"
                )
            message = f"'{function.name}' is a variable of type {shown}, not a function"
            self.problem(function, message, hint=hint)
        return ERROR

    def call_named(
        self,
        node: s.CallExpression,
        function: s.Name,
        candidates: list[Candidate],
        frame: Frame,
    ) -> Walk[Type]:
        name, count = function.name, len(node.args)
        fitting = [c for c in candidates if len(c[1].params) == count]
        if not fitting:
            counts = sorted({len(signature.params) for _, signature in candidates})
            shown = " or ".join(map(str, counts))
            self.problem(
                node,
                f"'{name}' takes {shown} argument{'' if counts == [1] else 's'}, found {count}",
                hint=f"it is {name}{candidates[0][1]}",
            )
            yield self.visit_anyway(node.args, frame)
            return ERROR
        if len(fitting) == 1:
            instance, signature = fitting[0]
            self.findings.instances[function] = instance
            params, result, demands = instantiate(signature, self.unifier)
            yield self.call_one(node, f"'{name}'", params, result, demands, frame)
            return result
        return (yield self.call_overloaded(node, function, fitting, frame))

    def call_one(
        self,
        node: s.CallExpression,
        where: str,
        params: tuple[Type, ...],
        result: Type,
        demands: Iterable[tuple[Type, str]],
        frame: Frame,
    ) -> Walk[None]:
        """Visit the arguments of a call whose parameters are known; the functions last."""
        if len(params) != len(node.args):
            message = f"{where} takes {len(params)} argument{'' if len(params) == 1 else 's'}"
            self.problem(node, f"{message}, found {len(node.args)}")
            yield self.visit_anyway(node.args, frame)
            return
        labels = [f"argument {n} of {where}" for n in range(1, len(params) + 1)]
        later = []
        for arg, param, label in zip(node.args, params, labels, strict=True):
            if self.is_function(arg, frame):
                later.append((arg, param, label))
                continue
            type_ = yield self.visit(arg, frame)
            if self.unifier.head(param).name == "fn" and self.unifier.head(type_) is not ERROR:
                expected, found = self.unifier.show(param, type_)
                hint = "write a lambda, or the name of a function"
                self.problem(arg, label, expected=f"a function {expected}", found=found, hint=hint)
            else:
                self.same(arg, type_, param, label)
        for arg, param, label in later:
            yield self.function_argument(arg, param, label, frame)
        for type_, cls in demands:
            self.demand(type_, cls, where, node)

    def call_overloaded(
        self,
        node: s.CallExpression,
        function: s.Name,
        candidates: list[Candidate],
        frame: Frame,
    ) -> Walk[Type]:
        """A call of which the types of the arguments choose the meaning."""
        types: list[Type] = []
        later = []
        for number, arg in enumerate(node.args):
            if self.is_function(arg, frame):
                types.append(self.unifier.fresh())
                later.append((number, arg))
            else:
                types.append((yield self.visit(arg, frame)))
        functions = {n for n, _ in later}
        fitting = [
            c
            for c in candidates
            if all((t.name == "fn") == (n in functions) for n, t in enumerate(c[1].types))
        ]
        result = self.unifier.fresh()
        name = function.name
        use = Use(
            self.findings, node, function, name, fitting, tuple(types), result,
            lambda use: self.no_overload(node, name, candidates, use),
        )  # fmt: skip
        self.ask(use)
        for number, arg in later:
            label = f"argument {number + 1} of '{name}'"
            yield self.function_argument(arg, types[number], label, frame)
        return result

    def no_overload(
        self, node: s.CallExpression, name: str, candidates: list[Candidate], use: Use
    ) -> None:
        """Report a call that no candidate takes; one wrong argument is shown itself."""
        for number, arg in enumerate(node.args):
            args = tuple(self.unifier.fresh() if n == number else t for n, t in enumerate(use.args))
            probe = Use(
                self.findings, node, use.key, name, candidates, args, use.result, use.report
            )
            near = [c for c in candidates if probe.fits(c)]
            if len(near) == 1 and len(node.args) > 1:
                params, _, _ = instantiate(near[0][1], self.unifier)
                for n, (param, type_) in enumerate(zip(params, args, strict=True)):
                    if n != number:
                        self.unifier.unify(param, type_)
                if self.unifier.could_equal(params[number], use.args[number]):
                    break
                what = f"argument {number + 1} of '{name}'"
                self.same(arg, use.args[number], params[number], what)
                return
        shown = ", ".join(self.unifier.show(*use.args))
        takes = [signature.types for _, signature in candidates]
        hint = suggest.callable_with(name, takes)
        self.problem(node, f"no '{name}' for ({shown})", hint=hint)

    # ------------------------------------------------------------- functions as arguments

    def function_argument(
        self, node: s.Expression, expected: Type, label: str, frame: Frame
    ) -> Walk[None]:
        """Visit a lambda or a function's name given where `expected` is."""
        head = self.unifier.head(expected)
        if head is ERROR:
            return
        if head.name != "fn" and not is_flexible(head):
            (shown,) = self.unifier.show(head)
            self.problem(node, label, expected=shown, found="a function")
            return
        if isinstance(node, s.LambdaExpression):
            yield self.lambda_argument(node, expected, label, frame)
            return
        assert isinstance(node, s.Name)
        found = frame.find(node.name)
        if isinstance(found, Variable):
            self.same(node, found.type, expected, label)
        elif isinstance(found, Nested):
            self.findings.nested[node] = found.definition
            frame.function().copies += found.copies
            self.same(node, fn_of(found.params, found.result), expected, label)
        else:
            self.questions.ask(FunctionName(self.findings, node, expected, label, self.questions))

    def lambda_argument(
        self, node: s.LambdaExpression, expected: Type, label: str, frame: Frame
    ) -> Walk[None]:
        head = self.unifier.head(expected)
        count = len(node.params)
        if head.name != "fn":
            head = fn_of(tuple(self.unifier.fresh() for _ in range(count)), self.unifier.fresh())
            if not self.unifier.unify(expected, head):
                return
        *params, result = head.types
        if len(params) != count:
            (shown,) = self.unifier.show(head)
            found = f"a lambda of {count} parameter{'' if count == 1 else 's'}"
            self.problem(node, label, expected=f"a function {shown}", found=found)
            return
        inner = Frame(frame)
        for name, type_ in zip(node.params, params, strict=True):
            if name.name in inner.variables:
                self.problem(name, f"two parameters are called '{name.name}'")
            inner.variables[name.name] = Variable(type_, name.place.line, 1)
        type_ = yield self.visit(node.body, inner)
        self.same(node.body, type_, result, f"{label}: the result of the lambda")

    # ------------------------------------------------------------------- comprehensions

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

    def need(self, node: s.Node, names: Iterable[str], what: str) -> None:
        """Report functions that a construct stands for and that the pack has not."""
        dsl = self.findings.dsl
        missing = [n for n in names if not dsl.overloads(n)]
        if missing:
            self.problem(node, f"{what} needs {', '.join(missing)}, not in the pack '{dsl.name}'")

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

    # --------------------------------------------------------------------------- holes

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

    def annotation(self, node: s.TypeExpression) -> Type:
        """A type as written, or ERROR with its problem noted."""
        why = next((p for t in walk_type(node.type) if (p := type_problem(t))), "")
        unknown = [v for v in variables(node.type) if v not in self.letters]
        if not why and unknown:
            why = f"the type variable '{unknown[0]}' is not in the function's parameters"
        if why:
            self.problem(node, f"this type is not possible: {why}")
            return ERROR
        return node.type
