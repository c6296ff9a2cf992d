"""How fast the engines run programs: `python -m benchmarks.vm_speed`.

One run, one core, all checks on (overflow, fuel, cells). The engines are compared on loop, list,
table and text programs; the VM's instructions and its program x case a second are counted;
bubble sort of 1,000 numbers shows that functional updates stay within memory; and fresh
processes are timed with an empty and a filled cache. The figures are printed and appended to
benchmarks/results/vm_speed.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

import progsynth
from progsynth.lang import interpret, vm
from progsynth.lang.failure import Limits
from progsynth.lang.python import python_engine
from progsynth.lang.read import read_program
from progsynth.lang.values import Value
from progsynth.lang.vm import bytecode, opcodes
from progsynth.lang.vm.kernel_folder import SETTING
from progsynth.lang.vm.listing import instructions
from progsynth.registry import pack

RESULTS = Path(__file__).parent / "results" / "vm_speed.jsonl"
AMPLE = Limits(fuel=1 << 40, cells=1 << 24)
WORDS = "to be or not to be that is the question whether tis nobler in the mind to suffer"


@dataclass(frozen=True, slots=True)
class Case:
    """A program and one row to run it on, `rows` times in each run."""

    name: str
    text: str
    row: tuple[Value, ...]
    rows: int


CASES = (
    Case(
        "loop",
        """
def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps = steps + 1
    return steps
""",
        (837_799,),
        40,
    ),
    Case(
        "list",
        """
def f(xs: list[int]) -> int:
    big = filter(lambda x: x % 3 != 0, map(lambda x: x * x - 7, xs))
    return fold(lambda total, x: total + x, 0, sort(big)[:50])
""",
        (list(range(100)),),
        200,
    ),
    Case(
        "table",
        """
def f(xs: list[int]) -> int:
    counts = {0: 0}
    for x in xs:
        counts[x % 10] = get(counts, x % 10, 0) + 1
    best = 0
    for k in counts:
        best = max(best, counts[k])
    return best
""",
        (list(range(100)),),
        200,
    ),
    Case(
        "text",
        """
def f(s: str) -> str:
    found = ""
    for word in split(s, " "):
        if len(word) > 2:
            found = found + upper(word[0]) + word[1:] + "-"
    return replace(found, "-", ", ")
""",
        (WORDS,),
        400,
    ),
)

LOOP = """
def f(n: int) -> int:
    total = 0
    i = 0
    while i < n:
        total = total + i * 3
        i = i + 1
    return total
"""

TWENTY = """
def f(xs: list[int]) -> int:
    total = 0
    for x in xs:
        if x > 10:
            total = total + x * x
    return total
"""

BUBBLE_SORT = """
def bubble_sort(xs: list[int]) -> list[int]:
    for i in range(len(xs)):
        for j in range(len(xs) - 1 - i):
            if xs[j] > xs[j + 1]:
                left = xs[j]
                xs[j] = xs[j + 1]
                xs[j + 1] = left
    return xs
