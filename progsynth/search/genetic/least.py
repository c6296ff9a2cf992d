"""The least tree of each type, by what is in scope: what makes generation never fail.

Sizes are found by iteration to a fixed point (Knuth 1977), first with no variable in scope.
Where every type has a value then, a variable in scope only makes it a leaf; where one has not
(an image has no literal), the sizes are found anew for each set of types in scope.
"""

from __future__ import annotations

from collections.abc import Sequence

from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.scope import Scope

NEVER = 1 << 40  # the size of what cannot be made


def least_size(grammar: Grammar, scope: Scope, type_: int) -> int:
    """The size of the least tree of the type that is known; NEVER where there is none."""
    return _table(grammar, scope.held)[0][type_]


def least_rule(grammar: Grammar, scope: Scope, type_: int) -> Rule | None:
    """The rule at the root of such a tree."""
    return _table(grammar, scope.held)[1][type_]


def rule_size(grammar: Grammar, scope: Scope, rule: Rule) -> int:
    """The size of the least tree with the rule at its root that is known."""
    return _rule_size(grammar, scope.held, rule, _table(grammar, scope.held)[0])


Table = tuple[list[int], list[Rule | None]]  # by type: the least size, and the rule at its root


def _table(grammar: Grammar, held: frozenset[int]) -> Table:
    """The least sizes where variables of these types are in scope."""
    known = grammar.least.get(held)
    if known is not None:
        return known
    if held:
        sizes, chosen = _table(grammar, frozenset())
        table = (list(sizes), list(chosen))
        for type_ in held:
            table[0][type_], table[1][type_] = 1, grammar.variables[type_]
    else:
        table = ([NEVER] * len(grammar.types), [None] * len(grammar.types))
        for idle in (False, True):  # an idle leaf only where there is nothing else
            _take_leaves(grammar, table, idle=idle)
            _settle(grammar, held, table, look_inside=False)
    grammar.least[held] = table
    if NEVER in table[0]:
        _settle(grammar, held, table, look_inside=True)
    return table


def _take_leaves(grammar: Grammar, table: Table, *, idle: bool) -> None:
    for type_, leaves in enumerate(grammar.leaves):
        found = [rule for rule in leaves if rule.is_idle == idle]
        if found and table[0][type_] == NEVER:
            table[0][type_], table[1][type_] = 1, max(found, key=lambda rule: rule.weight)


def _settle(grammar: Grammar, held: frozenset[int], table: Table, *, look_inside: bool) -> None:
    """Lower the sizes until no rule makes any of them smaller."""
    sizes, chosen = table
    changed = True
    while changed:
        changed = False
        for type_, rules in enumerate(grammar.rules):
            for rule in rules:
                size = _rule_size(grammar, held, rule, sizes, look_inside=look_inside)
                if size < sizes[type_]:
                    sizes[type_], chosen[type_] = size, rule
                    changed = True


def _rule_size(
    grammar: Grammar,
    held: frozenset[int],
    rule: Rule,
    sizes: Sequence[int],
    *,
    look_inside: bool = True,
) -> int:
    total = 1
    for place, (arg, bound) in enumerate(zip(rule.args, rule.binds, strict=True)):
        if arg in bound or (rule.is_start(place) and grammar.leaves[arg]):
            total += 1
        elif sizes[arg] < NEVER or not look_inside or held.issuperset(bound):
            total += sizes[arg]
        else:  # the body needs what the binder brings
            total += _table(grammar, held.union(bound))[0][arg]
        if total >= NEVER:
            return NEVER
    return total
