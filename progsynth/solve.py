"""The front door: examples go in, a readable program comes out.

result = solve(Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10])]), seconds=10)
print(result.program)
print(result.function([1, 2, 3]))
"""

from __future__ import annotations

import keyword
import math
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import progsynth
from progsynth import registry
from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.evaluate import Evaluation, evaluate
from progsynth.lang.engines import function_of, prepare
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.python.to_python import to_python
from progsynth.lang.read import read_program
from progsynth.lang.term import Function, Program, Term, Var, bind
from progsynth.lang.types import fn_of
from progsynth.lang.values import Value, identity_key, show
from progsynth.search.bottom_up import BottomUp, Goal
from progsynth.search.constants import mine
from progsynth.search.progress import progress_bar
from progsynth.search.run import Budget, Candidate, Event, Filling, Outcome, Search, run
from progsynth.search.simplify import simplify
from progsynth.search.sketch import search_sketch
from progsynth.search.universe import make_space
from progsynth.task import Example, Task

SEARCHES = ("bottom_up",)


@dataclass(frozen=True, slots=True)
class Missed:
    """An example that a program fails: what it was given, what was wanted and what it gave."""

    inputs: tuple[Value, ...]
    expected: Value
    got: Value | Failure

    def __str__(self) -> str:
        given = ", ".join(show(v) for v in self.inputs)
        got = self.got if isinstance(self.got, Failure) else show(self.got)
        return f"({given}): expected {show(self.expected)}, got {got}"


@dataclass(frozen=True, slots=True)
class Result:
    """What `solve` found: a program, or the best partial one, and what it took.

    `program` is its text, `core` its tree, `python` stand-alone Python that defines `entry`;
    all None where not even a partial program was found. `validation` counts the validation
    examples passed. `filled` says what was put into each hole of a sketch. `failed` lists the
    examples that the program fails, `rejected` the programs that fitted the training examples
    but not those for validation. `advice` says what to try next.
    """

    task: str
    solved: bool
    stop_reason: str
    program: str | None
    core: Program | None
    python: str | None
    entry: str | None
    cost: int | None
    validation: tuple[int, int]
    seconds: float
    programs: int
    executions: int
    search: str
    seed: int
    version: str
    filled: tuple[str, ...] = ()
    failed: tuple[Missed, ...] = ()
    rejected: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    level: int = 0
    _pack: DSL | None = field(default=None, repr=False, compare=False)
    _limits: Limits | None = field(default=None, repr=False, compare=False)

    @property
    def function(self) -> Callable[..., Value]:
        """The program as a Python function. Raises ProgsynthError where there is none."""
        if self.core is None or self._pack is None:
            raise ProgsynthError(
                f"task '{self.task}' has no program, not even a partial one; to try: "
                + "; ".join(self.advice)
            )
        return function_of(self.core, self._pack, limits=self._limits)

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return {
            "task": self.task,
            "solved": self.solved,
            "stop_reason": self.stop_reason,
            "program": self.program,
            "python": self.python,
            "entry": self.entry,
            "cost": self.cost,
            "validation": {"passed": self.validation[0], "total": self.validation[1]},
            "seconds": round(self.seconds, 3),
            "programs": self.programs,
            "executions": self.executions,
            "search": self.search,
            "seed": self.seed,
            "version": self.version,
            "filled": list(self.filled),
            "failed": [str(missed) for missed in self.failed],
            "rejected": list(self.rejected),
            "advice": list(self.advice),
            "notes": list(self.notes),
            "level": self.level,
        }

    def __str__(self) -> str:
        effort = f"{self.seconds:.2f} s, {self.programs:,} programs"
        if self.solved:
            lines = [f"# {self.task}: solved in {effort}; cost {self.cost}"]
            lines += [f"# hole {n}: {text}" for n, text in enumerate(self.filled, 1)]
            return "\n".join([*lines, (self.program or "").rstrip("\n")])
        lines = [f"# {self.task}: not solved ({self.stop_reason}) in {effort}"]
        if self.program is not None:
            lines += ["# The best partial program:", self.program.rstrip("\n"), "# It fails:"]
            lines += [f"#   {missed}" for missed in self.failed[:_SHOWN]]
            if len(self.failed) > _SHOWN:
                lines.append(f"#   and {len(self.failed) - _SHOWN} more")
        lines += [f"# To try: {advice}" for advice in self.advice]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


