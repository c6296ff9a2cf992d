"""How fast bottom-up search goes: `python -m benchmarks.bottom_up_speed`.

One process, one core: the compiled bank and its twin in Python fill the same levels of the same
problem, values of a function from a list of integers to another over the default pack, on five
examples of length 8. Each candidate is evaluated on all rows and looked up among the values
known. Printed, and appended to benchmarks/results/bottom_up_speed.jsonl: candidates a second of
processor and of wall time, how many had lambdas, the share kept, bytes a value.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table

import progsynth
from progsynth.lang.failure import Limits
from progsynth.lang.types import INT, list_of
from progsynth.registry import pack
from progsynth.search.bank import Bank
from progsynth.search.constants import mine
from progsynth.search.fast import layout as at
from progsynth.search.fast.bank import FastBank
from progsynth.search.fast.fragment import restrict
from progsynth.search.fast.memory import Sizes
from progsynth.search.goal import working_limits
from progsynth.search.kernels import Kernels
from progsynth.search.levels import Levels
from progsynth.search.space import Space, Symbol
from progsynth.search.universe import make_space
from progsynth.task import Example

RESULTS = Path(__file__).parent / "results" / "bottom_up_speed.jsonl"
XS = list_of(INT)


def problem(seed: int) -> tuple[Space, Symbol, list[tuple[Any, ...]], list[Any], tuple[str, ...]]:
    """The covered space, its root, five rows, typed hints, and the primitives left out."""
    draw = Random(seed)
    rows = [([draw.randint(-20, 20) for _ in range(8)],) for _ in range(5)]
    outputs = [[x * x for x in sorted(row[0])] for row in rows]
    constants = mine((XS,), XS, list(map(Example, rows, outputs)))
    space, left_out = restrict(make_space(pack(), (XS,), XS, constants), pack())
    hints = [[(XS, row[0]), (XS, out)] for row, out in zip(rows, outputs, strict=True)]
    return space, space.symbol(space.top((XS,)), XS), rows, hints, left_out


def fill(levels: Levels, bank: Any, programs: int) -> Iterator[int]:
    """Fill level after level until so many programs are tried; yields each level begun."""
    level = 0
    while bank.programs < programs and not bank.full:
        level += 1
        yield level
        for _ in levels.fill(level):
            if bank.programs >= programs:
                break


def timed(levels: Levels, bank: Any, programs: int) -> dict[str, Any]:
    """Fill the bank; what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    level = max(fill(levels, bank, programs))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return {
        "candidates": bank.programs,
        "level": level,
        "kept": bank.entries,
        "kept_share": bank.entries / bank.programs,
        "seconds": wall,
        "processor_seconds": processor,
        "per_second": bank.programs / wall,
        "per_processor_second": bank.programs / processor,
    }


def fast(programs: int, seed: int, max_bytes: int) -> dict[str, Any]:
    """The compiled bank's figures."""
    space, root, rows, hints, left_out = problem(seed)
    shown = [v for hint in hints for _, v in hint]
    cells = working_limits(Limits(), shown).cells
    sizes = Sizes(max_bytes, len(rows), sum(map(len, shown)), cells, 8)
    bank = FastBank(space, root.scope, rows, hints, sizes=sizes)
    for _ in Levels(space, bank, root, keep_root=True).fill(3):  # compiled, or read from disk
        pass
    bank = FastBank(space, root.scope, rows, hints, sizes=sizes)
    found = timed(Levels(space, bank, root, keep_root=True), bank, programs)
    Q = bank.memory.Q
    used = bank.bytes_used()
    return found | {
        "with_lambdas": int(Q[at.WITH_LAMBDAS]) / bank.programs,
        "of_bodies": int(Q[at.OF_BODIES]) / bank.programs,
        "sequences": int(Q[at.SEQUENCES]),
        "bytes": used,
        "bytes_a_value": used / bank.entries,
        "full": bank.full,
        "left_out": left_out,
    }


def slow(programs: int, seed: int) -> dict[str, Any]:
    """The figures of the bank in Python, on the same space."""
    space, root, rows, hints, _ = problem(seed)
    shown = [v for hint in hints for _, v in hint]
    bank = Bank(space, Kernels(pack(), working_limits(Limits(), shown)), root.scope, rows, hints)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = timed(Levels(space, bank, root, keep_root=True), bank, programs)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return found | {"bytes_a_value": grown / bank.entries}


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),  # processes that wanted a core, on average
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("numba", "llvmlite", "numpy")},
    }


def show(record: dict[str, Any]) -> None:
    """Print the figures."""
    table = Table("", "compiled", "Python")
    for name in ("candidates", "level", "kept_share", "per_second", "per_processor_second"):
        table.add_row(name, *(f"{record[who][name]:,.3g}" for who in ("compiled", "python")))
    table.add_row(
        "bytes_a_value", *(f"{record[who]['bytes_a_value']:,.0f}" for who in ("compiled", "python"))
    )
    for name in ("with_lambdas", "of_bodies", "full"):
        table.add_row(name, f"{record['compiled'][name]:.3g}", "")
    table.add_row("ratio of processor time", f"{record['ratio']:.1f}", "1")
    Console().print(table)


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=12_000_000)
    parser.add_argument("--slow-programs", type=int, default=300_000)
    parser.add_argument("--max-bytes", type=int, default=2 << 30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    twin = slow(options.slow_programs, options.seed)
    compiled = fast(options.programs, options.seed, options.max_bytes)
    record = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "python -m benchmarks.bottom_up_speed " + " ".join(sys.argv[1:]),
        "version": progsynth.__version__,
        "machine": machine(),
        "seed": options.seed,
        "compiled": compiled,
        "python": twin,
        "ratio": compiled["per_processor_second"] / twin["per_processor_second"],
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    show(record)
    with RESULTS.open("a") as file:
        file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
