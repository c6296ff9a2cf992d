"""Which Python names are taken, at each place of a function: the liveness of its variables.

A name is free again once all variables that had it are no longer needed: none of them is used
from here on, in a later iteration of a loop around here, or inside a nested function.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from progsynth.lang.python.scopes import Node, Variable

END = 2**62  # behind every place


@dataclass(slots=True)
class Scope:
    """The names of one Python function: who holds them, and in which loops we are."""

    holders: dict[str, list[Variable]] = field(default_factory=dict)
    loops: list[int] = field(default_factory=list)  # their first places
    exclusive: list[tuple[int, int, int]] = field(default_factory=list)  # other branches of ifs
    blocks: int = 0
    outer: Scope | None = None  # of a nested function
    start: int = 0
    end: int = 0

    def needed(self, variable: Variable, place: int) -> bool:
        """May the variable still be used from that place on?"""
        depth = variable.loops
        if len(self.loops) > depth:  # the loop will come round again
            place = min(place, self.loops[depth])
        if not self.exclusive:
            return variable.used_within(place, END)
        for start, end, loops in reversed(self.exclusive):
            if loops > depth:
                continue
            if variable.used_within(place, start):
                return True
            place = max(place, end)
        return variable.used_within(place, END)

    def used_in(self, node: Node) -> tuple[Variable, ...]:
        """The variables that have a name here and are used in the term."""
        found: dict[Variable, None] = {}
        scope: Scope | None = self
        while scope is not None:
            for held in scope.holders.values():
                found.update((v, None) for v in held if v.used_within(node.start, node.end))
            scope = scope.outer
        return tuple(found)

    def hold(self, variable: Variable, name: str, place: int) -> None:
        """Note that from that place on the variable has that name."""
        variable.name, variable.loops = name, len(self.loops)
        # one that is no longer needed here may still be needed in another branch of an if
        held = self.holders.get(name, ())
        kept = [v for v in held if v.used_within(place, END) or self.needed(v, place)]
        self.holders[name] = [*kept, variable]

    def holds(self, name: str, place: int, spine: bool) -> bool:
        """Is the name taken?"""
        found = self.holders.get(name)
        if found is not None and (not spine or any(self.needed(v, place) for v in found)):
            return True
        scope = self
        while scope.outer is not None:
            start, end, scope = scope.start, scope.end, scope.outer
            if any(v.used_within(start, end) for v in scope.holders.get(name, ())):
                return True
        return False


def always_needed() -> Variable:
    """A holder that never gives its name free."""
    made = Variable("")
    made.uses.append(END - 1)
    return made
