"""The search for abstractions: it finds what its slow twin finds, whatever rules are off."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace
from random import Random

import pytest

from progsynth.library.compress.abstraction import NODES, STITCH
from progsynth.library.compress.labelled import Corpus, Forest, Label
from progsynth.library.compress.oracle import exhaustive
from progsynth.library.compress.s_expressions import read_corpus
from progsynth.library.compress.saving import rewrite
from progsynth.library.compress.top_down import Effort, Rules, Scope, search

from .random_corpora import corpus

SCOPES = (
    Scope(max_arity=0),
    Scope(max_arity=1),
    Scope(max_arity=2),
    Scope(max_arity=2, exact=False),
    Scope(max_arity=2, functions=False),
)
HEAD = Label("head", (0,), fails=True)
RULES = [field.name for field in fields(Rules)]


def answer(made: Corpus, scope: Scope, rules: Rules | None = None) -> tuple[str, int] | None:
    found = search(made, scope=scope, rules=rules)
    return None if found is None else (str(found.abstraction), found.utility)


def agrees(seeds: range, scope: Scope, most: int) -> int:
    """How many of the corpora of at most so many nodes have an abstraction, the same for both."""
    met = 0
    for seed in seeds:
        made = corpus(seed, tasks=2 + seed % 2, depth=3)
        if sum(made.cost_of(program) for program in made.programs) > most:
            continue
        slow = exhaustive(made, scope=scope)
        assert answer(made, scope) == (None if slow is None else (slow.text, slow.utility)), seed
        met += slow is not None
    return met


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_it_finds_what_trying_everything_finds(scope: Scope) -> None:
    assert agrees(range(100), scope, 17) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_it_finds_what_trying_everything_finds_in_larger_corpora(scope: Scope) -> None:
    assert agrees(range(1000, 1100), scope, 32) >= 2


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_changes_the_answer(rule: str) -> None:
    for seed in range(60, 75):
        made = corpus(seed, tasks=3, depth=3)
        for scope in SCOPES[2:4]:
            without = answer(made, scope, Rules().without(rule))
            assert without == answer(made, scope), seed


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_spares_work(rule: str) -> None:
    with_it, without = Effort(), Effort()
    for seed in range(60, 75):
        made = corpus(seed, tasks=3, depth=3)
        search(made, effort=with_it)
        search(made, rules=Rules().without(rule), effort=without)
    assert with_it.made < without.made


def test_what_it_claims_to_save_is_saved() -> None:
    seen = set()
    for seed in range(100, 130):
        made = corpus(seed, tasks=4, depth=4)
        found = search(made)
        if found is None:
            continue
        after = rewrite(made, found.abstraction, found.matches, "new", NODES)
        assert made.cost() - after.cost() - found.abstraction.cost == found.utility
        seen |= {parameter.kind for parameter in found.abstraction.parameters}
    assert seen == {"value", "function"}


def test_the_order_of_tasks_and_programs_does_not_matter() -> None:
    for seed in range(200, 215):
        made = corpus(seed, tasks=4, depth=3)
        rng, forest = Random(seed), Forest()
        tasks = [[tuple(copied(made, r, forest) for r in p) for p in t] for t in made.tasks]
        for task in tasks:
            rng.shuffle(task)
        rng.shuffle(tasks)
        mixed = Corpus(forest, tuple(map(tuple, tasks)))
        assert answer(mixed, Scope()) == answer(made, Scope())


def copied(made: Corpus, node: int, forest: Forest) -> int:
    return made.forest.fold(node, lambda n, inner: forest.add(made.forest.label_of(n), inner))


def test_hash_seeds_do_not_matter() -> None:
    code = (
        "from tests.library.compress.random_corpora import corpus\n"
        "from progsynth.library.compress.top_down import search\n"
        "for seed in range(300, 306):\n"
        "    found = search(corpus(seed, tasks=4, depth=4))\n"
        "    print(found and (str(found.abstraction), found.utility, sorted(found.matches.uses)))\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def terms(*texts: str) -> Corpus:
    """A corpus of terms in which `/` and `head` may fail."""
    forest = Forest()
    fails = {"/": Label("/", (0, 0), fails=True), "*": Label("*", (0, 0)), "head": HEAD}

    def read(text: str) -> int:
        tokens = iter(text.replace("(", " ( ").replace(")", " ) ").split())

        def one() -> int:
            token = next(tokens)
            if token != "(":
                return forest.add(Label(token, inert=True))
            label = fails[next(tokens)]
            made = forest.add(label, tuple(one() for _ in label.binds))
            assert next(tokens) == ")"
            return made

        return one()

    return Corpus(forest, tuple(((read(text),),) for text in texts))


def test_a_term_that_may_fail_is_not_moved_before_another() -> None:
    made = terms("(* (/ (* a b) (* a a)) (head b))", "(* (/ (* a b) (* a a)) (head c))")
    first = search(made, scope=Scope(functions=False))
    assert first is not None
    assert str(first.abstraction) == "(* (/ (* a b) (* a a)) (head #0))", "b and c cannot fail"
    rest = ("(head b)", "(/ a b)", "(head c)")
    made = terms(*(f"(* (* (* (/ (* a b) (* a a)) {x}) a) b)" for x in rest))
    whole = "(* (* (* (/ (* a b) (* a a)) {}) a) b)".format
    assert answer(made, Scope(functions=False)) == ("(/ (* a b) (* a a))", 11)
    assert answer(made, Scope()) == (whole("#0/0"), 17), "a function of nothing waits"
    assert answer(made, Scope(exact=False)) == (whole("#0"), 20)


def test_an_empty_corpus_has_nothing() -> None:
    assert search(Corpus(Forest(), ())) is None


def test_programs_that_are_not_the_cheapest_of_their_task_do_not_count() -> None:
    cheap = [["(f a)"], ["(g a)"], ["(h a)"]]
    long = "(k (k (k (k a b) b) b) b)"
    assert search(read_corpus([[*task, long] for task in cheap]), prices=STITCH) is None
    assert search(read_corpus([[long] for _ in cheap]), prices=STITCH) is not None


def test_stopped_early_it_gives_the_best_so_far() -> None:
    made = corpus(101, tasks=4, depth=4)
    effort = Effort()
    search(made, effort=effort, max_taken=1)
    assert effort.taken == 1
    assert replace(effort, taken=0) != Effort()


def test_what_is_refused_is_not_found_again() -> None:
    made = corpus(101, tasks=4, depth=4)
    first = answer(made, Scope())
    assert first is not None
    second = search(made, refused=frozenset({first[0]}))
    assert second is None or (str(second.abstraction) != first[0] and second.utility <= first[1])
