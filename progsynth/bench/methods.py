"""The methods of a plan by name: those that `solve` knows, two baselines, and anyone's own.

`random` draws programs from the genetic search's generator, without selection, variation or
local search. `enumeration` tries every program in order of cost, one after another (see
`enumeration`). `my_package.my_module:search` is a method of your own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint

from progsynth.bench.enumeration import enumeration
from progsynth.errors import ProgsynthError
from progsynth.near import near_names
from progsynth.search.genetic import Settings, genetic
from progsynth.search.problem import Method
from progsynth.solve import SEARCHES

# Selection, variation and local search off: every program is a new one.
RANDOM = replace(Settings(), fits=0.0, local=0.0, fresh=1.0, elite=0.0, crossovers=0.0)

BASELINES: Mapping[str, Callable[[], Method]] = {
    "random": lambda: genetic(settings=RANDOM),
    "enumeration": lambda: enumeration,
}
METHODS = (*SEARCHES, *(name for name in BASELINES if name not in SEARCHES))


def method_of(name: str) -> str | Method:
    """What `solve` takes as its search for the name that a plan has.

    Raises ProgsynthError for a name that is not known, or that cannot be loaded.
    """
    if name in SEARCHES:
        return name
    if name in BASELINES:
        return BASELINES[name]()
    if ":" not in name:
        raise ProgsynthError(
            f"no method '{name}'{near_names(name, METHODS)} (one of your own is written "
            "'package.module:name')"
        )
    try:
        found = EntryPoint("", name, "").load()
    except Exception as error:  # anything may go wrong in another's module
        raise ProgsynthError(
            f"the method '{name}' cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not callable(found):
        raise ProgsynthError(
            f"the method '{name}' is {type(found).__name__}: expected a function of a problem "
            "and a seed that gives a search"
        )
    method: Method = found
    return method
