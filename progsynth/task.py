"""What is asked for: examples, tasks and suites of them.

A task's examples are of three kinds. `train` is the specification. `validation` may reject a
candidate that only fits. `test` never enters a search: a benchmark opens it once, on the one
program that was returned. So the request, where it is left out, is inferred without `test`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth.errors import TaskError
from progsynth.lang.failure import DEFAULT_CELLS, DEFAULT_FUEL, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Neural
from progsynth.lang.types import Type
from progsynth.lang.values import Value, close, identity_key, show
from progsynth.near import near_names
from progsynth.plain import conform, plain
from progsynth.request import Row, check_request, infer, parse_request, request_text
from progsynth.task_settings import (
    CHECKS,
    constants_of,
    name_list,
    params_of,
    read_submodules,
    short_names,
    submodule_text,
)

KINDS = {"train": "training", "validation": "validation", "test": "test"}

# (expected, found) -> 0.0 when right; or several numbers, which are all 0.0 then
ErrorMeasure = Callable[[Value, Value], float | tuple[float, ...]]
Metric = Callable[[Sequence[Value], Sequence[Any]], float]  # of all outputs; Failures among them


@dataclass(frozen=True, slots=True)
class Example:
    """The inputs of one call of the function wanted, and its output.

    Two are equal when no program can tell their values apart.
    """

    inputs: tuple[Value, ...]
    output: Value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Example):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Hashable:
        return identity_key((self.inputs, self.output))


@dataclass(frozen=True, slots=True)
class Task:
    """Examples of a function to be found, and what the search may use.

    Values are copied, ints become floats where the request has floats, arrays and nested lists
    become tensors where it has tensors, and everything is checked when the task is made: raises
    TaskError. `from_examples` and `from_pairs` infer a
    request that is left out.

    `withheld` names primitives that may not be used, nor what is defined by them. `constants`
    are scalars the program may use besides those the search finds itself. Floats count as right
    within `tolerance`, absolute or relative. `error` grades wrong outputs, by one number or by a
    tuple of always as many: then selection in genetic search sees each of them, and everything
    else their sum. None grades by the output's type. `pack` is a language pack or its name.
    `fuel` and `cells` limit one run.
    `sketch` is a program text with holes (`??`). `params` names the parameters. `accuracy` is
    the share of the training and of the validation examples that has to be right. `neural` has
    declarations of submodules that programs may use: `digit(image: tensor[1, 8, 8]) ->
    choice[10]`. `metric` is what `Result.score` reports of outputs: a name in `METRICS`, or a
    function of the outputs expected and found. `loss` is what networks whose programs answer real
    numbers are trained by: the "squared" error, or the "absolute" one.
    """

    name: str
    request: Type
    train: tuple[Example, ...]
    validation: tuple[Example, ...] = ()
    test: tuple[Example, ...] = ()
    withheld: tuple[str, ...] = ()
    constants: tuple[int | float | bool | str, ...] = ()
    tolerance: float = 1e-9
    error: ErrorMeasure | None = None
    pack: str | DSL = "default"
    fuel: int = DEFAULT_FUEL
    cells: int = DEFAULT_CELLS
    sketch: str = ""
    params: tuple[str, ...] = ()
    description: str = ""
    accuracy: float = 1.0
    neural: tuple[str, ...] = ()
    metric: str | Metric = "accuracy"
    loss: str = "squared"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise TaskError(f"name: expected a text that is not empty, found {show(self.name)}")
        try:
            for field, value in _checked(self).items():
                object.__setattr__(self, field, value)
        except TaskError as error:
            raise TaskError(f"task '{self.name}': {error}") from None

    @classmethod
    def from_examples(
        cls,
        name: str,
        train: Iterable[Example],
        *,
        request: Type | str | None = None,
        validation: Iterable[Example] = (),
        test: Iterable[Example] = (),
        **options: Any,
    ) -> Task:
        """The task of these examples; a request left out is inferred from all but `test`.

        `options` are the other fields of `Task`.
        """
        given = {"train": tuple(train), "validation": tuple(validation), "test": tuple(test)}
        try:
            if request is None:
                request = infer(_plain_rows({**given, "test": ()}, arrays=False))
            elif isinstance(request, str):
                request = parse_request(request)
        except TaskError as error:
            raise TaskError(f"task '{name}': {error}") from None
        return cls(name, request, given["train"], given["validation"], given["test"], **options)

    @classmethod
    def from_pairs(
        cls,
        name: str,
        pairs: Iterable[tuple[Any, Any]],
        *,
        request: Type | str | None = None,
        validation: Iterable[tuple[Any, Any]] = (),
        test: Iterable[tuple[Any, Any]] = (),
        **options: Any,
    ) -> Task:
        """The task of pairs (input, output), or ((input, input, ...), output).

        Where the request is given, it decides: with one parameter the first of a pair is that
        parameter's value, a tuple included; with several it is the tuple of their values.
        Where it is left out, a tuple is the tuple of inputs: write `((1, 2),)` for one input
        that is a tuple.

        >>> str(Task.from_pairs("double", [([1, 2], [2, 4])]).request)
        '(list[int]) -> list[int]'
        """
        try:
            if isinstance(request, str):
                request = parse_request(request)
            count = None if request is None else len(check_request(request).types) - 1
            made = [
                [
                    _from_pair(pair, count, f"{kind} pair {number}")
                    for number, pair in enumerate(some, 1)
                ]
                for kind, some in zip(KINDS.values(), (pairs, validation, test), strict=True)
            ]
        except TaskError as error:
            raise TaskError(f"task '{name}': {error}") from None
        return cls.from_examples(
            name, made[0], request=request, validation=made[1], test=made[2], **options
        )

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of the inputs."""
        return self.request.types[:-1]

    @property
    def result(self) -> Type:
        """The type of the output."""
        return self.request.types[-1]

    @property
    def submodules(self) -> tuple[Neural, ...]:
        """The neural submodules that programs may use."""
        return read_submodules(self.neural, self.pack)

    @property
    def limits(self) -> Limits:
        """What one run of a candidate may use."""
        return Limits(self.fuel, self.cells)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names: `params`, or short ones that go with their types."""
        return self.params or short_names(self.types)


def _from_pair(pair: Any, count: int | None, where: str) -> Example:
    if isinstance(pair, Example):
        return pair
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise TaskError(
            f"{where}: expected (input, output) or ((input, input, ...), output), "
            f"found {show(pair)}"
        )
    given, output = pair
    if count == 1 or (count is None and not isinstance(given, tuple)):
        return Example((given,), output)
    if not isinstance(given, tuple) or (count is not None and len(given) != count):
        raise TaskError(f"{where}: expected a tuple of {count} inputs, found {show(given)}")
    return Example(given, output)


# ----------------------------------------------------------------------------- checking


def _plain_rows(given: Mapping[str, Sequence[Example]], *, arrays: bool) -> list[Row]:
    """All examples, their values plain, each with what messages call it."""
    if not given["train"]:
        raise TaskError("expected one training example or more, found none")
    rows: list[Row] = []
    for kind, examples in given.items():
        for number, example in enumerate(examples, 1):
            label = f"{KINDS[kind]} example {number}"
            if not isinstance(example, Example) or not isinstance(example.inputs, tuple | list):
                raise TaskError(
                    f"{label}: expected Example((inputs...), output), found {show(example)}"
                )
            inputs = tuple(
                plain(value, f"{label}, input {i}", arrays=arrays)
                for i, value in enumerate(example.inputs, 1)
            )
            rows.append(
                (label, inputs, plain(example.output, f"{label}, the output", arrays=arrays))
            )
    if not rows[0][1]:
        raise TaskError("training example 1: expected one input or more, found none")
    return rows


def _checked(task: Task) -> dict[str, Any]:
    """The fields of the task as they are to be held."""
    if isinstance(task.request, str):  # a convenience for callers who are not type-checked
        request = parse_request(task.request)
    elif isinstance(task.request, Type):
        request = check_request(task.request)
    else:
        raise TaskError(f"request: expected a Type or a text, found {show(task.request)}")
    *types, _ = request.types
    given = {kind: tuple(getattr(task, kind)) for kind in KINDS}
    rows = _conforming(_plain_rows(given, arrays=True), request)
    _check_contradictions(rows, task.tolerance)
    examples = iter([Example(inputs, output) for _, inputs, output in rows])
    fields: dict[str, Any] = {
        kind: tuple(next(examples) for _ in some) for kind, some in given.items()
    }
    fields["request"] = request
    fields["withheld"] = name_list(task.withheld, "withheld")
    fields["constants"] = constants_of(task.constants)
    fields["params"] = params_of(task.params, len(types))
    for field, check in CHECKS.items():
        check(getattr(task, field), field)
    fields["neural"] = tuple(map(submodule_text, read_submodules(task.neural, task.pack)))
    return fields


def _conforming(rows: list[Row], request: Type) -> list[Row]:
    *types, result = request.types
    made = []
    for label, inputs, output in rows:
        if len(inputs) != len(types):
            raise TaskError(
                f"{label}: expected {len(types)} input(s) for the request {request_text(request)}, "
                f"found {len(inputs)}"
            )
        try:
            values = tuple(
                conform(value, type_, f"{label}, input {i}")
                for i, (value, type_) in enumerate(zip(inputs, types, strict=True), 1)
            )
            made.append((label, values, conform(output, result, f"{label}, the output")))
        except TaskError as error:
            raise TaskError(f"{error}; the request is {request_text(request)}") from None
    return made


def _check_contradictions(rows: list[Row], tolerance: float) -> None:
    seen: dict[Any, Row] = {}
    for row in rows:
        label, inputs, output = row
        other, _, expected = seen.setdefault(identity_key(inputs), row)
        if not close(expected, output, tolerance):
            shown = ", ".join(show(value, 40) for value in inputs)
            raise TaskError(
                f"{label}: expected the output {show(expected)}, as in {other}, which has the "
                f"same inputs ({shown}), found {show(output)}; take the wrong one out"
            )


# ------------------------------------------------------------------------------- suites


@dataclass(frozen=True, slots=True)
class Suite:
    """Named tasks, in order; `suite["name"]` is the task of that name.

    `format` says what kind of file they were read from. `quick` names the tasks that are run
    where all of them would take too long: `suite.subset(suite.quick)`.
    """

    name: str
    tasks: tuple[Task, ...]
    format: str = ""
    quick: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "tasks", tuple(self.tasks))
        numbers: dict[str, int] = {}
        for number, task in enumerate(self.tasks, 1):
            first = numbers.setdefault(task.name, number)
            if first != number:
                raise TaskError(
                    f"suite '{self.name}': tasks {first} and {number} are both named "
                    f"'{task.name}'; give each a name of its own"
                )
        object.__setattr__(self, "quick", name_list(self.quick, "quick"))
        for name in self.quick:
            self[name]  # says what is wrong with a name

    def subset(self, names: Sequence[str]) -> Suite:
        """The suite of these tasks alone, in the order of the names.

        Raises TaskError, with near names, when there is no task of a name.
        """
        return Suite(self.name, tuple(self[name] for name in names), self.format)

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    def __getitem__(self, name: str) -> Task:
        """The task of that name. Raises TaskError, with near names, when there is none."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise TaskError(
            f"no task '{name}' among the {len(self.tasks)} of '{self.name}'"
            + near_names(name, [task.name for task in self.tasks])
        )
