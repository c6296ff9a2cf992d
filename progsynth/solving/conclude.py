"""How a run ends: what was found is simplified, measured and written, with advice if need be."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any

import progsynth
from progsynth.errors import UnsupportedError
from progsynth.evaluate import Evaluation
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.python.to_python import to_python
from progsynth.lang.term import Function, Program, Var, bind
from progsynth.library.vocabulary import Vocabulary
from progsynth.search.course import BottomUp
from progsynth.search.portfolio import Portfolio
from progsynth.search.run import Candidate, Filling, Outcome
from progsynth.search.simplify import simplify
from progsynth.solving.alike import Alike
from progsynth.solving.result import SHOWN, Accuracy, Found, Missed, Result
from progsynth.solving.setting import Setting, evaluate_in
from progsynth.task import Task


def make_result(setting: Setting, outcome: Outcome, *, search: str, seed: int) -> Result:
    """The result of a run: its program simplified, closed over the vocabulary, and written."""
    task, vocabulary = setting.task, setting.vocabulary
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
        "advice": () if outcome.solved else _advice(task, outcome, search),
        "level": outcome.level,
        "rejected": tuple(
            pretty(vocabulary.closed(c.program), vocabulary.pack) for c in outcome.rejected[:SHOWN]
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
    words = setting.words(candidate)
    if setting.sketch is None:  # what a user wrote stays as it is
        candidate = _simplified(candidate, task, words)
    validation = outcome.validation or evaluate_in(words, candidate.program, task.validation, task)
    pairs = [
        *zip(task.train, evaluation.outputs, evaluation.right, strict=True),
        *zip(task.validation, validation.outputs, validation.right, strict=True),
    ]
    program = vocabulary.closed(candidate.program)
    networks = {**vocabulary.networks, **candidate.networks}
    used = {n.name: networks[n.name] for n in program.neural}
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
        networks=used,
        _found=Found(program, used, vocabulary, task),
    )


def _share(evaluation: Evaluation) -> float:
    return evaluation.passed / evaluation.total


def _simplified(candidate: Candidate, task: Task, words: Vocabulary) -> Candidate:
    """The candidate without what changes nothing on the training and validation examples."""
    rows = [example.inputs for example in (*task.train, *task.validation)]
    alike = Alike(words.opened(candidate.program), rows, words.dsl, task.limits)
    program = simplify(candidate.program, words.dsl, lambda other: alike(words.opened(other)))
    called = frozenset().union(*map(called_names, program.functions))
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
    if program.neural:
        names = ", ".join(f"'{submodule.name}'" for submodule in program.neural)
        return None, (f"Result.export writes it as Python, with the weights of {names} beside it",)
    try:
        return to_python(program, dsl), ()
    except UnsupportedError as error:  # a user's primitive without a source at hand
        return None, (f"no stand-alone Python: {error}",)


_BY_COST = (BottomUp.name, Portfolio.name)  # those whose level is a cost


def _advice(task: Task, outcome: Outcome, search: str) -> tuple[str, ...]:
    """What to try for a task that was not solved."""
    made = []
    if outcome.stop_reason not in ("exhausted", "solved"):
        tried = f": every program of cost up to {max(outcome.level - 1, 0)} was tried"
        made.append(f"a larger budget{tried if search in _BY_COST else ''}")
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
