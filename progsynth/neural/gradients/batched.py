"""Values of a program for many rows at once, as tensors that gradients go through.

| a program's value            | here                                                         |
| ---------------------------- | ------------------------------------------------------------ |
| the same in all rows         | itself, an ordinary Python value                             |
| float                        | a tensor [N]                                                 |
| int                          | a tensor [N] of int64; `Chances` where networks decide it    |
| bool                         | a tensor [N] of bool; of float32, how true it is, where      |
|                              | networks decide it                                           |
| tuple                        | a tuple of these                                             |
| list                         | `Padded`: items [N, L], of which each row has its own number |
| tensor                       | a tensor [N, *shape]                                         |
| lambda                       | `Closure`                                                    |

Shapes: N rows, L the longest list, K whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Lambda

Env = tuple[Any, ...]  # the values in scope, innermost last


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """A whole number that is random: `probs` [N, K] of `low`, `low + 1` and so on."""

    low: int
    probs: Tensor

    @property
    def size(self) -> int:
        """How many numbers it may be."""
        return self.probs.shape[-1]

    @property
    def numbers(self) -> Tensor:
        """The numbers that it may be [K]."""
        return torch.arange(self.low, self.low + self.size, device=self.probs.device)

    @property
    def mean(self) -> Tensor:
        """Its expectation [N]."""
        return (self.probs * self.numbers.to(self.probs.dtype)).sum(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """A list: `items` [N, width, ...], of which row n has the first `lengths[n]`.

    What stands behind a list's end means nothing. `presence` [N, width] says how surely each
    item is there, where networks decide it; else it is None.
    """

    items: Any
    lengths: Tensor
    width: int
    presence: Tensor | None = None

    @property
    def there(self) -> Tensor:
        """Which places [N, width] are of items."""
        return torch.arange(self.width, device=self.lengths.device) < self.lengths[:, None]

    @property
    def is_full(self) -> bool:
        """Have all rows the same number of items?"""
        return bool((self.lengths == self.width).all())


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A lambda with the values its body may use."""

    function: Lambda
    env: Env


