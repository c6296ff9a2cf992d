"""What is to be run: suites or files of tasks, methods, seeds, and one budget for all of them.

A plan has no options for single tasks: a configuration that knows the task it is scored on
proves nothing.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.files import read_text
from progsynth.near import near_names

SECONDS = 60.0  # of a job, where nothing else is said
COUNTED = ("executions", "programs", "gradient_steps")  # bounds that are no seconds
_GRACE = 60.0  # seconds a worker may take beyond its budget: to start, and to conclude
_LONGEST = 3600.0  # seconds that a job without a bound on seconds may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run, in one configuration.

    `suites` are names of suites, or paths of files of tasks. `tasks` are the names of those that
    are run, all where it is empty; `quick` chooses each suite's quick subset. A job ends after
    `seconds`, `executions`, `programs` or `gradient_steps`, whichever comes first; None is no
    bound.
    `workers` jobs run at a time, each on `cores` cores, if it can use more than one. A worker
    that has not answered after `limit` seconds counts as hung. `pack` takes the place of the
    packs that the tasks name: to compare with a system in that system's own primitives. Of a task
    without test examples the last `held_out` training examples become its test.

    Raises ProgsynthError for what makes no sense; whether the names exist is seen when the plan
    is frozen.
    """

    suites: tuple[str, ...]
    methods: tuple[str, ...]
    seeds: tuple[int, ...] = (0,)
    seconds: float | None = SECONDS
    executions: int | None = None
    programs: int | None = None
    gradient_steps: int | None = None
    workers: int = 1
    cores: int = 1
    tasks: tuple[str, ...] = ()
    quick: bool = False
    pack: str = ""
    held_out: int = 0
    limit: float = 0.0  # 0 in what is given: chosen by the budget

    def __post_init__(self) -> None:
        for name in ("suites", "methods", "seeds", "tasks"):
            object.__setattr__(self, name, _unique(name, getattr(self, name)))
        for name in ("suites", "methods", "seeds"):
            if not getattr(self, name):
                raise ProgsynthError(f"a plan needs {name}: found none")
        if self.quick and self.tasks:
            raise ProgsynthError("a plan has 'quick' or 'tasks', not both: leave one out")
        _check_bounds(self)
        if not self.limit:
            rest = _LONGEST if self.seconds is None else self.seconds + _GRACE
            object.__setattr__(self, "limit", rest)
        if self.seconds is not None and self.limit <= self.seconds:
            raise ProgsynthError(
                f"limit: expected more than the {self.seconds:g} seconds of a job, "
                f"found {self.limit:g}"
            )

    def as_json(self) -> dict[str, Any]:
        """The plan as a JSON object."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        if self.programs is None:  # a plan from before there was this bound keeps its digest
            del data["programs"]
        return data


def _unique(name: str, given: Any) -> tuple[Any, ...]:
    items = tuple(given)
    twice = sorted({str(i) for i in items if items.count(i) > 1})
    if twice:
        raise ProgsynthError(f"{name}: {', '.join(twice)} is there twice; leave one out")
    return items


def _check_bounds(plan: Plan) -> None:
    if plan.seconds is None and all(getattr(plan, name) is None for name in COUNTED):
        raise ProgsynthError(f"a plan needs a bound: give seconds, {' or '.join(COUNTED)}")
    if plan.seconds is not None and not (plan.seconds > 0 and math.isfinite(plan.seconds)):
        raise ProgsynthError(f"seconds: expected a number above 0, found {plan.seconds}")
    if plan.held_out < 0:
        raise ProgsynthError(f"held_out: expected a whole number from 0, found {plan.held_out}")
    for name in (*COUNTED, "workers", "cores"):
        bound = getattr(plan, name)
        if bound is not None and bound < 1:
            raise ProgsynthError(f"{name}: expected a whole number from 1, found {bound}")


# ------------------------------------------------------------------------------ TOML files

_TEXTS = ("a list of texts", lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v))
_WHOLE = ("a whole number", lambda v: type(v) is int)
_NUMBER = ("a number", lambda v: type(v) in (int, float))
_SEEDS = (
    "how many, or a list of whole numbers",
    lambda v: type(v) is int or (isinstance(v, list) and all(type(i) is int for i in v)),
)
_KEYS: Mapping[str, tuple[str, Any]] = {
    "suites": _TEXTS,
    "methods": _TEXTS,
    "seeds": _SEEDS,
    "seconds": _NUMBER,
    "executions": _WHOLE,
    "programs": _WHOLE,
    "gradient_steps": _WHOLE,
    "workers": _WHOLE,
    "cores": _WHOLE,
    "tasks": _TEXTS,
    "quick": ("true or false", lambda v: isinstance(v, bool)),
    "pack": ("a text", lambda v: isinstance(v, str)),
    "held_out": _WHOLE,
    "limit": _NUMBER,
}
assert set(_KEYS) == {field.name for field in fields(Plan)}


def read_plan(path: Path) -> dict[str, Any]:
    """What a TOML file says of a plan, as arguments of `Plan`.

    Raises ProgsynthError for a file that cannot be read, keys that are not known, values of
    other kinds, and options for single tasks.
    """
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ProgsynthError(f"{path}: is no TOML: {error}") from None
    for key, value in data.items():
        _check_entry(path, key, value)
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    if "seeds" in given:
        given["seeds"] = seeds_of(given["seeds"])
    return with_seconds(given)


def with_seconds(given: dict[str, Any]) -> dict[str, Any]:
    """What is said of a plan; no bound on seconds where there is another bound and none on them."""
    if "seconds" in given or not any(name in given for name in COUNTED):
        return given
    return {**given, "seconds": None}


def _check_entry(path: Path, key: str, value: Any) -> None:
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(i, dict) for i in value)
    ):
        raise ProgsynthError(
            f"{path}: '{key}' is a table: a plan has no options for single tasks, suites or "
            "methods; one configuration is for all, so that no task gets what was tuned to it. "
            "Take it out; run another plan into another folder and compare the two"
        )
    if key not in _KEYS:
        raise ProgsynthError(f"{path}: no key '{key}' in a plan{near_names(key, list(_KEYS))}")
    expected, fits = _KEYS[key]
    if not fits(value):
        raise ProgsynthError(f"{path}: {key}: expected {expected}, found {value!r}")


def seeds_of(given: int | tuple[int, ...]) -> tuple[int, ...]:
    """The seeds that are meant: so many from 0, or these."""
    return tuple(range(given)) if isinstance(given, int) else given
