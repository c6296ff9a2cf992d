"""Hashes of what a result depends on: the pack, the suite, the sources.

They are taken before anything is scored. Whoever has the same hashes has the same experiment.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib import resources

from progsynth import registry
from progsynth.grammar.forms import EVERY
from progsynth.lang.primitive import DSL, Primitive, signature_of
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Program
from progsynth.lang.values import identity_key
from progsynth.task import Suite, Task

_SHOWN = 16  # hexadecimal digits of a digest: enough to tell experiments apart


def pack_digest(dsl: DSL) -> str:
    """A hash of all that the pack declares and does, the same in every version of Python.

    It covers names, types, costs, limits, examples and the sources of the primitives and the
    functions: of a primitive without a source at hand, what `DSL.digest` tells of it. Where the
    pack has not all forms of the core, it covers those that it has.
    """
    text = sha256(f"{dsl.name}\n".encode())
    forms = registry.forms(dsl.name)
    if forms != EVERY:
        text.update(f"{sorted(forms.kinds)} {forms.constants}\n".encode())
    for name in dsl:
        item = dsl[name]
        text.update(f"\n{name} {dsl.surface_of(name)} {signature_of(item)}\n".encode())
        if isinstance(item, Primitive):
            text.update(f"{item.cost} {item.fuel} {item.cells} {item.examples}\n".encode())
            text.update(_source(item).encode())
        else:
            text.update(pretty(Program((item,)), dsl).encode())
    return text.hexdigest()[:_SHOWN]


def _source(item: Primitive) -> str:
    try:
        return inspect.getsource(item.fn)
    except (OSError, TypeError):  # a built-in function, a network, one typed at a prompt
        alone = DSL("", {item.name: item}, {}, {})
        return f"{getattr(item.fn, '__qualname__', '')} {alone.digest}"


def task_checksum(task: Task) -> str:
    """A hash of what is asked for: the request, what may be used, and all examples."""
    text = sha256(f"{task.name}\n{task.request}\n{task.withheld}\n{task.constants}\n".encode())
    text.update(f"{task.tolerance} {task.accuracy} {task.fuel} {task.cells}\n".encode())
    measure = getattr(task.error, "__qualname__", "")
    text.update(f"{task.sketch}\n{task.neural}\n{measure}\n".encode())
    for kind in (task.train, task.validation, task.test):
        text.update(f"\n{len(kind)}\n".encode())
        for example in kind:
            text.update(repr(identity_key((example.inputs, example.output))).encode())
    return text.hexdigest()[:_SHOWN]


def suite_checksum(suite: Suite) -> str:
    """A hash of all tasks of a suite, in their order."""
    return _joined(map(task_checksum, suite))


@cache
def source_digest() -> str:
    """A hash of the Python sources of the installed package: finer than its version.

    Pure in a process: sources that change meanwhile are not the ones that run.
    """
    found = []
    todo = [resources.files("progsynth")]
    while todo:
        folder = todo.pop()
        for entry in folder.iterdir():
            if entry.is_dir():
                todo.append(entry)
            elif entry.name.endswith(".py"):
                found.append(f"{entry.name} {sha256(entry.read_bytes()).hexdigest()}")
    return _joined(sorted(found))


def _joined(parts: Iterable[str]) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:_SHOWN]