"""

START = """
import time
start = time.perf_counter()
from progsynth.lang.vm import bytecode
from progsynth.lang import vm
from progsynth.lang.read import read_program
from progsynth.registry import pack
program = read_program("def f(x: int) -> int:\\n    return x + 1\\n", pack())
assert vm.run(bytecode.compile_program(program, pack()), [(1,)]) == [2]
print(time.perf_counter() - start)
"""


def seconds(run: Callable[[], object], times: int = 3) -> float:
    """The shortest of several runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def compare(case: Case) -> dict[str, float]:
    """Runs a second of each engine, which must agree."""
    dsl = pack()
    program = read_program(case.text, dsl)
    rows = [case.row] * case.rows
    few = rows[: max(1, case.rows // 20)]  # the interpreter is slow
    code = bytecode.compile_program(program, dsl)
    exported = python_engine.compile_program(program, dsl)
    expected = interpret.run(program, case.row, dsl, AMPLE)
    assert vm.run(code, rows, AMPLE) == exported.run(rows, AMPLE) == [expected] * len(rows)
    return {
        "interpreter": len(few)
        / seconds(lambda: [interpret.run(program, r, dsl, AMPLE) for r in few]),
        "python": case.rows / seconds(lambda: exported.run(rows, AMPLE)),
        "vm": case.rows / seconds(lambda: vm.run(code, rows, AMPLE)),
    }


def instruction_rate(rounds: int = 20_000_000) -> float:
    """VM instructions a second in a loop of ints, counted from its code."""
    dsl = pack()
    code = bytecode.compile_program(read_program(LOOP, dsl), dsl)
    found = list(instructions(code))
    backward = next(
        (place, words[-1])
        for place, words in found
        if words[0] == opcodes.JUMP_LT and words[-1] < place
    )
    length = sum(1 for place, _ in found if backward[1] <= place <= backward[0])
    limits = Limits(fuel=2 * rounds, cells=10)
    taken = seconds(lambda: vm.run(code, [(rounds,)], limits))
    return length * rounds / taken


def score_rate(num_programs: int = 2000, num_rows: int = 100) -> float:
    """Program x case a second on a loop over 20 elements, results compared in the machine."""
    dsl = pack()
    code = bytecode.compile_program(read_program(TWENTY, dsl), dsl)
    rows = [(list(range(k % 7, k % 7 + 20)),) for k in range(num_rows)]
    batch = vm.encode_rows(code.types, rows, vm.run(code, rows), code.result)
    codes = [code] * num_programs
    assert vm.score(codes[:1], batch).equal.all()
    return num_programs * num_rows / seconds(lambda: vm.score(codes, batch))


def bubble_sort() -> dict[str, float]:
    """Seconds for 1,000 numbers, and the memory that the process took for it."""
    dsl = pack()
    code = bytecode.compile_program(read_program(BUBBLE_SORT, dsl), dsl)
    xs = Random(0).sample(range(10_000), 1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    (found,) = vm.run(code, [(xs,)], AMPLE)
    taken = time.perf_counter() - start
    assert found == sorted(xs)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": taken, "mb_more": (after - before) / 1024, "mb_peak": after / 1024}


def starts() -> dict[str, float]:
    """Seconds to the first answer of the VM in a new process, without and with kernels on disk."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, SETTING: folder}
        for name in ("cold", "cached"):
            command = [sys.executable, "-c", START]
            done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
            found[name] = float(done.stdout)
    return found


def measure(cold: bool) -> dict[str, Any]:
    """All figures; `cold` with the starts of new processes, which take a minute."""
    vm.warm_up(background=False)
    record: dict[str, Any] = {
        "engines_runs_per_second": {case.name: compare(case) for case in CASES},
        "vm_instructions_per_second": instruction_rate(),
        "program_x_case_per_second": score_rate(),
        "bubble_sort_1000": bubble_sort(),
    }
    if cold:
        record["start_seconds"] = starts()
    return record


def show(record: dict[str, Any]) -> None:
    """Print the figures as tables."""
    table = Table(title="Runs a second, one core")
    for head in (
        "program",
        "interpreter",
        "checked Python",
        "VM",
        "VM / interpreter",
        "VM / Python",
    ):
        table.add_column(head, justify="left" if head == "program" else "right")
    for name, rates in record["engines_runs_per_second"].items():
        slow, python, fast = rates["interpreter"], rates["python"], rates["vm"]
        shown = (f"{rate:,.0f}" for rate in (slow, python, fast))
        table.add_row(name, *shown, f"{fast / slow:,.0f}x", f"{fast / python:,.0f}x")
    console = Console()
    console.print(table)
    console.print(f"VM instructions a second: {record['vm_instructions_per_second'] / 1e6:,.0f} M")
    rate = record["program_x_case_per_second"] / 1e6
    console.print(f"program x case a second, 20-element loop: {rate:,.2f} M")
    bubble = record["bubble_sort_1000"]
    console.print(
        f"bubble sort of 1,000 numbers: {bubble['seconds']:.2f} s, "
        f"{bubble['mb_more']:,.0f} MB more than before (peak {bubble['mb_peak']:,.0f} MB)"
    )
    for name, taken in record.get("start_seconds", {}).items():
        console.print(f"first answer of a new process, kernels {name}: {taken:.1f} s")


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-starts", action="store_true", help="leave out the timed starts")
    options = parser.parse_args()
    record = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["python -m benchmarks.vm_speed", *sys.argv[1:]]),
        "version": progsynth.__version__,
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("numba", "llvmlite", "numpy")},
        },
        **measure(cold=not options.no_starts),
    }
    show(record)
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a") as file:
        file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
