"""Primitives on lists of many rows at once.

Shapes: N rows, L places, V items that are there in all rows together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.primitive import Primitive
from progsynth.neural.gradients.batched import (
    Chances,
    Padded,
    TooWide,
    column,
    each,
    is_learnt,
    item_at,
    number,
    padded,
    spread,
)
from progsynth.neural.gradients.machine import Frame, Machine
from progsynth.neural.gradients.mixing import Piece, together
from progsynth.neural.gradients.relaxation import is_soft
from progsynth.neural.gradients.sorting import order, soft_order
from progsynth.neural.gradients.whole_numbers import added, truth_chances

Step = Callable[[Machine, Frame, Primitive, Sequence[Any]], Any]


def full_list(machine: Machine, frame: Frame, value: Any, callee: Primitive) -> Padded:
    """The list, all of whose items are there for sure. Raises UnsupportedError."""
    found = padded(value, frame.rows, machine.device)
    if found.presence is not None:
        raise UnsupportedError(f"'{callee.name}' of items that may be absent by chance")
    return found


def length(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """`len`: where items may be absent, a random number."""
    xs = padded(args[0], frame.rows, machine.device)
    return xs.lengths if xs.presence is None else _sum_of_truths(xs)


def _sum_of_truths(xs: Padded) -> Chances:
    assert xs.presence is not None
    there = torch.where(xs.there, xs.presence, torch.zeros_like(xs.presence))
    total = Chances(0, there.new_ones((len(there), 1)))
    for place in range(xs.width):
        total = added(total, truth_chances(there[:, place]))
    return total


def item(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """`xs[i]`; at a random place, what is expected there."""
    xs = full_list(machine, frame, args[0], callee)
    if isinstance(args[1], Chances):
        machine.note("an item at a random place is the expectation over the places")
        return _expected_item(machine, frame, xs, args[1])
    place = number(args[1], frame.rows, machine.device)
    if place.dtype != torch.int64:
        raise UnsupportedError("an item at a learnt place has no gradient")
    place = torch.where(place < 0, place + xs.lengths, place)
    bad = (place < 0) | (place >= xs.lengths)
    machine.fail(frame, bad)
    if xs.width == 0:
        raise UnsupportedError("an item of lists that are all empty")
    place = torch.where(bad, torch.zeros_like(place), place)
    rows = torch.arange(frame.rows, device=machine.device)
    return each(xs.items, lambda t: t[rows, place])


def _expected_item(machine: Machine, frame: Frame, xs: Padded, at: Chances) -> Any:
    rows = torch.arange(frame.rows, device=machine.device)
    pieces = []
    for n, place in enumerate(at.numbers.tolist()):
        inside = place if place >= 0 else place + xs.width
        if 0 <= inside < xs.width:
            pieces.append(Piece(rows, item_at(xs, inside), at.probs[:, n]))
    if not pieces:
        raise UnsupportedError("an item at a random place outside the list")
    return together(pieces, frame.rows)


# ------------------------------------------------------------------------------- summaries


def total(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """`sum`; of items that may be absent, the expectation."""
    xs = padded(args[0], frame.rows, machine.device)
    is_int = callee.name == "sum.int"
    if xs.items is None:
        return 0 if is_int else 0.0
    if isinstance(xs.items, Chances) and xs.presence is None:
        try:
            return _sum_of_chances(xs)
        except TooWide:
            machine.note("a sum with many values is taken for its expectation")
    items = xs.items.mean if isinstance(xs.items, Chances) else xs.items
    if xs.presence is not None:
        machine.note("a sum of items that may be absent is its expectation")
        items = items * xs.presence
    return torch.where(xs.there, items, torch.zeros_like(items)).sum(1)


def _sum_of_chances(xs: Padded) -> Chances:
    """A sum of independent random numbers, by convolution."""
    there, items = xs.there, xs.items
    result = Chances(0, items.probs.new_ones((len(there), 1)))
    nothing = Chances(0, items.probs.new_ones((len(there), 1)))
    for place in range(xs.width):
        one = item_at(xs, place)
        rows = torch.arange(len(there), device=there.device)
        held, gone = rows[there[:, place]], rows[~there[:, place]]
        if len(gone):
            pieces = [
                Piece(held, each(one, lambda t: t.index_select(0, held))),  # noqa: B023
                Piece(gone, each(nothing, lambda t: t.index_select(0, gone))),  # noqa: B023
            ]
            one = together(pieces, len(there))
        result = added(result, one)
    return result


def product(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """`product` of floats."""
    xs = full_list(machine, frame, args[0], callee)
    if xs.items is None:
        return 1.0 if callee.name == "product.float" else 1
    items = _plain_items(xs, callee)
    return torch.where(xs.there, items, torch.ones_like(items)).prod(1)


def extreme(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Tensor:
    """`max` and `min` of a list: the gradient is that of the item taken."""
    xs = full_list(machine, frame, args[0], callee)
    machine.fail(frame, xs.lengths == 0)
    if xs.items is None:
        raise UnsupportedError(f"'{callee.name}' of lists that are all empty")
    items, largest = _plain_items(xs, callee), callee.name == "max.list"
    kind = torch.finfo if items.is_floating_point() else torch.iinfo
    limits = kind(items.dtype)
    filler = torch.full_like(items, limits.min if largest else limits.max)
    held = torch.where(xs.there, items, filler)
    return held.amax(1) if largest else held.amin(1)


def _plain_items(xs: Padded, callee: Primitive) -> Tensor:
    items: Any = xs.items
    if not isinstance(items, Tensor) or items.dim() != 2 or items.dtype == torch.bool:
        raise UnsupportedError(f"'{callee.name}' of items that are no plain numbers")
    return items


# ------------------------------------------------------------------------------- new lists


def reversed_list(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """`reverse`."""
    xs = padded(args[0], frame.rows, machine.device)
    places = torch.arange(xs.width, device=machine.device)
    return reordered(xs, (xs.lengths[:, None] - 1 - places).clamp(min=0))


def reordered(xs: Padded, places_NL: Tensor) -> Padded:
    """The list with at each place the item from the place named there."""
    rows = torch.arange(len(places_NL), device=places_NL.device)[:, None]
    presence = None if xs.presence is None else xs.presence[rows, places_NL]
    return Padded(each(xs.items, lambda t: t[rows, places_NL]), xs.lengths, xs.width, presence)


def appended(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Padded:
    """`append`."""
    one = [args[1]]
    return concatenated(machine, frame, callee, (args[0], _made(machine, frame, one)))


def _made(machine: Machine, frame: Frame, items: list[Any]) -> Padded:
    """The list of these items."""
    lengths = torch.full((frame.rows,), len(items), dtype=torch.int64, device=machine.device)
    return Padded(
        column([spread(one, frame.rows, machine.device) for one in items]), lengths, len(items)
    )


def concatenated(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Padded:
    """`+` of lists."""
    left, right = [full_list(machine, frame, arg, callee) for arg in args]
    if left.items is None or right.items is None:
        empty, other = (left, right) if left.items is None else (right, left)
        return other if int(empty.lengths.sum()) == 0 else left
    places = [item_at(one, place) for one in (left, right) for place in range(one.width)]
    width = left.width + right.width
    lengths = left.lengths + right.lengths
    both = Padded(column(places), lengths, width)
    if left.is_full:
        return both
    at = torch.arange(width, device=machine.device)
    moved = at - left.lengths[:, None] + left.width
    source = torch.where(at < left.lengths[:, None], at, moved).clamp(max=width - 1)
    return reordered(both, source)


def zipped(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Padded:
    """`zip` of two lists."""
    left, right = [full_list(machine, frame, arg, callee) for arg in args]
    width = min(left.width, right.width)
    cut = [each(one.items, lambda t: t[:, :width]) for one in (left, right)]
    items = None if width == 0 else tuple(cut)
    return Padded(items, torch.minimum(left.lengths, right.lengths), width)


def numbered(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Padded:
    """`enumerate`."""
    xs = full_list(machine, frame, args[0], callee)
    places = torch.arange(xs.width, device=machine.device).expand(frame.rows, xs.width)
    return Padded(None if xs.items is None else (places, xs.items), xs.lengths, xs.width)


def up_to(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Padded:
    """`range` of numbers that differ from row to row, by steps of one."""
    given = [number(arg, frame.rows, machine.device) for arg in args]
    if callee.name == "range.step" or any(g.dtype != torch.int64 for g in given):
        raise UnsupportedError("a range of learnt numbers, or by steps, that differs by row")
    start, stop = given if len(given) == 2 else (torch.zeros_like(given[0]), given[0])
    lengths = (stop - start).clamp(min=0)
    width = int(lengths.max()) if len(lengths) else 0
    items = start[:, None] + torch.arange(width, device=machine.device)
    return Padded(items if width else None, lengths, width)


def cut(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Padded:
    """`xs[i:j]`, `xs[i:]` and `xs[:j]`."""
    xs = full_list(machine, frame, args[0], callee)
    ends = [number(arg, frame.rows, machine.device) for arg in args[1:]]
    if any(e.dtype != torch.int64 for e in ends):
        raise UnsupportedError("a slice at a learnt place has no gradient")
    ends = [torch.where(e < 0, e + xs.lengths, e) for e in ends]
    ends = [torch.minimum(e.clamp(min=0), xs.lengths) for e in ends]
    zero = torch.zeros_like(xs.lengths)
    start = zero if callee.name == "slice_to.list" else ends[0]
    stop = xs.lengths if callee.name == "slice_from.list" else ends[-1]
    lengths = (stop - start).clamp(min=0)
    if xs.items is None:
        return xs
    at = torch.arange(xs.width, device=machine.device)
    moved = reordered(xs, (start[:, None] + at).clamp(max=xs.width - 1))
    width = int(lengths.max()) if len(lengths) else 0
    items = each(moved.items, lambda t: t[:, :width]) if width else None
    return Padded(items, lengths, width)


def sorted_list(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Padded:
    """`sort`: of learnt numbers straight, or by a soft order."""
    xs = full_list(machine, frame, args[0], callee)
    return xs if xs.items is None else by_keys(machine, xs, _plain_items(xs, callee))


def by_keys(machine: Machine, xs: Padded, keys_NL: Tensor) -> Padded:
    """The items by their keys, the smallest first."""
    learnt = is_learnt(keys_NL) and machine.how.conditions != "hard"
    if not learnt or machine.how.sort == "straight":
        if learnt:
            machine.note("a sort of learnt numbers has the gradient of the order that there is")
        return reordered(xs, order(keys_NL.detach(), xs.there))
    machine.note("a sort of learnt numbers is soft")
    order_NLL = soft_order(keys_NL.to(torch.float32), xs.there, machine.how.temperature)

    def mixed(t: Tensor) -> Tensor:
        flat = t.to(torch.float32).flatten(2) if t.dim() > 2 else t.to(torch.float32)[:, :, None]
        return (order_NLL @ flat).reshape(t.shape)

    return Padded(each(xs.items, mixed), xs.lengths, xs.width)


def counted(machine: Machine, frame: Frame, callee: Primitive, args: Sequence[Any]) -> Any:
    """`count`: how many items equal a value, where networks decide neither."""
    xs = full_list(machine, frame, args[0], callee)
    if xs.items is None:
        return 0
    wanted = args[1]
    if isinstance(xs.items, Chances) and isinstance(wanted, int):
        place = wanted - xs.items.low
        if not 0 <= place < xs.items.size:
            return 0
        truths = xs.items.probs[:, :, place]
        return _sum_of_truths(Padded(truths, xs.lengths, xs.width, truths))
    items = _plain_items(xs, callee)
    if is_learnt(items) or is_learnt(wanted):
        raise UnsupportedError("a count of learnt numbers has no gradient")
    same = items == number(wanted, frame.rows, machine.device)[:, None]
    return (same & xs.there).sum(1)


# ------------------------------------------------------------------------- items one by one


def flat(xs: Padded) -> tuple[Any, Tensor, Tensor]:
    """The items that are there [V, ...], and of which row and place each is."""
    rows, places = xs.there.nonzero(as_tuple=True)
    return each(xs.items, lambda t: t[rows, places]), rows, places


def unflat(xs: Padded, values_V: Any, rows: Tensor, places: Tensor) -> Any:
    """Values of items [V, ...] at the places of the list [N, L, ...]."""

    def put(t: Tensor) -> Tensor:
        empty = t.new_zeros((len(xs.lengths), xs.width, *t.shape[1:]))
        return empty.index_put((rows, places), t)

    return each(values_V, put)


def kept(xs: Padded, truths_NL: Tensor) -> Padded:
    """The items for which that is true; where it is one of degree, they may be absent."""
    if is_soft(truths_NL):
        before = torch.ones_like(truths_NL) if xs.presence is None else xs.presence
        return Padded(xs.items, xs.lengths, xs.width, before * truths_NL)
    if xs.presence is not None:
        before = torch.where(truths_NL, xs.presence, torch.zeros_like(xs.presence))
        return Padded(xs.items, xs.lengths, xs.width, before)
    keep = truths_NL & xs.there
    places = torch.argsort((~keep).to(torch.int8), dim=1, stable=True)
    moved = reordered(xs, places)
    lengths = keep.sum(1)
    width = int(lengths.max()) if len(lengths) else 0
    items = each(moved.items, lambda t: t[:, :width]) if width else None
    return Padded(items, lengths, width)


SEQUENCES: Mapping[str, Step] = MappingProxyType(
    {
        "len.list": length,
        "item.list": item,
        "sum.float": total,
        "sum.int": total,
        "product.float": product,
        "product.int": product,
        "max.list": extreme,
        "min.list": extreme,
        "reverse.list": reversed_list,
        "append": appended,
        "concat.list": concatenated,
        "zip.two": zipped,
        "enumerate.list": numbered,
        "range.stop": up_to,
        "range.start": up_to,
        "slice.list": cut,
        "slice_from.list": cut,
        "slice_to.list": cut,
        "sort.list": sorted_list,
        "count.list": counted,
    }
)
