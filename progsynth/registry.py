"""Names of language packs and suites to what they stand for: built in, or installed by others.

A built-in pack is a folder of `progsynth.dsl` with a module `primitives` whose `make()` gives
its DSL; a built-in suite is a folder of `progsynth.tasks` with a module `generate` whose
`make()` gives its Suite. Anyone's package adds its own by an entry point in its pyproject.toml,
whose value is such a function:

    [project.entry-points."progsynth.packs"]
    turtle = "my_package.turtle:make"

A pack whose programs shall hold less than the core of the language offers has a `FORMS` beside
its `make`: see `grammar.forms`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module, resources
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from progsynth.errors import PackError, UnsupportedError
from progsynth.grammar.forms import EVERY, Forms
from progsynth.lang.primitive import DSL


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where the things of one kind are found."""

    noun: str
    package: str  # its folders are the built-in ones
    module: str  # the module in such a folder that has `make`
    group: str  # the group of entry points
    attribute: str  # what all things of this kind have; suites are not known down here


_PACKS = _Shelf("language pack", "progsynth.dsl", "primitives", "progsynth.packs", "primitives")
_SUITES = _Shelf("suite", "progsynth.tasks", "generate", "progsynth.suites", "tasks")


def pack(name: str = "default") -> DSL:
    """The language pack of that name; made once in a process.

    Raises PackError when no pack has the name, when two have, or when it cannot be loaded.
    """
    found: DSL = _get(_PACKS, name)
    return found


def packs() -> tuple[str, ...]:
    """The names of all packs, sorted."""
    return _names(_PACKS)


@cache
def forms(name: str) -> Forms:
    """What programs of the pack of that name are made of besides calls; everything where the pack
    says nothing of it, or no pack has the name.

    Raises PackError as `pack` does.
    """
    if name not in packs():
        return EVERY
    if name in _built_in(_PACKS):
        module = import_module(f"{_PACKS.package}.{name}.{_PACKS.module}")
    else:
        pack(name)
        (point,) = [p for p in entry_points(group=_PACKS.group) if p.name == name]
        module = import_module(point.module)
    found = getattr(module, "FORMS", EVERY)
    if not isinstance(found, Forms):
        raise PackError(
            f"the language pack '{name}' is wrong: its FORMS is {type(found).__name__}, expected "
            "a Forms (progsynth.grammar.forms)"
        )
    return found


def suite(name: str) -> Any:
    """The `task.Suite` of that name; made once in a process.

    Raises PackError as `pack` does, UnsupportedError where it needs what is not installed.
    """
    return _get(_SUITES, name)


def suites() -> tuple[str, ...]:
    """The names of all suites, sorted."""
    return _names(_SUITES)


def suite_card(package: str) -> dict[str, Any]:
    """What the file `suite.toml` in a suite's package says of it; `quick` names tasks.

    A suite's `make` hands on what it says: `Suite(..., quick=suite_card(__package__)["quick"])`.
    Raises PackError when there is no such file or it cannot be read.
    """
    try:
        return tomllib.loads(resources.files(package).joinpath("suite.toml").read_text("utf-8"))
    except (OSError, ModuleNotFoundError, tomllib.TOMLDecodeError) as error:
        raise PackError(
            f"the suite in '{package}' has no card that can be read: {error}; "
            "put a file suite.toml beside its generate.py"
        ) from error


def _names(shelf: _Shelf) -> tuple[str, ...]:
    installed = (point.name for point in entry_points(group=shelf.group))
    return tuple(sorted({*_built_in(shelf), *installed}))


def _built_in(shelf: _Shelf) -> tuple[str, ...]:
    try:
        folders = resources.files(shelf.package)
    except ModuleNotFoundError:
        raise PackError(
            f"the folder of built-in {shelf.noun}s is not installed as '{shelf.package}'; "
            "run 'pip install -e .' in the checkout"
        ) from None
    file = f"{shelf.module}.py"
    return tuple(f.name for f in folders.iterdir() if f.is_dir() and f.joinpath(file).is_file())


@cache
def _get(shelf: _Shelf, name: str) -> Any:
    built_in = name in _built_in(shelf)
    installed = [point for point in entry_points(group=shelf.group) if point.name == name]
    if built_in + len(installed) > 1:
        owners = ["progsynth"] * built_in + [_owner(point) for point in installed]
        raise PackError(
            f"several installed packages have a {shelf.noun} named '{name}': "
            f"{', '.join(owners)}; uninstall all but one"
        )
    if built_in:
        make = import_module(f"{shelf.package}.{name}.{shelf.module}").make
        return _made(shelf, name, make, f"{shelf.package}.{name}")
    if installed:
        return _made(shelf, name, _loaded(shelf, installed[0]), _owner(installed[0]))
    raise PackError(_unknown(shelf, name))


def _unknown(shelf: _Shelf, name: str) -> str:
    known = _names(shelf)
    near = get_close_matches(name, known, n=3)
    if near:
        return f"no {shelf.noun} is named '{name}'; did you mean {' or '.join(map(repr, near))}?"
    listed = ", ".join(known) or "none"
    return f"no {shelf.noun} is named '{name}'; there are: {listed}"


def _owner(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def _loaded(shelf: _Shelf, point: EntryPoint) -> Callable[[], Any]:
    try:
        loaded: Callable[[], Any] = point.load()
    except Exception as error:  # anything may go wrong in another's module
        raise PackError(
            f"the {shelf.noun} '{point.name}' of {_owner(point)} cannot be loaded from "
            f"'{point.value}': {type(error).__name__}: {error}; repair or uninstall it"
        ) from error
    return loaded


def _made(shelf: _Shelf, name: str, make: Callable[[], Any], owner: str) -> Any:
    try:
        made = make()
    except UnsupportedError:  # says itself what is missing here
        raise
    except Exception as error:
        raise PackError(
            f"the {shelf.noun} '{name}' of {owner} cannot be made: "
            f"{type(error).__name__}: {error}; repair or uninstall it"
        ) from error
    if not hasattr(made, shelf.attribute):
        raise PackError(
            f"the {shelf.noun} '{name}' of {owner} is wrong: its function gave "
            f"{type(made).__name__}, expected a {shelf.noun}"
        )
    return made
