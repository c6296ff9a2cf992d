"""Which search a task gets: by name, by the method given, or the one that its setting wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import progsynth
from progsynth import train
from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.term import Term
from progsynth.search.best_first import best_first
from progsynth.search.bottom_up import bottom_up
from progsynth.search.first import First
from progsynth.search.loops.search import loops
from progsynth.search.portfolio import Member, Portfolio, Used
from progsynth.search.portfolio.closeness import Closeness
from progsynth.search.portfolio.method import members_of
from progsynth.search.problem import Method
from progsynth.search.run import Candidate, Outcome, Search
from progsynth.search.sketch import search_sketch
from progsynth.solving.problem import (
    is_trained_whole,
    make_problem,
    sketches_of,
    whole_problem,
)
from progsynth.solving.result import Result
from progsynth.solving.setting import Setting
from progsynth.solving.usual import (
    WEIGHTS,
    small_first,
    usual,
    usual_bottom_up,
    waiting_bottom_up,
)

IN_PYTHON = "bottom_up_python"

Seeds = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `solve` was asked for: the setting, and options that are for some methods only."""

    setting: Setting
    seed: int
    device: str
    workers: int | None
    wait: bool


def _of_method(method: Method, asked: _Asked, seeds: Seeds) -> Search:
    return method(make_problem(asked.setting, seeds=seeds), asked.seed)


def _bottom_up(asked: _Asked, seeds: Seeds) -> Search:
    if asked.setting.sketch is None:
        method = waiting_bottom_up if asked.wait else usual_bottom_up
        return _of_method(method, asked, seeds)
    return _in_sketch(asked.setting)


def _bottom_up_python(asked: _Asked, seeds: Seeds) -> Search:
    """The slow twin of the compiled search."""
    if asked.setting.sketch is not None:
        return _in_sketch(asked.setting)
    made = _of_method(bottom_up, asked, seeds)
    made.name = IN_PYTHON
    return made


def _best_first(asked: _Asked, seeds: Seeds) -> Search:
    return _of_method(small_first(best_first(), "best_first"), asked, seeds)


def _loops(asked: _Asked, seeds: Seeds) -> Search:
    return _of_method(loops(), asked, seeds)


def _genetic(asked: _Asked, seeds: Seeds) -> Search:
    """Evolution; where submodules are to be trained, with a scorer that trains them."""
    if asked.setting.trained:
        return _of_method(progsynth.hybrid(device=asked.device, alone=True), asked, seeds)
    return _of_method(small_first(progsynth.genetic(), "genetic"), asked, seeds)


def _flat_genetic(asked: _Asked, seeds: Seeds) -> Search:
    """Over flat genomes; where these are not for the task, over trees."""
    method = progsynth.genetic(representation="auto")
    return _of_method(small_first(method, "flat_genetic"), asked, seeds)


def _hybrid(asked: _Asked, seeds: Seeds) -> Search:
    if is_trained_whole(asked.setting):
        return _sketch(asked)
    return _of_method(progsynth.hybrid(device=asked.device), asked, seeds)


def _near(asked: _Asked, seeds: Seeds) -> Search:
    if is_trained_whole(asked.setting):
        return _sketch(asked)
    return _of_method(train.near_search(device=asked.device), asked, seeds)


def _sketch(asked: _Asked) -> Search:
    """The search for what a sketch lacks, submodules and all."""
    method = train.sketch_search(sketches_of(asked.setting), device=asked.device)
    return method(whole_problem(asked.setting), asked.seed)


def _portfolio(asked: _Asked, seeds: Seeds) -> Search:
    """The usual searches; in a sketch that most of them cannot fill, those that can."""
    setting, methods = asked.setting, usual(wait=asked.wait)
    if setting.sketch is None:
        members = members_of(methods, make_problem(setting, seeds=seeds), asked.seed, WEIGHTS)
    else:
        first = _in_sketch(setting)
        members = (Member(first.name, lambda: first),)
        try:
            members += members_of(methods, make_problem(setting), asked.seed, WEIGHTS)[1:]
        except UnsupportedError:  # of several holes, say
            pass
    return Portfolio(members, _closeness(setting), workers=asked.workers)


