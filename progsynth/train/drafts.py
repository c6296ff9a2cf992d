"""Sketches with `??neural` holes as sketches that declare submodules and call them there.

The place says what the submodule answers, and that its last layer and loss (`neural.head`). What
it reads says its body (`neural.modality`): what the hole is given, `??neural(x)`, or else
variables in scope that a network can read. Where there are several, there is a draft for each
choice, and a search tells which is right: one variable first, the nearest of all. In a loop or a
lambda these are what is bound inside the function, if any of it can be read: a network that reads
a function's whole input fits whatever the program is, and tells nothing about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, count, islice, product

from progsynth.errors import Problem, ProgramError, ProgsynthError, UnsupportedError
from progsynth.lang.checking.scope import children
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Call, Hole, Neural, Program, Term, Var
from progsynth.lang.text import surface
from progsynth.lang.text.parse import parse
from progsynth.lang.types import INT, Type
from progsynth.neural.head import head_of
from progsynth.neural.modality import modality_of
from progsynth.search.holes import Site, find_holes, replace_holes

NAME = "learnt"  # of the first submodule; the second is learnt2
MAX_DRAFTS = 32
_EVERY_CHOICE = 3  # readable variables up to which every choice of them is a draft


def has_neural_hole(sketch: Program, dsl: DSL) -> bool:
    """Is there a `??neural` in it?"""
    return any(site.hole.kind == "neural" for site in find_holes(sketch, dsl))


def drafts(
    sketch: Program,
    dsl: DSL,
    *,
    result: Type | None = None,
    taken: Collection[str] = (),
    source: str = "",
    filename: str = "<sketch>",
) -> tuple[Program, ...]:
    """The sketch with a declared submodule in place of each `??neural`, in each way to give it
    something to read; at most MAX_DRAFTS, those that read least first.

    `result` is what the task asks for: a `choice[k]` there is the answer of a hole whose value is
    the program's. Names of submodules are none of those `taken`. Raises ProgramError, with the
    place in the text `source` if there is one, where no network answers what a place asks for,
    or nothing can be read there.
    """
    sites = find_holes(sketch, dsl)
    places = [n for n, site in enumerate(sites) if site.hole.kind == "neural"]
    used = {*taken, *dsl, *(f.name for f in sketch.functions), *(n.name for n in sketch.neural)}
    names = islice((n for n in _names() if n not in used and not dsl.overloads(n)), len(places))
    functions = {function.name: function for function in sketch.functions}
    problems, options = [], []
    for number, (place, name) in enumerate(zip(places, names, strict=True)):
        site = sites[place]
        try:
            num_params = len(functions[site.function].params)
            found = _submodules(site, name, result, num_params)
            options.append([(place, one) for one in found])
        except UnsupportedError as error:
            problems.append(_problem(str(error), site, sites, number, source, filename))
    if problems:
        raise ProgramError(problems, source, filename)
    chosen = sorted(product(*options), key=lambda some: sum(len(one.types) for _, (one, _) in some))
    return tuple(_draft(sketch, dict(some)) for some in chosen[:MAX_DRAFTS])


def _names() -> Iterator[str]:
    yield NAME
    yield from (f"{NAME}{n}" for n in count(2))


Choice = tuple[Neural, tuple[Term, ...]]  # a submodule, and the variables that it is called on


def _submodules(site: Site, name: str, result: Type | None, num_params: int) -> Iterator[Choice]:
    """What may stand in the hole. Raises UnsupportedError where nothing may."""
    answer = _answer(site, result)
    if site.hole.allowed:
        raise UnsupportedError(
            "a hole for a neural submodule is no expression: leave out the primitives in braces"
        )
    if site.hole.args is not None:
        for type_ in site.types:
            modality_of(type_)
        if not site.types:
            raise UnsupportedError("a neural submodule reads something: give it an argument")
        return iter([(Neural(name, site.names, site.types, answer), ())])
    every = [n for n, t in enumerate(site.visible) if _is_readable(t)]
    bound = [n for n in every if n >= num_params]
    read = every if site.once or not bound else bound
    if not read:
        seen = (f"{n}: {t}" for n, t in zip(site.names, site.types, strict=True))
        raise UnsupportedError(
            "nothing is in scope here that a network reads: found "
            f"{', '.join(seen) or 'no variables'}; expected a float, a text, a tensor, or a "
            "list or tuple of these"
        )
    return (
        (
            Neural(
                name,
                tuple(site.names[n] for n in some),
                tuple(site.types[n] for n in some),
                answer,
            ),
            tuple(Var(len(site.types) - 1 - n) for n in some),
        )
        for some in _choices(read)
    )


def _answer(site: Site, result: Type | None) -> Type:
    """The type of the answer: as written, or as the place asks for. Raises UnsupportedError."""
    answer = site.hole.type or site.type
    if site.tail and answer == INT and result is not None and result.name == "choice":
        answer = result
    try:
        head_of(answer)
    except UnsupportedError:
        if answer == INT:
            raise UnsupportedError(
                "a network answers no whole number of any size: write ??neural[choice[10]] for "
                "one of 0 to 9, or ??neural[float] where a float will do"
            ) from None
        raise
    return answer


def _is_readable(type_: Type) -> bool:
    try:
        return modality_of(type_) is not None
    except UnsupportedError:
        return False


def _choices(read: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Some of these variables, the fewest and nearest first: the last is the nearest."""
    near = list(reversed(read))
    sizes = range(1, len(near) + 1) if len(near) <= _EVERY_CHOICE else (1, len(near))
    for size in sizes:
        for some in combinations(near, size):
            yield tuple(sorted(some))


def _draft(sketch: Program, chosen: dict[int, Choice]) -> Program:
    def put(number: int, hole: Hole, args: tuple[Term, ...]) -> Term:
        if number not in chosen:
            return hole.rebuild(args)
        submodule, read = chosen[number]
        return Call(submodule.name, args if hole.args is not None else read)

    made = replace_holes(sketch, put)
    return replace(made, neural=(*sketch.neural, *(one for one, _ in chosen.values())))


# --------------------------------------------------------------------------------- places


def _problem(
    message: str, site: Site, sites: Sequence[Site], number: int, source: str, filename: str
) -> Problem:
    """The problem of the neural hole of this number, at its place in the text if that is known."""
    written = _written(source, filename)
    if number >= len(written):
        return Problem(f"??neural in '{site.function}': {message}")
    place = written[number].place
    length = place.end_column - place.column if place.line == place.end_line else 1
    return Problem(message, place.line, place.column, length)


def _written(source: str, filename: str) -> list[surface.HoleExpression]:
    """The neural holes of a text, in its order."""
    if not source:
        return []
    try:
        todo: list[surface.Node] = [*reversed(parse(source, filename).items)]
    except ProgsynthError:
        return []
    found = []
    while todo:
        node = todo.pop()
        if isinstance(node, surface.HoleExpression) and node.kind == "neural":
            found.append(node)
        todo.extend(reversed(children(node)))
    return sorted(found, key=lambda node: (node.place.line, node.place.column))
