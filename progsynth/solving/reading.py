"""A task over tensors, read by networks: an ordinary task over what they answer.

    xs: list[tensor[1, 8, 8]]   --digit-->   xs: list[int]

Programs are searched for that work on the answers, in types that all searches are quick in; then
the networks' calls are put in front of them. Networks err, so that an example whose tensors are
read with little confidence says little: those that all networks are sure about can be asked to
come out right without exception, which tells programs apart better than a share of all does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from progsynth.lang.term import (
    Call,
    Function,
    Lambda,
    Let,
    Neural,
    Program,
    Term,
    Var,
    bind,
    map_variables,
)
from progsynth.lang.term import shift as moved
from progsynth.lang.types import Type, as_int, fn_of, list_of, walk_type
from progsynth.lang.values import Value, close, identity_key
from progsynth.task import Example, Task

_SURE = 0.9  # confidence in all readings of an example that is relied on
_FEWEST = 0.5  # of the examples, at least, are relied on: those read with most confidence
_MAP = "map"

Answer = tuple[Value, float]  # what a network answers, and how sure it is
Answers = Mapping[int, Answer]  # by the identity of the tensor that it reads


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the read task, of that type: the task's parameter at `place`, as the network
    of that name reads it; '' where it holds no tensors."""

    place: int
    network: str
    type: Type


