"""Primitives as instructions: one table, from instance names to opcodes and operands.

Operands are written as words: a digit is the register of that argument, `kind` the kind of the
result's objects, `desc:N` the descriptor of argument N's type, `item:N` of its items, `key:N` of
its keys, `meta` the meta word of the result (of its pairs, where it is a list), `put` either of
these with the flag that the old value may be changed in place if nothing else uses it, `zero` a
register that holds 0, `=N` the number N, and `slice:N` N with the result's kind above it.
The VM knows a primitive by its name: a user's own never takes this way.
"""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.lang.primitive import Primitive
from progsynth.lang.types import INT, Type
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.bytecode_charges import (
    ARGUMENT,
    CONSTANT,
    DESCRIPTOR,
    NUMBER,
    Charge,
    charges,
)
from progsynth.lang.vm.bytecode_frame import Frame, Registers
from progsynth.lang.vm.descriptors import (
    dict_meta,
    items_of,
    sequence_kind,
    tuple_meta,
)
from progsynth.lang.vm.flags import OWNED_DICT, OWNED_LIST, SLICE_KIND_SHIFT

Row = tuple[int, str]

_NUMBERS: dict[str, Row] = {
    "not": (op.NOT, "0"),
    "add.int": (op.ADD, "0 1"),
    "sub.int": (op.SUB, "0 1"),
    "mul.int": (op.MUL, "0 1"),
    "floordiv.int": (op.FLOORDIV, "0 1"),
    "mod.int": (op.MOD, "0 1"),
    "pow.int": (op.POW, "0 1"),
    "div.int": (op.DIV_INT, "0 1"),
    "neg.int": (op.NEG, "0"),
    "abs.int": (op.ABS, "0"),
    "min.int": (op.MIN, "0 1"),
    "max.int": (op.MAX, "0 1"),
    "int.bool": (op.MOVE, "0"),
    "int.float": (op.TRUNCATE, "0"),
    "add.float": (op.FADD, "0 1"),
    "sub.float": (op.FSUB, "0 1"),
    "mul.float": (op.FMUL, "0 1"),
    "div.float": (op.FDIV, "0 1"),
    "floordiv.float": (op.FFLOORDIV, "0 1"),
    "mod.float": (op.FMOD, "0 1"),
    "pow.float": (op.FPOW, "0 1"),
    "neg.float": (op.FNEG, "0"),
    "abs.float": (op.FABS, "0"),
    "min.float": (op.FMIN, "0 1"),
    "max.float": (op.FMAX, "0 1"),
    "sqrt": (op.SQRT, "0"),
    "exp": (op.EXP, "0"),
    "log": (op.LOG, "0"),
    "sin": (op.SIN, "0"),
    "cos": (op.COS, "0"),
    "floor": (op.FLOOR, "0"),
    "ceil": (op.CEIL, "0"),
    "round": (op.ROUND, "0"),
    "float.int": (op.TO_FLOAT, "0"),
}

_SLICES: dict[str, Row] = {
    f"{name}.{of}": (op.SLICE, operands)
    for of in ("list", "str")
    for name, operands in {
        "slice": "0 1 2 zero slice:3",
        "slice_from": "0 1 zero zero slice:1",
        "slice_to": "0 zero 1 zero slice:2",
        "slice_by": "0 1 2 3 slice:7",
        "slice_from_by": "0 1 zero 2 slice:5",
        "slice_to_by": "0 zero 1 2 slice:6",
        "slice_all_by": "0 zero zero 1 slice:4",
    }.items()
}

