"""Our compression beside Stitch's: `python -m benchmarks.compression`.

Corpora: those of Stitch's tower and drawing domains (`stitch_corpora/` of the folder that
PROGSYNTH_DATA names), and three drawn here from a seed, of the sizes of DreamCoder's list and text
domains: `lists` (109 tasks of up to three programs), `text` (76), `towers` (250). Both compressors
look for the same number of abstractions of the same arity under Stitch's costs; both results are
counted by us, on the rewritten terms. Seconds are of CPU. Figures are appended to
benchmarks/results/compression.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.origin import origin
from progsynth.library.compress.compressors import Compressed, Compressor, TopDown
from progsynth.library.compress.labelled import Corpus
from progsynth.library.compress.s_expressions import read_corpus
from progsynth.library.compress.stitch import StitchCore
from progsynth.library.compress.top_down import Effort, Scope

RESULTS = Path(__file__).parent / "results" / "compression.jsonl"
SMALL = ("lists", "text", "towers", "nuts-bolts", "dials", "furniture", "wheels")
Tasks = list[list[str]]


def main() -> int:
    """Compress each corpus by both, print the figures side by side and append them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("corpora", nargs="*", default=SMALL, help="names (the smaller ones)")
    parser.add_argument("--arity", type=int, default=3, help="of the abstractions (3)")
    parser.add_argument("--iterations", type=int, default=10, help="abstractions (10)")
    parser.add_argument("--both-orders", action="store_true", help="of parameters: ours runs twice")
    parser.add_argument("--record", type=Path, default=RESULTS, help="JSON lines")
    options = parser.parse_args()
    print("corpus        arity   ours ratio      s   Stitch ratio      s   ours/Stitch")
    for name in options.corpora:
        line = measured(name, options.arity, options.iterations, options.both_orders)
        print(
            f"{name:12}  {options.arity:5}   {line['ratio']:10.3f} {line['seconds']:6.2f}"
            f"   {line['stitch_ratio']:12.3f} {line['stitch_seconds']:6.2f}"
            f"   {line['ratio'] / line['stitch_ratio']:11.3f}",
            flush=True,
        )
        with options.record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return 0


def measured(name: str, arity: int, iterations: int, both_orders: bool) -> dict[str, Any]:
    """The figures of one corpus."""
    corpus = read_corpus(tasks_of(name))
    effort = Effort()
    scope = Scope(max_arity=arity, functions=False, exact=False)
    ours, seconds = timed(
        TopDown(iterations, scope, effort=effort, both_orders=both_orders), corpus
    )
    theirs, stitch_seconds = timed(StitchCore(iterations, arity), corpus)
    return {
        "corpus": name,
        "tasks": len(corpus.tasks),
        "arity": arity,
        "iterations": iterations,
        "both_orders": both_orders,
        "cost": corpus.cost(),
        "ratio": round(ours.ratio, 4),
        "stitch_ratio": round(theirs.ratio, 4),
        "seconds": round(seconds, 3),
        "stitch_seconds": round(stitch_seconds, 3),
        "patterns": effort.taken,
        **origin("compression"),
    }


def timed(compressor: Compressor, corpus: Corpus) -> tuple[Compressed, float]:
    """What the compressor made of the corpus, and the seconds of CPU it took."""
    start = time.process_time()
    found = compressor.compress(corpus)
    return found, time.process_time() - start


def tasks_of(name: str) -> Tasks:
    """The corpus of that name: the programs of each task."""
    if name in DRAWN:
        return DRAWN[name](Random(f"corpus {name} 0"))
    folder = os.environ.get("PROGSYNTH_DATA", "")
    file = Path(folder) / "stitch_corpora" / "cogsci" / f"{name}.json"
    if not folder or not file.exists():
        sys.exit(
            f"there is no corpus '{name}': expected {', '.join(DRAWN)}, or a file of that name "
            "in stitch_corpora/cogsci of the folder that PROGSYNTH_DATA names"
        )
    return [[program] for program in json.loads(file.read_text(encoding="utf-8"))]


# ---------------------------------------------------------------------------- drawn corpora


