"""The front door: examples go in, a readable program comes out.

result = solve(Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10])]), seconds=10)
print(result.program)
print(result.function([1, 2, 3]))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import progsynth
from progsynth.errors import LibraryError, ProgsynthError, UnsupportedError
from progsynth.evaluate import Evaluation
from progsynth.lang.engines import prepare
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.term import Program, Term
from progsynth.library.store import Library
from progsynth.search.bottom_up import bottom_up
from progsynth.search.problem import Method
from progsynth.search.progress import progress_bar
from progsynth.search.proposals.proposed import Proposals
from progsynth.search.run import Budget, Candidate, Event, Search, run
from progsynth.search.sketch import search_sketch
from progsynth.solving.conclude import make_result
from progsynth.solving.problem import entry_name, make_problem
from progsynth.solving.proposals import proposals_first, with_reports
from progsynth.solving.result import Accuracy, Missed, Result
from progsynth.solving.setting import Setting, evaluate_in, make_setting
from progsynth.task import Example, Task

__all__ = ["SEARCHES", "Accuracy", "Missed", "Result", "entry_name", "solve"]

# The methods by name; what a method is made of is loaded when it is used.
_METHODS: Mapping[str, Callable[[str], Method]] = {
    "bottom_up": lambda device: bottom_up,
    "genetic": lambda device: progsynth.genetic(),
    "hybrid": lambda device: progsynth.hybrid(device=device),
}
SEARCHES = ("auto", *_METHODS)


def solve(
    task: Task,
    *,
    seconds: float | None = 60.0,
    executions: int | None = None,
    gradient_steps: int | None = None,
    seed: int = 0,
    sketch: str | Program | None = None,
    search: str | Method = "auto",
    progress: bool = False,
    on_event: Callable[[Event], None] | None = None,
    dsl: DSL | None = None,
    library: Library | str | Path | None = None,
    networks: Mapping[str, Any] | None = None,
    device: str = "auto",
    proposals: Proposals | None = None,
) -> Result:
    """The cheapest program that gives the outputs of the task's training examples.

    It has to pass the validation examples as well, or the share of them that the task's
    `accuracy` asks for; the test examples are not looked at. `seconds`, `executions` (one
    program or sub-program on one example) and `gradient_steps` (one update of one candidate's
    weights) are the budget; without a bound on seconds the result is the same every time.
    `sketch` is a program with holes (`??`), in place of the task's own. `dsl` replaces the
    task's pack; what the task withholds is taken out of it. `progress` shows a bar on a
    terminal; `on_event` is called with `Event`s meanwhile.

    `search` is the name of a method, or a `Method`, such as `genetic(population=300)`. "auto"
    is "hybrid" where submodules are to be trained, those that the sketch declares (`neural
    digit(image: tensor[1, 8, 8]) -> choice[10]`) or the task names, and else "bottom_up".
    `library` is a library or its folder: programs may call its subroutines, and its networks
    with the weights that they have; a submodule that it has needs no training. What a solution
    calls is counted there. `networks` are trained ones by the names of their submodules, which
    stay as they are too. `device` is where networks are trained.

    `proposals` are programs that may be right or nearly so: their texts, the path of a file, or
    a `Proposer` that is shown the training examples, such as a `TextModel`. Those that are right
    are taken, the cheapest first; the others are repaired beside the search (docs/proposals.md).

    An unsolved task gives its best partial program. An interrupt from the keyboard ends the
    search as a spent budget does. Raises TaskError for a task that cannot be searched for,
    ProgramError for a sketch that cannot be read, UnsupportedError for what a method cannot do.
    """
    _check_budget(seconds, executions, gradient_steps)
    if isinstance(library, str | Path):
        library = Library(Path(library), create=False)  # a wrong name makes no folder
    setting = make_setting(task, sketch=sketch, dsl=dsl, library=library, networks=networks)
    method = _method(setting, search, device)
    made = proposals_first(
        setting, proposals, seed, lambda seeds: _search(setting, method, seed, seeds)
    )
    prepare()

    def evaluated(candidate: Candidate, examples: Sequence[Example]) -> Evaluation:
        return evaluate_in(setting.words(candidate), candidate.program, examples, task)

    with progress_bar(task.name, seconds, shown=progress) as show_progress:

        def tell(event: Event) -> None:
            show_progress(event)
            if on_event is not None:
                on_event(event)

        outcome = run(
            made,
            lambda candidate: evaluated(candidate, task.train),
            lambda candidate: evaluated(candidate, task.validation),
            Budget(seconds, executions, gradient_steps=gradient_steps),
            accuracy=task.accuracy,
            on_event=tell,
        )
    result = make_result(setting, outcome, search=made.name, seed=seed)
    result = with_reports(result, made, outcome)
    return _counted(result, setting) if outcome.solved else result


def _check_budget(
    seconds: float | None, executions: int | None, gradient_steps: int | None
) -> None:
    if seconds is None and executions is None and gradient_steps is None:
        raise ProgsynthError("a search needs a bound: give seconds, executions or gradient_steps")
    if seconds is not None and not (seconds >= 0 and math.isfinite(seconds)):
        raise ProgsynthError(f"seconds: expected a number from 0, found {seconds!r}")
    for name, bound in (("executions", executions), ("gradient_steps", gradient_steps)):
        if bound is not None and bound < 0:
            raise ProgsynthError(f"{name}: expected a whole number from 0, found {bound!r}")


def _search(setting: Setting, method: Method, seed: int, seeds: tuple[Term, ...]) -> Search:
    """The search that the method makes; it may begin from the bodies `seeds`."""
    task = setting.task
    if method is not bottom_up or setting.sketch is None:
        return method(make_problem(setting, seeds=seeds), seed)
    return search_sketch(
        setting.vocabulary.opened(setting.sketch),
        setting.vocabulary.dsl,
        task.train,
        tolerance=task.tolerance,
        limits=task.limits,
        constants=task.constants,
        accuracy=task.accuracy,
    )


def _method(setting: Setting, search: str | Method, device: str) -> Method:
    """The method of that name; "auto" is the one that the setting wants."""
    if callable(search) and search is not bottom_up:
        return search
    names = ", ".join(f"'{submodule.name}'" for submodule in setting.trained)
    if search == "auto":
        search = "hybrid" if names else "bottom_up"
    name = "bottom_up" if search is bottom_up else search
    if name not in SEARCHES:
        raise ProgsynthError(
            f"no search '{name}': expected one of {', '.join(SEARCHES)}, or a method of your own"
        )
    if names and name != "hybrid":
        raise UnsupportedError(
            f"task '{setting.task.name}': {name} trains nothing, and {names} has no weights: use "
            'search="hybrid", or give trained networks, with networks= or library='
        )
    return _METHODS[name](device)


def _counted(result: Result, setting: Setting) -> Result:
    """The result, once the library has counted what the solution calls of it."""
    words = setting.vocabulary
    if words.library is None or result.core is None:
        return result
    own = [f for f in result.core.functions if f.name not in words.entries]
    called: frozenset[str] = frozenset().union(*map(called_names, own))
    try:
        for name in sorted(called & set(words.entries)):
            words.library.used(words.entries[name], result.task)
    except LibraryError as error:
        return replace(result, notes=(*result.notes, f"its uses were not counted: {error}"))
    return result
