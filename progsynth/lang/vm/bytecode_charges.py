"""The fuel and cells formulas of primitives as instructions.

A formula is evaluated on what is known when the program is compiled (the size of an int is 1);
what is left is mostly one instruction, such as a unit of fuel for 32 items of a list. That
depends on the types of the arguments alone, so it is found once and written at every call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.lang.types import Type
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.descriptors import is_reference
from progsynth.lang.vm.flags import START, STOP

# What an operand of a charge stands for: the register of an argument (its number follows), a
# scalar register that is free again after the charge (a number tells them apart), the register
# of a constant, the place of a type's descriptor, or a number as it is.
ARGUMENT, SCRATCH, CONSTANT, DESCRIPTOR, NUMBER = range(5)
Operand = tuple[int, Any]
Charge = tuple[int, tuple[Operand, ...]]  # an instruction: its code and operands


@dataclass(frozen=True, slots=True)
class Linear:
    """length of the sequence in the register * factor + offset; neither is negative."""

    register: Operand
    factor: int = 1
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Register:
    """A number in a register."""

    register: Operand


Amount = int | Linear | Register


@lru_cache(maxsize=4096)
def charges(
    formula: str, names: tuple[str, ...], types: tuple[Type, ...], *, is_fuel: bool
) -> tuple[Charge, ...]:
    """What takes the formula's amount, where the parameters have these plain types.

    Negative amounts take nothing. Pure, which makes the cache invisible.
    """
    tree = ast.parse(formula, mode="eval").body
    maker = _Maker(dict(zip(names, enumerate(types), strict=True)))
    divisor = 1
    amount: Amount
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.FloorDiv):
        by = maker.amount(tree.right)
        if isinstance(by, int) and by > 0:
            inner = maker.amount(tree.left)
            if isinstance(inner, Linear):
                divisor, amount = by, inner
            else:
                amount = maker.operation(ast.FloorDiv(), inner, by)
        else:
            amount = maker.amount(tree)
    else:
        amount = maker.amount(tree)
    if isinstance(amount, int):
        if amount > 0 and is_fuel:
            maker.add(op.FUEL_OF, (CONSTANT, amount))
        elif amount > 0:
            maker.add(op.USE_CELLS, (NUMBER, amount))
    elif isinstance(amount, Register):
        maker.add(op.FUEL_OF if is_fuel else op.CELLS_OF, amount.register)
    else:
        linear = (amount.register, (NUMBER, amount.factor), (NUMBER, amount.offset))
        if is_fuel:
            maker.add(op.FUEL_OF_LENGTH, *linear, (NUMBER, divisor))
        elif divisor == 1:
            maker.add(op.CELLS_OF_LENGTH, *linear)
        else:
            whole = maker.operation(ast.FloorDiv(), amount, divisor)
            maker.add(op.CELLS_OF, maker.register(whole))
    return tuple(maker.charges)


_OPERATIONS: dict[type[ast.operator], tuple[Callable[[int, int], int], int]] = {
    ast.Add: (lambda a, b: a + b, op.SATURATED_ADD),
    ast.Sub: (lambda a, b: a - b, op.SATURATED_SUB),
    ast.Mult: (lambda a, b: a * b, op.SATURATED_MUL),
    ast.FloorDiv: (lambda a, b: a // b, op.SATURATED_DIV),
}


class _Maker:
    def __init__(self, arguments: Mapping[str, tuple[int, Type]]):
        self.arguments = arguments  # the place and the type of each
        self.charges: list[Charge] = []
        self.num_scratch = 0

    def add(self, code: int, *operands: Operand) -> None:
        """Add an instruction."""
        self.charges.append((code, operands))

    def scratch(self) -> Operand:
        """A scalar register that nothing else uses."""
        self.num_scratch += 1
        return SCRATCH, self.num_scratch

    def argument(self, name: str) -> Operand:
        """The register of an argument."""
        return ARGUMENT, self.arguments[name][0]

    def amount(self, tree: ast.expr) -> Amount:
        """The value of a part of a formula; formulas are short, and nest little."""
        match tree:
            case ast.Constant(value=int(number)):
                return number
            case ast.Name(id=name):
                return Register(self.argument(name))
            case ast.BinOp(
                left=ast.BinOp(left=a, op=ast.Sub(), right=b), op=ast.FloorDiv(), right=c
            ):
                return self.emit(op.DIFFERENCE_DIV, self.amount(a), self.amount(b), self.amount(c))
            case ast.BinOp(left=left, op=operator, right=right):
                return self.operation(operator, self.amount(left), self.amount(right))
            case ast.BoolOp(op=ast.Or(), values=[first, second]):
                return self.emit(op.FIRST_TRUE, self.amount(first), self.amount(second))
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                return Linear(self.argument(name))
            case ast.Call(func=ast.Name(id="len"), args=[ast.Subscript() as part]):
                return self.slice_length(part)
            case ast.Call(func=ast.Name(id="size"), args=[ast.Name(id=name)]):
                return self.size(name)
            case ast.Call(func=ast.Name(id="min" | "max" as name), args=[left, right]):
                return self.extreme(name, self.amount(left), self.amount(right))
        raise UnsupportedError(f"the VM cannot charge by the formula '{ast.unparse(tree)}'")

    def operation(self, operator: ast.operator, left: Amount, right: Amount) -> Amount:
        """The value of an arithmetic operation."""
        if isinstance(left, int) and isinstance(right, int):
            return _OPERATIONS[type(operator)][0](left, right)
        if isinstance(left, int) and isinstance(operator, ast.Add | ast.Mult):
            left, right = right, left
        if isinstance(left, Linear) and isinstance(right, int) and right >= 0:
            if isinstance(operator, ast.Add):
                return Linear(left.register, left.factor, left.offset + right)
            if isinstance(operator, ast.Mult) and right < 1000:
                return Linear(left.register, left.factor * right, left.offset * right)
        return self.emit(_OPERATIONS[type(operator)][1], left, right)

    def extreme(self, name: str, left: Amount, right: Amount) -> Amount:
        """The value of min or max of two."""
        if isinstance(left, int) and isinstance(right, int):
            return min(left, right) if name == "min" else max(left, right)
        if isinstance(left, int):
            left, right = right, left
        if isinstance(left, Linear) and isinstance(right, int) and right <= left.offset:
            return right if name == "min" else left
        return self.emit(op.SATURATED_MIN if name == "min" else op.SATURATED_MAX, left, right)

    def size(self, name: str) -> Amount:
        """The deep size of an argument."""
        argument, (_, type_) = self.argument(name), self.arguments[name]
        if not is_reference(type_):
            return 1
        if not any(is_reference(t) for t in type_.types):
            if type_.name == "tuple":
                return 1 + len(type_.types)
            return Linear(argument, 2 if type_.name == "dict" else 1, 1)
        to = self.scratch()
        self.add(op.SIZE, to, argument, (DESCRIPTOR, type_))
        return Register(to)

    def slice_length(self, part: ast.Subscript) -> Amount:
        """The length of a slice of an argument."""
        assert isinstance(part.value, ast.Name) and isinstance(part.slice, ast.Slice)
        start, stop = (
            (NUMBER, 0) if p is None else self.register(self.amount(p))
            for p in (part.slice.lower, part.slice.upper)
        )
        given = (START if part.slice.lower else 0) | (STOP if part.slice.upper else 0)
        to = self.scratch()
        whole = self.argument(part.value.id)
        self.add(op.SLICE_LENGTH, to, whole, start, stop, (NUMBER, given))
        return Register(to)

    def register(self, amount: Amount) -> Operand:
        """A register that holds the amount."""
        if isinstance(amount, int):
            return CONSTANT, amount
        if isinstance(amount, Register):
            return amount.register
        to = self.scratch()
        self.add(op.SATURATED_LENGTH, to, amount.register)
        for code, number, neutral in (
            (op.SATURATED_MUL, amount.factor, 1),
            (op.SATURATED_ADD, amount.offset, 0),
        ):
            if number != neutral:
                self.add(code, to, to, (CONSTANT, number))
        return to

    def emit(self, code: int, *operands: Amount) -> Register:
        """The value of an instruction."""
        registers = [self.register(o) for o in operands]
        to = self.scratch()
        self.add(code, to, *registers)
        return Register(to)
