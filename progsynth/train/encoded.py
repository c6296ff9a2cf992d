"""Texts and rows of items as tensors, for submodules that read them, as long as a search runs.

The likelihood of a program is known where submodules read tensors. So a text that a submodule
reads becomes the tensor that its network reads anyway (`neural.modality.encode`), padded to the
longest of the task, and its type a type of tensors. Terms have no types in them: programs differ
in the headers of their functions alone, and are put back when they are handed out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Neural, Program
from progsynth.lang.types import Type, parse_type, walk_type
from progsynth.lang.values import Value
from progsynth.neural.modality import encode, modality_of
from progsynth.plain import make_tensor
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told

Types = Mapping[Type, Type]


@dataclass(frozen=True, slots=True)
class Encoding:
    """Which types become which types of tensors; none where submodules read tensors alone."""

    types: Types = field(default_factory=dict)

    def there(self, candidate: Candidate) -> Candidate:
        """The candidate over tensors."""
        return replace(candidate, program=_retyped(candidate.program, self.types))

    def back(self, candidate: Candidate) -> Candidate:
        """The candidate as the task's own types have it."""
        back = {new: old for old, new in self.types.items()}
        return replace(candidate, program=_retyped(candidate.program, back))


def encoded(problem: Problem) -> tuple[Problem, Encoding]:
    """The problem with tensors in place of what submodules read, and what became what.

    Raises UnsupportedError where the output holds values of a type that a submodule reads so.
    """
    read = {one.types[0] for one in problem.neural if len(one.types) == 1}
    wanted = sorted((t for t in read if _has_items(t)), key=str)
    if not wanted:
        return problem, Encoding()
    if any(t in wanted for t in walk_type(problem.entry_result)):
        raise UnsupportedError(
            f"the output {problem.entry_result} holds what a submodule reads: submodules that "
            "read texts or rows of items are trained where these are inputs alone"
        )
    found: dict[Type, list[Value]] = {t: [] for t in wanted}
    for row in problem.inputs:
        for value, type_ in zip(row, problem.entry_types, strict=True):
            _collect(value, type_, found)
    types: dict[Type, Type] = {}
    arrays: dict[Type, dict[int, Value]] = {}
    for type_, values in found.items():
        batch = encode(values, type_)
        sizes = ", ".join(map(str, batch.shape[1:]))
        new = types[type_] = parse_type(f"tensor[{sizes}]")
        made = [make_tensor(x, new, "an encoded input") for x in batch.numpy()]
        arrays[type_] = {id(v): x for v, x in zip(values, made, strict=True)}
    inputs = tuple(
        tuple(_replaced(v, t, arrays) for v, t in zip(row, problem.entry_types, strict=True))
        for row in problem.inputs
    )
    encoding = Encoding(types)
    changed = replace(
        problem,
        types=tuple(_mapped(t, types) for t in problem.types),
        result=_mapped(problem.result, types),
        inputs=inputs,
        wrap=lambda term, cost: encoding.there(problem.wrap(term, cost)),
        entry_types=tuple(_mapped(t, types) for t in problem.entry_types),
        neural=tuple(_neural(one, types) for one in problem.neural),
    )
    return changed, encoding


def _has_items(type_: Type) -> bool:
    try:
        return modality_of(type_).has_items
    except UnsupportedError:
        return False


def _collect(value: Value, type_: Type, found: Mapping[Type, list[Value]]) -> None:
    """Add the values of the types looked for to `found`."""
    if type_ in found:
        found[type_].append(value)
    elif type_.name == "list":
        for item in value:
            _collect(item, type_.types[0], found)
    elif type_.name == "tuple":
        for item, inner in zip(value, type_.types, strict=True):
            _collect(item, inner, found)


def _replaced(value: Value, type_: Type, arrays: Mapping[Type, Mapping[int, Value]]) -> Value:
    if type_ in arrays:
        return arrays[type_][id(value)]
    if type_.name == "list":
        return [_replaced(item, type_.types[0], arrays) for item in value]
    if type_.name == "tuple":
        pairs = zip(value, type_.types, strict=True)
        return tuple([_replaced(item, inner, arrays) for item, inner in pairs])
    return value


def _mapped(type_: Type, types: Types) -> Type:
    if type_ in types:
        return types[type_]
    args = tuple(_mapped(a, types) if isinstance(a, Type) else a for a in type_.args)
    return Type(type_.name, args)


def _neural(one: Neural, types: Types) -> Neural:
    return replace(one, types=tuple(_mapped(t, types) for t in one.types))


def _retyped(program: Program, types: Types) -> Program:
    functions = tuple(
        replace(
            function,
            types=tuple(_mapped(t, types) for t in function.types),
            result=_mapped(function.result, types),
        )
        for function in program.functions
    )
    return Program(functions, tuple(_neural(one, types) for one in program.neural))


class EncodedSearch:
    """A search over tensors that is asked and told of the task's own types."""

    def __init__(self, search: Search, encoding: Encoding):
        self.search = search
        self.encoding = encoding
        self.name = search.name

    @property
    def exhausted(self) -> bool:
        """Is the search?"""
        return self.search.exhausted

    @property
    def level(self) -> int:
        """That of the search."""
        return self.search.level

    @property
    def notes(self) -> tuple[str, ...]:
        """Those of the search, and what was read as tensors."""
        read = (f"{old} was read as {new}" for old, new in self.encoding.types.items())
        return (*self.search.notes, *read)

    def ask(self, allowance: Allowance) -> Batch:
        """The candidates of the search, put back."""
        batch = self.search.ask(allowance)
        return replace(batch, candidates=tuple(map(self.encoding.back, batch.candidates)))

    def tell(self, results: Told) -> None:
        """What became of the candidates, as the search knows them."""
        self.search.tell([(self.encoding.there(c), evaluation) for c, evaluation in results])

    def partial(self) -> tuple[Candidate, ...]:
        """What is best so far, put back."""
        return tuple(map(self.encoding.back, self.search.partial()))
