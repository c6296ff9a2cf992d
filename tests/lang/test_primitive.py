"""Primitives and DSLs: declared, refused, extended, withheld."""

import pickle

import pytest

from progsynth.errors import PackError
from progsynth.lang.primitive import DSL, Primitive, charge_function, primitive
from progsynth.lang.term import Call, Function, Var
from progsynth.lang.types import INT
from progsynth.registry import pack as named_pack


@primitive("(x: int) -> int", examples=[("double(2)", "4")], fuel="x // 32")
def double(x):
    """Twice x."""
    return 2 * x


def calls(name: str, callee: str) -> Function:
    return Function(name, ("x",), (INT,), INT, Call(callee, (Var(0),)))


PACK = DSL("small", {}, {}, {}).extend(double, calls("four", "double"), calls("eight", "four"))


def test_a_decorated_function_is_a_primitive() -> None:
    assert isinstance(double, Primitive)
    assert (double.name, double.doc, str(double.signature)) == (
        "double",
        "Twice x.",
        "(x: int) -> int",
    )


def test_a_declaration_that_does_not_fit_is_refused() -> None:
    with pytest.raises(PackError, match=r"has 2 parameter\(s\), the Python function has 1"):
        primitive("(x: int, y: int) -> int")(lambda x: x)
    with pytest.raises(PackError, match="its cost is 0"):
        primitive("(x: int) -> int", cost=0)(lambda x: x)
    with pytest.raises(PackError, match="a function cannot be a result"):
        primitive("(x: int) -> (int) -> int")(lambda x: x)


def test_formulas_are_checked_when_declared() -> None:
    with pytest.raises(PackError, match="uses open; it may use len, max, min, size, x"):
        primitive("(x: int) -> int", fuel="open(x)")(lambda x: x)
    with pytest.raises(PackError, match="cannot be read"):
        primitive("(x: int) -> int", cells="x +")(lambda x: x)


def test_formulas_measure_the_arguments() -> None:
    charge = charge_function("size(xs) + max(k, 0)", ("xs", "k"))
    assert charge is not None and charge([[1], []], -5) == 4
    assert charge_function("0", ("xs",)) is None


def test_a_dsl_is_frozen_and_extend_returns_a_new_one() -> None:
    more = PACK.extend(calls("sixteen", "eight"), name="larger")
    assert "sixteen" in more and "sixteen" not in PACK
    assert more.name == "larger"
    with pytest.raises(TypeError):
        PACK.primitives["x"] = double  # type: ignore[index]
    with pytest.raises(PackError, match="'double' is already in the language pack 'small'"):
        PACK.extend(double)


def test_withholding_a_primitive_withholds_all_whose_definitions_use_it() -> None:
    assert list(PACK.without("four")) == ["double"]
    assert list(PACK.without("double")) == []
    with pytest.raises(PackError, match="cannot withhold 'triple'"):
        PACK.without("triple")


def test_the_digest_tells_declarations_apart() -> None:
    again = DSL("other", {}, {}, {}).extend(double, calls("four", "double"), calls("eight", "four"))
    assert again.digest == PACK.digest
    assert PACK.without("eight").digest != PACK.digest


def test_overloads_share_a_surface() -> None:
    length = primitive("(xs: list[a]) -> int", name="len.list", surface="len")(len)
    pack = PACK.extend(length, calls("len.int", "double"), surfaces={"len.int": "len"})
    assert pack.overloads("len") == ("len.list", "len.int")
    assert pack.surface_of("len.int") == "len"
    assert pack.surface_of("double") == "double"


def test_a_dsl_can_be_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(PACK))  # noqa: S301
    assert sent.digest == PACK.digest
    assert sent["four"] == PACK["four"]


# ------------------------------------------------------------------- under another surface


def test_a_primitive_can_be_written_otherwise() -> None:
    max_list = named_pack()["max.list"]
    assert isinstance(max_list, Primitive)
    largest = max_list.written(
        "Largest",
        doc="The largest item.",
        examples=[("Largest([1, 3])", "3")],
        signature="(xs: list[int]) -> int",
    )
    assert (largest.name, largest.surface, largest.doc) == (
        "max.list",
        "Largest",
        "The largest item.",
    )
    assert largest.fn is max_list.fn and largest.fuel == max_list.fuel
    assert pickle.loads(pickle.dumps(largest)) == largest  # noqa: S301


@pytest.mark.parametrize("signature", ["(ys: list[int]) -> int", "(xs: list[int]) -> bool"])
def test_a_primitive_is_not_written_at_types_that_it_does_not_take(signature: str) -> None:
    max_list = named_pack()["max.list"]
    assert isinstance(max_list, Primitive)
    with pytest.raises(PackError, match=r"does not allow .*; keep its parameters' names"):
        max_list.written("Largest", doc="", examples=(), signature=signature)