_LISTS: dict[str, Row] = {
    "len.list": (op.LENGTH, "0"),
    "item.list": (op.ITEM, "0 1"),
    "concat.list": (op.CONCAT, "0 1 kind"),
    "repeat.list": (op.REPEAT, "0 1 kind"),
    "reverse.list": (op.REVERSE, "0 kind"),
    "append": (op.APPEND, "0 1 kind"),
    "put.list": (op.PUT, "0 1 2 put"),
    "insert": (op.INSERT, "0 1 2 kind"),
    "delete.list": (op.DELETE, "0 1 kind"),
    "in.list": (op.CONTAINS, "0 1 item:1"),
    "index.list": (op.INDEX_OF, "0 1 item:0"),
    "count.list": (op.COUNT_OF, "0 1 item:0"),
    "sort.list": (op.SORT, "0 0 item:0 kind"),
    "min.list": (op.SMALLEST, "0 item:0"),
    "max.list": (op.LARGEST, "0 item:0"),
    "unique.list": (op.UNIQUE, "0 item:0 kind"),
    "range.stop": (op.RANGE, "zero 0 one"),
    "range.start": (op.RANGE, "0 1 one"),
    "range.step": (op.RANGE, "0 1 2"),
    "zip.two": (op.ZIP, "0 1 meta"),
    "enumerate.list": (op.ENUMERATE, "0 meta"),
    "flatten": (op.FLATTEN, "0 kind"),
    "sum.int": (op.SUM, "0"),
    "sum.float": (op.FSUM, "0"),
    "product.int": (op.PRODUCT, "0"),
    "product.float": (op.FPRODUCT, "0"),
}

_TEXTS: dict[str, Row] = {
    "len.str": (op.LENGTH, "0"),
    "item.str": (op.CHARACTER, "0 1"),
    "concat.str": (op.CONCAT, "0 1 kind"),
    "repeat.str": (op.REPEAT, "0 1 kind"),
    "reverse.str": (op.REVERSE, "0 kind"),
    "chars": (op.CHARACTERS, "0"),
    "in.str": (op.FIND, "1 0"),
    "find.str": (op.FIND, "0 1"),
    "count.str": (op.COUNT_TEXT, "0 1"),
    "starts_with": (op.STARTS, "0 1"),
    "ends_with": (op.ENDS, "0 1"),
    "replace": (op.REPLACE, "0 1 2"),
    "split": (op.SPLIT, "0 1"),
    "words": (op.WORDS, "0"),
    "join": (op.JOIN, "0 1"),
    "strip": (op.STRIP, "0"),
    "upper": (op.UPPER, "0"),
    "lower": (op.LOWER, "0"),
    "is_digit": (op.CLASSIFY, "0 =0"),
    "is_letter": (op.CLASSIFY, "0 =1"),
    "is_upper": (op.CLASSIFY, "0 =2"),
    "is_lower": (op.CLASSIFY, "0 =3"),
    "is_space": (op.CLASSIFY, "0 =4"),
    "ord": (op.ORD, "0"),
    "chr": (op.CHR, "0"),
    "str.int": (op.TEXT_OF_INT, "0"),
    "int.str": (op.INT_OF_TEXT, "0"),
    "float.str": (op.FLOAT_OF_TEXT, "0"),
    "fixed": (op.FIXED, "0 1"),
}

_TABLES: dict[str, Row] = {
    "len.dict": (op.LENGTH, "0"),
    "item.dict": (op.GET, "0 1 zero key:0"),
    "get.dict": (op.GET_OR, "0 1 2 key:0"),
    "put.dict": (op.PUT_KEY, "0 1 2 key:0 put"),
    "delete.dict": (op.DELETE_KEY, "0 1 key:0"),
    "in.dict": (op.HAS, "1 0 key:1"),
    "keys": (op.KEYS, "0"),
    "values": (op.VALUES, "0"),
    "items": (op.ITEMS, "0 meta"),
    "dict_of": (op.DICT_OF, "0 key_of_pairs meta"),
    "graph_of": (op.MOVE, "0"),
    "adjacency": (op.MOVE, "0"),
    "memory_of": (op.MOVE, "0"),
    "contents": (op.MOVE, "0"),
}

ROWS: dict[str, Row] = {**_NUMBERS, **_SLICES, **_LISTS, **_TEXTS, **_TABLES}
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
WITH_FUNCTIONS = ("map", "filter", "fold", "sort_by")

# Whose result may be a part of an argument, which goes on holding it.
EXTRACTORS = frozenset(("item.list", "min.list", "max.list", "item.dict", "get.dict"))

# Whose result holds no reference to the lists and tables given; those inside are shared when
# they are extracted. Of some, the result holds the argument at that place only.
READERS = frozenset(
    (*COMPARISONS, "len.list", "len.dict", "item.list", "in.list", "index.list", "count.list")
    + ("min.list", "max.list", "sum.int", "sum.float", "product.int", "product.float", "join")
    + ("item.dict", "in.dict", "keys", "values", "items", "sort.list", "unique.list", "flatten")
    + ("reverse.list", "concat.list", "map", "filter", "sort_by", "zip.two", "enumerate.list")
    + ("delete.list", "delete.dict")
    + tuple(name for name in _SLICES if name.endswith(".list"))
)
KEPT_ARGUMENT = {"get.dict": 2, "put.list": 2, "insert": 2}