_SHOWN = 5  # failed examples that are printed


def solve(
    task: Task,
    *,
    seconds: float | None = 60.0,
    executions: int | None = None,
    seed: int = 0,
    sketch: str | Program | None = None,
    search: str = "bottom_up",
    progress: bool = False,
    on_event: Callable[[Event], None] | None = None,
    dsl: DSL | None = None,
) -> Result:
    """The cheapest program that gives the outputs of the task's training examples.

    It has to pass the validation examples as well; the test examples are not looked at.
    `seconds` and `executions` (one program or sub-program on one example) are the budget; with
    a bound on executions and none on seconds the result is the same every time. `sketch` is a
    program with holes (`??`), in place of the task's own. `dsl` replaces the task's pack;
    what the task withholds is taken out of it. `progress` shows a bar on a terminal;
    `on_event` is called with `Event`s meanwhile.

    An unsolved task gives its best partial program. An interrupt from the keyboard ends the
    search as a spent budget does. Raises TaskError for a task that cannot be searched for, and
    ProgramError for a sketch that cannot be read.
    """
    if search not in SEARCHES:
        raise ProgsynthError(f"no search '{search}': expected one of {', '.join(SEARCHES)}")
    _check_budget(seconds, executions)
    pack = _pack(task, dsl)
    sketched = _sketch(task, sketch, pack)
    made = _search(task, pack, sketched)
    prepare()
    with progress_bar(task.name, seconds, shown=progress) as show_progress:

        def tell(event: Event) -> None:
            show_progress(event)
            if on_event is not None:
                on_event(event)

        outcome = run(
            made,
            lambda candidate: _evaluated(candidate.program, task.train, task, pack),
            lambda candidate: _evaluated(candidate.program, task.validation, task, pack),
            Budget(seconds, executions),
            on_event=tell,
        )
    return _result(task, outcome, pack, made.name, seed)


def _check_budget(seconds: float | None, executions: int | None) -> None:
    if seconds is None and executions is None:
        raise ProgsynthError("a search needs a bound: give seconds, executions, or both")
    if seconds is not None and not (seconds >= 0 and math.isfinite(seconds)):
        raise ProgsynthError(f"seconds: expected a number from 0, found {seconds!r}")
    if executions is not None and executions < 0:
        raise ProgsynthError(f"executions: expected a whole number from 0, found {executions!r}")


def _pack(task: Task, dsl: DSL | None) -> DSL:
    if dsl is None:
        dsl = task.pack if isinstance(task.pack, DSL) else registry.pack(task.pack)
    return dsl.without(*task.withheld) if task.withheld else dsl


def _evaluated(program: Program, examples: Sequence[Example], task: Task, dsl: DSL) -> Evaluation:
    # Few programs get this far: the engine that starts at once is the fastest.
    return evaluate(
        program,
        examples,
        dsl,
        limits=task.limits,
        tolerance=task.tolerance,
        error=task.error,
        engine="python",
    )


# -------------------------------------------------------------------------- searches


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


def _search(task: Task, dsl: DSL, sketch: Program | None) -> Search:
    if sketch is not None:
        return search_sketch(
            sketch,
            dsl,
            task.train,
            tolerance=task.tolerance,
            limits=task.limits,
            constants=task.constants,
        )
    constants = mine(task.types, task.result, task.train, task.constants)
    space = make_space(dsl, task.types, task.result, constants)
    goal = Goal(
        task.types,
        task.result,
        tuple(e.inputs for e in task.train),
        tuple(e.output for e in task.train),
        task.tolerance,
    )
    name = entry_name(task.name, dsl)

    def wrap(term: Term, cost: int) -> Candidate:
        function = Function(name, task.names, task.types, task.result, term)
        return Candidate(Program((function,)), cost)

    return BottomUp(space, dsl, goal, wrap, limits=task.limits)


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


# --------------------------------------------------------------------------- results


