"""A probabilistic grammar: rules with weights, which make a distribution over programs.

At each place the rules that are well-typed there share the whole probability: first groups, by
their weights in that context, then the members of a group. All variables of a type that are in
sight are equally likely.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.grammar import rules_json
from progsynth.grammar.derive import derivation
from progsynth.grammar.rules import Place, Rule, Rules, Step, term_of
from progsynth.grammar.weights import Weights, fit
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Program, Term

_TRIES = 1_000  # samples drawn before one that is small enough is given up


@dataclass(frozen=True, slots=True)
class Pcfg:
    """A distribution over the programs that the rules make."""

    rules: Rules
    weights: Weights = field(default_factory=Weights)

    @classmethod
    def fit(
        cls,
        rules: Rules,
        programs: Sequence[Program],
        dsl: DSL,
        *,
        bigram: bool = True,
        pseudo_count: float = 1.0,
    ) -> Pcfg:
        """The grammar with weights counted in programs of the same types; see `weights.fit`."""
        pairs = [(rules, program) for program in programs]
        return cls(rules, fit(pairs, dsl, bigram=bigram, pseudo_count=pseudo_count))

    def probabilities(self, place: Place) -> tuple[tuple[Rule, float], ...]:
        """The rules that may stand at the place, with their probabilities, which sum to 1."""
        rules = self.rules.at(place)
        groups: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            groups.setdefault(rule.group, []).append(number)
        shares = [0.0] * len(rules)
        for group, numbers in groups.items():
            own = [self.weights.of_member(rules[n]) for n in numbers]
            if group == "variable":
                own = [1.0] * len(numbers)
            cheapest = min(rules[n].cost for n in numbers)
            whole = self.weights.of_group(place, group, cheapest) / math.fsum(own)
            for number, share in zip(numbers, own, strict=True):
                shares[number] = whole * share
        total = math.fsum(shares)
        return tuple((rule, share / total) for rule, share in zip(rules, shares, strict=True))

    def log_probability(self, program: Program, dsl: DSL) -> float:
        """The natural logarithm of the program's probability; -inf where the rules do not make
        it."""
        steps = derivation(program, self.rules, dsl)
        if steps is None:
            return -math.inf
        return math.fsum(math.log(self._probability(step)) for step in steps)

    def _probability(self, step: Step) -> float:
        place, wanted = step
        return next(p for rule, p in self.probabilities(place) if rule == wanted)

    def sample(self, seed: int | Random, *, max_size: int = 50) -> Term:
        """The body of a program drawn from the distribution, of those of at most so many rules.

        Raises ProgsynthError where none came in a thousand draws.
        """
        rng = seed if isinstance(seed, Random) else Random(seed)
        known: dict[Place, tuple[tuple[Rule, float], ...]] = {}
        for _ in range(_TRIES):
            steps = self._draw(rng, max_size, known)
            if steps is not None:
                return term_of(steps)
        raise ProgsynthError(
            f"no program of at most {max_size} rules in {_TRIES} draws: give a larger max_size"
        )

    def _draw(
        self, rng: Random, max_size: int, known: dict[Place, tuple[tuple[Rule, float], ...]]
    ) -> list[Step] | None:
        """A derivation; None where it gets too large, or a place has no rules."""
        steps: list[Step] = []
        todo = [self.rules.root]
        while todo:
            place = todo.pop()
            if place not in known:
                known[place] = self.probabilities(place)
            choices = known[place]
            if not choices or len(steps) + len(todo) >= max_size:
                return None
            weights = [probability for _, probability in choices]
            rule = rng.choices([rule for rule, _ in choices], weights)[0]
            steps.append((place, rule))
            todo += self.rules.places_in(place, rule)[::-1]
        return steps

    def count(self, size: int) -> tuple[int, ...]:
        """How many programs there are of 0, 1, ... `size` rules; see `Rules.count`."""
        return self.rules.count(size)

    def over(self, rules: Rules) -> Pcfg:
        """The grammar of other rules with these weights."""
        return Pcfg(rules, self.weights)

    def as_json(self) -> dict[str, Any]:
        """The grammar as a JSON object, from which `from_json` makes it again."""
        return {"rules": rules_json.as_json(self.rules), "weights": self.weights.as_json()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Pcfg:
        """The grammar of a JSON object. Raises ProgsynthError for what is none."""
        if not isinstance(record, dict) or set(record) != {"rules", "weights"}:
            raise ProgsynthError("a grammar: expected an object of 'rules' and 'weights'")
        return cls(rules_json.from_json(record["rules"]), Weights.from_json(record["weights"]))