def keeps(name: str, place: int) -> bool:
    """May the result of the primitive hold its argument at that place?"""
    return name not in READERS and KEPT_ARGUMENT.get(name, place) == place


SUPPORTED = frozenset((*ROWS, *COMPARISONS, *WITH_FUNCTIONS))


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a primitive: their registers and their plain types."""

    registers: Registers
    types: tuple[Type, ...]


def emit_primitive(
    name: str, arguments: Arguments, result: Type, to: int, frame: Frame, owned: bool
) -> None:
    """Emit the primitive's own work: its arguments are in registers, and it is paid for.

    `owned` says that the first argument is never used again.
    """
    if name in COMPARISONS:
        _compare(name, arguments, to, frame)
        return
    code, operands = ROWS[name]
    written = [_operand(o, arguments, result, frame) for o in operands.split()]
    if owned and operands.endswith("put"):
        written[-1] |= OWNED_DICT if result.name == "dict" else OWNED_LIST
    frame.emit(code, to, *written)
    if name == "in.str":  # was it found at a position from 0 on?
        frame.emit(op.LE, to, frame.assembly.constant(0), to)


def pay(callee: Primitive, arguments: Arguments, frame: Frame) -> None:
    """Emit the primitive's charges: fuel, then cells."""
    for formula, is_fuel in ((callee.fuel, True), (callee.cells, False)):
        if formula != "0":
            names = callee.signature.names
            _charge(charges(formula, names, arguments.types, is_fuel=is_fuel), arguments, frame)


def _charge(found: tuple[Charge, ...], arguments: Arguments, frame: Frame) -> None:
    scratch: dict[int, int] = {}
    for code, operands in found:
        written = []
        for what, value in operands:
            if what == NUMBER:
                written.append(value)
            elif what == ARGUMENT:
                written.append(arguments.registers[value])
            elif what == CONSTANT:
                written.append(frame.assembly.constant(value))
            elif what == DESCRIPTOR:
                written.append(frame.assembly.image.descriptor(value))
            else:
                if value not in scratch:
                    scratch[value] = frame.take(INT)
                written.append(scratch[value])
        frame.emit(code, *written)
    frame.give_back(*scratch.values())


def _operand(word: str, arguments: Arguments, result: Type, frame: Frame) -> int:
    if word.isdigit():
        return arguments.registers[int(word)]
    what, _, number = word.partition(":")
    if what[0] == "=":
        return int(what[1:])
    if what in ("zero", "one"):
        return frame.assembly.constant(0 if what == "zero" else 1)
    if what == "put":
        return dict_meta(result) if result.name == "dict" else sequence_kind(result)
    if what == "kind":
        return sequence_kind(result)
    if what == "slice":
        return int(number) | sequence_kind(result) << SLICE_KIND_SHIFT
    if what == "meta":
        return dict_meta(result) if result.name == "dict" else tuple_meta(items_of(result))
    describe = frame.assembly.image.descriptor
    if what == "key_of_pairs":
        return describe(items_of(arguments.types[0]).types[0])
    type_ = arguments.types[int(number)]
    return describe(items_of(type_) if what == "item" else type_.types[0])


def _compare(name: str, arguments: Arguments, to: int, frame: Frame) -> None:
    (a, b), type_ = arguments.registers, arguments.types[0]
    if name in ("gt", "ge"):
        a, b, name = b, a, "lt" if name == "gt" else "le"
    if type_.name in ("int", "bool", "choice"):
        frame.emit({"eq": op.EQ, "ne": op.NE, "lt": op.LT, "le": op.LE}[name], to, a, b)
    elif type_.name == "float":
        frame.emit({"eq": op.FEQ, "ne": op.FNE, "lt": op.FLT, "le": op.FLE}[name], to, a, b)
    elif name in ("eq", "ne"):
        frame.emit(op.EQUAL, to, a, b, frame.assembly.image.descriptor(type_))
        if name == "ne":
            frame.emit(op.NOT, to, to)
    else:
        place = frame.assembly.image.descriptor(type_)
        frame.emit(op.COMPARE, to, a, b, place, int(name == "le"))
