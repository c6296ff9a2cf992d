"""Calls: which function is meant, and whether the arguments fit.

Arguments that are functions are visited after the others of their call, so that the types of a
lambda's parameters are known by then.
"""

from __future__ import annotations

from collections.abc import Iterable

from progsynth.lang.checking import suggest
from progsynth.lang.checking.checker import Checker
from progsynth.lang.checking.overload import Candidate, Use, instantiate
from progsynth.lang.checking.questions import FunctionName
from progsynth.lang.checking.scope import Frame, Nested, Variable
from progsynth.lang.checking.unifier import ERROR, is_flexible
from progsynth.lang.text import surface as s
from progsynth.lang.types import Type, fn_of
from progsynth.lang.walk import Walk


class CallChecker(Checker):
    """Visits calls, and functions as arguments."""

    def call(self, node: s.CallExpression, frame: Frame) -> Walk[Type]:
        function = node.function
        if isinstance(function, s.Name) and function.neural:
            if self.is_submodule(function, frame):
                candidates = self.findings.candidates(function.name)
                return (yield self.call_named(node, function, candidates, frame))
        elif isinstance(function, s.Name):
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
        if isinstance(node, s.LambdaExpression) or (isinstance(node, s.Name) and node.neural):
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
                if isinstance(arg, s.HoleExpression):
                    kind = "" if arg.kind == "expression" else arg.kind
                    hint = f"write a lambda around the hole: lambda x: ??{kind}(x)"
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
        self.questions.ask(use)
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

    # -------------------------------------------------------------- functions as arguments

    def function_argument(
        self, node: s.Expression, expected: Type, label: str, frame: Frame
    ) -> Walk[None]:
        """Visit a lambda or a function's name given where `expected` is."""
        head = self.unifier.head(expected)
        if isinstance(node, s.Name) and node.neural and not self.is_submodule(node, frame):
            return
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
