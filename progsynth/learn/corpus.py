"""What is known of the tasks solved: their programs, as frontiers to be compressed and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from progsynth.errors import ProgramError
from progsynth.evaluate import evaluate
from progsynth.grammar.weights import Weights, fit
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import Const, Program, Term, Var, size
from progsynth.learn.attempt import ENTRY
from progsynth.library.compress.compression import Frontier, Subroutine
from progsynth.library.compress.signatures import fresh_names
from progsynth.search.typed_rules import rules_of_task
from progsynth.solving.problem import entry_name
from progsynth.task import Task

Texts = Mapping[str, Sequence[str]]  # programs by the names of their tasks


def frontiers_of(texts: Texts, tasks: Iterable[Task], dsl: DSL) -> tuple[Frontier, ...]:
    """The frontiers of the tasks solved, in the order of the tasks.

    A program that cannot be read in the words there are now, or is no longer right, is left out:
    a subroutine that it called has another meaning.
    """
    found = []
    for task in tasks:
        programs = [
            program
            for text in texts.get(task.name, ())
            if (program := _read(text, task, dsl)) is not None
        ]
        if programs:
            rows = tuple(example.inputs for example in (*task.train, *task.validation))
            found.append(Frontier(task.name, tuple(programs), rows))
    return tuple(found)


def _read(text: str, task: Task, dsl: DSL) -> Program | None:
    try:
        program = read_program(text, dsl)
    except ProgramError:
        return None
    if program.neural:
        return None
    found = evaluate(
        program, task.train, dsl, limits=task.limits, tolerance=task.tolerance, engine="python"
    )
    return program if found.reaches(task.accuracy) else None


def texts_of(frontiers: Iterable[Frontier], dsl: DSL) -> dict[str, list[str]]:
    """The programs as texts, from which `frontiers_of` makes them again."""
    return {f.task: [pretty(program, dsl) for program in f.programs] for f in frontiers}


def shortest(frontier: Frontier) -> Program:
    """The shortest of its programs, of several the likeliest."""
    return min(frontier.programs, key=lambda p: sum(size(f.body) for f in p.functions))


def solutions(frontiers: Iterable[Frontier], dsl: DSL) -> list[Subroutine]:
    """The solutions of tasks as subroutines, the largest first: they save most where they serve.

    Compression finds what several programs share; a solution that later tasks are short with may
    be in none of them yet. One that is a single call is a word already.
    """
    found: list[Subroutine] = []
    for frontier in frontiers:
        program = shortest(frontier)
        if len(program.functions) > 1 or _is_small(program.entry.body):
            continue
        taken = {ENTRY, *dsl, *map(dsl.surface_of, dsl), *(s.function.name for s in found)}
        name = next(fresh_names(taken, entry_name(frontier.task, dsl, taken)))
        doc = f"Gives what the task '{frontier.task}' asks for."
        function = replace(program.entry, name=name, doc=doc)
        found.append(Subroutine(function, 0, (frontier.task,)))
    return sorted(found, key=lambda sub: (-size(sub.function.body), sub.function.name))


def _is_small(body: Term) -> bool:
    return all(isinstance(child, Var | Const) for child in body.children)


def refitted(frontiers: Iterable[Frontier], tasks: Mapping[str, Task], dsl: DSL) -> Weights:
    """The weights of the grammar counted in the shortest programs of the tasks."""
    pairs = [(rules_of_task(tasks[f.task], dsl), shortest(f)) for f in frontiers]
    return fit(pairs, dsl)
