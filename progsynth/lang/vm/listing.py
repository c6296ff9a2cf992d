"""Compiled programs as text, for people."""

from __future__ import annotations

from collections.abc import Iterator

from progsynth.lang.vm import layout
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.code import Code


def instructions(code: Code) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The place and the words of each instruction."""
    words = code.words[: code.params_start].tolist()
    at = 0
    while at < len(words):
        number = words[at]
        if number >= op.NUMBERS:
            length = op.FAMILY_LENGTH
        else:
            kinds = op.CORE_OPERANDS[number]
            length = 1 + len(kinds)
            if kinds.endswith("*"):
                length += words[at + 3] - 1
        yield at, tuple(words[at : at + length])
        at += length


def listing(code: Code) -> str:
    """The instructions, one a line; `k` are constants, `s` scalars, `p` references."""
    return "\n".join(
        f"{place:6d}  {op.name_of(words[0]):16s} {' '.join(_operands(words))}"
        for place, words in instructions(code)
    )


def _operands(words: tuple[int, ...]) -> Iterator[str]:
    kinds = op.CORE_OPERANDS.get(words[0], "r" * (op.FAMILY_LENGTH - 1)).replace("*", "r" * 99)
    for kind, word in zip(kinds, words[1:], strict=False):
        yield _shown(word) if kind in "rd" else str(word)


def _shown(operand: int) -> str:
    zones = (("p", layout.POINTERS, layout.PROGRAM), ("s", layout.SCALARS, layout.POINTERS))
    for letter, start, end in (*zones, ("k", layout.CONSTANTS, layout.SCALARS)):
        if start <= operand < end:
            return f"{letter}{operand - start}"
    return str(operand)
