"""How likely rules are, counted in programs: a table by context that fits any rules.

A weight estimates how often a group of rules is taken where it may be taken (its uses over the
places where it could have stood). Contexts go from the general to the special: anywhere, at a
type, as an argument of a parent. Each is smoothed towards the one before it by a pseudo-count,
the first towards a prior, so that a table fitted on lists of numbers says something of texts too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.grammar.derive import derivation
from progsynth.grammar.rules import Place, Rule, Rules
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program

Table = Mapping[str, Mapping[str, int]]  # context or group -> group or member -> number

# What a group weighs that no program has used: a call as little as it is one of many.
_PRIOR: Mapping[str, float] = {
    "variable": 1.0,
    "constant": 0.5,
    "call": 0.05,
    "if": 0.1,
    "and": 0.05,
    "or": 0.05,
    "list": 0.03,
    "tuple": 0.3,
    "project": 0.2,
    "empty": 0.02,
    "let": 0.02,
}
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """The uses of groups of rules by context, and of members of groups.

    `possible` counts the places where a group could have stood. Without `bigram` the context of
    a place is its type only, with it the rule and argument above as well. `programs` says how
    many were counted, `skipped` how many the rules do not make.
    """

    bigram: bool = True
    pseudo_count: float = 1.0
    uses: Table = field(default_factory=dict)
    possible: Table = field(default_factory=dict)
    members: Table = field(default_factory=dict)
    programs: int = 0
    skipped: int = 0

    def __post_init__(self) -> None:
        if not self.pseudo_count > 0:
            raise ProgsynthError(
                f"pseudo_count: expected a number above 0, found {self.pseudo_count!r}; without "
                "it nothing new would ever be tried"
            )

    def contexts(self, place: Place) -> tuple[str, ...]:
        """The contexts of a place, the most general first."""
        if not self.bigram:
            return ("", f"type {place.type}")
        return ("", f"type {place.type}", _above(place))

    def key(self, place: Place) -> str:
        """What of the place matters beside the rules that may stand there: its last context of
        which anything is known."""
        return next((c for c in reversed(self.contexts(place)) if c in self.possible), "")

    def of_group(self, place: Place, group: str, cost: int) -> float:
        """The weight of a group there; `cost` is that of its cheapest rule."""
        weight = _PRIOR[group.split(" ")[0]] * 2.0 ** (1 - cost)
        for context in self.contexts(place):
            possible = self.possible.get(context, _EMPTY).get(group, 0)
            if possible:
                uses = self.uses.get(context, _EMPTY).get(group, 0)
                weight = (uses + self.pseudo_count * weight) / (possible + self.pseudo_count)
        return weight

    def of_member(self, rule: Rule) -> float:
        """The weight of a rule among those of its group at a place."""
        used = self.members.get(rule.group, _EMPTY).get(rule.member, 0)
        return used + self.pseudo_count * 2.0 ** (1 - rule.cost)

    def as_json(self) -> dict[str, Any]:
        """The table as a JSON object."""
        return {
            "format": _FORMAT,
            "bigram": self.bigram,
            "pseudo_count": self.pseudo_count,
            "uses": {c: dict(some) for c, some in self.uses.items()},
            "possible": {c: dict(some) for c, some in self.possible.items()},
            "members": {c: dict(some) for c, some in self.members.items()},
            "programs": self.programs,
            "skipped": self.skipped,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Weights:
        """The table of a JSON object. Raises ProgsynthError for what is none."""
        if record.get("format") != _FORMAT:
            raise ProgsynthError(
                f"a table of weights: expected 'format': {_FORMAT}, found "
                f"{record.get('format')!r}; fit it again with this version"
            )
        named = {k: v for k, v in record.items() if k != "format"}
        try:
            made = cls(**named)
        except TypeError as error:
            raise ProgsynthError(f"a table of weights: {error}") from None
        for name in ("uses", "possible", "members"):
            if not _is_table(getattr(made, name)):
                raise ProgsynthError(
                    f"a table of weights: '{name}' is to be an object of objects of whole numbers"
                )
        return made


_EMPTY: Mapping[str, int] = {}


def _above(place: Place) -> str:
    return "whole" if place.parent is None else f"{place.parent.group} / {place.argument}"


def _is_table(table: Any) -> bool:
    return isinstance(table, dict) and all(
        isinstance(some, dict) and all(type(n) is int and n >= 0 for n in some.values())
        for some in table.values()
    )


def fit(
    programs: Iterable[tuple[Rules, Program]],
    dsl: DSL,
    *,
    bigram: bool = True,
    pseudo_count: float = 1.0,
) -> Weights:
    """The weights counted in programs, each with the rules of its task.

    Programs that their rules do not make are skipped, and counted as such.
    """
    empty = Weights(bigram, pseudo_count)
    uses: dict[str, Counter[str]] = {}
    possible: dict[str, Counter[str]] = {}
    members: dict[str, Counter[str]] = {}
    counted = skipped = 0
    for rules, program in programs:
        steps = derivation(program, rules, dsl)
        if steps is None:
            skipped += 1
            continue
        counted += 1
        for place, rule in steps:
            could = {other.group: 1 for other in rules.at(place)}
            for context in empty.contexts(place):
                uses.setdefault(context, Counter())[rule.group] += 1
                possible.setdefault(context, Counter()).update(could)
            members.setdefault(rule.group, Counter())[rule.member] += 1
    return replace(
        empty,
        uses=_plain(uses),
        possible=_plain(possible),
        members=_plain(members),
        programs=counted,
        skipped=skipped,
    )


def _plain(table: Mapping[str, Counter[str]]) -> Table:
    return {context: dict(some) for context, some in table.items()}
