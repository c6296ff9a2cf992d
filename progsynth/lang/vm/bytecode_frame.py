"""Registers and instructions in the making, for the compiler of the VM.

No function calls itself, so each compiled function has registers of its own with fixed numbers:
a call is a few moves and a jump. Inside a function registers are taken and given back as on a
stack. References and scalars have separate registers, for the collector's sake.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from progsynth.errors import UnsupportedError
from progsynth.lang.types import INT, Type
from progsynth.lang.vm import layout
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.descriptors import is_reference, plain
from progsynth.lang.vm.encode import Image

MAX_CODE = 1_000_000  # words of instructions


@dataclass(slots=True, eq=False)
class Label:
    """A place in the code; `position` is known at the end."""

    position: int = -1


Operand = int | Label
Instruction = tuple[Operand, ...]
Registers = tuple[int, ...]


@dataclass(slots=True)
class Assembly:
    """The whole program in the making: its frames, constants, and how many registers it uses."""

    frames: list[Frame] = field(default_factory=list)
    image: Image = field(default_factory=lambda: Image(layout.PROGRAM))
    constants: list[int] = field(default_factory=list)
    known: dict[int, int] = field(default_factory=dict)  # a constant's word -> its register
    num_scalars: int = 0
    num_pointers: int = 0
    num_words: int = 0

    def constant(self, value: int | float | bool | str, type_: Type = INT) -> int:
        """The register that holds the constant."""
        word = self.image.add(value, type_)
        found = self.known.get(word)
        if found is None:
            found = self.known[word] = layout.CONSTANTS + len(self.constants)
            self.constants.append(word)
            _bounded(len(self.constants), layout.MAX_CONSTANTS, "constants")
        return found

    def new_register(self, reference: bool) -> int:
        """A register that no other function uses."""
        if reference:
            self.num_pointers += 1
            _bounded(self.num_pointers, layout.MAX_POINTERS, "variables")
            return layout.POINTERS + self.num_pointers - 1
        self.num_scalars += 1
        _bounded(self.num_scalars, layout.MAX_SCALARS, "variables")
        return layout.SCALARS + self.num_scalars - 1

    def words(self) -> list[int]:
        """All instructions, one frame behind the other, with jumps resolved."""
        found: list[int] = []
        jumps: list[tuple[int, Label]] = []  # words to be filled in when all labels are placed
        for frame in self.frames:
            for item in frame.code:
                if isinstance(item, Label):
                    item.position = len(found)
                    continue
                for operand in item:
                    if isinstance(operand, Label):
                        jumps.append((len(found), operand))
                        operand = 0
                    found.append(operand)
                if found[-len(item)] >= op.NUMBERS:
                    found += [0] * (op.FAMILY_LENGTH - len(item))
        for place, label in jumps:
            found[place] = label.position
        return found


def _bounded(number: int, most: int, what: str) -> None:
    if number > most:
        raise UnsupportedError(f"the VM runs programs of at most {most} {what}")


class Frame:
    """One function in the making."""

    def __init__(self, assembly: Assembly):
        self.assembly = assembly
        self.code: list[Instruction | Label] = []
        self._last = -1  # the place of the last instruction, behind which there are labels only
        self.start = Label()
        self.temporaries: set[int] = set()
        self._free: dict[bool, list[int]] = {False: [], True: []}
        assembly.frames.append(self)
        self.place(self.start)

    def emit(self, code: int, *operands: Operand) -> None:
        """Add an instruction."""
        assert code < op.NUMBERS or len(operands) < op.FAMILY_LENGTH
        self._last = len(self.code)
        self.code.append((code, *operands))
        self.assembly.num_words += len(operands) + 1
        _bounded(self.assembly.num_words, MAX_CODE, "words of instructions")

    def place(self, label: Label) -> None:
        """The label stands for what comes next; a jump there that is just behind is dropped."""
        if self._last >= 0 and self.code[self._last] == (op.JUMP, label):
            del self.code[self._last]
            self._last -= 1
            while self._last >= 0 and isinstance(self.code[self._last], Label):
                self._last -= 1
        self.code.append(label)

    def take(self, type_: Type) -> int:
        """A register for a variable of the type, until `give_back`."""
        reference = is_reference(type_)
        free = self._free[reference]
        return free.pop() if free else self.assembly.new_register(reference)

    def give_back(self, *registers: int) -> None:
        """The variables' registers may be used for something else."""
        for register in registers:
            self._free[register >= layout.POINTERS].append(register)

    def temporary(self, type_: Type) -> int:
        """A register for a value that is used once: see `release`."""
        register = self.take(type_)
        self.temporaries.add(register)
        return register

    def release(self, registers: tuple[int, ...]) -> None:
        """Values have been used: those in temporaries are given back, others are variables'."""
        for register in registers:
            if register in self.temporaries:
                self.temporaries.remove(register)
                self.give_back(register)

    def adopt(self, registers: tuple[int, ...]) -> tuple[int, ...]:
        """The temporaries among the registers become a variable's; these are given."""
        mine = tuple(dict.fromkeys(r for r in registers if r in self.temporaries))
        self.temporaries.difference_update(mine)
        return mine

    def end_scope(self, mine: tuple[int, ...], results: tuple[int, ...]) -> None:
        """Variables go out of scope: their registers are given back, or hold results."""
        for register in mine:
            if register in results:
                self.temporaries.add(register)
            else:
                self.give_back(register)

    def target(self, type_: Type, into: Registers | None) -> int:
        """Where an instruction puts its result."""
        return into[0] if into is not None else self.temporary(plain(type_))

    def moved(self, registers: Registers, into: Registers | None) -> Registers:
        """The values moved to where they are wanted, as if all at once."""
        if into is None:
            return registers
        todo = {to: source for to, source in zip(into, registers, strict=True) if to != source}
        while todo:
            free = [to for to in todo if to not in todo.values()]
            if free:
                for to in free:
                    self.emit(op.MOVE, to, todo.pop(to))
                continue
            # only circles are left: open one by a spare copy
            to, source = next(iter(todo.items()))
            spare = self.assembly.new_register(source >= layout.POINTERS)
            self.emit(op.MOVE, spare, source)
            todo[to] = spare
        self.release(tuple(r for r in registers if r not in into))
        return into
