"""Turns input/output examples into readable programs.

    import progsynth as ps

    task = ps.Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10])])
    result = ps.solve(task, seconds=10)
    print(result.program)
    print(result.function([1, 2, 3]))

Everything loads when it is first used, so that importing progsynth costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from progsynth.lang.engines import run_rows
    from progsynth.lang.failure import Failure, FailureKind, Limits
    from progsynth.lang.primitive import DSL, Primitive, primitive
    from progsynth.lang.printing.pretty import pretty
    from progsynth.lang.python.to_python import to_python
    from progsynth.lang.read import read_program
    from progsynth.library.store import Library
    from progsynth.registry import pack, packs, suite, suites
    from progsynth.search.bottom_up import bottom_up
    from progsynth.search.genetic import genetic
    from progsynth.search.proposals.proposed import ProposalRequest, Proposed, Proposer
    from progsynth.search.proposals.text_model import TextModel
    from progsynth.solve import solve
    from progsynth.solving.result import Result
    from progsynth.task import Example, Suite, Task
    from progsynth.task_formats import read_tasks, write_tasks
    from progsynth.train import hybrid

    __version__: str

__all__ = [
    "DSL",
    "Example",
    "Failure",
    "FailureKind",
    "Library",
    "Limits",
    "Primitive",
    "ProposalRequest",
    "Proposed",
    "Proposer",
    "Result",
    "Suite",
    "Task",
    "TextModel",
    "__version__",
    "bottom_up",
    "errors",
    "genetic",
    "hybrid",
    "pack",
    "packs",
    "pretty",
    "primitive",
    "read_program",
    "read_tasks",
    "run_rows",
    "solve",
    "suite",
    "suites",
    "to_python",
    "write_tasks",
]

_HOMES = {
    "DSL": "progsynth.lang.primitive",
    "Example": "progsynth.task",
    "Failure": "progsynth.lang.failure",
    "FailureKind": "progsynth.lang.failure",
    "Library": "progsynth.library.store",
    "Limits": "progsynth.lang.failure",
    "Primitive": "progsynth.lang.primitive",
    "ProposalRequest": "progsynth.search.proposals.proposed",
    "Proposed": "progsynth.search.proposals.proposed",
    "Proposer": "progsynth.search.proposals.proposed",
    "Result": "progsynth.solving.result",
    "Suite": "progsynth.task",
    "Task": "progsynth.task",
    "TextModel": "progsynth.search.proposals.text_model",
    "bottom_up": "progsynth.search.bottom_up",
    "genetic": "progsynth.search.genetic",
    "hybrid": "progsynth.train",
    "pack": "progsynth.registry",
    "packs": "progsynth.registry",
    "pretty": "progsynth.lang.printing.pretty",
    "primitive": "progsynth.lang.primitive",
    "read_program": "progsynth.lang.read",
    "read_tasks": "progsynth.task_formats",
    "run_rows": "progsynth.lang.engines",
    "solve": "progsynth.solve",
    "suite": "progsynth.registry",
    "suites": "progsynth.registry",
    "to_python": "progsynth.lang.python.to_python",
    "write_tasks": "progsynth.task_formats",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name == "errors":
        value = import_module("progsynth.errors")
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'progsynth' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    """The installed version; a checkout that was never installed has none."""
    try:
        return version("progsynth")
    except PackageNotFoundError:
        return "0+not-installed"


class _Package(ModuleType):
    """Keeps `progsynth.solve` the function: importing the module of that name would hide it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "solve" and isinstance(value, ModuleType):
            value = value.solve
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
