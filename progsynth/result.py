"""What `solve` gives back: the program, how right it is, what it took, and how to run it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import progsynth
from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.evaluate import Evaluation
from progsynth.lang.engines import function_of
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.python.to_python import to_python
from progsynth.lang.term import Call, Function, Program, Var, bind, subterms
from progsynth.lang.values import Value, identity_key, show
from progsynth.library.vocabulary import Vocabulary
from progsynth.search.run import Candidate, Filling, Outcome
from progsynth.search.simplify import simplify
from progsynth.task import Example, Task

_SHOWN = 5  # failed examples that are printed


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
class Accuracy:
    """The shares of examples that a program is right on; None where there are none of a kind."""

    training: float
    validation: float | None = None

    @property
    def perfect(self) -> bool:
        """Is everything right?"""
        return self.training == 1.0 and self.validation in (None, 1.0)

    def __str__(self) -> str:
        text = f"right on {self.training:.1%} of the training examples"
        if self.validation is None:
            return text
        return f"{text} and {self.validation:.1%} of those for validation"


@dataclass(frozen=True, slots=True)
class Result:
    """What `solve` found: a program, or the best partial one, and what it took.

    `program` is its text, `core` its tree, `python` stand-alone Python that defines `entry`;
    all None where not even a partial program was found, `python` also where the program has
    no such form (`notes` say why). `networks` are the weights of the neural submodules that it
    declares, by name. `accuracy` is the share of examples it is right on, `validation` counts
    the validation examples passed. `filled` says what was put into each hole of a sketch.
    `failed` lists the examples that the program fails, `rejected` the programs that fitted the
    training examples but not those for validation. `advice` says what to try next.
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
    gradient_steps: int = 0
    accuracy: Accuracy | None = None
    networks: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _function: Callable[[], Callable[..., Value]] | None = field(
        default=None, repr=False, compare=False
    )

    @property
    def function(self) -> Callable[..., Value]:
        """The program as a Python function; with its weights, where it has neural submodules.

        Arguments are converted as those of tasks are: where a tensor is wanted it may be a
        NumPy array, a torch tensor or nested lists; one array may stand for a list of them.
        Raises ProgsynthError where there is no program.
        """
        if self._function is None:
            raise ProgsynthError(
                f"task '{self.task}' has no program, not even a partial one; to try: "
                + "; ".join(self.advice)
            )
        return self._function()

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object; of the networks, what they are, without their weights."""
        accuracy = self.accuracy
        return {
            "task": self.task,
            "solved": self.solved,
            "stop_reason": self.stop_reason,
            "program": self.program,
            "python": self.python,
            "entry": self.entry,
            "cost": self.cost,
            "accuracy": accuracy
            and {"training": accuracy.training, "validation": accuracy.validation},
            "validation": {"passed": self.validation[0], "total": self.validation[1]},
            "seconds": round(self.seconds, 3),
            "programs": self.programs,
            "executions": self.executions,
            "gradient_steps": self.gradient_steps,
            "search": self.search,
            "seed": self.seed,
            "version": self.version,
            "networks": sorted(self.networks),
            "filled": list(self.filled),
            "failed": [str(missed) for missed in self.failed],
            "rejected": list(self.rejected),
            "advice": list(self.advice),
            "notes": list(self.notes),
            "level": self.level,
        }

    def __str__(self) -> str:
        effort = f"{self.seconds:.2f} s, {self.programs:,} programs"
        if self.gradient_steps:
            effort += f", {self.gradient_steps:,} gradient steps"
        lines = []
        if self.accuracy is not None and not self.accuracy.perfect:
            lines.append(f"# {self.accuracy}")
        if self.solved:
            lines = [f"# {self.task}: solved in {effort}; cost {self.cost}", *lines]
            lines += [f"# hole {n}: {text}" for n, text in enumerate(self.filled, 1)]
            return "\n".join([*lines, (self.program or "").rstrip("\n")])
        lines = [f"# {self.task}: not solved ({self.stop_reason}) in {effort}", *lines]
        if self.program is not None:
            lines += ["# The best partial program:", self.program.rstrip("\n"), "# It fails:"]
            lines += [f"#   {missed}" for missed in self.failed[:_SHOWN]]
            if len(self.failed) > _SHOWN:
                lines.append(f"#   and {len(self.failed) - _SHOWN} more")
        lines += [f"# note: {note}" for note in self.notes]
        lines += [f"# To try: {advice}" for advice in self.advice]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


# ------------------------------------------------------------------------------ making one


Evaluated = Callable[[Candidate, Sequence[Example]], Evaluation]


def make_result(
    task: Task,
    outcome: Outcome,
    vocabulary: Vocabulary,
    evaluated: Evaluated,
    *,
    search: str,
    seed: int,
    device: str = "auto",
) -> Result:
    """The result of a run: its program simplified, closed over the vocabulary, and written."""
    total = len(task.validation)
    candidate, evaluation = outcome.candidate, outcome.evaluation
    common: dict[str, Any] = {
        "task": task.name,
        "solved": outcome.solved,
        "stop_reason": outcome.stop_reason,
        "seconds": outcome.seconds,
        "programs": outcome.programs,
        "executions": outcome.executions,
        "gradient_steps": outcome.gradient_steps,
        "search": search,
        "seed": seed,
        "version": progsynth.__version__,
        "advice": () if outcome.solved else _advice(task, outcome),
        "level": outcome.level,
        "rejected": tuple(
            pretty(vocabulary.closed(c.program), vocabulary.pack) for c in outcome.rejected[:_SHOWN]
        ),
    }
    notes = (*outcome.notes, *vocabulary.notes)
    if candidate is None or evaluation is None:
        return Result(
            **common,
            program=None,
            core=None,
            python=None,
            entry=None,
            cost=None,
            validation=(0, total),
            notes=notes,
        )
    if not candidate.filled:  # what a user wrote stays as it is
        candidate = _simplified(candidate, task, vocabulary, evaluated)
    validation = outcome.validation or evaluated(candidate, task.validation)
    pairs = [
        *zip(task.train, evaluation.outputs, evaluation.right, strict=True),
        *zip(task.validation, validation.outputs, validation.right, strict=True),
    ]
    program = vocabulary.closed(candidate.program)
    networks = {**vocabulary.networks, **candidate.networks}
    python, why = _python(program, vocabulary.pack)
    return Result(
        **common,
        program=pretty(program, vocabulary.pack),
        core=program,
        python=python,
        entry=program.entry.name,
        cost=candidate.cost,
        validation=(validation.passed, validation.total),
        filled=tuple(_filling_text(f, vocabulary, program) for f in candidate.filled),
        failed=tuple(Missed(e.inputs, e.output, got) for e, got, right in pairs if not right),
        notes=(*notes, *why),
        accuracy=Accuracy(_share(evaluation), _share(validation) if total else None),
        networks={n.name: networks[n.name] for n in program.neural},
        _function=partial(_function_of, program, vocabulary.pack, task.limits),
    )


def _share(evaluation: Evaluation) -> float:
    return evaluation.passed / evaluation.total


def _simplified(
    candidate: Candidate, task: Task, vocabulary: Vocabulary, evaluated: Evaluated
) -> Candidate:
    """The candidate without what changes nothing on the training and validation examples."""
    examples = (*task.train, *task.validation)

    def keys(program: Program) -> list[Any]:
        outputs = evaluated(replace(candidate, program=program), examples).outputs
        return [o if isinstance(o, Failure) else identity_key(o) for o in outputs]

    wanted = keys(candidate.program)
    program = simplify(candidate.program, vocabulary.dsl, lambda other: keys(other) == wanted)
    called = {t.name for f in program.functions for t in subterms(f.body) if isinstance(t, Call)}
    kept = tuple(n for n in program.neural if n.name in called)
    return replace(candidate, program=replace(program, neural=kept))


def _filling_text(filling: Filling, vocabulary: Vocabulary, program: Program) -> str:
    """What a hole was filled with: an expression, or statements that end in a return."""
    seen = [i for i in range(len(filling.names)) if i not in filling.hidden]
    places = {i: len(seen) - 1 - n for n, i in enumerate(seen)}
    term = bind(filling.term, tuple(Var(places.get(i, 0)) for i in range(len(filling.names))))
    names = tuple(filling.names[i] for i in seen)
    types = tuple(filling.types[i] for i in seen)
    function = Function("filling", names, types, filling.result, term)
    whole = Program((*program.functions[:-1], function), program.neural)
    text = pretty(whole, vocabulary.pack)
    _, _, body = text[text.rindex("def filling(") :].partition(":\n")
    lines = textwrap.dedent(body).strip()
    return lines.removeprefix("return ") if "\n" not in lines else lines


def _python(program: Program, dsl: DSL) -> tuple[str | None, tuple[str, ...]]:
    """The program as stand-alone Python; or else None, and why."""
    try:
        return to_python(program, dsl), ()
    except UnsupportedError as error:  # networks; a user's primitive without a source at hand
        return None, (f"no stand-alone Python: {error}",)


def _function_of(program: Program, dsl: DSL, limits: Limits) -> Callable[..., Value]:
    return function_of(program, dsl, limits=limits)


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
