"""Loops over a range that are shown by examples one turn apart.

Two examples that differ by one in a number, and in nothing else of the inputs, show what one turn
of a loop over a range up to that number does: the one's output is the variable before the turn,
the other's after it. So the step is looked for as any expression is, on such pairs. What a turn
adds, or multiplies by, is looked for first: it is the difference, or the quotient, of two outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from progsynth.lang.term import Call, Term, Var, const, map_variables, shift
from progsynth.lang.types import FLOAT, INT, STR, Type
from progsynth.lang.values import identity_key
from progsynth.search.kernels import FAILURES
from progsynth.search.loops.cheap import Cheap, Setting
from progsynth.search.loops.counting import next_number
from progsynth.search.loops.each import Source, sources
from progsynth.search.loops.fitting import Turns, fitting
from progsynth.search.loops.ground import Found, Ground, Run, Start
from progsynth.search.loops.terms import Layout, for_term, outer_places

_FEWEST = 6  # pairs of examples
_ROWS = 10  # pairs that a step is looked for on
_EXECUTIONS = 100_000  # of looking for the steps of one form
_CONST = 2  # cost of a start that is the output of the smallest example


@dataclass(frozen=True, slots=True)
class Form:
    """A call of the variable and something else, as what a turn does; `missing` gives the other
    from the variable before and after, None where there is none."""

    surface: str
    missing: Callable[[Any, Any], Any]


def _added(before: Any, after: Any) -> Any:
    return after - before


def _times(before: Any, after: Any) -> Any:
    if not before or (type(before) is int and after % before):
        return None
    return after / before if isinstance(before, float) else after // before


def _appended(before: Any, after: Any) -> Any:
    return after[len(before) :] if after[: len(before)] == before else None


def _forms(result: Type) -> tuple[Form, ...]:
    if result in (INT, FLOAT):
        return Form("_ * _", _times), Form("_ + _", _added)
    return (Form("_ + _", _appended),) if result == STR or result.name == "list" else ()


@dataclass(frozen=True, slots=True)
class _Step:
    """What a turn does: as a function of the kept parameters, the variable and the item, and as
    a term inside the loop."""

    run: Run
    term: Term
    cost: int


class Related:
    """The loops over ranges of one problem, all at the first cost asked for."""

    def __init__(self, ground: Ground):
        self.ground = ground
        self.is_over = False

    def at(self, cost: int) -> Iterator[Found | None]:
        """All of them; nothing when asked again."""
        ground = self.ground
        if self.is_over:
            return
        self.is_over = True
        for place, type_ in enumerate(ground.types):
            if type_ == INT:
                links = _links(ground, place)
                if len(links) >= _FEWEST:
                    yield from self._over(place, links)

    def _over(self, place: int, links: Sequence[tuple[int, int]]) -> Iterator[Found | None]:
        """The loops whose number of turns is given by the parameter at that place."""
        ground = self.ground
        ranges = list(self._ranges(place))
        kept = tuple(p for p in range(len(ground.types)) if p != place)
        for step in self._steps(place, kept, links) if ranges else ():
            if step is None:
                yield None
                continue
            for source, begin in ranges:
                for start in self._starts(place, kept, step, begin):
                    cost = source.made.cost + start.cost + step.cost
                    if ground.bears(cost) and self._is_right(source, kept, start, step):
                        yield Found(self._term(source, start, step), cost)

    def _ranges(self, place: int) -> Iterator[tuple[Source, int]]:
        """Lists that go up to the parameter, less one, with the number that they begin with."""
        ground = self.ground
        ends = [row[place] for row in ground.inputs]
        least = min(ends)
        for source in sources(ground):
            for begin in (least, least - 1):
                whole = zip(source.items, ends, strict=True)
                if source.item == INT and all(
                    len(items) == end - begin and list(items) == list(range(begin, end))
                    for items, end in whole
                ):
                    yield source, begin

    def _steps(
        self, place: int, kept: tuple[int, ...], links: Sequence[tuple[int, int]]
    ) -> Iterator[_Step | None]:
        """What is right on the pairs: first what a turn adds, or multiplies by."""
        ahead = [None, next_number(self.ground)]
        for form, name in (*self._calls(), (None, "")):
            for after in reversed(ahead) if ahead[1] is not None else ahead[:1]:
                numbers = 0 if after is None else 1
                turns = self._turns(place, kept, links, form, numbers)
                if turns is not None:
                    yield from self._fitting(kept, turns, name, after)

    def _fitting(
        self, kept: tuple[int, ...], turns: Turns, name: str, after: Cheap | None
    ) -> Iterator[_Step | None]:
        """The steps that are right on these turns; `name` is the call of which they are a part.

        With `after` they are expressions of the number after the item.
        """
        ground, result = self.ground, self.ground.result
        states = () if name else (result,)
        types = (*(ground.types[p] for p in kept), *states, INT)
        places = Layout(len(ground.types), 1, True).places(kept, range(len(states)), True)
        for made in fitting(ground, types, result, turns, max_executions=_EXECUTIONS, usual=True):
            if made is None:
                yield None
                continue
            run, term, cost = made.run, made.placed(places), made.cost
            if after is not None:
                run, term = _of_next(run), _with_item(term, after.term)
                cost += after.cost - 1
            if name:
                run = _extending(ground.kernels(name, (result, result)), run)
                term, cost = Call(name, (Var(1), term)), cost + 2
            yield _Step(run, term, cost)

    def _calls(self) -> Iterator[tuple[Form, str]]:
        """The forms that the language has, with the name of the call."""
        ground, result = self.ground, self.ground.result
        for form in _forms(result):
            for call in ground.space.instances.get(result, ()):
                surface = ground.problem.dsl.surface_of(call.name)
                if surface == form.surface and call.params == (result, result):
                    yield form, call.name

    def _turns(
        self,
        place: int,
        kept: Sequence[int],
        links: Sequence[tuple[int, int]],
        form: Form | None,
        ahead: int,
    ) -> Turns | None:
        """Some of the turns that the pairs show; None where they are not of the form."""
        ground = self.ground
        settings: list[Setting] = []
        wanted: list[object] = []
        for before, after in _spread(links):
            now, then = ground.outputs[before], ground.outputs[after]
            number = ground.inputs[before][place] + ahead
            fixed = ground.fixed(kept, before)
            if form is None:
                settings.append((*fixed, now, number))
                wanted.append(then)
                continue
            other = form.missing(now, then)
            if other is None or (isinstance(other, float) and not isfinite(other)):
                return None
            settings.append((*fixed, number))
            wanted.append(other)
        return Turns(settings, wanted)

    def _starts(self, place: int, kept: Sequence[int], step: _Step, begin: int) -> Iterator[Start]:
        """What the variable may start with where the range begins with that number."""
        ground = self.ground
        least = min(row[place] for row in ground.inputs)
        first = [n for n, row in enumerate(ground.inputs) if row[place] == least]
        usual = ground.starts(ground.result)
        if begin == least:
            outputs = [ground.outputs[n] for n in first]
            fit = [s for s in usual if self._all_same([s.values[n] for n in first], outputs)]
            yield from fit
            value = outputs[0]
            if (
                not fit
                and isinstance(value, int | float | str)
                and self._all_same([value] * len(outputs), outputs)
            ):
                column = (value,) * len(ground.inputs)
                yield Start(ground.result, _CONST, const(value), column, -1)
            return
        for start in usual:
            try:
                made = [step.run((*ground.fixed(kept, n), start.values[n], begin)) for n in first]
            except FAILURES:
                continue
            if self._all_same(made, [ground.outputs[n] for n in first]):
                yield start

    def _all_same(self, values: Sequence[Any], outputs: Sequence[Any]) -> bool:
        return all(map(self.ground.same, values, outputs))

    def _is_right(self, source: Source, kept: Sequence[int], start: Start, step: _Step) -> bool:
        ground = self.ground
        try:
            for number in ground.order:
                fixed, now = ground.fixed(kept, number), start.values[number]
                for item in source.items[number]:
                    now = step.run((*fixed, now, item))
                ground.steps += len(source.items[number])
                if not ground.same(now, ground.outputs[number]):
                    return False
        except FAILURES:
            return False
        return True

    def _term(self, source: Source, start: Start, step: _Step) -> Term:
        num = len(self.ground.types)
        made = source.made.placed(outer_places(num, range(num)))
        return for_term(made, [start.term], [step.term], 0)


def _extending(kernel: Callable[..., Any], run: Run) -> Run:
    return lambda setting: kernel(setting[-2], run((*setting[:-2], setting[-1])))


def _of_next(run: Run) -> Run:
    return lambda setting: run((*setting[:-1], setting[-1] + 1))


def _with_item(term: Term, instead: Term) -> Term:
    """The term inside a loop where another one over the item stands for the item."""

    def put(depth: int, node: Term) -> Term:
        is_item = isinstance(node, Var) and node.index == depth
        return shift(instead, depth) if is_item else node

    return map_variables(term, put)


def _links(ground: Ground, place: int) -> list[tuple[int, int]]:
    """The pairs of examples that are one apart there, and alike elsewhere, the smallest first."""
    known = {}
    for number, row in enumerate(ground.inputs):
        others = identity_key((*row[:place], *row[place + 1 :]))
        known[others, row[place]] = number
    found = [
        (row[place], number, known[others, row[place] + 1])
        for (others, _), number in known.items()
        if (others, (row := ground.inputs[number])[place] + 1) in known
    ]
    return [(before, after) for _, before, after in sorted(found)]


def _spread(links: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Some of the pairs: half of them the smallest, the others from all over."""
    half = _ROWS // 2
    rest = links[half:]
    return [*links[:half], *rest[:: max(1, len(rest) // half)]][:_ROWS]
