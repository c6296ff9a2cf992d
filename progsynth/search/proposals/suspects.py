"""Sketches of a program that is wrong: a hole in the place of what may be wrong with it.

A constant becomes an unknown number, a call an unknown function of the same arguments, any
expression an unknown one, and around the whole an unknown function of it is put. Only what is
run on failing examples can be at fault (spectrum-based fault localisation; Abreu et al. 2009).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from progsynth.lang.failure import Fail, FailureKind, Limits
from progsynth.lang.infer import Typed, check_program
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.python import python_engine
from progsynth.lang.term import (
    Call,
    Const,
    Function,
    Hole,
    Lambda,
    Program,
    Term,
    Var,
    While,
    size,
)
from progsynth.lang.types import FLOAT, INT, walk_type
from progsynth.search.holes import find_holes, probe, replace_holes
from progsynth.task import Example

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A program with one hole, which stands for so many of its nodes."""

    sketch: Program
    replaced: int


def suspects(program: Program, dsl: DSL) -> list[Suspect]:
    """The sketches of a program, those first in which the hole stands for least."""
    typed = check_program(program, dsl)
    found: list[tuple[int, int, Program]] = []
    for function in program.functions:
        if any(t.is_variable for type_ in function.types for t in walk_type(type_)):
            continue
        for path, hole, replaced in _holes(typed[function.name], function):
            body = put_at(function.body, path, hole)
            changed = replace(function, body=body)
            others = tuple(changed if f is function else f for f in program.functions)
            found.append((replaced, len(found), replace(program, functions=others)))
    return [Suspect(sketch, replaced) for replaced, _, sketch in sorted(found, key=_order)]


def near(program: Program, dsl: DSL) -> tuple[str, ...]:
    """The primitives that the program uses, and those of the same types: where what is wrong is
    small, what is right is often made of these (Barr et al. 2014)."""
    called = frozenset().union(*map(called_names, program.functions))
    used = {dsl.primitives[name].signature.type for name in called if name in dsl.primitives}
    alike = {name for name, one in dsl.primitives.items() if one.signature.type in used}
    return tuple(sorted(alike | {name for name in called if name in dsl}))


def within(suspect: Suspect, names: tuple[str, ...]) -> Suspect:
    """The suspect whose hole may be filled with these primitives only."""

    def put(_: int, hole: Hole, args: tuple[Term, ...]) -> Term:
        kept = None if hole.args is None else args
        return Hole(hole.kind, hole.type, hole.allowed or names, kept)

    return replace(suspect, sketch=replace_holes(suspect.sketch, put))


def swaps(program: Program, dsl: DSL) -> Iterator[Program]:
    """The program with another primitive of the same type in the place of one call, or with its
    two arguments the other way round: the smallest mistakes, for which nothing is searched."""
    for at, function in enumerate(program.functions):
        for path, call in _calls(function.body):
            for other in _alike(call, dsl):
                changed = replace(function, body=put_at(function.body, path, other))
                functions = (*program.functions[:at], changed, *program.functions[at + 1 :])
                yield replace(program, functions=functions)


def _calls(body: Term) -> Iterator[tuple[Path, Call]]:
    todo: list[tuple[Path, Term]] = [((), body)]
    while todo:
        path, term = todo.pop()
        if isinstance(term, Call):
            yield path, term
        todo += [((*path, n), child) for n, child in enumerate(term.children)][::-1]


def _alike(call: Call, dsl: DSL) -> Iterator[Call]:
    """The calls of the primitives of its type, but for itself."""
    if call.name not in dsl.primitives:
        return
    type_ = dsl.primitives[call.name].signature.type
    turned = len(call.args) == 2 and type_.types[0] == type_.types[1]
    for name, one in dsl.primitives.items():
        if one.signature.type == type_:
            for args in (call.args, call.args[::-1])[: 1 + turned]:
                if (name, args) != (call.name, call.args):
                    yield Call(name, args)


def _order(item: tuple[int, int, Program]) -> tuple[int, int]:
    return item[:2]


def _holes(typed: Typed, function: Function) -> Iterator[tuple[Path, Hole, int]]:
    """Where the holes of a function may stand, each with what it stands for."""
    yield (), _around(typed, function), 1
    todo: list[tuple[Typed, Path, bool]] = [(typed, (), False)]
    while todo:
        node, path, bare = todo.pop()
        if len(node.types) == 1 and not isinstance(node.term, Lambda) and node.type.name != "fn":
            yield from ((path, *made) for made in _instead(node, bare))
        condition = isinstance(node.term, While)
        inside = [
            (child, (*path, place), (bare or (condition and place == 1)))
            for place, child in enumerate(node.children)
        ]
        todo += reversed(inside)


def _around(typed: Typed, function: Function) -> Hole:
    """An unknown function of the body's value and of the parameters."""
    count = len(function.params)
    params = tuple(
        Var(count - 1 - place) for place, type_ in enumerate(function.types) if type_.name != "fn"
    )
    return Hole("expression", function.result, args=(typed.term, *params))


def _instead(node: Typed, bare: bool) -> Iterator[tuple[Hole, int]]:
    """The holes that may stand for a node; in the condition of a `while` nothing is bound."""
    term = node.term
    if isinstance(term, Const) and node.type in (INT, FLOAT):
        yield Hole("param", node.type), 0
    yield Hole("expression", node.type), size(term)
    if isinstance(term, Call) and not bare:
        given = tuple(arg for arg in term.args if not isinstance(arg, Lambda))
        plain = all(child.type.name != "fn" for child in node.children if child.term in given)
        if plain and given:
            yield Hole("expression", node.type, args=given), 1


def put_at(term: Term, path: Path, part: Term) -> Term:
    """The term with another sub-term at the path."""
    above: list[Term] = []
    for place in path:
        above.append(term)
        term = term.children[place]
    made = part
    for node, place in zip(reversed(above), reversed(path), strict=True):
        children = list(node.children)
        children[place] = made
        made = node.rebuild(tuple(children))
    return made


def times_met(suspect: Suspect, dsl: DSL, examples: Sequence[Example], limits: Limits) -> int:
    """On how many of the examples the hole is met."""

    def watch(*_: Any) -> Any:
        met.append(True)
        raise Fail(FailureKind.DOMAIN)

    sites = find_holes(suspect.sketch, dsl)
    program, extended = probe(suspect.sketch, sites, dsl, [watch])
    ready = python_engine.compile_program(program, extended)
    count = 0
    for example in examples:
        met: list[bool] = []
        ready.run([example.inputs], limits)
        count += bool(met)
    return count
