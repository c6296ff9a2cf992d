"""What may be put into a hole, what it costs, and the least that the rest will cost.

A spot is a hole's type in a region (the variables in sight) where rules cost what a policy says.
`least` is an admissible estimate: the least cost of what closes the hole, by iteration to a fixed
point over the spots of a region (Knuth 1977). What is bound inside (a lambda's body, a let's)
counts nothing there, since that region is only made once a rule leads into it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from progsynth.grammar.guide import Policy
from progsynth.grammar.rules import Place, Rule, Rules, Scope


class Choice:
    """A rule at a spot: its own cost, and `total` with the least cost of its arguments.

    `spots` are those of its arguments and `after[n]` the least cost of all arguments from the
    n-th on; they are known once the choice is taken (`Chart.inside`). `leaf` is what the search
    keeps of a rule without arguments.
    """

    __slots__ = ("after", "cost", "leaf", "rule", "spots", "total")

    def __init__(self, rule: Rule, cost: float):
        self.rule = rule
        self.cost = cost
        self.total = math.inf
        self.spots: tuple[Spot, ...] = ()
        self.after: tuple[float, ...] = ()
        self.leaf: Any = None


class Spot:
    """The choices for a hole, those first with which it may close at the least cost.

    `firsts` are the sub-programs that stood there first, by their values: see `best_first`.
    """

    __slots__ = ("choices", "firsts", "least", "place")

    def __init__(self, place: Place, choices: list[Choice]):
        self.place = place
        self.choices = choices
        self.least = math.inf
        self.firsts: dict[Hashable, tuple[float, int]] = {}


@dataclass
class Region:
    """The spots of one scope, by the numbers of `Chart`."""

    scope: Scope
    spots: dict[int, Spot] = field(default_factory=dict)


class Chart:
    """All spots of a problem, made region by region as they are needed."""

    def __init__(self, rules: Rules, policy: Policy):
        self.rules = rules
        self.policy = policy
        self._regions: dict[Scope, Region] = {}
        self._keys: dict[tuple[int, int], int] = {}
        self._numbers: dict[Any, int] = {}
        self._costs: dict[tuple[int, ...], tuple[float, ...]] = {}
        self.root = self._spot(rules.root)

    def inside(self, spot: Spot, choice: Choice) -> tuple[Spot, ...]:
        """The spots of a choice's arguments."""
        if not choice.spots:
            places = self.rules.places_in(spot.place, choice.rule)
            choice.spots = tuple(map(self._spot, places))
            after = [0.0]
            for one in reversed(choice.spots):
                after.append(after[-1] + one.least)
            choice.after = tuple(reversed(after))
        return choice.spots

    def _spot(self, place: Place) -> Spot:
        region = self._regions.get(place.scope)
        if region is None:
            region = self._regions[place.scope] = Region(place.scope)
        key = self._key(place)
        if key not in region.spots:
            self._extend(region, replace(place, scope=region.scope))
        return region.spots[key]

    def _key(self, place: Place) -> int:
        """A number for what tells the spots of a region apart."""
        above = (id(place.parent), place.argument)  # rules live as long as this does
        found = self._keys.get(above)
        if found is None:
            key = (place.type, place.barred, self.policy.key(place))
            found = self._keys[above] = self._numbers.setdefault(key, len(self._numbers))
        return found

    def _extend(self, region: Region, start: Place) -> None:
        """Make the spot of a place and of all places of the region that it leads to."""
        new: dict[int, tuple[Spot, list[tuple[Choice, list[int]]]]] = {}
        todo = [(self._key(start), start)]
        while todo:
            key, place = todo.pop()
            if key in new or key in region.spots:
                continue
            fixed = self.rules.fixed(place)
            rules = (*fixed, *self.rules.variables(place.scope, place.type))
            costs = self._costs_at(key, place, rules, len(fixed))
            made = []
            for rule, cost in zip(rules, costs, strict=True):
                inner = []
                for number, argument in enumerate(rule.args):
                    if not argument.binds:
                        below = self._keys.get((id(rule), number), -1)
                        if below not in new and below not in region.spots:
                            one = Place(argument.type, place.scope, rule, number)
                            below = self._key(one)
                            todo.append((below, one))
                        inner.append(below)
                made.append((Choice(rule, cost), inner))
            new[key] = (Spot(place, [choice for choice, _ in made]), made)
        region.spots.update((key, spot) for key, (spot, _) in new.items())
        _settle(
            [
                (spot, [(choice, [region.spots[k] for k in inner]) for choice, inner in made])
                for spot, made in new.values()
            ]
        )

    def _costs_at(
        self, key: int, place: Place, rules: tuple[Rule, ...], num_fixed: int
    ) -> tuple[float, ...]:
        """The costs of the rules, asked for once for all places where they are the same."""
        scope = place.scope
        some = (key, len(rules), num_fixed, scope.lambdas, scope.lets)
        found = self._costs.get(some)
        if found is None:
            found = self._costs[some] = tuple(self.policy.costs(place))
            assert len(found) == len(rules), "a policy gives a cost for each rule"
        return found


def _settle(new: list[tuple[Spot, list[tuple[Choice, list[Spot]]]]]) -> None:
    """Find the least costs of the new spots, and bring their choices into order."""
    changed = True
    while changed:
        changed = False
        for spot, made in new:
            for choice, inner in made:
                total = choice.cost
                for one in inner:
                    total += one.least
                choice.total = total
                if total < spot.least:
                    spot.least = total
                    changed = True
    for spot, _ in new:
        spot.choices = [c for c in spot.choices if c.total < math.inf]
        spot.choices.sort(key=lambda choice: choice.total)  # stable: the order of the rules
