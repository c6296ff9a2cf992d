"""The types of a new subroutine: the least general ones that all its uses are instances of.

Anti-unification (Plotkin 1970; Reynolds 1970) of the types of arguments and result met at the
uses. The body's principal type is more general still, so that the body is well-typed with these,
once its type variables have the classes that it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from string import ascii_lowercase

from progsynth.lang.infer import IllTypedError, Typed, infer_function
from progsynth.lang.primitive import DSL
from progsynth.lang.term import For, Function, Lambda, Let, While
from progsynth.lang.types import WIDER_CLASSES, Type, fn_of, variables, walk_type
from progsynth.library.compress.abstraction import VALUE, Abstraction
from progsynth.library.compress.core_terms import Translation
from progsynth.library.compress.labelled import Forest

Instance = tuple[Type, ...]  # the parameters' types at a use, and the result's


def nodes_of(typed: Typed, forest: Forest, words: Translation) -> Iterator[tuple[int, Typed]]:
    """The typed term and all inside it, each with its node."""
    done: list[int] = []
    todo = [(typed, False)]
    while todo:
        one, ready = todo.pop()
        if one.children and not ready:
            todo.append((one, True))
            todo += [(child, False) for child in reversed(one.children)]
            continue
        split = len(done) - len(one.children)
        children = tuple(done[split:])
        del done[split:]
        done.append(words.top(one.term, children, forest))
        yield done[-1], one


def instance(abstraction: Abstraction, typed: Typed) -> Instance:
    """The types that the parameters have where the body stands for this term."""
    forest = abstraction.forest
    found: dict[int, Type] = {}
    todo: list[tuple[int, Typed, tuple[Type, ...]]] = [(abstraction.body, typed, ())]
    while todo:
        node, one, env = todo.pop()
        label = forest.label_of(node)
        if label.name[0] == "#":
            number = int(label.name[1:].partition("/")[0])
            parameter = abstraction.parameters[number]
            if parameter.kind == VALUE:
                found[number] = one.type
            else:
                given = tuple(env[-1 - forest.label_of(c).index] for c in forest.children[node])
                found[number] = fn_of(given, one.type)
            continue
        inner = zip(forest.children[node], one.children, _bound(one), strict=True)
        todo += [(child, part, env + more) for child, part, more in inner]
    return (*(found[n] for n in range(abstraction.arity)), typed.type)


def _bound(typed: Typed) -> tuple[tuple[Type, ...], ...]:
    """The types of the variables that the term binds around each child."""
    match typed.term:
        case Lambda():
            return (typed.type.types[:-1],)
        case Let():
            return ((), typed.children[0].types)
        case While():
            return ((), typed.types, typed.types)
        case For():
            return ((), (), (*typed.types, typed.children[0].type.types[0]))
    return ((),) * len(typed.children)


def least_general(instances: Sequence[Instance]) -> Instance:
    """The least general types of which all are instances."""
    taken = {t.name for one in instances for type_ in one for t in walk_type(type_)}
    letters = (Type(x) for x in chain(ascii_lowercase, ascii_lowercase.upper()) if x not in taken)
    known: dict[tuple[Type, ...], Type] = {}

    def common(met: tuple[Type, ...]) -> Type:
        first = met[0]
        if all(one == first for one in met):
            return first
        alike = {(one.name, len(one.args)) for one in met}
        whole = all(len(one.types) == len(one.args) for one in met)
        if len(alike) > 1 or not whole or not first.args:
            if met not in known:
                known[met] = next(letters)
            return known[met]
        return Type(first.name, tuple(common(row) for row in zip(*(one.types for one in met))))

    return tuple(common(row) for row in zip(*instances, strict=True))


def with_classes(function: Function, dsl: DSL) -> Function | None:
    """The function with the weakest classes of its type variables; None if it is ill-typed."""
    names = variables(fn_of(function.types, function.result))
    strongest = next(iter(WIDER_CLASSES))
    classes: dict[str, str] = dict.fromkeys(names, strongest)
    if not names:
        return function if _well_typed(function, dsl) else None
    for name in names:
        for cls in ("", *reversed(WIDER_CLASSES)):
            made = _classed(function, {**classes, name: cls})
            if _well_typed(made, dsl):
                classes[name] = cls
                break
        else:
            return None
    return _classed(function, classes)


def _classed(function: Function, classes: dict[str, str]) -> Function:
    kept = tuple((name, cls) for name, cls in classes.items() if cls)
    return replace(function, type_classes=kept)


def _well_typed(function: Function, dsl: DSL) -> bool:
    try:
        infer_function(function, dsl)
    except IllTypedError:
        return False
    return True


def fresh_names(taken: set[str], base: str) -> Iterator[str]:
    """The name, and with numbers after it, those that are taken left out."""
    return (n for n in chain([base], (f"{base}_{k}" for k in count(2))) if n not in taken)
