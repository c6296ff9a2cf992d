"""`progsynth compare`: runs and methods side by side."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from progsynth.bench.compare import (
    differing_table,
    pairs_of,
    pairs_table,
    sides_of,
    warnings_of,
)
from progsynth.bench.runs import read_run, with_methods
from progsynth.bench.tables import Table, methods_table
from progsynth.cli.results import print_table
from progsynth.files import check_writable, write_text

_EXAMPLES = """\
examples:
  progsynth compare runs/x                 the methods of a run
  progsynth compare runs/x runs/y          the methods of two
  progsynth compare runs/x runs/y --methods genetic --out compared.md

Success is a program found within the budget that is right on all test examples. The difference is
the mean over the tasks of the first's success rate less the second's, with a bootstrap interval
over tasks; the sign test is over wins and losses. Warnings say where budgets, machines, packs or
versions are not the same.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="folders of runs")
    parser.add_argument("--methods", metavar="A,B", help="only these methods")
    parser.add_argument("--out", metavar="FILE.md", type=Path, help="write it as Markdown too")


def run(options: argparse.Namespace) -> int:
    """Print the comparison."""
    if options.out is not None:
        check_writable(options.out, "--out")
    runs = [read_run(folder) for folder in options.runs]
    if options.methods is not None:
        wanted = [name.strip() for name in options.methods.split(",")]
        runs = with_methods(runs, wanted)
    sides = sides_of(runs)
    pairs = pairs_of(sides)
    tables = {
        **{str(one.folder): methods_table(one.records) for one in runs},
        "Pairs": pairs_table(pairs),
        "Tasks that differ": differing_table(sides),
    }
    warnings = [*(warning for one in runs for warning in one.warnings), *warnings_of(pairs)]
    _print(tables, warnings)
    if options.out is not None:
        write_text(options.out, _markdown(tables, warnings))
    return 0


def _print(tables: Mapping[str, Table], warnings: Sequence[str]) -> None:
    for title, table in tables.items():
        print(f"{title}\n{'=' * len(title)}")
        if table.rows:
            print_table(table.heads, table.rows)
        else:
            print("none")
        print()
    for warning in warnings:
        print(f"warning: {warning}")


def _markdown(tables: Mapping[str, Table], warnings: Sequence[str]) -> str:
    parts = [f"## {title}\n\n{table.markdown()}" for title, table in tables.items()]
    if warnings:
        parts.append("## Warnings\n\n" + "".join(f"* {warning}\n" for warning in warnings))
    return "\n".join(parts)
