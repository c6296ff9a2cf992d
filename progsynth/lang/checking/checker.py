"""What the visits of all nodes share: problems with names and types, and operators.

Types flow by unification; nothing is converted. What is wrong is noted once and then fits
everywhere (`unifier.ERROR`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from progsynth.lang.checking import suggest
from progsynth.lang.checking.findings import Findings, Key
from progsynth.lang.checking.overload import Questions, Use
from progsynth.lang.checking.scope import Frame, Variable
from progsynth.lang.checking.unifier import ERROR, is_numeric
from progsynth.lang.text import surface as s
from progsynth.lang.types import (
    BOOL,
    FLOAT,
    INT,
    Type,
    as_int,
    dict_of,
    has_class,
    type_problem,
    variables,
    walk_type,
)
from progsynth.lang.walk import Walk

CLASSES = {
    "hashable": "int, bool, str, choice and tuples of these are hashable",
    "ordered": "dicts, graphs, memories, tensors and functions are not",
    "equal": "tensors and functions cannot be compared",
}
CONSTANTS = ("inf", "nan")  # names of floats that have no literal


class Checker(ABC):
    """Visits the nodes of one function, and notes findings."""

    def __init__(self, findings: Findings):
        self.findings = findings
        self.unifier = findings.unifier
        self.questions = Questions(findings.unifier)
        self.problem = findings.problem
        self.letters: frozenset[str] = frozenset()  # the type variables of the signature
        self.frames: dict[s.Definition, Frame] = {}  # of the function and those inside it

    @abstractmethod
    def visit(self, node: s.Expression, frame: Frame) -> Walk[Type]:
        """The type of the expression; ERROR where a problem is noted."""

    def visit_all(self, nodes: Iterable[s.Expression], frame: Frame) -> Walk[list[Type]]:
        found = []
        for node in nodes:
            found.append((yield self.visit(node, frame)))
        return found

    # ------------------------------------------------------------------------------- names

    def name(self, node: s.Name, frame: Frame) -> Type:
        """The type of a variable; functions are no values."""
        if node.neural:
            known = self.is_submodule(node, frame)
            return self.stored_function(node, f"'neural {node.name}'") if known else ERROR
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

    def is_submodule(self, node: s.Name, frame: Frame) -> bool:
        """Is what `neural name` names a neural submodule? If not, report it."""
        name, known = node.name, self.findings.submodules
        local = frame.find(name)
        if isinstance(local, Variable):
            message = f"'{name}' is the variable of line {local.line}, not a neural submodule"
            hint = "give the variable another name" if name in known else "leave 'neural' out"
        elif name in known and local is None:
            return True
        elif local or name in self.findings.reported or self.findings.candidates(name):
            message = f"'{name}' is an ordinary function, not a neural submodule"
            hint = "leave 'neural' out, which is for functions that are learnt"
        else:
            message = f"there is no neural submodule '{name}' here"
            close = suggest.near(name, known)
            hint = f"did you mean '{close}'? If not, " if close else ""
            hint += f"declare it before: neural {name}(image: tensor[1, 8, 8]) -> choice[10]"
        self.problem(node, message, hint=hint)
        return False

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

    def need(self, node: s.Node, names: Iterable[str], what: str) -> None:
        """Report functions that a construct stands for and that the pack has not."""
        dsl = self.findings.dsl
        missing = [n for n in names if not dsl.overloads(n)]
        if missing:
            self.problem(node, f"{what} needs {', '.join(missing)}, not in the pack '{dsl.name}'")

    def annotation(self, node: s.TypeExpression) -> Type:
        """A written type as that of a value: a choice is an int. ERROR with its problem noted."""
        return as_int(self.declared(node))

    def declared(self, node: s.TypeExpression) -> Type:
        """A type as written, or ERROR with its problem noted."""
        why = next((p for t in walk_type(node.type) if (p := type_problem(t))), "")
        unknown = [v for v in variables(node.type) if v not in self.letters]
        if not why and unknown:
            why = f"the type variable '{unknown[0]}' is not in the function's parameters"
        if why:
            self.problem(node, f"this type is not possible: {why}")
            return ERROR
        return node.type

    # ------------------------------------------------------------------------------- types

    def condition(self, node: s.Expression, frame: Frame, where: str) -> Walk[None]:
        """Visit an expression that must be a bool."""
        type_ = yield self.visit(node, frame)
        if not self.unifier.unify(type_, BOOL):
            (found,) = self.unifier.show(type_)
            hint = suggest.condition(self.known(type_), self.findings.dsl)
            self.problem(node, f"the condition of {where}", expected="bool", found=found, hint=hint)

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
            hint = f"{CLASSES['hashable']}; make a tuple of a list by its items"
            self.problem(node, "the keys of a dict", expected="hashable", found=shown, hint=hint)
            return ERROR
        self.demand(key, "hashable", "a dict", node)
        return dict_of(key, value)

    def demand(self, type_: Type, cls: str, what: str, node: s.Node) -> None:
        self.findings.constraints.append((type_, cls, what, node))

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
        self.questions.ask(Use(self.findings, node, key, symbol, candidates, args, result, report))
        return result
