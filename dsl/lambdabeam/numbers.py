"""Operations on numbers: the default pack's, under the names of the paper."""

from __future__ import annotations

from ..default import booleans
from ..default import numbers as default

add = default.add_int.written(
    "Add",
    doc="The sum. Fails with overflow outside 64 bits.",
    examples=[("Add(2, 3)", "5")],
)

subtract = default.sub_int.written(
    "Subtract",
    doc="The difference. Fails with overflow outside 64 bits.",
    examples=[("Subtract(2, 3)", "-1")],
)

multiply = default.mul_int.written(
    "Multiply",
    doc="The product. Fails with overflow outside 64 bits.",
    examples=[("Multiply(-2, 3)", "-6")],
)

int_divide = default.floordiv_int.written(
    "IntDivide",
    doc="The quotient, rounded down. Fails with zero, and with overflow for -2**63 and -1.",
    examples=[("IntDivide(7, 2)", "3"), ("IntDivide(-7, 2)", "-4")],
)

smaller = default.min_int.written(
    "Min",
    doc="The smaller of two numbers.",
    examples=[("Min(2, 1)", "1")],
)

larger = default.max_int.written(
    "Max",
    doc="The larger of two numbers.",
    examples=[("Max(2, 1)", "2")],
)

greater = booleans.gt.written(
    "Greater",
    signature="(a: int, b: int) -> bool",
    doc="Is a above b?",
    examples=[("Greater(2, 1)", "True")],
)

less = booleans.lt.written(
    "Less",
    signature="(a: int, b: int) -> bool",
    doc="Is a below b?",
    examples=[("Less(2, 1)", "False")],
)

equals = booleans.eq.written(
    "Equal",
    signature="(a: int, b: int) -> bool",
    doc="Are the two numbers the same?",
    examples=[("Equal(2, 2)", "True")],
)
