"""Choosing among several meanings of one name, when the types that decide may come later.

Each question that cannot be answered yet is a `Pending`: which `+` this is, what indexing this
value gives, what a loop over it gives. It is asked again when a type that it waits for becomes
known. What is then still open is settled in the order of the text: int literals become int, and
the rest is reported. So `x = 1` is an int unless the program makes a float of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from progsynth.lang.checking.findings import Findings, Key
from progsynth.lang.checking.unifier import ERROR, Unifier, is_flexible, is_numeric
from progsynth.lang.text import surface as s
from progsynth.lang.types import (
    INT,
    Signature,
    Type,
    has_class,
    match,
    substitute,
    variables,
    walk_type,
)

Candidate = tuple[str, Signature]


@dataclass(slots=True, eq=False)
class Pending(ABC):
    """A question about types that waits for its answer."""

    findings: Findings
    node: s.Node

    @abstractmethod
    def waits_for(self) -> list[Type]:
        """The types that may decide it."""

    @abstractmethod
    def attempt(self) -> bool:
        """Answer it, if it can be; True when it is done with."""

    @abstractmethod
    def give_up(self) -> None:
        """Report that nothing decides it."""

    def assume(self) -> None:
        """Take the usual types for what is open: int for literals."""
        unifier = self.findings.unifier
        for type_ in self.waits_for():
            for part in walk_type(unifier.resolve(type_)):
                if is_numeric(part):
                    unifier.unify(part, INT)


class Questions:
    """The pending questions of one function."""

    def __init__(self, unifier: Unifier):
        self.unifier = unifier
        self.open: dict[Pending, None] = {}
        self.waiting: dict[str, dict[Pending, None]] = {}
        self.seen = unifier.mark()

    def ask(self, question: Pending) -> bool:
        """Answer the question now or later; True when it is answered."""
        if question.attempt():
            return True
        self.open[question] = None
        self.watch(question)
        return False

    def watch(self, question: Pending) -> None:
        for type_ in question.waits_for():
            for part in walk_type(self.unifier.resolve(type_)):
                if is_flexible(part):
                    self.waiting.setdefault(part.name, {})[question] = None

    def propagate(self) -> None:
        """Ask again what waited for types that are known by now."""
        while self.seen < self.unifier.mark():
            name = self.unifier.learnt(self.seen)
            self.seen += 1
            for question in self.waiting.pop(name, ()):
                if question not in self.open:
                    continue
                if question.attempt():
                    del self.open[question]
                else:
                    self.watch(question)

    def settle(self) -> None:
        """Answer or report every question."""
        self.propagate()
        for question in list(self.open):
            if question in self.open:
                question.assume()
                self.propagate()
        for question in list(self.open):
            if question in self.open:
                question.give_up()
                del self.open[question]
                self.propagate()


# ------------------------------------------------------------------------- one use of a name


def instantiate(
    signature: Signature, unifier: Unifier
) -> tuple[tuple[Type, ...], Type, list[tuple[Type, str]]]:
    """Parameters, result and class demands with new variables for the signature's own."""
    by = {v: unifier.fresh() for v in variables(signature.type)}
    if not by:
        return signature.types, signature.result, []
    params = tuple(substitute(t, by) for t in signature.types)
    demands = [(by[v], cls) for v, cls in signature.classes]
    return params, substitute(signature.result, by), demands


@dataclass(slots=True, eq=False)
class Use(Pending):
    """A use of a name, operator or form with several meanings, on arguments of these types.

    `report` says that no candidate fits; `name` is how the reader knows it.
    """

    key: Key
    name: str
    candidates: list[Candidate]
    args: tuple[Type, ...]
    result: Type
    report: Callable[[Use], None]
    chosen: Candidate | None = field(default=None)

    def waits_for(self) -> list[Type]:
        return [*self.args, self.result]

    def attempt(self) -> bool:
        unifier = self.findings.unifier
        if any(unifier.head(a) is ERROR for a in self.args):
            unifier.unify(self.result, ERROR)
            return True
        fitting = [c for c in self.candidates if self.fits(c)]
        if not fitting:
            self.report(self)
            unifier.unify(self.result, ERROR)
            return True
        if len(fitting) > 1 and not is_flexible(unifier.head(self.result)):
            fitting = [c for c in fitting if self.fits(c, with_result=True)] or fitting
        if len(fitting) > 1 and all(
            unifier.is_known(a) or unifier.head(a).name == "fn" for a in self.args
        ):
            fitting = [most_specific(fitting)]
        if len(fitting) == 1:
            self.choose(fitting[0])
            return True
        self.candidates = fitting
        return False

    def fits(self, candidate: Candidate, with_result: bool = False) -> bool:
        """Can the candidate take the arguments (and give the result), as far as is known?"""
        signature, unifier = candidate[1], self.findings.unifier
        if len(signature.params) != len(self.args):
            return False
        if any(_apart(p, unifier.head(a)) for p, a in zip(signature.types, self.args, strict=True)):
            return False
        if not variables(signature.type) and not with_result and len(self.args) == 1:
            return unifier.could_equal(signature.types[0], self.args[0])
        mark = unifier.mark()
        params, result, demands = instantiate(signature, unifier)
        fit = all(unifier.unify(p, a) for p, a in zip(params, self.args, strict=True))
        fit = fit and (not with_result or unifier.unify(result, self.result))
        fit = fit and all(has_class(_right(unifier.resolve(t)), cls) for t, cls in demands)
        unifier.undo(mark)
        return fit

    def choose(self, candidate: Candidate) -> None:
        """This candidate it is."""
        name, signature = candidate
        self.chosen = candidate
        self.findings.instances[self.key] = name
        unifier = self.findings.unifier
        params, result, demands = instantiate(signature, unifier)
        for param, arg in zip(params, self.args, strict=True):
            unifier.unify(param, arg)
        for type_, cls in demands:
            self.findings.constraints.append((type_, cls, self.name, self.node))
        if not unifier.unify(self.result, result):
            expected, found = unifier.show(self.result, result)
            self.findings.problem(
                self.node,
                f"the result of '{self.name}' does not fit here",
                expected=expected,
                found=found,
            )

    def give_up(self) -> None:
        unifier = self.findings.unifier
        unknown = [str(n) for n, a in enumerate(self.args, 1) if not unifier.is_known(a)]
        where = f"argument {unknown[0]}" if unknown else "its arguments"
        self.findings.problem(
            self.node,
            f"cannot tell which '{self.name}' is meant: nothing says what type {where} has",
            hint="give it a name with a type first, such as x: list[int] = ..., or write ??[int]",
        )
        unifier.unify(self.result, ERROR)


def _apart(param: Type, head: Type) -> bool:
    """Can the two types never be equal, by their heads alone?"""
    if param.is_variable or head is ERROR or is_flexible(head):
        return is_numeric(head) and not param.is_variable and param.name not in ("int", "float")
    return param.name != head.name


def _right(type_: Type) -> Type:
    """The type, with errors that are already reported taken as anything."""
    if type_ is ERROR:
        return Type("?")
    if not type_.args:
        return type_
    return Type(type_.name, tuple(_right(a) if isinstance(a, Type) else a for a in type_.args))


def most_specific(candidates: list[Candidate]) -> Candidate:
    """The candidate whose parameters are cases of all others'; the first where none is."""
    for name, signature in candidates:
        mine = Type("tuple", signature.types)
        if all(match(Type("tuple", other.types), mine) is not None for _, other in candidates):
            return name, signature
    return candidates[0]