def _in_sketch(setting: Setting) -> Search:
    """The search for all holes of the sketch."""
    assert setting.sketch is not None, "there is a sketch"
    task, words = setting.task, setting.vocabulary
    return search_sketch(
        words.opened(setting.sketch),
        words.dsl,
        task.train,
        tolerance=task.tolerance,
        limits=task.limits,
        constants=task.constants,
        accuracy=task.accuracy,
    )


def _closeness(setting: Setting) -> Closeness:
    task = setting.task
    return Closeness(
        tuple(example.inputs for example in task.train),
        tuple(example.output for example in task.train),
        task.result,
        setting.vocabulary.dsl,
        task.limits,
        task.tolerance,
        task.error,
    )


# What a search is made of is loaded when it is used.
_SEARCHES: Mapping[str, Callable[[_Asked, Seeds], Search]] = {
    "bottom_up": _bottom_up,
    IN_PYTHON: _bottom_up_python,
    "best_first": _best_first,
    "loops": _loops,
    "genetic": _genetic,
    "flat_genetic": _flat_genetic,
    "hybrid": _hybrid,
    "near": _near,
    "portfolio": _portfolio,
}
SEARCHES = ("auto", *_SEARCHES)
DEFAULT = "portfolio"
TRAINING = ("hybrid", "near", "genetic")


class Beginning:
    """Makes the search that was asked for, once it is known what it may begin from; `close` ends
    the processes that it has started. With `wait` a search waits until what it is made of is
    compiled, so that what it does depends on nothing but the setting and the seed.

    Raises ProgsynthError for the name of no search, UnsupportedError for one that trains nothing
    where submodules have no weights.
    """

    def __init__(
        self,
        setting: Setting,
        search: str | Method,
        *,
        seed: int,
        device: str,
        workers: int | None,
        wait: bool = False,
    ):
        if workers is not None and (type(workers) is not int or workers < 1):
            raise ProgsynthError(f"workers: expected a whole number from 1, found {workers!r}")
        self._begin = _chosen(setting, search)
        self._asked = _Asked(setting, seed, device, workers, wait)
        self._made: Search | None = None

    def __call__(self, seeds: Seeds) -> Search:
        """The search; it may begin from the bodies `seeds`."""
        self._made = self._begin(self._asked, seeds)
        return self._made

    @property
    def search(self) -> Search | None:
        """The search, once it has been made."""
        return self._made

    def finder(self, candidate: Candidate) -> str:
        """The name of the search that found the candidate; '' where that is not known."""
        if isinstance(self._made, Portfolio | First):
            return self._made.finder(candidate)
        return ""

    def used(self, outcome: Outcome) -> tuple[Used, ...]:
        """What each of the searches has used of what was used in all."""
        if isinstance(self._made, Portfolio):
            return self._made.used()
        if isinstance(self._made, First):
            parts = self._made.parts
            return tuple(
                Used(p.search, p.programs, p.executions, round(p.seconds, 3)) for p in parts
            )
        if self._made is None:
            return ()
        total = outcome.programs, outcome.executions, round(outcome.seconds, 3)
        return (Used(self._made.name, *total),)

    def close(self) -> None:
        """End what a portfolio has running."""
        if isinstance(self._made, Portfolio):
            self._made.close()


def credited(result: Result, beginning: Beginning, outcome: Outcome) -> Result:
    """The result, saying which search its program is from, and what each one has used."""
    found_by = ""
    if outcome.candidate is not None:
        found_by = beginning.finder(outcome.candidate) or result.search
    return replace(result, found_by=found_by, searches=beginning.used(outcome))


def _chosen(setting: Setting, search: str | Method) -> Callable[[_Asked, Seeds], Search]:
    """The search of that name or method; "auto" is the one that the setting wants."""
    if callable(search) and search is not bottom_up:
        return partial(_of_method, search)
    names = ", ".join(f"'{submodule.name}'" for submodule in setting.trained)
    if search == "auto":
        search = "hybrid" if names else DEFAULT
    name = "bottom_up" if search is bottom_up else search
    if name not in SEARCHES:
        raise ProgsynthError(
            f"no search '{name}': expected one of {', '.join(SEARCHES)}, or a method of your own"
        )
    if names and name not in TRAINING:
        raise UnsupportedError(
            f"task '{setting.task.name}': {name} trains nothing, and {names} has no weights: use "
            'search="hybrid", or give trained networks, with networks= or library='
        )
    return _SEARCHES[name]
