"""Repair of proposals: ten small programs, broken at random in one place or in two.

A break is a constant that is off by one or two, a call of another primitive of the same type, a
variable in the place of another of its type, or an argument in the place of a call. What is
broken is proposed for a task of ten examples that the program itself gave, and nothing else is
searched: how many come back right, on the examples and on a hundred others? Beside it stands the
bottom-up search for the same tasks with as many executions, which is given no program.

    python -m benchmarks.proposal_repair --executions 20000 --breaks 3
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.origin import origin
from progsynth.errors import ProgsynthError
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure
from progsynth.lang.infer import Typed, check_program
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, Const, Lambda, Program, Term, Var, const
from progsynth.lang.types import Type
from progsynth.registry import pack
from progsynth.search.problem import Problem
from progsynth.search.proposals.suspects import put_at
from progsynth.search.proposals.texts import read_proposals
from progsynth.search.run import Allowance, Batch, Candidate, Told
from progsynth.solve import Result, solve
from progsynth.task import Example, Task

PROGRAMS = Path(__file__).with_suffix(".psl")
RESULTS = Path(__file__).parent / "results" / "proposal_repair.jsonl"
TRAIN, TEST = 10, 100

_TRIES = 500  # breaks that are drawn for one that matters and can be run
_DROPPED = 0.3  # of the calls that are broken have one of their arguments in their place

Record = dict[str, Any]


def main() -> int:
    """Break every program, have it repaired, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--executions", type=int, default=20_000)
    parser.add_argument("--breaks", type=int, default=3, help="of each program, of each kind")
    parser.add_argument("--record", type=Path, default=RESULTS)
    options = parser.parse_args()
    dsl, lines = pack(), []
    with options.record.open("a", encoding="utf-8") as file:
        for proposed in read_proposals(PROGRAMS):
            program = read_program(proposed.program, dsl)
            for line in attempts(program, dsl, options.executions, options.breaks):
                lines.append(line)
                file.write(json.dumps({**line, **_circumstances(options)}) + "\n")
                file.flush()
                print(f"{line['program']:16} {line['method']:11} {_told(line)}", flush=True)
    _report(lines)
    return 0


def _circumstances(options: argparse.Namespace) -> Record:
    return {
        "executions_allowed": options.executions,
        **origin("proposal_repair"),
    }


def attempts(program: Program, dsl: DSL, executions: int, breaks: int) -> Iterator[Record]:
    """The records of one program: broken once, broken twice, and searched for."""
    name = program.entry.name
    rng = Random(f"{name} examples")
    examples = [_example(program, dsl, rng) for _ in range(TRAIN + TEST)]
    task = Task(name, _request(program), tuple(examples[:TRAIN]))
    test = examples[TRAIN:]
    alone = solve(task, search="bottom_up", seconds=None, executions=executions)
    yield _record(name, "bottom_up", 0, alone, test, "")
    for places in (1, 2):
        for seed in range(breaks):
            broken = _broken(program, dsl, task, places, Random(f"{name} {places} {seed}"))
            text = pretty(broken, dsl)
            result = solve(
                task, proposals=[text], search=_nothing, seconds=None, executions=executions
            )
            yield _record(name, f"broken {places}x", seed, result, test, text)


def _record(
    name: str, method: str, seed: int, result: Result, test: list[Example], broken: str
) -> Record:
    right = result.evaluate(test).passed if result.solved else 0
    return {
        "program": name,
        "method": method,
        "seed": seed,
        "solved": result.solved,
        "held_out": right,
        "held_out_total": len(test),
        "executions": result.executions,
        "seconds": round(result.seconds, 3),
        "broken": broken,
        "found": result.program if result.solved else None,
    }


def _told(line: Record) -> str:
    if not line["solved"]:
        return f"not found, {line['executions']:,} executions"
    score = f"{line['held_out']} of {line['held_out_total']} held out"
    return f"found, {score}, {line['executions']:,} executions"


def _report(lines: list[Record]) -> None:
    print(f"\n{'method':12} {'fits':>9} {'right':>9} {'median executions of those that fit':>38}")
    for method in dict.fromkeys(line["method"] for line in lines):
        some = [line for line in lines if line["method"] == method]
        fits = [line for line in some if line["solved"]]
        right = [line for line in fits if line["held_out"] == line["held_out_total"]]
        median = statistics.median([line["executions"] for line in fits]) if fits else 0
        shares = f"{len(fits):>4} of {len(some):>2} {len(right):>4} of {len(some):>2}"
        print(f"{method:12} {shares} {median:>38,.0f}")


