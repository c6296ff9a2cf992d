"""Proposals in the setting of a task: read with its words, and put before its search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from progsynth.errors import Problem, ProgramError, ProgsynthError
from progsynth.lang.primitive import called_names
from progsynth.lang.read import read_program
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.types import as_int, fn_of, has_class, match, substitute
from progsynth.search.proposals.describe_task import (
    example_texts,
    primitive_texts,
    signature_text,
)
from progsynth.search.proposals.judge import Judge, Read
from progsynth.search.proposals.proposed import (
    Item,
    Listed,
    ProposalRequest,
    Proposals,
    Proposed,
    Proposer,
)
from progsynth.search.proposals.search import NAME, ProposalSearch
from progsynth.search.proposals.texts import read_proposals
from progsynth.search.run import Outcome, Search
from progsynth.solving.problem import entry_name
from progsynth.solving.result import Result
from progsynth.solving.setting import Setting

MAX_CHARACTERS = 50_000  # of one program

_FINDINGS = 5  # that are told of one program


def proposals_first(
    setting: Setting,
    proposals: Proposals | None,
    seed: int,
    begin: Callable[[tuple[Term, ...]], Search],
) -> Search:
    """The search that tries the proposals before the one that `begin` makes, of the bodies that
    it may begin from; that one alone where there are no proposals.

    Raises ProgsynthError for a file of proposals that cannot be read.
    """
    if proposals is None:
        return begin(())
    # Whoever proposes must not see the other examples, and so nothing from here on has them.
    task = replace(setting.task, validation=(), test=())
    dsl = setting.vocabulary.dsl
    name = entry_name(task.name, dsl)
    request = ProposalRequest(
        task.name,
        signature_text(task, name),
        example_texts(task, name),
        primitive_texts(dsl),
        seed=seed,
    )
    judge = Judge(task, dsl, _proposers(proposals), reader(setting), request)
    return ProposalSearch(judge, begin)


def with_reports(result: Result, search: Search, outcome: Outcome) -> Result:
    """The result, with what became of each proposal, and whose program it is."""
    if not isinstance(search, ProposalSearch):
        return result
    reports = search.reports(outcome.candidate if outcome.solved else None)
    notes = [
        f"{_NOTES[report.status]} {report.source}" for report in reports if report.status in _NOTES
    ]
    found_by, partial = result.found_by, outcome.candidate
    if partial is not None and not outcome.solved and (source := search.proposer_of(partial)):
        notes, found_by = [f"the partial program was proposed: {source}"], NAME
    return replace(result, proposals=reports, notes=(*notes, *result.notes), found_by=found_by)


_NOTES = {"solution": "the program was proposed:", "repaired": "the program is a repaired one:"}


def _proposers(proposals: Proposals) -> tuple[Proposer, ...]:
    """What is asked, in order; files are read now. Raises ProgsynthError."""
    if isinstance(proposals, str):
        is_text = "\n" in proposals or proposals.startswith("def ")
        proposals = [proposals if is_text else Path(proposals)]
    if isinstance(proposals, Proposer | Path):
        proposals = [proposals]
    if not isinstance(proposals, Iterable):
        raise ProgsynthError(
            "proposals: expected texts of programs, the path of a file, or what has a method "
            f"'propose', found {type(proposals).__name__}"
        )
    if not isinstance(proposals, list | tuple):
        return (Listed(cast(Iterable[Item], proposals)),)  # read one by one, as they come
    asked: list[Proposer] = []
    for is_proposer, some in groupby(proposals, lambda item: isinstance(item, Proposer)):
        items = list(some)
        asked += items if is_proposer else [Listed(_with_files_read(items))]
    return tuple(asked)


def _with_files_read(items: Iterable[Any]) -> list[Any]:
    """The items, with what is in a file in place of its path."""
    return [
        found
        for item in items
        for found in (read_proposals(item) if isinstance(item, Path) else [item])
    ]


# ------------------------------------------------------------------------------- reading


def reader(setting: Setting) -> Read:
    """What makes a program of a proposal: one of the task's type, in the words of the setting.

    It raises ProgsynthError, with all that is wrong with the text.
    """
    words = setting.vocabulary
    known = tuple(replace(n.declaration, name=name) for name, n in words.networks.items())
    own = {n: p for n, p in words.dsl.primitives.items() if n not in words.networks}
    pack = replace(words.dsl, primitives=own)

    def read(proposed: Proposed) -> Program:
        text = proposed.program
        if len(text) > MAX_CHARACTERS:
            raise ProgsynthError(
                f"{proposed.label}: expected a program of at most {MAX_CHARACTERS:,} characters, "
                f"found {len(text):,}"
            )
        try:
            program = read_program(text, pack, proposed.source, neural=known)
            return words.opened(_fitting(program, setting, text))
        except ProgramError as error:
            raise _placed(error, proposed) from None

    return read


def _fitting(program: Program, setting: Setting, text: str) -> Program:
    """The program of the last function that fits the task, with what it calls."""
    request = setting.task.request
    for place in range(len(program.functions) - 1, -1, -1):
        entry = _at(program.functions[place], setting)
        if entry is not None:
            return _needed(replace(program, functions=(*program.functions[:place], entry)))
    last = program.entry
    found = re.search(rf"^def[ \t]+({re.escape(last.name)})\b", text, re.MULTILINE)
    line = text.count("\n", 0, found.start()) + 1 if found else 0
    problem = Problem(
        f"'{last.name}' is not of the type that the task '{setting.task.name}' asks for",
        line,
        found.start(1) - found.start() + 1 if found else 0,
        len(last.name),
        expected=str(request),
        found=str(fn_of(last.types, last.result)),
    )
    raise ProgramError([problem], text)


def _at(function: Function, setting: Setting) -> Function | None:
    """The function at the task's types; None where it has others."""
    request = as_int(setting.task.request)
    by = match(fn_of(function.types, function.result), request)
    if by is None or not all(has_class(by[v], c) for v, c in function.type_classes if v in by):
        return None
    types = tuple(substitute(type_, by) for type_ in function.types)
    return replace(function, types=types, result=substitute(function.result, by), type_classes=())


def _needed(program: Program) -> Program:
    """The program without what its entry does not call, directly or not."""
    wanted = {program.entry.name}
    for function in reversed(program.functions):
        if function.name in wanted:
            wanted |= called_names(function)
    functions = tuple(f for f in program.functions if f.name in wanted)
    return Program(functions, tuple(n for n in program.neural if n.name in wanted))


def _placed(error: ProgramError, proposed: Proposed) -> ProgramError:
    """The same with the lines of the source that the text is from, and not too many findings."""
    before = max(proposed.line - 1, 0)
    shown = [replace(p, line=p.line + before if p.line else 0) for p in error.problems[:_FINDINGS]]
    if len(error.problems) > len(shown):
        shown.append(Problem("there is more that is wrong"))
    return ProgramError(shown, "\n" * before + error.source, proposed.source)
