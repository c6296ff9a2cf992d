"""A pack may have less than the core of the language: every search keeps to what it says it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from progsynth import registry
from progsynth.bench.digests import pack_digest
from progsynth.bench.enumeration import enumeration
from progsynth.bench.methods import RANDOM
from progsynth.errors import PackError
from progsynth.grammar.forms import EVERY, KINDS, Forms
from progsynth.lang.term import Build, Call, Const, For, If, Let, Project, Term, While, subterms
from progsynth.lang.types import BOOL, INT, list_of, tuple_of
from progsynth.registry import forms, pack
from progsynth.search.best_first import best_first
from progsynth.search.bottom_up import bottom_up
from progsynth.search.constants import mine
from progsynth.search.genetic import genetic
from progsynth.search.problem import Method
from progsynth.search.run import Allowance, Candidate
from progsynth.search.typed_rules import rules_of_task
from progsynth.search.universe import make_space
from progsynth.solve import solve
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting
from progsynth.task import Task

PACKS = ("dreamcoder_lists", "lambdabeam")
METHODS: dict[str, Callable[[], Method]] = {
    "bottom_up": lambda: bottom_up,
    "best_first": best_first,
    "genetic": lambda: genetic(population=20),
    "flat or genetic": lambda: genetic(representation="auto", population=20),
    "random": lambda: genetic(settings=replace(RANDOM, population=20)),
    "enumeration": lambda: enumeration,
}
ROWS = [([4, 7, 1], 3), ([3], 5), ([9, 2, 2, 8], 13), ([6, 6], 9)]  # the first is the length


def far_away(pack_name: str) -> Task:
    """A task that needs a while, with evidence for other constants than any pack has."""
    return replace(Task.from_pairs("far away", ROWS), pack=pack_name)


def forms_in(term: Term) -> Iterator[str]:
    """The forms of the core and the constants in a term; calls are of the pack."""
    for node in subterms(term):
        match node:
            case If(then=Const(value=bool())) | If(orelse=Const(value=bool())):
                yield "and or or"
            case If():
                yield "if"
            case Build(items=()):
                yield "empty"
            case Build(kind=kind):
                yield kind
            case Let() | While() | For() | Project():
                yield type(node).__name__.lower()
            case Const(value=value):
                yield repr(value)


@pytest.mark.parametrize("pack_name", PACKS)
@pytest.mark.parametrize("method", METHODS)
def test_no_search_makes_what_the_pack_lacks(pack_name: str, method: str) -> None:
    seen: list[Term] = []
    problem = make_problem(make_setting(far_away(pack_name)))

    def wrap(term: Term, cost: int) -> Candidate:
        seen.append(term)
        return problem.wrap(term, cost)

    search = METHODS[method]()(replace(problem, wrap=wrap), 0)
    slow = "genetic" in method or method == "random"  # these run in Python here
    for executions in (200, 200 if slow else 4_000):
        search.ask(Allowance(executions, None))
    search.partial()
    own = forms(pack_name)
    allowed = {*own.kinds, *map(repr, own.constants or ())}
    assert seen
    assert {form for term in seen for form in forms_in(term)} <= allowed
    called = {node.name for term in seen for node in subterms(term) if isinstance(node, Call)}
    assert called <= set(pack(pack_name))


@pytest.mark.parametrize("pack_name", PACKS)
def test_the_space_and_the_rules_have_what_the_pack_has_and_no_more(pack_name: str) -> None:
    task, dsl, own = far_away(pack_name), pack(pack_name), forms(pack_name)
    constants = mine(task.types, task.result, task.train, only=own.constants)
    assert sorted(c.value for c in constants) == sorted(own.constants or ())
    space = make_space(dsl, task.types, task.result, constants)
    productions = [
        production
        for type_ in (INT, BOOL, list_of(INT))
        for production in space.productions(space.symbol(space.top(task.types), type_))
    ]
    kinds = {p.kind for p in productions} - {"variable"}
    assert kinds - {"call", "constant"} == own.kinds
    rules = rules_of_task(task, dsl)
    made = {rule.kind for some in rules.by_type.values() for rule in some}
    assert made - {"call", "constant"} == own.kinds
    assert not any(t.name == "tuple" for t in rules.by_type)


def test_the_default_pack_has_every_form() -> None:
    assert forms("default") == forms("no such pack") == EVERY
    task = Task.from_pairs("pairs", [((3, True), [3]), ((5, False), [])])
    rules = rules_of_task(task, pack())
    kinds = {rule.kind for some in rules.by_type.values() for rule in some}
    assert kinds == {*KINDS, "call", "constant"} - {"while", "for"}
    assert tuple_of(INT, BOOL) in rules.by_type


def test_a_tasks_own_constants_are_had_in_any_pack() -> None:
    rows = [(n, n + 37) for n in (1, 5, 8)]
    task = replace(Task.from_pairs("add 37", rows), pack="dreamcoder_lists")
    lacking = solve(task, search="bottom_up", seconds=None, programs=5_000)
    found = solve(replace(task, constants=(37,)), search="bottom_up", seconds=None, programs=5_000)
    assert (lacking.solved, found.solved) == (False, True)


def test_conditionals_are_decided_where_the_pack_has_them() -> None:
    rows = [(2, [5], [5]), (4, [5, 1], []), (11, [8, 8], [8, 8]), (9, [3], []), (8, [1], [])]
    task = Task.from_pairs("all where it is a prime", [(row[:2], row[2]) for row in rows])
    task = replace(task, pack="dreamcoder_lists")
    found = solve(task, search="bottom_up", seconds=None, programs=100_000)
    assert found.solved and found.core is not None
    assert any(isinstance(node, If) for node in subterms(found.core.entry.body))


def test_what_a_pack_has_is_in_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    dsl = pack("lambdabeam")
    before = pack_digest(dsl)
    monkeypatch.setattr(registry, "forms", lambda name: Forms(frozenset({"if"})))
    assert pack_digest(dsl) != before


def test_forms_that_are_none_are_an_error_of_the_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    class Module:
        FORMS: Any = {"if"}

    monkeypatch.setattr(registry, "import_module", lambda name: Module)
    forms.cache_clear()
    with pytest.raises(PackError, match="'lambdabeam' is wrong: its FORMS is set, expected a F"):
        forms("lambdabeam")
    forms.cache_clear()
