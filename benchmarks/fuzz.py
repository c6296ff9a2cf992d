"""Compare all engines on random programs: `python -m benchmarks.fuzz --programs 1000000`.

Programs are made from their number, in chunks; each finished chunk is one line of a log under
out/, named by the language pack and the sources, so that a run that was killed goes on where it
stopped. Every disagreement is printed with the smallest program that shows it. The summary is
appended to benchmarks/results/fuzz.jsonl. The exit status is 1 when engines disagreed.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import TimeoutError as ChunkTimeout
from dataclasses import replace
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

import progsynth
from progsynth.lang.agreement.agreement import (
    ENGINES,
    Engine,
    disagreements,
    engines_for,
    expected_outcomes,
)
from progsynth.lang.agreement.random_programs import LARGE, SMALL, RandomPrograms, Sample
from progsynth.lang.agreement.random_terms import Shape
from progsynth.lang.agreement.shrink import shrink
from progsynth.lang.failure import Failure
from progsynth.lang.term import Call, Program, Term, subterms
from progsynth.registry import pack

CHUNK = 1000
TINY = Shape(num_rows=2, num_focus=1, depth=2, num_nodes=12)
SHAPES = (*(TINY,) * 12, *(SMALL,) * 3, LARGE)  # most defects show in small programs
EVERY = {"readable": 16, "printed": 64}  # text takes much longer than running
SECONDS = 1800  # a chunk that takes longer hangs: that is a finding too
RESULTS = Path(__file__).parent / "results" / "fuzz.jsonl"


def run_chunk(first: int) -> dict[str, Any]:
    """Counts and findings of the programs from `first` on."""
    dsl = pack()
    source = RandomPrograms(dsl, SHAPES)
    counts: dict[str, Counter[str]] = {"outcomes": Counter(), "engines": Counter()}
    callees: Counter[str] = Counter()
    findings: list[dict[str, Any]] = []
    for seed in range(first, first + CHUNK):
        sample = source.sample(seed)
        expected = expected_outcomes(sample, dsl)
        counts["outcomes"].update(
            o.kind.value if isinstance(o, Failure) else "value" for o in expected
        )
        callees.update(
            {t.name for f in sample.program.functions for t in subterms(f.body) if _calls(t)}
        )
        engines = {
            n: _counted(n, e, counts["engines"]) for n, e in engines_for(seed, EVERY).items()
        }
        for found in disagreements(sample, expected, dsl, engines)[:1]:
            small = _small(sample, found.engine)
            shown = "\n".join(_shown(small.program)), str(found)
            findings.append({"seed": seed, "engine": found.engine, "found": shown[1]})
            findings[-1]["program"] = shown[0]
    counts["callees"] = callees
    return {"first": first, "counts": {k: dict(v) for k, v in counts.items()}, "found": findings}


def _calls(term: Term) -> bool:
    return isinstance(term, Call)


def _counted(name: str, engine: Engine, counter: Counter[str]) -> Engine:
    def counting(*given: Any) -> Any:
        outcomes = engine(*given)
        counter[f"{name} rows"] += sum(o is not None for o in outcomes or ())
        counter[f"{name} programs"] += outcomes is not None
        return outcomes

    return counting


def _small(sample: Sample, engine: str) -> Sample:
    """The smallest program and row that show the disagreement."""
    dsl = pack()
    only: Mapping[str, Engine] = {engine: ENGINES[engine]}

    def differs(program: Program) -> bool:
        one = replace(sample, program=program)
        return bool(disagreements(one, expected_outcomes(one, dsl), dsl, only))

    return replace(sample, program=shrink(sample.program, dsl, differs, max_tries=400))


def _shown(program: Program) -> Iterator[str]:
    for function in program.functions:
        params = ", ".join(
            f"{p}: {t}" for p, t in zip(function.params, function.types, strict=True)
        )
        yield f"{function.name}({params}) -> {function.result} = {function.body}"


# ------------------------------------------------------------------------------- the run


def digest() -> str:
    """A hash of the pack and of the sources of the language."""
    text = sha256(pack().digest.encode())
    for file in sorted(_sources(resources.files("progsynth.lang"))):
        text.update(file)
    return text.hexdigest()[:12]


def _sources(folder: Any) -> Iterator[bytes]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith(".py"):
            yield entry.name.encode() + b"\n" + entry.read_bytes()


def run(programs: int, start: int, processes: int, log: Path) -> list[dict[str, Any]]:
    """The results of all chunks: read from the log where it has them, else computed now."""
    done = {}
    if log.exists():
        done = {line["first"]: line for line in map(json.loads, log.read_text().splitlines())}
    firsts = range(start, start + programs, CHUNK)
    waiting = [first for first in firsts if first not in done]
    if len(waiting) < len(firsts):
        print(f"{len(firsts) - len(waiting)} of {len(firsts)} chunks are in {log}", flush=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with ProcessPool(max_workers=processes) as pool, log.open("a") as lines:
        futures = {
            first: pool.schedule(run_chunk, args=[first], timeout=SECONDS) for first in waiting
        }
        for number, (first, future) in enumerate(futures.items(), 1):
            try:
                result = future.result()
            except (ChunkTimeout, ProcessExpired) as error:
                why = f"{type(error).__name__} in programs {first} to {first + CHUNK - 1}"
                result = {"first": first, "counts": {}, "found": [{"found": why}]}
            done[first] = result
            lines.write(json.dumps(result) + "\n")
            lines.flush()
            for found in result["found"]:
                print(f"\nDISAGREEMENT {found.get('seed', '')} {found['found']}", flush=True)
                print(found.get("program", ""), flush=True)
            if number % 10 == 0 or number == len(waiting):
                seconds = time.monotonic() - begun
                rate = number * CHUNK / seconds
                print(f"{number * CHUNK} programs, {rate:.0f} a second", flush=True)
    return [done[first] for first in firsts]


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """All counts together."""
    total: dict[str, Counter[str]] = {}
    for result in results:
        for name, counts in result["counts"].items():
            total.setdefault(name, Counter()).update(counts)
    outcomes = total["outcomes"]
    rarest = total["callees"].most_common()[-1]
    return {
        "programs": len(results) * CHUNK,
        "rows": outcomes.total(),
        "share_with_value": round(outcomes["value"] / outcomes.total(), 4),
        "outcomes": dict(outcomes.most_common()),
        "engines": dict(total["engines"].most_common()),
        "callees": len(total["callees"]),
        "rarest_callee": list(rarest),
        "disagreements": sum(len(r["found"]) for r in results),
    }


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--programs", type=int, default=1_000_000)
    parser.add_argument("--start", type=int, default=10_000, help="the first program's number")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--log", type=Path, default=None, help="where finished chunks are kept")
    given = parser.parse_args()
    source = digest()
    log = given.log or Path("out") / f"fuzz-{source}.jsonl"
    begun = time.monotonic()
    found = summary(run(given.programs, given.start, given.processes, log))
    record = {
        "command": " ".join(["python -m benchmarks.fuzz", *sys.argv[1:]]),
        "version": progsynth.__version__,
        "sources": source,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {given.processes} processes",
        "seconds": round(time.monotonic() - begun),
        **found,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a") as lines:
        lines.write(json.dumps(record) + "\n")
    print(json.dumps(record, indent=1))
    return 1 if found["disagreements"] else 0


if __name__ == "__main__":
    sys.exit(main())