class _Nothing:
    """A search that finds nothing."""

    name = "nothing"
    level = 0
    notes: tuple[str, ...] = ()
    exhausted = False

    def ask(self, allowance: Allowance) -> Batch:
        self.exhausted = True
        return Batch((), 0, 0)

    def tell(self, results: Told) -> None:
        pass

    def partial(self) -> tuple[Candidate, ...]:
        return ()


def _nothing(problem: Problem, seed: int) -> _Nothing:
    return _Nothing()


# ------------------------------------------------------------------------------- examples


def _request(program: Program) -> Type:
    entry = program.entry
    return Type("fn", (*entry.types, entry.result))


def _example(program: Program, dsl: DSL, rng: Random) -> Example:
    while True:
        row = tuple(_value(str(type_), rng) for type_ in program.entry.types)
        (output,) = run_rows(program, [row], dsl, engine="python")
        if not isinstance(output, Failure):
            return Example(row, output)


def _value(type_: str, rng: Random) -> Any:
    if type_ == "int":
        return rng.randint(-9, 99)
    if type_ == "str":
        return " ".join(
            "".join(rng.choices("abcde", k=rng.randint(1, 5))) for _ in range(rng.randint(0, 4))
        )
    start = rng.choice([-9, 0])
    made = [rng.randint(start, 20) for _ in range(rng.randint(0, 7))]
    return sorted(made) if rng.random() < 0.3 else made


# --------------------------------------------------------------------------------- breaking


def _broken(program: Program, dsl: DSL, task: Task, places: int, rng: Random) -> Program:
    """The program with so many breaks, each of which changes an output."""
    rows = [example.inputs for example in task.train]
    before = run_rows(program, rows, dsl, engine="python")
    for _ in range(places):
        program, before = _break(program, dsl, rows, before, rng)
    return program


def _break(
    program: Program, dsl: DSL, rows: list[Any], before: list[Any], rng: Random
) -> tuple[Program, list[Any]]:
    """The program with one break that changes an output, and its outputs."""
    nodes = list(_nodes(check_program(program, dsl)[program.entry.name]))
    for _ in range(_TRIES):
        path, node = rng.choice(nodes)
        part = _other(node, dsl, rng)
        if part is None:
            continue
        entry = replace(program.entry, body=put_at(program.entry.body, path, part))
        changed = replace(program, functions=(*program.functions[:-1], entry))
        try:
            check_program(changed, dsl)
        except ProgsynthError:  # a variable of another type
            continue
        after = run_rows(changed, rows, dsl, engine="python")
        if after != before and not all(isinstance(one, Failure) for one in after):
            return changed, after
    raise RuntimeError(f"no break found for {program.entry.name}")


def _nodes(typed: Typed) -> Iterator[tuple[tuple[int, ...], Typed]]:
    """Every node of one value, with the way there."""
    todo: list[tuple[tuple[int, ...], Typed]] = [((), typed)]
    while todo:
        path, node = todo.pop()
        if len(node.types) == 1 and not isinstance(node.term, Lambda):
            yield path, node
        todo += [((*path, n), child) for n, child in enumerate(node.children)]


def _other(node: Typed, dsl: DSL, rng: Random) -> Term | None:
    """Something else in the place of the node, or nothing."""
    term = node.term
    if isinstance(term, Const) and type(term.value) is int:
        return const(term.value + rng.choice([-2, -1, 1, 2]))
    if isinstance(term, Var):
        return Var(max(0, term.index + rng.choice([-1, 1])))
    if isinstance(term, Call) and rng.random() < _DROPPED:
        same = [child.term for child in node.children if child.types == node.types]
        return rng.choice(same) if same else None
    if isinstance(term, Call) and term.name in dsl.primitives:
        type_ = dsl.primitives[term.name].signature.type
        names = {n for n, p in dsl.primitives.items() if p.signature.type == type_}
        others = sorted(names - {term.name})
        return Call(rng.choice(others), term.args) if others else None
    return None


if __name__ == "__main__":
    sys.exit(main())
