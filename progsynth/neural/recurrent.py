"""Recurrent layers over rows of items, and what makes items of other inputs.

A cell maps (item, state) to a state; the state after the last item is what is read. Where there
is no item the state stays, so that it does not matter how far a batch was padded. Cells are
products of matrices, without torch's fused kernels: a population of networks trains with stacked
weights (`torch.func`), for which those have no rule.

Tensors: B batch, T items, F features of one, H the state's width, C channels.
"""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor, nn

from progsynth.neural.layers import linear, unset
from progsynth.neural.modality import NUM_CODES


class Cell(nn.Module):
    """One recurrent layer. `num_states` tensors of width H are its memory; the first is read."""

    num_gates: int
    num_states: int

    def __init__(self, num_inputs: int, width: int):
        super().__init__()
        self.width = width
        self.given = linear(num_inputs, self.num_gates * width)
        self.kept = linear(width, self.num_gates * width)

    @abstractmethod
    def step(self, given_BG: Tensor, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The states after an item, of which `given` has been computed."""

    def forward(self, items_BTF: Tensor, present_BT: Tensor) -> Tensor:
        """What is read after each item [B, T, H]."""
        given_BTG = self.given(items_BTF)
        states = tuple(
            items_BTF.new_zeros(len(items_BTF), self.width) for _ in range(self.num_states)
        )
        read = []
        for given_BG, present_B in zip(given_BTG.unbind(1), present_BT.unbind(1), strict=True):
            there_B1 = present_B[:, None] > 0
            after = self.step(given_BG, states)
            states = tuple(
                torch.where(there_B1, new, old) for new, old in zip(after, states, strict=True)
            )
            read.append(states[0])
        return torch.stack(read, 1)


class Gated(Cell):
    """A gated recurrent unit (GRU; Cho et al. 2014, in the form of torch's)."""

    num_gates, num_states = 3, 1

    def step(self, given_BG: Tensor, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        (state_BH,) = states
        reset, update, new = given_BG.chunk(3, -1)
        old_reset, old_update, old_new = self.kept(state_BH).chunk(3, -1)
        update_BH = torch.sigmoid(update + old_update)
        new_BH = torch.tanh(new + torch.sigmoid(reset + old_reset) * old_new)
        return (update_BH * state_BH + (1 - update_BH) * new_BH,)


class LongShortTerm(Cell):
    """A long short-term memory (LSTM; Hochreiter and Schmidhuber 1997, with forget gates).

    The forget gate is 1 more than its weights say: at first it remembers (Jozefowicz et al.
    2015).
    """

    num_gates, num_states = 4, 2

    def step(self, given_BG: Tensor, states: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        state_BH, memory_BH = states
        into, forget, out, new = (given_BG + self.kept(state_BH)).chunk(4, -1)
        memory_BH = torch.sigmoid(forget + 1) * memory_BH + torch.sigmoid(into) * torch.tanh(new)
        return torch.sigmoid(out) * torch.tanh(memory_BH), memory_BH


CELLS: dict[str, type[Cell]] = {"gru": Gated, "lstm": LongShortTerm}


class Recurrent(nn.Module):
    """Cells of these widths, one above the other, over items [B, T, 1 + F]; reads [B, H]."""

    def __init__(self, cell: str, num_inputs: int, widths: tuple[int, ...]):
        super().__init__()
        sizes = zip((num_inputs, *widths), widths, strict=False)
        self.cells = nn.ModuleList(CELLS[cell](n, width) for n, width in sizes)

    def forward(self, x_BTF: Tensor) -> Tensor:
        """The state after the last item."""
        present_BT, items_BTF = x_BTF[..., 0], x_BTF[..., 1:]
        for cell in self.cells:
            items_BTF = cell(items_BTF, present_BT)
        return items_BTF[:, -1]


class Spelt(nn.Module):
    """Codes of characters [B, T, 2] as vectors that are learnt, [B, T, 1 + F]."""

    def __init__(self, num_features: int):
        super().__init__()
        self.vectors = unset(nn.Embedding, NUM_CODES, num_features)

    def forward(self, x_BT: Tensor) -> Tensor:
        """The same items, each with features; zeros where there is none."""
        present = x_BT[..., :1]
        return torch.cat((present, self.vectors(x_BT[..., 1].long()) * present), -1)


class Samples(nn.Module):
    """The samples of a sound [B, C, T] as items [B, T, 1 + C], all of them there."""

    def forward(self, x_BCT: Tensor) -> Tensor:
        """The same numbers, turned."""
        items_BTC = x_BCT.movedim(1, -1)
        return torch.cat((torch.ones_like(items_BTC[..., :1]), items_BTC), -1)


class Slices(nn.Module):
    """The slices of a volume [B, C, D, H, W] as the frames of a video [B, D, 1 + C, H, W]."""

    def forward(self, x_BCDHW: Tensor) -> Tensor:
        """The same numbers, turned."""
        frames = x_BCDHW.movedim(2, 1)
        return torch.cat((torch.ones_like(frames[:, :, :1]), frames), 2)


class Framewise(nn.Module):
    """Reads each frame of a video by itself; gives items [B, T, 1 + F]."""

    def __init__(self, frame: nn.Module):
        super().__init__()
        self.frame = frame

    def forward(self, x_BTCHW: Tensor) -> Tensor:
        """The features of each frame, and whether there is one."""
        present_BT1 = x_BTCHW[:, :, 0].amax((-2, -1))[..., None]
        features_NF = self.frame(x_BTCHW[:, :, 1:].flatten(0, 1))
        items_BTF = features_NF.reshape(*x_BTCHW.shape[:2], -1)
        return torch.cat((present_BT1, items_BTF), -1)
