"""The fuel and cells formulas of primitives as instructions.

A formula is evaluated on what is known when the program is compiled (the size of an int is 1);
what is left is mostly one instruction, such as a unit of fuel for 32 items of a list.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from progsynth.errors import UnsupportedError
from progsynth.lang.types import Type
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.descriptors import is_reference
from progsynth.lang.vm.flags import START, STOP


@dataclass(frozen=True, slots=True)
class Linear:
    """length of the sequence in `register` * factor + offset; neither is negative."""

    register: int
    factor: int = 1
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Register:
    """A number in a register."""

    register: int


Amount = int | Linear | Register


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a primitive: its register and its plain type."""

    register: int
    type: Type


@dataclass(frozen=True, slots=True)
class Output:
    """Where the instructions of a formula go: see `bytecode.Frame`."""

    emit: Callable[..., None]
    scratch: Callable[[], int]  # a scalar register, free again after the formula
    constant: Callable[[int], int]
    descriptor: Callable[[Type], int]


@cache
def parsed(formula: str) -> ast.expr:
    """The formula's syntax tree. Pure, which makes the cache invisible."""
    return ast.parse(formula, mode="eval").body


def charge(
    formula: str, arguments: Mapping[str, Argument], output: Output, *, is_fuel: bool
) -> None:
    """Emit what takes the formula's amount; negative amounts take nothing."""
    if formula == "0":
        return
    tree = parsed(formula)
    maker = _Maker(arguments, output)
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
    emit = output.emit
    if isinstance(amount, int):
        if amount > 0 and is_fuel:
            emit(op.FUEL_OF, output.constant(amount))
        elif amount > 0:
            emit(op.USE_CELLS, amount)
    elif isinstance(amount, Register):
        emit(op.FUEL_OF if is_fuel else op.CELLS_OF, amount.register)
    elif is_fuel:
        emit(op.FUEL_OF_LENGTH, amount.register, amount.factor, amount.offset, divisor)
    elif divisor == 1:
        emit(op.CELLS_OF_LENGTH, amount.register, amount.factor, amount.offset)
    else:
        whole = maker.operation(ast.FloorDiv(), amount, divisor)
        emit(op.CELLS_OF, maker.register(whole))


_OPERATIONS: dict[type[ast.operator], tuple[Callable[[int, int], int], int]] = {
    ast.Add: (lambda a, b: a + b, op.SATURATED_ADD),
    ast.Sub: (lambda a, b: a - b, op.SATURATED_SUB),
    ast.Mult: (lambda a, b: a * b, op.SATURATED_MUL),
    ast.FloorDiv: (lambda a, b: a // b, op.SATURATED_DIV),
}


class _Maker:
    def __init__(self, arguments: Mapping[str, Argument], output: Output):
        self.arguments = arguments
        self.output = output

    def amount(self, tree: ast.expr) -> Amount:
        """The value of a part of a formula; formulas are short, and nest little."""
        match tree:
            case ast.Constant(value=int(number)):
                return number
            case ast.Name(id=name):
                return Register(self.arguments[name].register)
            case ast.BinOp(
                left=ast.BinOp(left=a, op=ast.Sub(), right=b), op=ast.FloorDiv(), right=c
            ):
                return self.emit(op.DIFFERENCE_DIV, self.amount(a), self.amount(b), self.amount(c))
            case ast.BinOp(left=left, op=operator, right=right):
                return self.operation(operator, self.amount(left), self.amount(right))
            case ast.BoolOp(op=ast.Or(), values=[first, second]):
                return self.emit(op.FIRST_TRUE, self.amount(first), self.amount(second))
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
                return Linear(self.arguments[name].register)
            case ast.Call(func=ast.Name(id="len"), args=[ast.Subscript() as part]):
                return self.slice_length(part)
            case ast.Call(func=ast.Name(id="size"), args=[ast.Name(id=name)]):
                return self.size(self.arguments[name])
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

    def size(self, argument: Argument) -> Amount:
        """The deep size of an argument."""
        type_ = argument.type
        if not is_reference(type_):
            return 1
        if not any(is_reference(t) for t in type_.types):
            if type_.name == "tuple":
                return 1 + len(type_.types)
            return Linear(argument.register, 2 if type_.name == "dict" else 1, 1)
        to = self.output.scratch()
        self.output.emit(op.SIZE, to, argument.register, self.output.descriptor(type_))
        return Register(to)

    def slice_length(self, part: ast.Subscript) -> Amount:
        """The length of a slice of an argument."""
        assert isinstance(part.value, ast.Name) and isinstance(part.slice, ast.Slice)
        start, stop = (
            0 if p is None else self.register(self.amount(p))
            for p in (part.slice.lower, part.slice.upper)
        )
        given = (START if part.slice.lower else 0) | (STOP if part.slice.upper else 0)
        to = self.output.scratch()
        whole = self.arguments[part.value.id].register
        self.output.emit(op.SLICE_LENGTH, to, whole, start, stop, given)
        return Register(to)

    def register(self, amount: Amount) -> int:
        """A register that holds the amount."""
        if isinstance(amount, int):
            return self.output.constant(amount)
        if isinstance(amount, Register):
            return amount.register
        to = self.output.scratch()
        self.output.emit(op.SATURATED_LENGTH, to, amount.register)
        for code, number, neutral in (
            (op.SATURATED_MUL, amount.factor, 1),
            (op.SATURATED_ADD, amount.offset, 0),
        ):
            if number != neutral:
                self.output.emit(code, to, to, self.output.constant(number))
        return to

    def emit(self, code: int, *operands: Amount) -> Register:
        """The value of an instruction."""
        registers = [self.register(o) for o in operands]
        to = self.output.scratch()
        self.output.emit(code, to, *registers)
        return Register(to)
