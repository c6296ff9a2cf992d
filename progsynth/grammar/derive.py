"""From a program to its derivation: the rule at each place, parents first, left to right."""

from __future__ import annotations

from typing import Any

from progsynth.grammar.rules import Place, Rule, Rules, Step
from progsynth.lang.infer import IllTypedError, Typed, infer, program_signatures
from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Build,
    Call,
    Const,
    If,
    Lambda,
    Let,
    Program,
    Project,
    Var,
)
from progsynth.lang.types import Type, as_int


def derivation(program: Program, rules: Rules, dsl: DSL) -> tuple[Step, ...] | None:
    """The derivation of the program's entry, None where the rules do not make it.

    Types that nothing determines count as int, as everywhere (see `infer`).
    """
    entry = program.entry
    types = tuple(map(as_int, entry.types))
    if types != rules.params or as_int(entry.result) != rules.result:
        return None
    try:
        typed = infer(
            entry.body, types, dsl, result=rules.result, extra=program_signatures(program)
        )
    except IllTypedError:
        return None
    steps: list[Step] = []
    todo: list[tuple[Place, Typed]] = [(rules.root, typed)]
    while todo:
        place, node = todo.pop()
        found = _step(place, node, rules)
        if found is None:
            return None
        rule, children = found
        steps.append((place, rule))
        todo += list(zip(rules.places_in(place, rule), children, strict=True))[::-1]
    return tuple(steps)


def _step(place: Place, node: Typed, rules: Rules) -> tuple[Rule, tuple[Typed, ...]] | None:
    """The rule of a term at its place, and the terms of the rule's arguments."""
    kind, detail, children = _shape(node)
    if not kind or len(node.types) != 1 or node.type != place.type:
        return None
    bodies = tuple(c.children[0] if isinstance(c.term, Lambda) else c for c in children)
    if kind == "variable":
        position = len(place.scope.visible) - 1 - detail
        rule = Rule("variable", place.type, position) if position >= 0 else None
    else:
        bound = tuple(_types(c) for c in children)
        if kind == "let":
            bound = (bound[0], (*bound[0], *bound[1]))
        rule = rules.find(kind, place.type, detail, bound)
    if rule is None or rule not in rules.at(place):
        return None
    return rule, bodies


def _types(child: Typed) -> tuple[Type, ...]:
    """The types that an argument binds, and then its own."""
    return child.type.types if isinstance(child.term, Lambda) else (child.type,)


def _shape(node: Typed) -> tuple[str, Any, tuple[Typed, ...]]:
    """The kind and detail of the rule that makes the term, and its arguments; '' for none."""
    term, children = node.term, node.children
    match term:
        case Var(index):
            return "variable", index, ()
        case Const(value):
            return "constant", value, ()
        case Call(name):
            return "call", name, children
        case If(_, _, orelse) if orelse == FALSE:
            return "and", None, children[:2]
        case If(_, then, _) if then == TRUE:
            return "or", None, (children[0], children[2])
        case If():
            return "if", None, children
        case Project(position):
            return "project", position, children
        case Let(count) if count == 1:
            return "let", None, children
        case Build(kind, items) if not items and kind != "tuple":
            return "empty", kind, ()
        case Build(kind) if kind != "dict":
            return kind, None, children
    return "", None, ()
