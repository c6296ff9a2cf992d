"""The front door: examples go in, a readable program comes out.

result = solve(Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10])]), seconds=10)
print(result.program)
print(result.function([1, 2, 3]))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from progsynth.errors import LibraryError, ProgsynthError
from progsynth.evaluate import Evaluation
from progsynth.lang.engines import prepare
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.term import Program
from progsynth.library.store import Library
from progsynth.search.problem import Method
from progsynth.search.progress import progress_bar
from progsynth.search.proposals.proposed import Proposals
from progsynth.search.run import Budget, Candidate, Event, run
from progsynth.solving.conclude import make_result
from progsynth.solving.described import Described
from progsynth.solving.problem import entry_name
from progsynth.solving.proposals import proposals_first, with_reports
from progsynth.solving.result import Accuracy, Missed, Result
from progsynth.solving.searches import SEARCHES, Beginning, credited
from progsynth.solving.setting import Setting, evaluate_in, make_setting
from progsynth.solving.settling import Chosen
from progsynth.solving.stages import Known, has_stages, in_stages
from progsynth.task import Example, Task

__all__ = ["SEARCHES", "Accuracy", "Missed", "Result", "entry_name", "solve"]


def solve(
    task: Task,
    *,
    seconds: float | None = 60.0,
    executions: int | None = None,
    programs: int | None = None,
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
    workers: int | None = None,
    choose: bool = True,
) -> Result:
    """A program that gives the outputs of the task's training examples.

    It has to pass the validation examples as well, or the share of them that the task's
    `accuracy` asks for; the test examples are not looked at. `seconds`, `executions` (one
    program or sub-program on one example), `programs` (or sub-programs, each counted once,
    however many examples it is tried on) and `gradient_steps` (one update of one candidate's
    weights) are the budget; without a bound on seconds the result is the same every time.
    `sketch` is a program with holes (`??`), in place of the task's own. `dsl` replaces the
    task's pack; what the task withholds is taken out of it. `progress` shows a bar on a
    terminal; `on_event` is called with `Event`s meanwhile.

    `search` is the name of a method, or a `Method`, such as `genetic(population=300)`. "auto"
    is "hybrid" where submodules are to be trained, those that the sketch declares (`neural
    digit(image: tensor[1, 8, 8]) -> choice[10]`) or the task names, and else "portfolio": several
    searches that run at once, `workers` of them, this process included (None: as many as there
    are cores; one in a process that is a worker itself). A budget of executions or programs gives
    the same result with any number of workers.
    `library` is a library or its folder: programs may call its subroutines, and its networks
    with the weights that they have; a submodule that it has needs no training. A task that names
    submodules goes through stages then: frozen networks, fine-tuned copies of these, new ones built
    and trained as they were, new ones (`solving.stages`). What a solution calls is counted there.
    `networks` are trained ones by the names of their submodules, which stay as they are too.
    `device` is where networks are trained.

    `proposals` are programs that may be right or nearly so: their texts, the path of a file, or
    a `Proposer` that is shown the training examples, such as a `TextModel`. Those that are right
    are taken, the cheapest first; the others are repaired beside the search (docs/proposals.md).

    The first program that fits a few examples need not be the one that was meant: with `choose`
    the search goes on for half of what it has used, and takes the likeliest of those that fit
    (docs/decisions/choosing.md); `Result.alternatives` are the others. Without, the first is
    taken.

    An unsolved task gives its best partial program. An interrupt from the keyboard ends the
    search as a spent budget does. Raises TaskError for a task that cannot be searched for,
    ProgramError for a sketch that cannot be read, UnsupportedError for what a method cannot do.
    """
    budget = Budget(seconds, executions, programs, gradient_steps)
    _check_kinds(task=task, dsl=dsl, library=library, seed=seed)
    _check_budget(budget)
    if isinstance(library, str | Path):
        library = Library(Path(library), create=False)  # a wrong name makes no folder
    setting = make_setting(task, sketch=sketch, dsl=dsl, library=library, networks=networks)
    if search == "auto" and proposals is None and _has_networks_for(setting):
        known = Known(task, setting.vocabulary, setting.weights)
        with progress_bar(task.name, seconds, shown=progress) as show:
            staged = in_stages(
                known,
                budget,
                seed=seed,
                device=device,
                choose=choose,
                on_event=_both(show, on_event),
            )
        result = make_result(staged.setting, staged.outcome, search=staged.search, seed=seed)
        if not result.solved:
            return result
        return _counted(replace(result, found_by=staged.stage), staged.setting)
    counted = executions is not None or programs is not None
    wait = counted or seconds is None
    beginning = Beginning(setting, search, seed=seed, device=device, workers=workers, wait=wait)
    chosen = Chosen(setting, beginning, wait=wait, choose=choose)
    made = proposals_first(setting, proposals, seed, chosen)
    prepare()

    def evaluated(candidate: Candidate, examples: Sequence[Example]) -> Evaluation:
        return evaluate_in(setting.words(candidate), candidate.program, examples, task)

    described = Described(setting, lambda: beginning.search)
    bar = progress_bar(task.name, seconds, shown=progress, described=described)
    with closing(beginning), bar as show_progress:
        outcome = run(
            made,
            lambda candidate: evaluated(candidate, task.train),
            lambda candidate: evaluated(candidate, task.validation),
            budget,
            accuracy=task.accuracy,
            on_event=_both(show_progress, on_event),
        )
    result = make_result(setting, outcome, search=made.name, seed=seed)
    result = chosen.described(credited(result, beginning, outcome), outcome)
    result = with_reports(result, made, outcome)
    return _counted(result, setting) if outcome.solved else result


def _has_networks_for(setting: Setting) -> bool:
    """Does a library, or a user, give networks for a task that names submodules?"""
    return setting.sketch is None and has_stages(setting.task) and bool(setting.vocabulary.networks)


def _both(
    first: Callable[[Event], None], second: Callable[[Event], None] | None
) -> Callable[[Event], None]:
    """Tells both of each event."""

    def tell(event: Event) -> None:
        first(event)
        if second is not None:
            second(event)

    return tell


# What an argument may be, and how it is asked for: else errors would come from far inside.
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "task": ((Task,), "a Task, as Task.from_pairs makes; solve takes one at a time"),
    "dsl": ((DSL, type(None)), "a DSL, such as pack('default')"),
    "library": ((Library, str, Path, type(None)), "a Library, or its folder"),
    "seed": ((Integral,), "a whole number"),
}


def _check_kinds(**given: Any) -> None:
    for name, value in given.items():
        kinds, expected = _KINDS[name]
        if not isinstance(value, kinds):
            raise ProgsynthError(f"{name}: expected {expected}, found {_shown(value)}")


def _check_budget(budget: Budget) -> None:
    seconds = budget.seconds
    names = ("executions", "programs", "gradient_steps")
    counts = {name: getattr(budget, name) for name in names}
    if seconds is None and all(bound is None for bound in counts.values()):
        raise ProgsynthError(
            f"a search needs a bound: give seconds, {', '.join(counts)}, one or several of them"
        )
    if seconds is not None and not (_is_from_zero(seconds) and math.isfinite(seconds)):
        raise ProgsynthError(f"seconds: expected a number from 0, found {_shown(seconds)}")
    for name, bound in counts.items():
        if bound is not None and not _is_from_zero(bound):
            raise ProgsynthError(f"{name}: expected a whole number from 0, found {_shown(bound)}")


def _is_from_zero(value: Any) -> bool:
    return isinstance(value, Real) and float(value) >= 0


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONG else f"{type(value).__name__} {text[:_LONG]}..."


_LONG = 60  # characters of a wrong argument that are shown


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
