"""The cheapest program of a behaviour, found by enumeration.

Where networks have made a program right, its symbolic view is an ordinary function of what they
read, and which program computes it is an ordinary question: the outcomes under all assignments
are its examples, and the bottom-up search answers it in order of cost. On pairs of images
`digit(first(xs)) + digit(last(xs))` and `sum(map(digit, xs))` are one behaviour, and the examples
cannot say which is meant; the cheaper one is the better guess on lists of three.

The fragment: inputs that are tensors or lists of tensors, or hold none, and one submodule.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Failure
from progsynth.lang.term import Call, Lambda, Neural, Program, Term, Var, bind, size
from progsynth.lang.types import Type
from progsynth.neural.likelihood.layouts import assigned_rows, outcomes_of_many
from progsynth.neural.likelihood.readings import has_tensor
from progsynth.search.bottom_up import bottom_up
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Candidate
from progsynth.train.behaviour import View

_MOST_ROWS = 200  # assignments that the enumeration looks at


def cheaper_term(
    problem: Problem, view: View, program: Program, *, executions: int
) -> tuple[Term | None, int]:
    """A body of fewer nodes of the same behaviour, or None; and the executions spent.

    At most `executions` are spent. The body has to be checked: not all assignments are looked
    at. Raises UnsupportedError outside the fragment.
    """
    (submodule,) = view.neural if len(view.neural) == 1 else (None,)
    if submodule is None or view.reads != view.neural or problem.types != problem.entry_types:
        raise UnsupportedError(
            "the enumeration knows programs that call one submodule and no other network"
        )
    reading = [_reading(type_, submodule, n) for n, type_ in enumerate(problem.types[::-1])][::-1]
    rows, outputs = [], []
    for layout, assignments_MV in zip(view.inputs.layouts, view.assignments, strict=True):
        some = assignments_MV[:: max(1, len(assignments_MV) // _MOST_ROWS + 1)]
        (found,) = outcomes_of_many([program], layout, some, problem.dsl, problem.limits)
        for row, output in zip(assigned_rows(layout, some), found, strict=True):
            if not isinstance(output, Failure):
                rows.append(row)
                outputs.append(output)
    if not rows:
        return None, 0
    types = view.inputs.layouts[0].types
    limit = size(program.entry.body)

    def wrap(term: Term, cost: int) -> Candidate:
        return Candidate(_whole(program, types, problem.result, term), cost)

    ordinary = replace(
        problem,
        types=types,
        inputs=tuple(rows),
        outputs=tuple(outputs),
        wrap=wrap,
        entry_types=types,
        accuracy=1.0,
        neural=(),
    )
    search = bottom_up(ordinary, 0)
    spent = 0
    while spent < executions and not search.exhausted:
        batch = search.ask(Allowance(executions - spent, None, time.monotonic))
        spent += max(batch.executions, 1)
        for candidate in batch.candidates:
            term = bind(candidate.program.entry.body, tuple(reading))
            return (term if size(term) < limit else None), spent
    return None, spent


def _reading(type_: Type, submodule: Neural, index: int) -> Term:
    """What is read from the parameter that is `Var(index)`."""
    if not has_tensor(type_):
        return Var(index)
    if type_ == submodule.types[0]:
        return Call(submodule.name, (Var(index),))
    if type_.name == "list" and type_.types == submodule.types:
        each = Lambda(1, Call(submodule.name, (Var(0),)), submodule.params)
        return Call("map", (each, Var(index)))
    raise UnsupportedError(f"the enumeration knows inputs of tensors and lists, found {type_}")


def _whole(program: Program, types: Sequence[Type], result: Type, term: Term) -> Program:
    entry = replace(program.entry, types=tuple(types), result=result, body=term)
    return Program((entry,))
