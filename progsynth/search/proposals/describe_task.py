"""A task and its language as text, for proposers: the training examples, and no others."""

from __future__ import annotations

from progsynth.lang.describe import written
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.values import show
from progsynth.task import Task

_WIDTH = 500  # characters of one value


def signature_text(task: Task, name: str) -> str:
    """The first line of the function wanted.

    >>> from progsynth.task import Task
    >>> signature_text(Task.from_pairs("double", [([1], [2])]), "double")
    'def double(xs: list[int]) -> list[int]:'
    """
    params = ", ".join(f"{n}: {t}" for n, t in zip(task.names, task.types, strict=True))
    return f"def {name}({params}) -> {task.result}:"


def example_texts(task: Task, name: str) -> tuple[str, ...]:
    """The training examples, each as a comparison.

    >>> from progsynth.task import Task
    >>> example_texts(Task.from_pairs("double", [([1], [2])]), "double")
    ('double([1]) == [2]',)
    """
    return tuple(
        f"{name}({', '.join(show(v, _WIDTH) for v in example.inputs)}) == "
        f"{show(example.output, _WIDTH)}"
        for example in task.train
    )


def primitive_texts(dsl: DSL) -> str:
    """What programs may call: how each is written, its type, and what it gives."""
    lines = []
    for name in (*dsl.primitives, *dsl.functions):
        callee = dsl[name]
        meaning = callee.doc.partition("\n")[0]
        lines.append(f"{written(dsl, name)}  {signature_of(callee).type}  # {meaning}")
    return "\n".join(lines)