@dataclass(frozen=True, slots=True)
class Reading:
    """The training examples of a task as some networks read them, and how likely each was read
    right, as far as the networks know."""

    original: Task
    params: tuple[Param, ...]
    examples: tuple[Example, ...]
    confidence: tuple[float, ...]

    @property
    def score(self) -> float:
        """The mean confidence: how well the networks may serve, before any program is known."""
        return sum(self.confidence) / len(self.confidence)

    def task(self) -> Task:
        """The task of the examples that were read with confidence, all of which have to come out
        right. Of two that contradict each other the surer one is taken."""
        order = sorted(range(len(self.examples)), key=lambda n: (-self.confidence[n], n))
        sure = sum(chance >= _SURE for chance in self.confidence)
        least = max(1, round(_FEWEST * len(order)))
        chosen = _consistent([self.examples[n] for n in order[: max(sure, least)]], self.original)
        return self._task(chosen, 1.0)

    def whole_task(self) -> Task:
        """The task of all examples that do not contradict surer ones, of which the share has to
        come out right that the original task asks for."""
        order = sorted(range(len(self.examples)), key=lambda n: (-self.confidence[n], n))
        chosen = _consistent([self.examples[n] for n in order], self.original)
        return self._task(chosen, self.original.accuracy)

    def _task(self, examples: tuple[Example, ...], accuracy: float) -> Task:
        return replace(
            self.original,
            request=fn_of(tuple(one.type for one in self.params), as_int(self.original.result)),
            train=examples,
            validation=(),
            test=(),
            params=self.names,
            accuracy=accuracy,
            neural=(),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What the parameters are called."""
        names = self.original.names
        often = [one.place for one in self.params]
        return tuple(
            names[one.place] if often.count(one.place) == 1 else f"{names[one.place]}_{number}"
            for number, one in enumerate(self.params)
        )

    def composed(self, program: Program) -> Program:
        """The program over the answers as one of the original task, which reads its tensors."""
        entry, task = program.entry, self.original
        types = tuple(map(as_int, task.types))
        body = _behind(entry.body, self.params, self.names, task)
        made = Function(entry.name, task.names, types, entry.result, body)
        return Program((*program.functions[:-1], made), program.neural)


def read_by(
    task: Task, submodules: Mapping[str, Neural], answers: Mapping[str, Answers]
) -> Reading | None:
    """The task as networks read it, those of these submodules, by what programs call them.

    None where they cannot read all of the task's tensors, each for itself (see `params_of`).
    """
    params = params_of(task, submodules)
    if params is None:
        return None
    made = [_example(example, task, params, answers) for example in task.train]
    return Reading(task, params, tuple(e for e, _ in made), tuple(chance for _, chance in made))


def params_of(task: Task, submodules: Mapping[str, Neural]) -> tuple[Param, ...] | None:
    """The parameters of the read task; None where some parameter of the task holds tensors that
    no submodule reads and answers with a scalar, or holds them in other things than lists."""
    made: list[Param] = []
    for place, type_ in enumerate(task.types):
        held = {inner for inner in walk_type(type_) if inner.name == "tensor"}
        if not held:
            made.append(Param(place, "", as_int(type_)))
            continue
        found = [
            Param(place, name, _with(type_, as_int(one.result)))
            for name, one in submodules.items()
            if len(one.types) == 1 and set(one.types) == held and not as_int(one.result).args
        ]
        if not found or not _listed(type_):
            return None
        made += found
    return tuple(made)


def _listed(type_: Type) -> bool:
    """Is it a tensor, or a list of such, and so on?"""
    while type_.name == "list":
        (type_,) = type_.types
    return type_.name == "tensor"


def _with(type_: Type, answer: Type) -> Type:
    """The type with that of answers in place of the tensor."""
    return list_of(_with(type_.types[0], answer)) if type_.name == "list" else answer


def _example(
    example: Example, task: Task, params: Sequence[Param], answers: Mapping[str, Answers]
) -> tuple[Example, float]:
    inputs: list[Value] = []
    chances: list[float] = []

    def read(value: Value, known: Answers) -> Value:
        if isinstance(value, list):
            return [read(item, known) for item in value]
        answer, chance = known[id(value)]
        chances.append(chance)
        return answer

    for one in params:
        value = example.inputs[one.place]
        inputs.append(read(value, answers[one.network]) if one.network else value)
    return Example(tuple(inputs), example.output), prod(chances)


def _consistent(examples: Sequence[Example], task: Task) -> tuple[Example, ...]:
    """Those that do not contradict one before them."""
    known: dict[Any, Value] = {}
    kept = []
    for example in examples:
        output = known.setdefault(identity_key(example.inputs), example.output)
        if close(output, example.output, task.tolerance):
            kept.append(example)
    return tuple(kept)


# ----------------------------------------------------------------------- putting in front


def _behind(body: Term, params: Sequence[Param], names: Sequence[str], task: Task) -> Term:
    """The body of a function of the read parameters as one of the task's.

    What is read once, and not in a loop, is read where it is used; what is read more often is
    read first and given a name.
    """
    own = len(task.types)
    calls = [_call(one, own) for one in params]
    often = _uses(body, len(params))
    named = [n for n, one in enumerate(params) if one.network and often[n] > 1]
    values = tuple(
        Var(len(named) - 1 - named.index(n)) if n in named else moved(call, len(named))
        for n, call in enumerate(calls)
    )
    made = bind(body, values)
    for depth, n in reversed(list(enumerate(named))):
        made = Let(1, moved(calls[n], depth), made, (names[n],))
    return made


def _call(one: Param, own: int) -> Term:
    """What is read, as a term over the task's parameters, of which there are so many."""
    value: Term = Var(own - 1 - one.place)
    if not one.network:
        return value
    type_, depth = one.type, 0
    while type_.name == "list":
        type_, depth = type_.types[0], depth + 1
    if depth == 0:
        return Call(one.network, (value,))
    item: Term = Call(one.network, (Var(0),))
    for _ in range(depth - 1):
        item = Call(_MAP, (Lambda(1, item), Var(0)))
    return Call(_MAP, (Lambda(1, item), value))


def _uses(body: Term, count: int) -> list[int]:
    """How often each of the function's `count` parameters is used; under binders twice, as that
    may be often."""
    found = [0] * count

    def look(depth: int, node: Term) -> Term:
        place = node.index - depth  # type: ignore[attr-defined]
        if place >= 0:
            found[count - 1 - place] += 2 if depth else 1
        return node

    map_variables(body, look)
    return found
