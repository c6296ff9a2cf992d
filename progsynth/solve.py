"""The front door: examples go in, a readable program comes out.

result = solve(Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10])]), seconds=10)
print(result.program)
print(result.function([1, 2, 3]))
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from progsynth import registry
from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.evaluate import Evaluation, evaluate
from progsynth.lang.engines import prepare
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, Function, Neural, Program, Term, subterms
from progsynth.lang.types import fn_of
from progsynth.library.vocabulary import Vocabulary
from progsynth.result import Missed, Result, make_result
from progsynth.search.bottom_up import bottom_up
from progsynth.search.holes import Site, fill, find_holes
from progsynth.search.problem import Method, Problem
from progsynth.search.progress import progress_bar
from progsynth.search.run import Budget, Candidate, Event, Filling, Search, run
from progsynth.search.sketch import search_sketch
from progsynth.task import Example, Task

__all__ = ["SEARCHES", "Missed", "Result", "entry_name", "solve"]

# The methods by name; a module is loaded when its method is used.
_METHODS: Mapping[str, Callable[[str], Method]] = {
    "bottom_up": lambda device: bottom_up,
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
    networks: Mapping[str, Any] | None = None,
    device: str = "auto",
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
    `networks` are trained ones by the names of their submodules: they stay as they are.
    `device` is where networks are trained and run.

    An unsolved task gives its best partial program. An interrupt from the keyboard ends the
    search as a spent budget does. Raises TaskError for a task that cannot be searched for,
    ProgramError for a sketch that cannot be read, UnsupportedError for what a method cannot do.
    """
    _check_budget(seconds, executions, gradient_steps)
    pack = _pack(task, dsl)
    known = (*task.train, *task.validation)
    vocabulary = Vocabulary(pack, pack).with_networks(networks or {}, known, device=device)
    sketched = _sketch(task, sketch, vocabulary.dsl)
    trained = _trained(task, sketched, vocabulary)
    method = _method(search, trained, device)
    made = _search(task, vocabulary, sketched, trained, method, seed)
    prepare()

    def evaluated(candidate: Candidate, examples: Sequence[Example]) -> Evaluation:
        words = vocabulary.with_networks(candidate.networks, known, device=device)
        # Few programs get this far: the engine that starts at once is the fastest.
        return evaluate(
            words.opened(candidate.program),
            examples,
            words.dsl,
            limits=task.limits,
            tolerance=task.tolerance,
            error=task.error,
            engine="python",
        )

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
    return make_result(task, outcome, vocabulary, evaluated, search=made.name, seed=seed)


# --------------------------------------------------------------------------- what is given


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


def _pack(task: Task, dsl: DSL | None) -> DSL:
    if dsl is None:
        dsl = task.pack if isinstance(task.pack, DSL) else registry.pack(task.pack)
    return dsl.without(*task.withheld) if task.withheld else dsl


def _method(search: str | Method, trained: Sequence[Neural], device: str) -> Method:
    """The method of that name; "auto" is the one for a task with these submodules to train."""
    if callable(search):
        return search
    if search not in SEARCHES:
        raise ProgsynthError(
            f"no search '{search}': expected one of {', '.join(SEARCHES)}, or a method of your own"
        )
    if search == "auto":
        search = "hybrid" if trained else "bottom_up"
    return _METHODS[search](device)


def _sketch(task: Task, sketch: str | Program | None, dsl: DSL) -> Program | None:
    given = sketch if sketch is not None else task.sketch
    if not given:
        return None
    program = given if isinstance(given, Program) else read_program(given, dsl, "<sketch>")
    entry = program.entry
    found = fn_of(entry.types, entry.result)
    if found != task.request:
        raise TaskError(
            f"task '{task.name}': the sketch's last function '{entry.name}' is {found}, "
            f"the request is {task.request}; make them the same"
        )
    return program


