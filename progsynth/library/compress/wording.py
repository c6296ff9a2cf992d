"""Names and docstrings of new subroutines: from what the body does, and its parameters' types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from progsynth.lang.primitive import DSL
from progsynth.lang.printing.choose_names import RESERVED
from progsynth.lang.printing.pretty import pretty_term
from progsynth.lang.term import Build, Call, Const, For, Function, If, Term, While, subterms
from progsynth.lang.types import Type
from progsynth.library.compress.signatures import fresh_names

_WORDS = 3  # of the body's operations in a name
_PARAMETERS: Mapping[str, str] = {
    **{"int": "nmk", "float": "xyz", "bool": "bcd", "str": "stu", "fn": "fgh", "dict": "d"},
    **{"graph": "g", "tuple": "pqr"},
}
_LISTS = ("xs", "ys", "zs")
_OTHERS = "abcde"
_NODES: Mapping[type[Term], str] = {If: "choose", For: "loop", While: "loop"}
_SYMBOLS: Mapping[str, str] = {
    **{"add": "plus", "sub": "minus", "mul": "times"},
    **{"gt": "greater", "lt": "less", "eq": "equal"},
}


def function_name(body: Term, dsl: DSL) -> str:
    """A name that says what the body does, from its first operations: `sort_filter_less`."""
    words = list(islice(_operations(body, dsl), _WORDS))
    if len(words) < 2:
        words += list(islice(_literals(body), _WORDS - 1))
    if len(words) == 1:
        words += _times(sum(isinstance(term, Call) for term in subterms(body)))
    name = "_".join(words if len(words) > 1 else ["make", *words])
    taken = {*dsl, *map(dsl.surface_of, dsl), *RESERVED}
    return next(fresh_names(taken, name))


def _times(count: int) -> list[str]:
    """How often the one operation is done, where it is done again: `tail_twice`."""
    return [] if count < 2 else ["twice"] if count == 2 else [str(count), "times"]


def _operations(body: Term, dsl: DSL) -> Iterator[str]:
    """What the body does, outermost first; twice the same in a row once."""
    last = ""
    for term in subterms(body):
        word = _NODES.get(type(term), "")
        if isinstance(term, Call):
            surface = dsl.surface_of(term.name)
            word = surface if surface.isidentifier() else term.name.partition(".")[0]
            word = _SYMBOLS.get(word, re.sub(r"\W+", "_", word).strip("_"))
        elif isinstance(term, Build):
            word = term.kind
        if word and word != last:
            yield word
        last = word or last


def _literals(body: Term) -> Iterator[str]:
    """The body's literals as words, where they read well."""
    for term in subterms(body):
        if isinstance(term, Const):
            word = str(term.value).lower().replace("-", "minus_")
            if re.fullmatch(r"\w+", word, re.ASCII):
                yield word


def parameter_names(types: tuple[Type, ...], dsl: DSL) -> tuple[str, ...]:
    """A name for each parameter, by its type: `xs`, `n`, `f`."""
    taken = {*dsl, *map(dsl.surface_of, dsl), *RESERVED}
    found: list[str] = []
    for type_ in types:
        usual = _LISTS if type_.name == "list" else _PARAMETERS.get(type_.name, _OTHERS)
        free = (name for name in usual if name not in taken)
        name = next(free, None) or next(fresh_names(taken, usual[0]))
        taken.add(name)
        found.append(name)
    return tuple(found)


def docstring(function: Function, dsl: DSL) -> str:
    """What the function gives: an expression of its parameters, else what it is made from."""
    text = pretty_term(function.body, function.params, dsl)
    if "\n" not in text:
        return f"Gives `{text}`."
    steps = [_STEPS.get(word, word) for word in islice(_operations(function.body, dsl), 2 * _WORDS)]
    made = f" from {_listed(function.params)}" if function.params else ""
    result = str(function.result)
    article = "an" if result[0] in "aeiou" else "a"
    return f"Gives {article} {result} made{made} by {_listed(tuple(dict.fromkeys(steps)))}."


_STEPS: Mapping[str, str] = {"choose": "a choice", "loop": "a loop"}


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)
