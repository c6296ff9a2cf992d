"""Layouts: rows of inputs that are equal but for the contents of their tensors.

The tensors of a row, in order of appearance, are its slots; each submodule that reads a slot is
one variable of the layout. A row is then its layout and its tensors, and giving every variable a
value gives a row of the symbolic view (see `readings`). Where networks with known weights read
tensors too, rows of one layout are also equal in what these answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Neural, Program
from progsynth.lang.types import Type
from progsynth.lang.values import Value, entry_types, identity_key
from progsynth.neural.likelihood.readings import (
    Row,
    has_tensor,
    num_values,
    readers,
    reading_type,
    run_programs,
    symbolic,
    value_of,
)

Tensor = npt.NDArray[np.float32]
Reading = Value  # what is read from one slot
Fill = Callable[[Sequence[Reading]], Value]
Known = tuple[Neural, Callable[[Value], Value]]  # a network, and its decision on a tensor


@dataclass(frozen=True, slots=True)
class Variable:
    """One submodule's answer on one slot; `num_values` is None where it is real."""

    slot: int
    submodule: Neural
    num_values: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Rows that are equal but for the contents of their tensors.

    `rows` are the numbers of the rows, `tensors` has a tuple of one tensor a slot for each.
    `types` are those of a row in the symbolic view, and `fill` makes such a row of one reading
    a slot. `variables` are ordered by slot, then by declaration. `known` are the networks whose
    weights are known, `answered` what they answer, a tuple a slot, in their order.
    """

    types: tuple[Type, ...]
    neural: tuple[Neural, ...]
    slots: tuple[Type, ...]
    variables: tuple[Variable, ...]
    rows: tuple[int, ...]
    tensors: tuple[tuple[Tensor, ...], ...]
    fill: Callable[[Sequence[Reading]], Row]
    known: tuple[Neural, ...] = ()
    answered: tuple[tuple[Value, ...], ...] = ()

    def read_by(self, name: str) -> tuple[int, ...]:
        """The slots that the submodule of that name reads."""
        return tuple(v.slot for v in self.variables if v.submodule.name == name)

    def variables_of(self, name: str) -> tuple[int, ...]:
        """The numbers of the variables that are answers of the submodule of that name."""
        return tuple(n for n, v in enumerate(self.variables) if v.submodule.name == name)

    def inputs(self, name: str) -> Tensor:
        """All that the submodule reads: an array [rows, slots it reads, *shape of a tensor]."""
        slots = self.read_by(name)
        (shape,) = {t.args for n in slots if (t := self.slots[n])} or {()}
        found = [[row[slot] for slot in slots] for row in self.tensors]
        return np.array(found, np.float32).reshape(len(self.rows), len(slots), *shape)

    @property
    def num_assignments(self) -> int | None:
        """In how many ways the variables can be given values; None where some are real."""
        total = 1
        for variable in self.variables:
            if variable.num_values is None:
                return None
            total *= variable.num_values
        return total


def layouts(
    rows: Sequence[Row],
    types: Sequence[Type],
    neural: Sequence[Neural],
    known: Sequence[Known] = (),
) -> tuple[Layout, ...]:
    """The layouts of these rows of inputs, in order of appearance.

    `types` are those of the inputs, with tensors; `neural` the submodules that read them, `known`
    networks that do, with what they answer.
    """
    by = readers(neural)
    every = readers((*neural, *(one for one, _ in known)))
    groups: dict[Any, list[int]] = {}
    split = [_split(row, types) for row in rows]
    answered = [_answered(slots, tensors, known) for _, slots, tensors in split]
    for number, (key, _, _) in enumerate(split):
        groups.setdefault((key, identity_key(answered[number])), []).append(number)
    found = []
    for members in groups.values():
        _, slots, _ = split[members[0]]
        variables = tuple(
            Variable(slot, one, num_values(one))
            for slot, type_ in enumerate(slots)
            for one in by.get(type_, ())
        )
        found.append(
            Layout(
                tuple(reading_type(t, every) for t in types),
                tuple(neural),
                slots,
                variables,
                tuple(members),
                tuple(split[n][2] for n in members),
                _filler_of_row(rows[members[0]], types),
                tuple(one for one, _ in known),
                answered[members[0]] if known else (),
            )
        )
    return tuple(found)


def _answered(
    slots: Sequence[Type], tensors: Sequence[Tensor], known: Sequence[Known]
) -> tuple[tuple[Value, ...], ...]:
    """What the known networks answer on a row's tensors: a tuple a slot."""
    return tuple(
        tuple(decide(tensor) for one, decide in known if one.types[0] == type_)
        for type_, tensor in zip(slots, tensors, strict=True)
    )


# --------------------------------------------------------------------- tensors inside values


def _split(row: Row, types: Sequence[Type]) -> tuple[Any, tuple[Type, ...], tuple[Tensor, ...]]:
    """What the row is but for its tensors, as a key; its slots and its tensors."""
    slots: list[Type] = []
    tensors: list[Tensor] = []

    def key(value: Value, type_: Type) -> Any:
        if type_.name == "tensor":
            slots.append(type_)
            tensors.append(value)
            return type_
        if not has_tensor(type_):
            return identity_key(value)
        return tuple(
            identity_key(part) if inner is None else key(part, inner)
            for part, inner in _parts(value, type_)
        )

    found = tuple(key(v, t) for v, t in zip(row, types, strict=True))
    return found, tuple(slots), tuple(tensors)


