"""Inputs with a word changed: what the output ought to become, and where nothing is said."""

from __future__ import annotations

from progsynth.search.renamed import MOST, Changed, renamed, separators

NAMES = [("Ada Lovelace",), ("Alan Turing",)]


def test_a_word_of_the_output_changes_with_that_of_the_input() -> None:
    found = renamed(NAMES, ["Lovelace", "Turing"])
    assert Changed(("Adaa Lovelace",), "Lovelace") in found
    assert Changed(("Ada Lovelacee",), "Lovelacee") in found
    assert Changed(("Ada Zovelace",), "Zovelace") in found
    assert len(found) == len(set(found)) == 14  # two would be the word itself


def test_beginnings_and_cases_change_as_their_words_do() -> None:
    found = renamed(NAMES, ["A. LOVELACE", "A. TURING"])
    assert Changed(("Ada Lovelac",), "A. LOVELAC") in found
    found = renamed(NAMES, ["Lov", "Tur"])
    assert Changed(("Ada Zovelace",), "Zov") in found
    assert Changed(("Ada Lovelacee",), "Lov") in found


def test_what_all_outputs_share_stays() -> None:
    outputs = ["Ada from Ada Lovelace", "Ada from Alan Turing"]
    found = renamed(NAMES, outputs)
    assert found
    assert all(one.output.startswith("Ada from ") for one in found)


def test_outputs_of_other_things_than_words_of_the_inputs_say_nothing() -> None:
    assert renamed(NAMES, ["12", "11"]) == ()
    assert renamed(NAMES, ["ecalevoL", "gniruT"]) == ()
    assert renamed([([1],), ([2],)], [1, 2]) == ()
    assert renamed(NAMES[:1], ["Ada"]) == ()
    assert renamed([], []) == ()


def test_words_of_the_format_are_left_alone() -> None:
    rows = [("id of Bo",), ("id of Al",), ("id of Ed",)]
    found = renamed(rows, ["Bo", "Al", "Ed"])
    assert found
    assert all(str(one.inputs[0]).startswith("id of ") for one in found)


def test_words_in_lists_are_changed_and_not_too_many() -> None:
    found = renamed([(["bo", "al"],), (["ed", "jo"],)], ["al", "jo"])
    assert Changed((["boo", "al"],), "al") in found
    many = [(" ".join(f"w{chr(97 + i)}{chr(97 + j)}" for j in range(9)),) for i in range(9)]
    assert len(renamed(many, [str(row[0]).split()[0] for row in many])) == MOST


def test_separators_are_what_stands_between_words_in_every_row() -> None:
    assert separators([("year= 2016",), ("fuel economy= 25/33",)]) == {"= "}
    assert separators([("a b",), ("cd",)]) == frozenset()
    assert separators([]) == frozenset()


def test_a_word_of_all_inputs_that_no_output_has_is_left_alone() -> None:
    found = renamed([("Nord Inc",), ("Sued West Inc",)], ["Nord", "Sued West"])
    assert found
    assert all(str(one.inputs[0]).endswith(" Inc") for one in found)
    turned = renamed([("Lee Kim",), ("Kim Lee",)], ["Kim", "Lee"])
    assert Changed(("Lee Kimm",), "Kimm") in turned, "those that outputs have are changed"