def each(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """The value with every tensor in it changed."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, tuple):
        return tuple([each(part, change) for part in value])
    if isinstance(value, Chances):
        return Chances(value.low, change(value.probs))
    if isinstance(value, Padded):
        presence = None if value.presence is None else change(value.presence)
        items = each(value.items, change)
        return Padded(items, change(value.lengths), value.width, presence)
    if isinstance(value, Closure):
        return Closure(value.function, each(value.env, change))
    return value


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in it."""
    found: list[Tensor] = []

    def seen(tensor: Tensor) -> Tensor:
        found.append(tensor)
        return tensor

    each(value, seen)
    return iter(found)


def is_known(value: Any) -> bool:
    """Is it an ordinary value, the same in all rows?"""
    if isinstance(value, tuple):
        return all(map(is_known, value))
    return not isinstance(value, Tensor | Chances | Padded | Closure)


def is_learnt(value: Any) -> bool:
    """Does it depend on what is trained, or is it a matter of degree?"""
    return any(t.requires_grad for t in tensors_in(value)) or isinstance(value, Chances)


def taken(value: Any, rows: Tensor) -> Any:
    """The value of these rows (numbers)."""
    return each(value, lambda t: t.index_select(0, rows))


# ------------------------------------------------------------------------------ as tensors


def number(value: Any, rows: int, device: torch.device) -> Tensor:
    """A float, int or bool as a tensor [N]; one that is random as its expectation."""
    if isinstance(value, Chances):
        return value.mean
    if isinstance(value, Tensor):
        return value
    kinds = {bool: torch.bool, int: torch.int64, float: torch.float32}
    if type(value) not in kinds:
        raise UnsupportedError(f"a {type(value).__name__} is no number that tensors can hold")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise UnsupportedError("an integer outside 64 bits")
    return torch.full((rows,), value, dtype=kinds[type(value)], device=device)


def real(value: Any, rows: int, device: torch.device) -> Tensor:
    """A number as a tensor [N] of float32."""
    return number(value, rows, device).to(torch.float32)


def padded(value: Any, rows: int, device: torch.device) -> Padded:
    """A list as a padded one. Raises UnsupportedError for what it cannot hold."""
    if isinstance(value, Padded):
        return value
    if not isinstance(value, list):
        raise UnsupportedError(f"a {type(value).__name__} stands where a list is expected")
    lengths = torch.full((rows,), len(value), dtype=torch.int64, device=device)
    return Padded(column([spread(item, rows, device) for item in value]), lengths, len(value))


def spread(value: Any, rows: int, device: torch.device) -> Any:
    """The value with a tensor for each part that is the same in all rows."""
    if isinstance(value, tuple):
        return tuple([spread(part, rows, device) for part in value])
    if isinstance(value, list):
        return padded(value, rows, device)
    if isinstance(value, Tensor | Chances | Padded):
        return value
    return number(value, rows, device)


def column(items: list[Any]) -> Any:
    """Spread values [N, ...] side by side, [N, L, ...]; None where there are none."""
    if not items:
        return None
    first = items[0]
    if isinstance(first, tuple):
        return tuple([column(list(parts)) for parts in zip(*items, strict=True)])
    if any(isinstance(item, Chances) for item in items):
        alike = aligned([chances(item) for item in items])
        return Chances(alike[0].low, torch.stack([one.probs for one in alike], 1))
    if isinstance(first, Padded):
        width = max(item.width for item in items)
        wide = [widened(item, width) for item in items]
        if any(item.presence is not None for item in wide):
            raise UnsupportedError("lists of items that may be absent cannot be nested")
        lengths = torch.stack([item.lengths for item in wide], 1)
        inner = [item.items for item in wide if item.items is not None]
        return Padded(column(inner) if inner else None, lengths, width)
    return torch.stack(promoted(items), 1)


def promoted(items: list[Tensor]) -> list[Tensor]:
    """The tensors, all of the type that can hold them."""
    kind = items[0].dtype
    for item in items:
        kind = torch.promote_types(kind, item.dtype)
    return [item.to(kind) for item in items]


def widened(one: Padded, width: int) -> Padded:
    """The list with room for `width` items."""
    missing = width - one.width
    if missing == 0:
        return one

    def wide(tensor: Tensor) -> Tensor:
        more = tensor.new_zeros((tensor.shape[0], missing, *tensor.shape[2:]))
        return torch.cat([tensor, more], 1)

    presence = None if one.presence is None else wide(one.presence)
    return Padded(each(one.items, wide), one.lengths, width, presence)


def item_at(one: Padded, place: int) -> Any:
    """Item number `place` of all rows."""
    return each(one.items, lambda t: t[:, place])


def with_items(one: Padded, items: Any) -> Padded:
    """The list with other items in the places of its own."""
    return replace(one, items=items)


# ------------------------------------------------------------------- random whole numbers

MAX_NUMBERS = 512  # a whole number with more values is taken for its expectation


def chances(value: Any, like: Chances | None = None) -> Chances:
    """A whole number, known or of each row, as one that is random.

    Raises UnsupportedError where it is spread too far.
    """
    if isinstance(value, Chances):
        return value
    if isinstance(value, Tensor):
        if value.dtype not in (torch.int64, torch.bool):
            raise TooWide
        value = value.to(torch.int64)
        low, high = (int(value.min()), int(value.max())) if len(value) else (0, 0)
        if high - low >= MAX_NUMBERS:
            raise TooWide
        return Chances(low, torch.nn.functional.one_hot(value - low, high - low + 1).float())
    assert like is not None, "a number that is the same in all rows needs their number"
    return Chances(int(value), torch.ones_like(like.probs[:, :1]))


class TooWide(Exception):
    """A whole number may have too many values to list them."""


def aligned(several: list[Chances]) -> list[Chances]:
    """The same numbers, over the same range. Raises TooWide."""
    low = min(one.low for one in several)
    high = max(one.low + one.size for one in several)
    if high - low > MAX_NUMBERS:
        raise TooWide
    found = []
    for one in several:
        before, after = one.low - low, high - one.low - one.size
        found.append(Chances(low, torch.nn.functional.pad(one.probs, (before, after))))
    return found
