"""What checking finds out about a surface tree, kept beside it, by node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from progsynth.errors import Problem
from progsynth.lang.checking.unifier import Unifier
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import Neural
from progsynth.lang.text import surface as s
from progsynth.lang.types import Signature, Type

# A node, or a node and which of its several meanings: the number of a comparison in a chain, or
# "put" for the assignment to an item.
Key = s.Node | tuple[s.Node, int | str]


@dataclass(frozen=True, slots=True)
class CheckedFunction:
    """A function whose body is checked, with its full signature and its name in core."""

    name: str
    definition: s.Definition
    signature: Signature


@dataclass(frozen=True, slots=True)
class Checked:
    """A surface tree without mistakes, and what is known of it.

    `functions` are in an order in which each calls only earlier ones, the entry last. `types`
    holds the type of every expression; `instances` which primitive or function each use of a
    name or operator means; `nested` which `def` a name means; `positions` the items of tuples
    that are indexed; `allowed` what a hole may use; `variables` and
    `results` those of every function, nested ones too, with their types.
    """

    module: s.Module
    dsl: DSL
    functions: tuple[CheckedFunction, ...]
    neural: tuple[Neural, ...]
    types: Mapping[s.Node, Type]
    instances: Mapping[Key, str]
    nested: Mapping[s.Name, s.Definition]
    positions: Mapping[s.Index, int]
    allowed: Mapping[s.HoleExpression, tuple[str, ...]]
    variables: Mapping[s.Definition, Mapping[str, Type]]
    results: Mapping[s.Definition, Type]


@dataclass(slots=True)
class Findings:
    """The same while checking goes on, with the problems so far and the unknown types."""

    dsl: DSL
    unifier: Unifier = field(default_factory=Unifier)
    problems: list[Problem] = field(default_factory=list)
    types: dict[s.Node, Type] = field(default_factory=dict)
    instances: dict[Key, str] = field(default_factory=dict)
    nested: dict[s.Name, s.Definition] = field(default_factory=dict)
    positions: dict[s.Index, int] = field(default_factory=dict)
    allowed: dict[s.HoleExpression, tuple[str, ...]] = field(default_factory=dict)
    variables: dict[s.Definition, dict[str, Type]] = field(default_factory=dict)
    results: dict[s.Definition, Type] = field(default_factory=dict)
    # Functions of the text by name, each with what core calls it; a prelude may overload names.
    functions: dict[str, list[tuple[str, Signature]]] = field(default_factory=dict)
    # The neural submodules that the text declares or is given.
    submodules: set[str] = field(default_factory=set)
    # Functions of the text that cannot be called yet: each call of them is already reported.
    reported: set[str] = field(default_factory=set)
    # Types that must be of a class, what asks for it, and where.
    constraints: list[tuple[Type, str, str, s.Node]] = field(default_factory=list)

    def problem(
        self, node: s.Node, message: str, *, expected: str = "", found: str = "", hint: str = ""
    ) -> None:
        """Note a problem at the node."""
        place = node.place
        same_line = place.end_line == place.line
        length = place.end_column - place.column if same_line else 1
        made = Problem(message, place.line, place.column, max(1, length), expected, found, hint)
        self.problems.append(made)

    def candidates(self, name: str) -> list[tuple[str, Signature]]:
        """The instances that a surface name or form may mean, with their signatures."""
        return [*self.functions.get(name, ()), *self.of_pack(name)]

    def of_pack(self, name: str) -> list[tuple[str, Signature]]:
        """The same from the language pack alone."""
        return [(n, signature_of(self.dsl[n])) for n in self.dsl.overloads(name)]