def _result(task: Task, outcome: Outcome, dsl: DSL, search: str, seed: int) -> Result:
    total = len(task.validation)
    candidate, evaluation = outcome.candidate, outcome.evaluation
    common: dict[str, Any] = {
        "task": task.name,
        "solved": outcome.solved,
        "stop_reason": outcome.stop_reason,
        "seconds": outcome.seconds,
        "programs": outcome.programs,
        "executions": outcome.executions,
        "search": search,
        "seed": seed,
        "version": progsynth.__version__,
        "advice": () if outcome.solved else _advice(task, outcome),
        "notes": outcome.notes,
        "level": outcome.level,
        "rejected": tuple(pretty(c.program, dsl) for c in outcome.rejected[:_SHOWN]),
    }
    if candidate is None or evaluation is None:
        return Result(
            **common,
            program=None,
            core=None,
            python=None,
            entry=None,
            cost=None,
            validation=(0, total),
        )
    program = candidate.program
    if not candidate.filled:  # what a user wrote stays as it is
        program = _simplified(program, task, dsl)
    validation = outcome.validation or _evaluated(program, task.validation, task, dsl)
    pairs = [
        *zip(task.train, evaluation.outputs, evaluation.right, strict=True),
        *zip(task.validation, validation.outputs, validation.right, strict=True),
    ]
    failed = tuple(Missed(e.inputs, e.output, got) for e, got, right in pairs if not right)
    filled = tuple(_filling_text(f, dsl) for f in candidate.filled)
    return Result(
        **common,
        program=pretty(program, dsl),
        core=program,
        python=_python(program, dsl),
        entry=program.entry.name,
        cost=candidate.cost,
        validation=(validation.passed, validation.total),
        filled=filled,
        failed=failed,
        _pack=dsl,
        _limits=task.limits,
    )


def _simplified(program: Program, task: Task, dsl: DSL) -> Program:
    """The program without what changes nothing on the training and validation examples."""
    examples = (*task.train, *task.validation)
    before = _evaluated(program, examples, task, dsl).outputs
    keys = [_output_key(o) for o in before]

    def same(other: Program) -> bool:
        found = _evaluated(other, examples, task, dsl).outputs
        return [_output_key(o) for o in found] == keys

    return simplify(program, dsl, same)


def _output_key(output: Value | Failure) -> Any:
    return output if isinstance(output, Failure) else identity_key(output)


def _filling_text(filling: Filling, dsl: DSL) -> str:
    """What a hole was filled with: an expression, or statements that end in a return."""
    seen = [i for i in range(len(filling.names)) if i not in filling.hidden]
    places = {i: len(seen) - 1 - n for n, i in enumerate(seen)}
    term = bind(filling.term, tuple(Var(places.get(i, 0)) for i in range(len(filling.names))))
    names = tuple(filling.names[i] for i in seen)
    types = tuple(filling.types[i] for i in seen)
    function = Function("filling", names, types, filling.result, term)
    _, _, body = pretty(Program((function,)), dsl).partition(":\n")
    lines = textwrap.dedent(body).strip()
    return lines.removeprefix("return ") if "\n" not in lines else lines


def _python(program: Program, dsl: DSL) -> str | None:
    try:
        return to_python(program, dsl)
    except UnsupportedError:  # a user's primitive without a source at hand
        return None


def _advice(task: Task, outcome: Outcome) -> tuple[str, ...]:
    """What to try for a task that was not solved."""
    made = []
    if outcome.stop_reason in ("seconds", "executions", "programs", "interrupted"):
        made.append(
            f"a larger budget: every program of cost up to {max(outcome.level - 1, 0)} was tried"
        )
    if outcome.stop_reason == "exhausted":
        made.append(
            "other primitives: nothing is left to try with those allowed; see what the task "
            "withholds and which pack it names"
        )
    if outcome.rejected:
        made.append(
            f"more training examples: {len(outcome.rejected)} program(s) fitted them but not the "
            "validation examples"
        )
    if not task.constants:
        made.append("constants=(...) with the numbers and texts that the program needs")
    if not task.sketch:
        made.append("a sketch: write down what you know and put ?? where you do not")
    if len(task.train) < 3:
        made.append("more examples: there are few to tell the program from others")
    return tuple(made)
