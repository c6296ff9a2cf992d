"""Stitch as a peer: on the same corpora our compression is as good as its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.library.compress import stitch
from progsynth.library.compress.abstraction import STITCH
from progsynth.library.compress.compressors import TopDown, renumbered
from progsynth.library.compress.labelled import Forest
from progsynth.library.compress.s_expressions import read, read_corpus, write
from progsynth.library.compress.saving import rewrite
from progsynth.library.compress.stitch import StitchCore
from progsynth.library.compress.top_down import Scope, search

PLAIN = Scope(functions=False, exact=False)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "(f a)",
        "((f a) b)",
        "(f (g a) (lam (h $0 $1)))",
        "(lam (lam ($1 $0)))",
        "((lam $0) a)",
        "(f lam_bda (lam x))",
    ],
)
def test_s_expressions_are_read_and_written(text: str) -> None:
    forest = Forest()
    node = read(text, forest)
    assert read(write(forest, node), forest) == node
    assert write(forest, node) == text.replace("((f a) b)", "(f a b)")


@pytest.mark.parametrize("text", ["", "(", ")", "(f", "f)", "()", "(lam)", "(lam a b)", "a b"])
def test_what_is_no_s_expression_is_refused(text: str) -> None:
    with pytest.raises(ProgsynthError, match="cannot read the s-expression"):
        read(text, Forest())


def test_without_stitch_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stitch, "stitch_core", None)
    with pytest.raises(UnsupportedError, match=r"pip install progsynth\[stitch\]"):
        StitchCore()


def test_the_first_abstraction_saves_what_stitch_saves() -> None:
    pytest.importorskip("stitch_core", reason="Stitch is an optional extra")
    texts = [
        [f"(lam (map (lam (+ (* $0 {n}) {n})) (filter (lam (gt? $0 {k})) $0)))"]
        for n in range(3)
        for k in range(2)
    ]
    ours = TopDown(1, PLAIN).compress(read_corpus(texts))
    theirs = StitchCore(1).compress(read_corpus(texts))
    assert ours.learned[0].utility == theirs.learned[0].utility
    assert ours.after.cost() == theirs.after.cost()


@pytest.mark.data
@pytest.mark.slow
def test_on_nuts_and_bolts_the_ratio_is_that_of_stitch(data_folder: Path) -> None:
    pytest.importorskip("stitch_core", reason="Stitch is an optional extra")
    file = data_folder / "stitch_corpora" / "cogsci" / "nuts-bolts.json"
    corpus = read_corpus([[text] for text in json.loads(file.read_text(encoding="utf-8"))])
    ours = TopDown(10, Scope(3, functions=False, exact=False)).compress(corpus)
    theirs = StitchCore(10, 3).compress(corpus)
    assert ours.ratio > 0.98 * theirs.ratio
    assert ours.learned[0].utility == theirs.learned[0].utility


def test_parameters_numbered_from_the_right_mean_the_same() -> None:
    texts = [[f"(f (g {a} (h {b})) (k {a} {a}))"] for a in "abc" for b in "xyz"]
    corpus = read_corpus(texts)
    found = search(corpus, scope=PLAIN, prices=STITCH)
    assert found is not None
    other = renumbered(found, STITCH)
    assert (str(found.abstraction), str(other.abstraction)) == (
        "(@ (@ f (@ (@ g #0) (@ h #1))) (@ (@ k #0) #0))",
        "(@ (@ f (@ (@ g #1) (@ h #0))) (@ (@ k #1) #1))",
    )
    after = rewrite(corpus, other.abstraction, other.matches, "fn", STITCH)
    assert [write(after.forest, root) for ((root,),) in after.tasks[:2]] == ["(fn x a)", "(fn y a)"]
    assert TopDown(2, PLAIN, both_orders=True).compress(corpus).ratio > 1
