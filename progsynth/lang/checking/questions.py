"""Questions about types that no choice of primitive answers: items, loops, names of functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from progsynth.lang.checking import suggest
from progsynth.lang.checking.overload import Pending, Questions, Use, instantiate
from progsynth.lang.checking.unifier import ERROR, is_flexible, is_numeric
from progsynth.lang.text import surface as s
from progsynth.lang.types import INT, STR, Type, fn_of, list_of


def literal_index(node: s.Expression) -> int | None:
    """The number that an index is written as, or None."""
    if isinstance(node, s.Literal) and type(node.value) is int:
        return node.value
    if isinstance(node, s.Unary) and node.symbol == "-":
        inner = literal_index(node.operand) if isinstance(node.operand, s.Literal) else None
        return None if inner is None else -inner
    return None


@dataclass(slots=True, eq=False)
class ItemAt(Pending):
    """What `value[index]` is: an item of a tuple by position, or what the pack's `_[_]` gives."""

    node: s.Index
    container: Type
    index: Type
    result: Type
    of_pack: Callable[[s.Index, Type, Type], Type]

    def waits_for(self) -> list[Type]:
        return [self.container]

    def attempt(self) -> bool:
        findings = self.findings
        unifier = findings.unifier
        head = unifier.head(self.container)
        if is_flexible(head):
            return False
        if head is ERROR:
            unifier.unify(self.result, ERROR)
        elif head.name == "tuple":
            unifier.unify(self.result, self.position(head))
        else:
            found = self.of_pack(self.node, self.container, self.index)
            if not unifier.unify(self.result, found):
                expected, shown = unifier.show(self.result, found)
                findings.problem(self.node, "this item", expected=expected, found=shown)
        return True

    def position(self, tuple_: Type) -> Type:
        """The type of the item of a tuple."""
        count, index = len(tuple_.args), literal_index(self.node.index)
        (shown,) = self.findings.unifier.show(tuple_)
        if index is None:
            hint = "write t[0], or take the tuple apart: a, b = t"
            message = f"the index into {shown} must be a literal int"
            self.findings.problem(self.node.index, message, hint=hint)
            return ERROR
        if not -count <= index < count:
            allowed = f"0 to {count - 1}" if count else "none: it is empty"
            message = f"the index into {shown}"
            self.findings.problem(self.node.index, message, expected=allowed, found=str(index))
            return ERROR
        position = index % count
        self.findings.positions[self.node] = position
        self.findings.unifier.unify(self.index, INT)
        return tuple_.types[position]

    def give_up(self) -> None:
        message = "nothing says what type this has, so that it cannot be indexed"
        self.findings.problem(
            self.node.value, message, hint="give it a name with a type first: x: list[int] = ..."
        )
        self.findings.unifier.unify(self.result, ERROR)


@dataclass(slots=True, eq=False)
class Items(Pending):
    """What a loop over a value gives: items of a list, characters of a text, keys of a dict."""

    loop: s.ForStatement | s.ComprehensionFor
    source: Type
    item: Type

    def waits_for(self) -> list[Type]:
        return [self.source]

    def attempt(self) -> bool:
        unifier = self.findings.unifier
        head = unifier.head(self.source)
        if is_flexible(head) and not is_numeric(head):
            return False
        if head.name == "list":
            given = head.types[0]
        elif head == STR:
            given = self.through("chars", STR)
        elif head.name == "dict":
            given = self.through("keys", head.types[0])
        else:
            given = ERROR
            if head is not ERROR:
                self.report(head)
        if not unifier.unify(self.item, given):
            expected, found = unifier.show(self.item, given)
            self.findings.problem(self.node, "the items here", expected=expected, found=found)
        return True

    def through(self, name: str, item: Type) -> Type:
        """Note the function that makes a list of the source."""
        instances = self.findings.dsl.overloads(name)
        if not instances:
            pack = self.findings.dsl.name
            message = f"this loop needs '{name}', not in the pack '{pack}'"
            self.findings.problem(self.node, message)
            return ERROR
        self.findings.instances[self.loop] = instances[0]
        return item

    def report(self, head: Type) -> None:
        (found,) = self.findings.unifier.show(head)
        hints = {
            "int": "write range(n) to count",
            "tuple": "take the tuple apart: a, b = t",
            "graph": "write nodes(g) for its nodes",
            "memory": "write contents(m) for a dict of it",
        }
        self.findings.problem(
            self.node,
            "what a loop goes over",
            expected="a list, a str or a dict",
            found=found,
            hint=hints.get("int" if found == "int" else head.name, ""),
        )

    def assume(self) -> None:
        self.findings.unifier.unify(self.source, list_of(self.item))

    def give_up(self) -> None:
        if not self.findings.problems:
            self.findings.problem(self.node, "nothing says what this loop goes over")
        self.findings.unifier.unify(self.item, ERROR)


@dataclass(slots=True, eq=False)
class FunctionName(Pending):
    """The name of a function of the text or the pack, given as an argument."""

    node: s.Name
    expected: Type
    label: str
    questions: Questions

    def waits_for(self) -> list[Type]:
        return [self.expected]

    def attempt(self) -> bool:
        findings = self.findings
        unifier = findings.unifier
        head = unifier.head(self.expected)
        if is_flexible(head):
            return False
        if head is ERROR:
            return True
        name = self.node.name
        *params, result = head.types
        known = findings.candidates(name)
        candidates = [
            c
            for c in known
            if len(c[1].params) == len(params) and all(t.name != "fn" for t in c[1].types)
        ]
        if not candidates:
            (shown,) = unifier.show(head)
            findings.problem(
                self.node,
                self.label,
                expected=f"a function {shown}",
                found=f"'{name}' {known[0][1]}",
            )
            return True

        def report(use: Use) -> None:
            (shown,) = unifier.show(self.expected)
            hint = suggest.callable_with(name, [signature.types for _, signature in known])
            expected, found = f"a function {shown}", f"'{name}'"
            findings.problem(self.node, self.label, expected=expected, found=found, hint=hint)

        if len(candidates) == 1:
            inner, given, _ = instantiate(candidates[0][1], unifier)
            if not unifier.could_equal(fn_of(inner, given), self.expected):
                (shown,) = unifier.show(self.expected)
                found = f"'{name}' {candidates[0][1]}"
                expected = f"a function {shown}"
                findings.problem(self.node, self.label, expected=expected, found=found)
                return True
        use = Use(findings, self.node, self.node, name, candidates, tuple(params), result, report)
        self.questions.ask(use)
        return True

    def give_up(self) -> None:
        if not self.findings.problems:
            self.findings.problem(self.node, f"nothing says which '{self.node.name}' is meant")
