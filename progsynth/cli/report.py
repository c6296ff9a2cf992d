"""`progsynth report`: the records of runs as tables and plots."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from progsynth.bench.report import gather, write_report
from progsynth.bench.runs import read_run
from progsynth.bench.scores import untested
from progsynth.bench.tables import methods_table, tasks_table
from progsynth.cli.results import print_table
from progsynth.errors import ProgsynthError

_EXAMPLES = """\
examples:
  progsynth report runs/x                  into runs/x/report
  progsynth report runs/x runs/y --out runs/x_and_y

It writes report.md with its plots (PNG), and its tables as CSV; of several runs the curves are in
one plot. A run may be reported on while it goes on. Published figures stand beside where the suite
has them, or a published.toml in the run's folder; docs/benchmarks.md says how these are written.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="folders of runs")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="where the report goes (of one run: RUN/report)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the report, and print its tables: that of the methods, and of tasks on which others
    have published figures."""
    if options.out is None and len(options.runs) > 1:
        raise ProgsynthError("a report on several runs belongs to none of them: say --out DIR")
    material = gather([read_run(folder) for folder in options.runs])
    report = write_report(material, options.out or options.runs[0] / "report")
    for warning in material.warnings:
        print(f"note: {warning}", file=sys.stderr)
    table = methods_table(material.records)
    print_table(table.heads, table.rows)
    for line in untested(material.records):
        print(f"\n{line}")
    for suite, published in material.published.items():
        if any(figures.solved for figures in published):
            table = tasks_table(material.records, suite, published)
            print(f"\n{suite}")
            print_table(table.heads, table.rows)
    print(f"\n{report.text}")
    for path in (*report.tables, *report.plots):
        print(f"  {path}")
    return 0
