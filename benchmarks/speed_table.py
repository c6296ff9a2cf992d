"""One table of speeds, ours beside what they are to be compared with, measured in one run:

* the VM beside the interpreter and the checked Python engine, on the programs of `vm_speed`;
* the compiled bottom-up search beside its twin in Python, as in `bottom_up_speed`;
* scoring straight-line expressions on floats, compiling included, beside DEAP's own symbolic
  regression (`gp.compile`, then one call a case): the same expressions, the same errors;
* scoring random programs with loops, and whole genetic searches, beside PyshGP's evaluator on
  random genomes, on the training examples of the same problem: other programs, the same cases;
* lexicase selection beside DEAP's, as in `lexicase`.

Seconds are the processor's, all in one thread; what counts is ratios, since all of them are from
one machine in one run. PyshGP wants an environment of its own, which is named by its Python:

    python -m benchmarks.speed_table --pyshgp pyshgp/bin/python

The table is printed in Markdown, the record appended to benchmarks/results/speed_table.jsonl.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from deap import gp

import progsynth
from benchmarks import bottom_up_speed, lexicase, vm_speed
from progsynth.bench.tables import Table
from progsynth.lang import interpret, vm
from progsynth.lang.failure import Limits
from progsynth.lang.python import python_engine
from progsynth.lang.read import read_program
from progsynth.lang.term import Call, Function, Program, Term, Var, const
from progsynth.lang.types import FLOAT
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.code import Code
from progsynth.registry import pack, suite
from progsynth.search.genetic import Settings, genetic
from progsynth.search.genetic.flat.method import flat_genetic
from progsynth.search.genetic.generate import ramped
from progsynth.search.genetic.grammar import make_grammar
from progsynth.search.genetic.scoring import working_limits
from progsynth.search.genetic.tree import Tree, UnboundError, lower
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance
from progsynth.solving.problem import make_problem
from progsynth.solving.setting import make_setting

RESULTS = Path(__file__).parent / "results" / "speed_table.jsonl"
LOOPS = ("psb1", "sum-of-squares")  # whose examples the programs with loops are run on
STEPS = 4000  # of a Push program: the published limit of that problem
GENES = 50  # of a Push genome
PLAIN = replace(Settings(), fits=0.0, local=0.0)  # selection and variation alone
_SEARCHED = 300_000  # executions of a search that are timed


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, both rates a second of the processor; `note` says what is not alike."""

    what: str
    unit: str
    ours: float
    other_name: str
    other: float | None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times as fast ours is."""
        return None if self.other is None else self.ours / self.other


def rate(count: int, run: Callable[[], object], times: int = 3) -> float:
    """So many things a second of the processor: the best of several runs."""
    best = math.inf
    for _ in range(times):
        begin = time.process_time()
        run()
        best = min(best, time.process_time() - begin)
    return count / best


# -------------------------------------------------------------------------------- engines


def engines(case: vm_speed.Case) -> Iterator[Row]:
    """The VM beside the two engines in Python, on one program, which all run alike."""
    dsl, ample = pack(), vm_speed.AMPLE
    program = read_program(case.text, dsl)
    rows = [case.row] * case.rows
    few = rows[: max(1, case.rows // 20)]
    code = bytecode.compile_program(program, dsl)
    exported = python_engine.compile_program(program, dsl)
    expected = [interpret.run(program, case.row, dsl, ample)] * len(rows)
    assert vm.run(code, rows, ample) == exported.run(rows, ample) == expected
    fast = rate(len(rows), lambda: vm.run(code, rows, ample))
    slow = rate(len(few), lambda: [interpret.run(program, r, dsl, ample) for r in few])
    python = rate(len(rows), lambda: exported.run(rows, ample))
    for name, other in (("interpreter", slow), ("checked Python engine", python)):
        yield Row(f"a {case.name} program in the VM", "runs", fast, name, other)


# ------------------------------------------------------------------------ bottom-up search


def bottom_up(programs: int) -> Row:
    """The compiled bank beside its twin, filling the same levels."""
    compiled = bottom_up_speed.fast(programs, 0, 1 << 30)["per_processor_second"]
    twin = bottom_up_speed.slow(max(1, programs // 20), 0)["per_processor_second"]
    what = "bottom-up search, five lists of 8"
    return Row(what, "candidates", compiled, "its twin in Python", twin)


# ----------------------------------------------------------------- straight-line expressions

_OPERATORS: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
}


def expressions(count: int) -> tuple[Any, list[Any]]:
    """DEAP's set of primitives over two variables, and so many random expressions over it."""
    symbols = gp.PrimitiveSet("MAIN", 2)
    for name, operator in _OPERATORS.items():
        symbols.addPrimitive(operator, 1 if name == "neg" else 2, name=name)
    for value in (0.5, 1.0, 2.0):
        symbols.addTerminal(value)
    random.seed(0)  # DEAP draws from the global generator
    return symbols, [gp.PrimitiveTree(gp.genHalfAndHalf(symbols, 3, 6)) for _ in range(count)]


