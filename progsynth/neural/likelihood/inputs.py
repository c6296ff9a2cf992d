"""What networks are run on for the rows of a task, and where their answers belong.

Each different tensor is kept once. A mini-batch names the tensors that its rows need; networks
run on these, and their outputs are spread over the variables of the rows' layouts.

Shapes: ... any leading dimensions (candidates), N tensors, B rows of one layout, S slots,
K outputs of a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from progsynth.lang.term import Neural
from progsynth.lang.types import Type
from progsynth.neural.likelihood.layouts import Known, Layout, layouts
from progsynth.neural.likelihood.readings import Row

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The tensors in the rows of a task, ready for networks.

    `tensors` has for each submodule all that it reads, [N, *shape], each different tensor once.
    `places` has for each layout and submodule the numbers [B, S] of its rows' tensors there.
    `where` has for each row its layout and its place among that layout's rows, [rows, 2].
    """

    layouts: tuple[Layout, ...]
    tensors: Mapping[str, npt.NDArray[np.float32]]
    places: tuple[Mapping[str, Numbers], ...]
    where: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The rows of a mini-batch that have one layout.

    `rows` are their numbers among the layout's rows, `at` their places in the mini-batch, and
    `spread` has for each submodule the places [B, S] of their tensors in `MiniBatch.needed`.
    """

    layout: int
    rows: Numbers
    at: Numbers
    spread: Mapping[str, Numbers]


@dataclass(frozen=True, slots=True, eq=False)
class MiniBatch:
    """Some rows of `Inputs`; `needed` has the numbers of the tensors that each submodule reads."""

    rows: Numbers
    needed: Mapping[str, Numbers]
    parts: tuple[Part, ...]


def prepare(
    rows: Sequence[Row],
    types: Sequence[Type],
    neural: Sequence[Neural],
    known: Sequence[Known] = (),
) -> Inputs:
    """The rows' layouts and tensors; `types` are those of the rows, with tensors, `known` the
    networks with known weights that read some."""
    found = layouts(rows, types, neural, known)
    where = np.zeros((len(rows), 2), np.int64)
    for number, layout in enumerate(found):
        for place, row in enumerate(layout.rows):
            where[row] = number, place
    tensors: dict[str, npt.NDArray[np.float32]] = {}
    places: list[dict[str, Numbers]] = [{} for _ in found]
    for name in (one.name for one in neural):
        numbers: dict[bytes, int] = {}
        kept: list[npt.NDArray[np.float32]] = []
        for layout, own in zip(found, places, strict=True):
            x_BS = layout.inputs(name)
            own[name] = np.zeros(x_BS.shape[:2], np.int64)
            for at in np.ndindex(x_BS.shape[:2]):
                number = numbers.setdefault(x_BS[at].tobytes(), len(kept))
                own[name][at] = number
                if number == len(kept):
                    kept.append(x_BS[at])
        tensors[name] = np.stack(kept) if kept else np.zeros((0,), np.float32)
    return Inputs(found, tensors, tuple(places), where)


def mini_batch(inputs: Inputs, rows: npt.ArrayLike) -> MiniBatch:
    """These rows, with the tensors that they need."""
    chosen = np.asarray(rows, np.int64)
    where = inputs.where[chosen]
    needed: dict[str, dict[int, int]] = {name: {} for name in inputs.tensors}
    parts = []
    for number in dict.fromkeys(where[:, 0].tolist()):
        at = np.flatnonzero(where[:, 0] == number)
        members, spread = where[at, 1], {}
        for name, places in inputs.places[number].items():
            order = needed[name]
            flat = [order.setdefault(n, len(order)) for n in places[members].ravel().tolist()]
            spread[name] = np.array(flat, np.int64).reshape(len(members), places.shape[1])
        parts.append(Part(number, members, at, spread))
    numbers = {name: np.array(list(order), np.int64) for name, order in needed.items()}
    return MiniBatch(chosen, numbers, tuple(parts))


def answers_of(
    part: Part, layout: Layout, outputs: Mapping[str, torch.Tensor]
) -> list[torch.Tensor]:
    """For each variable of the part's layout what its network gave [..., B, K].

    `outputs` has for each submodule its outputs [..., N, K] on the tensors that the mini-batch
    needs: log-probabilities of its values, or what it gives where it is real.
    """
    found: dict[int, torch.Tensor] = {}
    for name, places in part.spread.items():
        numbers = layout.variables_of(name)
        if not numbers:
            continue
        for number, answer in zip(numbers, _spread(outputs[name], places).unbind(-2), strict=True):
            found[number] = answer
    return [found[n] for n in range(len(layout.variables))]


def _spread(outputs_NK: torch.Tensor, places: Numbers) -> torch.Tensor:
    """The outputs [..., B, S, K] at these places [B, S] of N."""
    flat = places.ravel()
    begin = int(flat[0]) if len(flat) else 0
    if np.array_equal(flat, np.arange(begin, begin + len(flat))):  # usual, and free backwards
        chosen = outputs_NK.narrow(-2, begin, len(flat))
    else:
        index = torch.as_tensor(flat, device=outputs_NK.device)
        chosen = outputs_NK.index_select(-2, index)
    return chosen.reshape(*chosen.shape[:-2], *places.shape, chosen.shape[-1])
