"""Whole `solve`s of hybrid tasks, on the CPU and on a GPU: `python -m benchmarks.speed_gpu`.

Each task is solved on both with the same seed and the same bound on gradient steps, so that the
same work is compared; seconds are of the wall, from the call of `solve` to its result, after a
short run that loads and warms up what is loaded at first use. Figures are appended to
benchmarks/results/speed_gpu.jsonl. Where there is no GPU nothing is measured, and it says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from progsynth.tasks.perception.generate import Source, make_tasks

import progsynth
from progsynth.solve import solve
from progsynth.task import Task

RESULTS = Path(__file__).parent / "results" / "speed_gpu.jsonl"
TASKS = ("recognise", "sum of 2", "less than", "count of 3", "solid bodies")


def gpu() -> str:
    """The name of torch's kind of GPU; '' where there is none."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else ""


def solved(task: Task, device: str, seed: int, steps: int, seconds: float) -> dict[str, Any]:
    """One whole `solve`, and how long it took."""
    start = time.perf_counter()
    result = solve(task, seconds=seconds, gradient_steps=steps, seed=seed, device=device)
    took = time.perf_counter() - start
    return {
        "device": device,
        "wall seconds": took,
        "solved": result.solved,
        "stop reason": result.stop_reason,
        "gradient steps": result.gradient_steps,
        "program": result.program,
    }


def main() -> int:
    """Measure, print, and append the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--source", default="digits", help="digits, mnist10k or mnist")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--gradient-steps", type=int, default=50_000, help="for each solve")
    parser.add_argument("--seconds", type=float, default=300.0, help="for each solve, at most")
    parser.add_argument("--record", type=Path, default=RESULTS)
    options = parser.parse_args()
    kind = gpu()
    if not kind:
        print("no GPU here: torch has neither CUDA nor MPS, so nothing was measured")
        return 0
    name = torch.cuda.get_device_name() if kind == "cuda" else "MPS"
    tasks = make_tasks(source=Source(options.source), only=options.tasks)
    for device in ("cpu", kind):  # what is loaded and compiled at first use
        solved(replace(tasks[0], test=()), device, 0, 200, options.seconds)
    for task in tasks:
        for seed in range(options.seeds):
            both = [
                solved(
                    replace(task, test=()), device, seed, options.gradient_steps, options.seconds
                )
                for device in ("cpu", kind)
            ]
            ratio = both[0]["wall seconds"] / both[1]["wall seconds"]
            shown = "  ".join(
                f"{one['device']} {one['wall seconds']:.1f} s, {one['gradient steps']} steps"
                f"{'' if one['solved'] else ', not solved'}"
                for one in both
            )
            print(f"{task.name} seed {seed}  {shown}  CPU to GPU {ratio:.1f}", flush=True)
            record = {
                "version": progsynth.__version__,
                "command": " ".join(["python -m benchmarks.speed_gpu", *sys.argv[1:]]),
                "date": time.strftime("%Y-%m-%d"),
                "machine": f"{platform.machine()}, {os.cpu_count()} cores, {name}",
                "torch": torch.__version__,
                "source": options.source,
                "task": task.name,
                "seed": seed,
                "measured": both,
                "ratio": ratio,
            }
            with options.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