def program_of(tree: Any) -> Program:
    """The same expression as a program of ours."""
    done: list[Term] = []
    for symbol in reversed(tree):
        if isinstance(symbol, gp.Primitive):
            args = tuple(done.pop() for _ in range(symbol.arity))
            done.append(Call(f"{symbol.name}.float", args))
        elif isinstance(symbol.value, str):  # ARG0, ARG1
            done.append(Var(1 - int(symbol.value.removeprefix("ARG"))))
        else:
            done.append(const(symbol.value))
    return Program((Function("f", ("x", "y"), (FLOAT, FLOAT), FLOAT, done.pop()),))


def straight_line(count: int, cases: int) -> Iterator[Row]:
    """The same expressions by DEAP's means and by ours: compiled and graded, and graded alone."""
    symbols, trees = expressions(count)
    draws = Random(0)
    points = [(draws.uniform(-1, 1), draws.uniform(-1, 1)) for _ in range(cases)]
    wanted = [x * x + y - x * y for x, y in points]

    def theirs(known: Sequence[Callable[..., float]] = ()) -> list[list[float]]:
        found = []
        for function in known or (gp.compile(tree, symbols) for tree in trees):
            found.append([abs(function(*p) - w) for p, w in zip(points, wanted, strict=True)])
        return found

    dsl, programs = pack(), [program_of(tree) for tree in trees]
    batch = vm.encode_rows((FLOAT, FLOAT), points, wanted, FLOAT)

    def ours(known: Sequence[Code] = ()) -> Any:
        codes = known or [bytecode.compile_program(program, dsl) for program in programs]
        return vm.grade(list(codes), batch, Limits()).errors

    assert np.allclose(ours(), theirs(), atol=1e-9), "the same expressions have the same errors"
    codes = [bytecode.compile_program(program, dsl) for program in programs]
    functions = [gp.compile(tree, symbols) for tree in trees]
    nodes = statistics.fmean(map(len, trees))
    for how, own, other in (
        ("compiled and graded", ours, theirs),
        ("graded alone", lambda: ours(codes), lambda: theirs(functions)),
    ):
        yield Row(
            f"straight-line expressions of {nodes:.0f} nodes, {how}, {cases} cases",
            "programs x cases",
            rate(count * cases, own),
            f"DEAP {metadata.version('deap')}, symbolic regression",
            rate(count * cases, other),
        )


# -------------------------------------------------------------------------- programs with loops


def with_loops(count: int, python: Path | None) -> Iterator[Row]:
    """Random programs with loops, lowered, compiled and graded, and whole genetic searches;
    beside PyshGP's evaluator on random genomes."""
    suite_name, name = LOOPS
    problem = make_problem(make_setting(suite(suite_name)[name]))
    grammar = make_grammar(problem)
    trees = looping(problem, count)
    batch = vm.encode_rows(
        problem.entry_types, problem.inputs, problem.outputs, problem.entry_result
    )
    limits, cases = working_limits(problem), len(problem.inputs)

    def ours() -> object:
        codes = []
        for tree in trees:
            typed = lower(tree, grammar)
            program = problem.wrap(typed.term, 0).program
            codes.append(bytecode.compile_program(program, problem.dsl, typed=typed))
        return vm.grade(codes, batch, limits)

    theirs, said = pyshgp(python, problem)
    for what, speed in (
        ("random programs with loops, lowered, compiled and graded", rate(count * cases, ours)),
        ("genetic search over typed trees, all of it", searching(genetic(settings=PLAIN), problem)),
        ("genetic search over flat genomes, all of it", searching(flat_genetic(), problem)),
    ):
        what = f"{what}, {cases} cases of {name}"
        yield Row(what, "programs x cases", speed, "PyshGP's evaluator", theirs, said)


def searching(method: Method, problem: Problem) -> float:
    """The executions a second of a search: selection and variation as well, from the second
    generation on."""
    search = method(problem, 0)
    used, begin = 0, 0.0
    while used < _SEARCHED:
        batch = search.ask(Allowance(_SEARCHED, None))
        if not begin:
            begin = time.process_time()
            continue
        used += batch.executions
    return used / (time.process_time() - begin)


def looping(problem: Problem, count: int) -> list[Tree]:
    """Random trees with a loop that the VM can run."""
    grammar, rng, found = make_grammar(problem), Random(0), list[Tree]()
    while len(found) < count:
        tree = ramped(grammar, rng, size=20, depth=14)
        if not tree.loops:
            continue
        try:
            bytecode.compile_program(problem.wrap(lower(tree, grammar).term, 0).program, pack())
        except (UnboundError, progsynth.UnsupportedError):
            continue
        found.append(tree)
    return found