def _trained(task: Task, sketch: Program | None, vocabulary: Vocabulary) -> tuple[Neural, ...]:
    """The submodules that the sketch declares or the task names, but for those with weights."""
    declared = {n.name: n for n in sketch.neural} if sketch is not None else {}
    for submodule in task.submodules:
        other = declared.setdefault(submodule.name, submodule)
        if (other.types, other.result) != (submodule.types, submodule.result):
            raise TaskError(
                f"task '{task.name}': its sketch declares the submodule '{other.name}' with other "
                "types than the task names it with; make them the same, or leave one out"
            )
    return tuple(n for n in declared.values() if n.name not in vocabulary.networks)


# -------------------------------------------------------------------------------- searches


def _search(
    task: Task,
    vocabulary: Vocabulary,
    sketch: Program | None,
    trained: tuple[Neural, ...],
    method: Method,
    seed: int,
) -> Search:
    if method is bottom_up and trained:
        names = ", ".join(f"'{n.name}'" for n in trained)
        raise UnsupportedError(
            f"task '{task.name}': bottom_up trains nothing, and {names} has no weights: use "
            'search="hybrid", or give networks= or library='
        )
    if method is bottom_up and sketch is not None:
        return search_sketch(
            vocabulary.opened(sketch),
            vocabulary.dsl,
            task.train,
            tolerance=task.tolerance,
            limits=task.limits,
            constants=task.constants,
        )
    return method(make_problem(task, vocabulary, sketch, trained), seed)


def make_problem(
    task: Task, vocabulary: Vocabulary, sketch: Program | None, trained: tuple[Neural, ...]
) -> Problem:
    """What a method is given. Raises UnsupportedError for a sketch of several holes."""
    types, result = task.types, task.result
    allowed: tuple[str, ...] = ()
    name = entry_name(task.name, vocabulary.dsl)

    def wrap(term: Term, cost: int) -> Candidate:
        function = Function(name, task.names, task.types, task.result, term)
        return Candidate(_declaring(Program((function,)), trained), cost)

    if sketch is not None:
        opened = replace(sketch, neural=tuple(n for n in sketch.neural if n in trained))
        site = _only_hole(task, opened, vocabulary.dsl)
        types, result, allowed = site.visible, site.type, site.hole.allowed

        def wrap(term: Term, cost: int) -> Candidate:
            filling = Filling(term, site.names, site.types, site.type, site.hidden)
            made = replace(fill(opened, [term]), neural=())
            return Candidate(_declaring(made, trained), cost, (filling,))

    return Problem(
        types,
        result,
        tuple(example.inputs for example in task.train),
        tuple(example.output for example in task.train),
        vocabulary.dsl,
        wrap,
        task.types,
        task.result,
        task.limits,
        constants=task.constants,
        tolerance=task.tolerance,
        error=task.error,
        accuracy=task.accuracy,
        neural=trained,
        allowed=allowed,
    )


def _declaring(program: Program, trained: Sequence[Neural]) -> Program:
    """The program with declarations of those of the submodules that it calls."""
    called = {
        term.name
        for function in program.functions
        for term in subterms(function.body)
        if isinstance(term, Call)
    }
    return replace(program, neural=tuple(n for n in trained if n.name in called))


def _only_hole(task: Task, sketch: Program, dsl: DSL) -> Site:
    sites = find_holes(sketch, dsl)
    if len(sites) != 1 or sites[0].hole.kind != "expression":
        kinds = ", ".join("??" if s.hole.kind == "expression" else "??param" for s in sites)
        raise UnsupportedError(
            f"task '{task.name}': the sketch has {len(sites)} holes ({kinds or 'none'}): "
            'only search="bottom_up" fills several holes, or numbers; the others fill one ??'
        )
    return sites[0]


def entry_name(task: str, dsl: DSL) -> str:
    """The task's name as that of a function; `f` where that is not possible.

    >>> entry_name("Add 3 to each", DSL("empty", {}, {}, {}))
    'add_3_to_each'
    """
    made = re.sub(r"[^a-z0-9]+", "_", task.lower()).strip("_")
    taken = keyword.iskeyword(made) or made in dsl or bool(dsl.overloads(made))
    fits = 1 < len(made) <= _LONGEST_NAME and not made[0].isdigit()
    return made if fits and not taken and made not in _RESERVED else "f"


_LONGEST_NAME = 40
_RESERVED = {"neural", "int", "float", "bool", "str", "list", "dict", "tuple", "graph", "memory"}
