"""What a method of search is given: the problem of a setting."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from progsynth.errors import UnsupportedError
from progsynth.grammar.guide import GrammarGuide
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.term import Function, Neural, Program, Term
from progsynth.lang.types import Type, as_int
from progsynth.search.holes import Site, fill, find_holes
from progsynth.search.problem import Problem
from progsynth.search.run import Candidate, Filling
from progsynth.solving.setting import Setting


def make_problem(setting: Setting, *, seeds: tuple[Term, ...] = ()) -> Problem:
    """The problem: the whole function, or what a sketch's one hole lacks.

    `seeds` are bodies of the whole function that may be nearly right. Raises UnsupportedError
    for a sketch of several holes, or of none.
    """
    whole = whole_problem(setting, seeds=seeds)
    if setting.sketch is None:
        return whole
    sketch = sketches_of(setting)[0]
    site = _only_hole(setting, sketch)
    return replace(
        whole,
        types=site.visible,
        result=site.type,
        wrap=_InSketch(sketch, site, setting.trained),
        allowed=site.hole.allowed,
    )


def whole_problem(setting: Setting, *, seeds: tuple[Term, ...] = ()) -> Problem:
    """The problem of the whole function, whatever of it is in the sketch."""
    task, dsl = setting.task, setting.vocabulary.dsl
    types, result = tuple(map(as_int, task.types)), as_int(task.result)
    return Problem(
        types,
        result,
        tuple(example.inputs for example in task.train),
        tuple(example.output for example in task.train),
        dsl,
        _as_function(setting),
        types,
        result,
        task.limits,
        constants=task.constants,
        tolerance=task.tolerance,
        error=task.error,
        accuracy=task.accuracy,
        neural=setting.trained,
        loss=task.loss,
        seeds=seeds if setting.sketch is None else (),
        guide=None if setting.weights is None else GrammarGuide(setting.weights),
    )


def sketches_of(setting: Setting) -> tuple[Program, ...]:
    """The sketch, or its drafts, without the declarations of networks that have weights."""
    known = setting.vocabulary.networks
    assert setting.sketch is not None, "there is a sketch"
    return tuple(
        replace(one, neural=tuple(n for n in one.neural if n.name not in known))
        for one in setting.drafts or (setting.sketch,)
    )


def is_trained_whole(setting: Setting) -> bool:
    """Is it a sketch whose completions are each to be trained as they are? One with a single
    draft and a single expression hole is searched for as any hybrid program is."""
    if setting.sketch is None or not setting.trained:
        return False
    sketches = sketches_of(setting)
    sites = find_holes(sketches[0], setting.vocabulary.dsl)
    return len(sketches) > 1 or [site.hole.kind for site in sites] != ["expression"]


@dataclass(frozen=True, slots=True)
class _AsFunction:
    """Makes a candidate of a term: the body of a function. (No closure: workers get it sent.)"""

    name: str
    params: tuple[str, ...]
    types: tuple[Type, ...]
    result: Type
    trained: tuple[Neural, ...]

    def __call__(self, term: Term, cost: int) -> Candidate:
        function = Function(self.name, self.params, self.types, self.result, term)
        return Candidate(_declaring(Program((function,)), self.trained), cost)


@dataclass(frozen=True, slots=True)
class _InSketch:
    """Makes a candidate of a term: what a sketch lacks."""

    sketch: Program
    site: Site
    trained: tuple[Neural, ...]

    def __call__(self, term: Term, cost: int) -> Candidate:
        site = self.site
        filling = Filling(term, site.names, site.types, site.type, site.hidden)
        return Candidate(_declaring(fill(self.sketch, [term]), self.trained), cost, (filling,))


def _as_function(setting: Setting) -> _AsFunction:
    task = setting.task
    taken = {submodule.name for submodule in setting.trained}
    name = entry_name(task.name, setting.vocabulary.dsl, taken)
    types, result = tuple(map(as_int, task.types)), as_int(task.result)
    return _AsFunction(name, task.names, types, result, setting.trained)


def _declaring(program: Program, submodules: Sequence[Neural]) -> Program:
    """The program with declarations of those of the submodules that it calls."""
    called = frozenset().union(*map(called_names, program.functions))
    return replace(program, neural=tuple(n for n in submodules if n.name in called))


def _only_hole(setting: Setting, sketch: Program) -> Site:
    sites = find_holes(sketch, setting.vocabulary.dsl)
    if len(sites) != 1 or sites[0].hole.kind != "expression":
        written = ", ".join("??" if s.hole.kind == "expression" else "??param" for s in sites)
        raise UnsupportedError(
            f"task '{setting.task.name}': the sketch has {len(sites)} holes ({written or 'none'}):"
            " only bottom_up fills several holes, and numbers, and it trains nothing; the other "
            "searches fill one hole, ??"
        )
    return sites[0]


def entry_name(task: str, dsl: DSL, taken: Collection[str] = ()) -> str:
    """The task's name as that of a function; `f` where that is not possible, or taken.

    >>> entry_name("Add 3 to each", DSL("empty", {}, {}, {}))
    'add_3_to_each'
    """
    made = re.sub(r"[^a-z0-9]+", "_", task.lower()).strip("_")
    known = made in taken or made in dsl or bool(dsl.overloads(made))
    fits = 1 < len(made) <= _LONGEST_NAME and not made[0].isdigit()
    fits = fits and not keyword.iskeyword(made) and made not in _RESERVED
    return (
        made if fits and not known else next(n for n in _PLAIN if n not in taken and n not in dsl)
    )


_LONGEST_NAME = 40
_PLAIN = ("f", "found", *(f"f{n}" for n in range(2, 1000)))
_RESERVED = {"neural", "int", "float", "bool", "str", "list", "dict", "tuple", "graph", "memory"}
