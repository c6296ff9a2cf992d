"""The few forms of statements that lowering knows: no jumps, and the result only at an end.

`structure.straighten` makes them of surface statements; `live` and `lower_statement` read them.
Expressions are those of the surface tree, and some that straightening makes.
"""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.lang.term import Term
from progsynth.lang.text import surface as s


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """An expression made here: a term without variables."""

    term: Term


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The value of a variable made here."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A call of an instance, made here."""

    name: str
    args: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MadeList:
    """A list of one item, made here."""

    item: Value


@dataclass(frozen=True, slots=True, eq=False)
class Choose:
    """`then` where `cond` holds, else `orelse`, made here."""

    cond: Value
    then: Value
    orelse: Value


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The list that a loop goes over."""

    loop: s.ForStatement


Value = s.Expression | Closed | Read | Made | MadeList | Choose | Source


@dataclass(frozen=True, slots=True, eq=False)
class Set:
    """Give a variable made here, or the target of a `for`, a value."""

    target: str | s.Target
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """Two blocks, one of which runs."""

    cond: Value
    then: Steps
    orelse: Steps


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """While the condition holds."""

    cond: Value
    body: Steps


@dataclass(frozen=True, slots=True, eq=False)
class Each:
    """For each item of the source."""

    loop: s.ForStatement
    body: Steps


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The function's result; always last."""

    value: Value


Step = s.Assign | s.AugmentedAssign | Set | Branch | Loop | Each | Result
Steps = tuple[Step, ...]