def _parts(value: Value, type_: Type) -> list[tuple[Value, Type | None]]:
    """The parts of a container with their types; keys have none."""
    if type_.name == "list":
        return [(len(value), None), *((item, type_.types[0]) for item in value)]
    if type_.name == "tuple":
        return list(zip(value, type_.types, strict=True))
    if type_.name in ("dict", "memory"):
        _, inner = entry_types(type_)
        return [part for k, v in value.items() for part in ((k, None), (v, inner))]
    raise UnsupportedError(
        f"inputs of type {type_}: tensors may stand in lists, tuples and values of tables"
    )


def _filler_of_row(row: Row, types: Sequence[Type]) -> Callable[[Sequence[Reading]], Row]:
    count = [0]
    fills = [_filler(v, t, count) for v, t in zip(row, types, strict=True)]
    return lambda readings: tuple([fill(readings) for fill in fills])


def _filler(value: Value, type_: Type, count: list[int]) -> Fill:
    """The value with a reading in place of each tensor; `count` numbers the slots."""
    if type_.name == "tensor":
        slot = count[0]
        count[0] += 1
        return lambda readings: readings[slot]
    if not has_tensor(type_):
        return lambda _: value
    if type_.name == "list" and type_.types[0].name == "tensor":  # the usual case, made fast
        begin, count[0] = count[0], count[0] + len(value)
        end = count[0]
        return lambda readings: list(readings[begin:end])
    parts = [_filler(v, t, count) for v, t in _parts(value, type_) if t is not None]
    if type_.name == "list":
        return lambda readings: [part(readings) for part in parts]
    if type_.name == "tuple":
        return lambda readings: tuple([part(readings) for part in parts])
    keys = list(value)
    return lambda readings: {k: part(readings) for k, part in zip(keys, parts, strict=True)}


# ------------------------------------------------------------------- assignments, decisions


def assigned_rows(layout: Layout, assignments_MV: npt.ArrayLike) -> list[Row]:
    """The rows of the symbolic view where variable V has its value of that number."""
    whole = np.asarray(assignments_MV, np.int64)
    named = readings_of(layout)
    answers: list[list[Value]] = [
        [value_of(variable.submodule, index) for index in column]
        for variable, column in zip(layout.variables, whole.T.tolist(), strict=True)
    ]
    return [layout.fill(named(row)) for row in _rows_of(answers, len(whole))]


def _rows_of(columns: list[list[Value]], count: int) -> list[tuple[Value, ...]]:
    return list(zip(*columns, strict=True)) if columns else [() for _ in range(count)]


def readings_of(layout: Layout) -> Callable[[Sequence[Value]], Sequence[Reading]]:
    """The function from answers, one a variable, to readings, one a slot."""
    places: list[list[int]] = [[] for _ in layout.slots]
    for number, variable in enumerate(layout.variables):
        places[variable.slot].append(number)
    kept = layout.answered or ((),) * len(places)
    if all(len(p) == 1 for p in places) and not any(kept):
        return lambda answers: answers

    def reading(answers: Sequence[Value], place: list[int], more: tuple[Value, ...]) -> Reading:
        every = (*(answers[n] for n in place), *more)
        return every[0] if len(every) == 1 else every or 0

    return lambda answers: [reading(answers, p, k) for p, k in zip(places, kept, strict=True)]


def stacked_inputs(found: Sequence[Layout], name: str) -> Tensor:
    """All tensors that the submodule reads [tensors, *shape]: by layout, then row, then slot."""
    parts = [x_BS.reshape(-1, *x_BS.shape[2:]) for one in found if (x_BS := one.inputs(name)).size]
    return np.concatenate(parts) if parts else np.zeros((0,), np.float32)


def decided_rows(found: Sequence[Layout], decisions: Mapping[str, Sequence[Value]]) -> list[Row]:
    """The rows of the symbolic view for given answers, in the order of the rows themselves.

    `decisions` has, for each submodule, its answers on `stacked_inputs`. Run on these rows,
    the symbolic view of a program gives what the program gives with these networks.
    """
    made: dict[int, Row] = {}
    begins = dict.fromkeys(decisions, 0)
    for layout in found:
        columns: dict[int, list[Value]] = {}
        for name in {v.submodule.name for v in layout.variables}:
            numbers, size = layout.variables_of(name), len(layout.rows)
            begin = begins[name]
            begins[name] = end = begin + size * len(numbers)
            for place, number in enumerate(numbers):
                columns[number] = list(decisions[name][begin + place : end : len(numbers)])
        answers = [columns[n] for n in range(len(layout.variables))]
        named = readings_of(layout)
        for row, answer in zip(layout.rows, _rows_of(answers, len(layout.rows)), strict=True):
            made[row] = layout.fill(named(answer))
    return [made[row] for row in sorted(made)]


def outcomes(
    program: Program,
    layout: Layout,
    assignments_MV: npt.ArrayLike,
    dsl: DSL,
    limits: Limits | None = None,
) -> list[Value | Failure]:
    """What the hybrid program gives on the layout's rows under each assignment of values."""
    return outcomes_of_many([program], layout, assignments_MV, dsl, limits)[0]


def outcomes_of_many(
    programs: Sequence[Program],
    layout: Layout,
    assignments_MV: npt.ArrayLike,
    dsl: DSL,
    limits: Limits | None = None,
) -> list[list[Value | Failure]]:
    """For each hybrid program what it gives under each assignment; one call of the VM for all."""
    views = [symbolic(p, dsl, neural=layout.neural, known=layout.known) for p in programs]
    rows = assigned_rows(layout, assignments_MV)
    return run_programs([p for p, _ in views], layout.types, rows, [d for _, d in views], limits)
