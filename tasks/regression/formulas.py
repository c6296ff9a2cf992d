"""The formulas, their constants, and the ranges that inputs are drawn from, evenly.

`within` is the range for training and validation, one for each variable; `beyond` the wider one
for tests. The shapes are those of the field's usual sets (polynomials, sines of sums and
products, laws of physics); the constants are our own, and never given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A function of floats; `sketch` is its text with `??param` for each constant, if given."""

    name: str
    params: str
    text: str  # for readers
    answer: Callable[..., float]
    within: tuple[Range, ...]
    beyond: tuple[Range, ...]
    sketch: str = ""


FORMULAS = (
    Formula(
        name="line",
        params="x",
        text="2.7 x - 1.3",
        answer=lambda x: 2.7 * x - 1.3,
        within=((-3.0, 3.0),),
        beyond=((-6.0, 6.0),),
        sketch="??param * x + ??param",
    ),
    Formula(
        name="parabola",
        params="x",
        text="0.8 x^2 - 1.5 x + 3.2",
        answer=lambda x: 0.8 * x * x - 1.5 * x + 3.2,
        within=((-3.0, 3.0),),
        beyond=((-5.0, 5.0),),
        sketch="??param * x * x + ??param * x + ??param",
    ),
    Formula(
        name="cubic",
        params="x",
        text="x^3 + 0.6 x^2 - 1.9 x",
        answer=lambda x: x**3 + 0.6 * x * x - 1.9 * x,
        within=((-2.0, 2.0),),
        beyond=((-3.0, 3.0),),
    ),
    Formula(
        name="sum of powers",
        params="x",
        text="1.4 (x + x^2 + x^3 + x^4)",
        answer=lambda x: 1.4 * (x + x**2 + x**3 + x**4),
        within=((-1.0, 1.0),),
        beyond=((-2.0, 2.0),),
    ),
    Formula(
        name="sine",
        params="x",
        text="2.3 sin(1.7 x)",
        answer=lambda x: 2.3 * math.sin(1.7 * x),
        within=((-3.0, 3.0),),
        beyond=((-5.0, 5.0),),
    ),
    Formula(
        name="sine on a line",
        params="x",
        text="sin(x) + 0.35 x",
        answer=lambda x: math.sin(x) + 0.35 * x,
        within=((-4.0, 4.0),),
        beyond=((-8.0, 8.0),),
    ),
    Formula(
        name="sine of a square",
        params="x",
        text="sin(x^2) cos(x) - 0.75",
        answer=lambda x: math.sin(x * x) * math.cos(x) - 0.75,
        within=((-1.0, 1.0),),
        beyond=((-2.0, 2.0),),
    ),
    Formula(
        name="decay",
        params="t",
        text="3.1 exp(-0.4 t)",
        answer=lambda t: 3.1 * math.exp(-0.4 * t),
        within=((0.0, 5.0),),
        beyond=((0.0, 8.0),),
        sketch="??param * exp(??param * t)",
    ),
    Formula(
        name="damped swing",
        params="t",
        text="exp(-0.5 t) cos(3 t)",
        answer=lambda t: math.exp(-0.5 * t) * math.cos(3.0 * t),
        within=((0.0, 4.0),),
        beyond=((0.0, 6.0),),
    ),
    Formula(
        name="two logarithms",
        params="x",
        text="log(x + 1.4) + log(x^2 + 1)",
        answer=lambda x: math.log(x + 1.4) + math.log(x * x + 1.0),
        within=((0.0, 2.0),),
        beyond=((0.0, 5.0),),
    ),
    Formula(
        name="root",
        params="x",
        text="2.2 sqrt(x + 1.5)",
        answer=lambda x: 2.2 * math.sqrt(x + 1.5),
        within=((0.0, 6.0),),
        beyond=((0.0, 12.0),),
    ),
    Formula(
        name="hyperbola",
        params="x",
        text="4.5 / (x + 0.7)",
        answer=lambda x: 4.5 / (x + 0.7),
        within=((0.0, 5.0),),
        beyond=((0.0, 10.0),),
    ),
    Formula(
        name="saturation",
        params="x",
        text="3.8 x / (x + 1.4)",
        answer=lambda x: 3.8 * x / (x + 1.4),
        within=((0.0, 6.0),),
        beyond=((0.0, 12.0),),
        sketch="??param * x / (x + ??param)",
    ),
    Formula(
        name="bell",
        params="x",
        text="exp(-0.7 x^2)",
        answer=lambda x: math.exp(-0.7 * x * x),
        within=((-2.0, 2.0),),
        beyond=((-3.0, 3.0),),
    ),
    Formula(
        name="logistic",
        params="x",
        text="1 / (1 + exp(-1.8 x))",
        answer=lambda x: 1.0 / (1.0 + math.exp(-1.8 * x)),
        within=((-3.0, 3.0),),
        beyond=((-5.0, 5.0),),
        sketch="1.0 / (1.0 + exp(??param * x))",
    ),
    Formula(
        name="ramp",
        params="x",
        text="2.4 max(0, x - 0.6)",
        answer=lambda x: 2.4 * max(0.0, x - 0.6),
        within=((-2.0, 3.0),),
        beyond=((-4.0, 6.0),),
    ),
    Formula(
        name="interest",
        params="t",
        text="12 * 1.07^t",
        answer=lambda t: 12.0 * 1.07**t,
        within=((0.0, 10.0),),
        beyond=((0.0, 20.0),),
    ),
    Formula(
        name="plane",
        params="x y",
        text="1.3 x - 0.7 y + 2.1",
        answer=lambda x, y: 1.3 * x - 0.7 * y + 2.1,
        within=((-3.0, 3.0),) * 2,
        beyond=((-6.0, 6.0),) * 2,
    ),
    Formula(
        name="product and term",
        params="x y",
        text="0.6 x y + x",
        answer=lambda x, y: 0.6 * x * y + x,
        within=((-3.0, 3.0),) * 2,
        beyond=((-6.0, 6.0),) * 2,
    ),
    Formula(
        name="sine of a product",
        params="x y",
        text="1.5 sin(x y)",
        answer=lambda x, y: 1.5 * math.sin(x * y),
        within=((-2.0, 2.0),) * 2,
        beyond=((-3.0, 3.0),) * 2,
    ),
    Formula(
        name="ratio of squares",
        params="x y",
        text="x^2 / (y^2 + 0.9)",
        answer=lambda x, y: x * x / (y * y + 0.9),
        within=((-2.0, 2.0),) * 2,
        beyond=((-4.0, 4.0),) * 2,
    ),
    Formula(
        name="two sines",
        params="x y",
        text="1.1 sin(x) + 0.4 sin(y^2)",
        answer=lambda x, y: 1.1 * math.sin(x) + 0.4 * math.sin(y * y),
        within=((-2.0, 2.0),) * 2,
        beyond=((-3.0, 3.0),) * 2,
    ),
    Formula(
        name="scaled distance",
        params="x y",
        text="1.6 sqrt(x^2 + y^2)",
        answer=lambda x, y: 1.6 * math.hypot(x, y),
        within=((-3.0, 3.0),) * 2,
        beyond=((-6.0, 6.0),) * 2,
    ),
    Formula(
        name="kinetic energy",
        params="m v",
        text="m v^2 / 2",
        answer=lambda m, v: 0.5 * m * v * v,
        within=((0.5, 4.0), (-3.0, 3.0)),
        beyond=((0.5, 8.0), (-6.0, 6.0)),
    ),
    Formula(
        name="free fall",
        params="h t",
        text="h - 4.905 t^2",
        answer=lambda h, t: h - 4.905 * t * t,
        within=((0.0, 20.0), (0.0, 2.0)),
        beyond=((0.0, 40.0), (0.0, 4.0)),
    ),
    Formula(
        name="pendulum",
        params="l",
        text="2.006 sqrt(l)",
        answer=lambda l: 2.006 * math.sqrt(l),  # noqa: E741
        within=((0.1, 2.0),),
        beyond=((0.1, 5.0),),
    ),
    Formula(
        name="attraction",
        params="m n r",
        text="6.67 m n / r^2",
        answer=lambda m, n, r: 6.67 * m * n / (r * r),
        within=((1.0, 3.0), (1.0, 3.0), (1.0, 3.0)),
        beyond=((1.0, 5.0), (1.0, 5.0), (1.0, 5.0)),
    ),
    Formula(
        name="ideal gas",
        params="n t v",
        text="8.31 n t / v",
        answer=lambda n, t, v: 8.31 * n * t / v,
        within=((1.0, 3.0), (1.0, 4.0), (1.0, 3.0)),
        beyond=((1.0, 5.0), (1.0, 8.0), (1.0, 5.0)),
    ),
    Formula(
        name="thin lens",
        params="a b",
        text="1 / (1/a + 1/b)",
        answer=lambda a, b: a * b / (a + b),
        within=((0.5, 4.0),) * 2,
        beyond=((0.5, 8.0),) * 2,
    ),
)
