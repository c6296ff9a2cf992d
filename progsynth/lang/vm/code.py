"""A compiled program."""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.lang.types import Type
from progsynth.lang.vm.encode import Words


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """What the VM runs; `bytecode.compile_program` makes it.

    `words` are the instructions (jumps count from their beginning) and, from `params_start` on,
    the registers of the parameters and of the result. `constants` go to the registers from
    CONSTANTS on, `image` (texts and descriptors) to PROGRAM; `descriptor` is where the result's is.
    """

    types: tuple[Type, ...]
    result: Type
    words: Words
    params_start: int
    constants: Words
    image: Words
    num_pointers: int
    descriptor: int