# Its last release takes names from `collections` that Python 3.10 and later have elsewhere.
_PYSHGP = """
import collections, collections.abc, json, random, sys, time
for name in collections.abc.__all__:
    if not hasattr(collections, name):
        setattr(collections, name, getattr(collections.abc, name))
from importlib.metadata import version
import numpy as np
from pyshgp.gp.evaluation import DatasetEvaluator
from pyshgp.gp.genome import GeneSpawner, genome_to_code
from pyshgp.push.config import PushConfig
from pyshgp.push.instruction_set import InstructionSet
from pyshgp.push.interpreter import PushInterpreter
from pyshgp.push.program import Program, ProgramSignature
asked = json.load(sys.stdin)
random.seed(0)
np.random.seed(0)
known = InstructionSet().register_core_by_stack({"int", "bool", "exec", "code"})
spawner = GeneSpawner(1, known, [0, 1], [lambda: random.randint(-9, 9)])
signature = ProgramSignature(
    arity=1, output_stacks=["int"], push_config=PushConfig(step_limit=asked["steps"])
)
evaluator = DatasetEvaluator(asked["inputs"], asked["outputs"], interpreter=PushInterpreter(known))
genomes = [spawner.spawn_genome(asked["genes"]) for _ in range(asked["count"])]
begin = time.process_time()
for genome in genomes:
    evaluator.evaluate(Program(code=genome_to_code(genome), signature=signature))
seconds = time.process_time() - begin
rate = asked["count"] * len(asked["inputs"]) / seconds
print(json.dumps({"rate": rate, "version": version("pyshgp")}))
"""


def pyshgp(python: Path | None, problem: Problem) -> tuple[float | None, str]:
    """Its programs x cases a second, or None; and what is to be said of it."""
    if python is None:
        return None, "not measured: --pyshgp names no environment that has it"
    asked = {
        "inputs": problem.inputs,
        "outputs": [[output] for output in problem.outputs],
        "steps": STEPS,
        "genes": GENES,
        "count": 60,
    }
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", _PYSHGP],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return None, f"not measured: {done.stderr.strip().splitlines()[-1]}"
    found = json.loads(done.stdout)
    said = (
        f"PyshGP {found['version']}, random genomes of {GENES} genes, {STEPS} steps at most; other "
        "programs, the same cases"
    )
    return found["rate"], said


# -------------------------------------------------------------------------------- lexicase


def selection() -> Iterator[Row]:
    """Lexicase selection of 1,000 parents on 200 cases."""
    options = argparse.Namespace(deap_parents=5, repeats=3)
    for name, errors_NC, epsilon_C in lexicase.populations(1000, 200):
        found = lexicase.measured(name, errors_NC, epsilon_C, options)
        parents = found["parents"]
        what = f"lexicase selection, {parents:,} parents, {found['cases']} cases, {name}"
        ours, theirs = parents / found["compiled_seconds"], parents / found["deap_seconds"]
        yield Row(what, "parents", ours, f"DEAP {metadata.version('deap')}", theirs)


# ----------------------------------------------------------------------------- the table


def table_of(rows: list[Row]) -> Table:
    """The rows as a table of texts."""
    heads = ("what", "a CPU-second", "ours", "beside", "its", "ratio")
    lines = []
    for row in rows:
        other = "-" if row.other is None else f"{row.other:,.0f}"
        ratio = "-" if row.ratio is None else f"{row.ratio:,.0f}" if row.ratio >= 10 else ""
        ratio = ratio or f"{row.ratio:.1f}"
        lines.append((row.what, row.unit, f"{row.ours:,.0f}", row.other_name, other, ratio))
    return Table(heads, tuple(lines))


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),  # processes that wanted a core, on average
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("numba", "numpy", "deap")},
    }


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pyshgp", type=Path, metavar="PYTHON", help="of its environment")
    parser.add_argument("--programs", type=int, default=4_000_000, help="bottom-up (4,000,000)")
    parser.add_argument("--expressions", type=int, default=400, help="straight-line (400)")
    parser.add_argument("--cases", type=int, default=200, help="of these (200)")
    options = parser.parse_args()
    vm.warm_up(background=False)
    lexicase.chosen(np.eye(3), np.array([[0, 1, 2]]), np.array([0.5]))  # loads its kernel
    rows = [
        *(row for case in vm_speed.CASES for row in engines(case)),
        bottom_up(options.programs),
        *straight_line(options.expressions, options.cases),
        *with_loops(options.expressions, options.pyshgp),
        *selection(),
    ]
    record = {
        "started": round(time.time()),
        "command": " ".join(["python", "-m", "benchmarks.speed_table", *sys.argv[1:]]),
        "version": progsynth.__version__,
        "machine": machine(),
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }
    print(table_of(rows).markdown())
    for note in dict.fromkeys(row.note for row in rows if row.note):
        print(f"* {note}")
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
