"""Types: read, printed, compared, unified."""

import pytest

from progsynth.errors import PackError
from progsynth.lang.types import (
    FLOAT,
    INT,
    MAX_DEPTH,
    STR,
    Type,
    depth_of,
    has_class,
    list_of,
    match,
    parse_signature,
    parse_type,
    substitute,
    unify,
    variables,
)


@pytest.mark.parametrize(
    "text",
    [
        "int",
        "list[list[float]]",
        "dict[str, int]",
        "dict[tuple[int, str], list[bool]]",
        "tuple[int, str, a]",
        "graph[str]",
        "memory[int]",
        "tensor[1, 8, 8]",
        "choice[10]",
        "() -> int",
        "(int, list[a]) -> dict[str, a]",
        "((a) -> b, list[a]) -> list[b]",
    ],
)
def test_a_type_is_read_and_printed_back(text: str) -> None:
    assert str(parse_type(text)) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lst[int]", "no type 'lst'"),
        ("list", "'list' takes 1 type argument(s), found 0"),
        ("list[int", "found the end"),
        ("list[int]]", "']' after its end"),
        ("dict[float, int]", "dict keys must be int, bool, str or tuples of these, found float"),
        ("graph[list[int]]", "graph nodes must be"),
        ("list[(int) -> int]", "functions are arguments only"),
        ("tensor[a]", "expected a whole number, found 'a'"),
        ("list[" * 40 + "int" + "]" * 40, f"nested more than {MAX_DEPTH} deep"),
        ("", "expected a type, found the end"),
        ("[int]", "expected a type, found '['"),
    ],
)
def test_a_wrong_type_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(PackError) as caught:
        parse_type(text)
    assert message in str(caught.value)


def test_a_signature_has_names_and_classes() -> None:
    text = "(f: (a) -> b, xs: list[a]) -> list[b] where b: ordered, a: equal"
    signature = parse_signature(text)
    assert str(signature) == text
    assert signature.names == ("f", "xs")
    assert str(signature.type) == "((a) -> b, list[a]) -> list[b]"


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(PackError, match="no class 'sortable': expected one of hashable, ordered"):
        parse_signature("(x: a) -> a where a: sortable")


def test_unification_binds_variables_on_both_sides() -> None:
    by: dict[str, Type] = {}
    assert unify(parse_type("dict[a, list[int]]"), parse_type("dict[str, b]"), by)
    assert substitute(parse_type("tuple[a, b]"), by) == parse_type("tuple[str, list[int]]")


def test_a_type_that_would_hold_itself_does_not_unify() -> None:
    assert not unify(Type("a"), list_of(Type("a")), {})


def test_different_heads_lengths_and_shapes_do_not_unify() -> None:
    assert not unify(INT, FLOAT, {})
    assert not unify(parse_type("tuple[int]"), parse_type("tuple[int, int]"), {})
    assert not unify(parse_type("tensor[3]"), parse_type("tensor[4]"), {})


def test_match_changes_the_pattern_only() -> None:
    assert match(parse_type("list[a]"), parse_type("list[str]")) == {"a": STR}
    assert match(parse_type("list[int]"), parse_type("list[a]")) is None


def test_classes_of_types() -> None:
    assert has_class(parse_type("tuple[int, str]"), "hashable")
    assert not has_class(parse_type("tuple[int, float]"), "hashable")
    assert has_class(parse_type("list[tuple[float, str]]"), "ordered")
    assert not has_class(parse_type("list[dict[str, int]]"), "ordered")
    assert has_class(parse_type("dict[str, int]"), "equal")
    assert not has_class(parse_type("list[tensor[3]]"), "equal")
    assert has_class(Type("a"), "hashable")


def test_variables_in_order_and_depth() -> None:
    assert variables(parse_type("((b) -> a, list[b]) -> c")) == ("b", "a", "c")
    assert (depth_of(INT), depth_of(parse_type("list[list[int]]"))) == (0, 2)