def list_tasks(rng: Random) -> Tasks:
    """109 tasks on lists of ints: pipelines of maps, filters, folds, each in one to three ways."""

    def number(depth: int) -> str:
        leaf = rng.choice(("$0", "$0", "0", "1", "2", "3", "5"))
        if depth == 0 or rng.random() < 0.3:
            return leaf
        return f"({rng.choice(('+', '-', '*', 'mod'))} {number(depth - 1)} {number(depth - 1)})"

    def test() -> str:
        return rng.choice(
            (
                f"(gt? $0 {rng.randint(0, 5)})",
                f"(eq? {number(1)} 0)",
                "(is-square $0)",
                f"(eq? (mod $0 {rng.randint(2, 4)}) 0)",
            )
        )

    def listed(depth: int) -> str:
        if depth == 0:
            return "$0"
        inner = listed(depth - 1)
        return rng.choice(
            (
                f"(map (lam {number(2)}) {inner})",
                f"(filter (lam {test()}) {inner})",
                f"(cdr {inner})",
                f"(cons {rng.randint(0, 3)} {inner})",
                f"(unfold {inner} (lam (empty? $0)) (lam (car $0)) (lam (cdr $0)))",
                f"(fold {inner} nil (lam (lam (cons $1 (cons $1 $0)))))",
            )
        )

    def whole(depth: int) -> str:
        inner = listed(depth)
        ends = (
            f"(fold {inner} 0 (lam (lam (+ $1 $0))))",
            f"(length {inner})",
            f"(car {inner})",
            f"(fold {inner} 0 (lam (lam (if (gt? $1 $0) $1 $0))))",
        )
        return f"(lam {rng.choice((inner, inner, rng.choice(ends)))})"

    return [[whole(rng.randint(1, 3)) for _ in range(rng.randint(1, 3))] for _ in range(109)]


def text_tasks(rng: Random) -> Tasks:
    """76 tasks on texts: parts between delimiters, put together."""
    marks = ("dot", "comma", "space", "open", "close", "dash")

    def part() -> str:
        mark = rng.choice(marks)
        where = f"(fold $0 0 (lam (lam (if (char-eq? $1 {mark}) 0 (+ 1 $0)))))"
        split = (
            f"(unfold $0 (lam (empty? $0)) (lam (car $0)) "
            f"(lam (if (char-eq? (car $0) {mark}) nil (cdr $0))))"
        )
        return rng.choice(
            (
                f"(take {where} $0)",
                f"(drop {where} $0)",
                split,
                f"(cons {mark} {split})",
                "(cons (car $0) nil)",
                "$0",
            )
        )

    def joined(count: int) -> str:
        if count == 1:
            return part()
        return f"(fold {part()} {joined(count - 1)} (lam (lam (cons $1 $0))))"

    return [
        [f"(lam {joined(rng.randint(1, 3))})" for _ in range(rng.randint(1, 3))] for _ in range(76)
    ]


def tower_tasks(rng: Random) -> Tasks:
    """250 drawings of towers: floors of two posts and a beam, walls, arches, repeated."""

    def block(shape: str, x: str, y: str, turn: str = "0") -> str:
        return f"(T (T {shape} (M 1 {turn} 0 0)) (M 1 0 {x} {y}))"

    def piece() -> str:
        x, size = str(rng.randint(0, 4)), rng.choice(("1", "1.5", "2"))
        posts = f"(C {block('post', x, '0')} {block('post', f'(+ {x} {size})', '0')})"
        beam = block("beam", x, size, "(/ pi 2)")
        wall = f"(repeat {block('brick', x, '0')} {rng.randint(2, 6)} (M 1 0 {size} 0))"
        arch = f"(C (C {posts} {beam}) {block('roof', x, f'(* 2 {size})')})"
        return rng.choice((f"(C {posts} {beam})", wall, arch))

    def tower(floors: int) -> str:
        found = piece()
        for floor in range(1, floors):
            found = f"(C {found} (T {piece()} (M 1 0 0 {floor})))"
        return found

    return [[tower(rng.randint(1, 4))] for _ in range(250)]


DRAWN = {"lists": list_tasks, "text": text_tasks, "towers": tower_tasks}


if __name__ == "__main__":
    sys.exit(main())
