"""`progsynth report`: a run's records as tables and plots."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from progsynth.bench.report import write_report
from progsynth.bench.runs import read_run
from progsynth.bench.tables import methods_table
from progsynth.cli.results import print_table

_EXAMPLES = """\
examples:
  progsynth report runs/x                  into runs/x/report
  progsynth report runs/x --out tables

It writes report.md with its plots (PNG), and its tables as CSV. A run may be reported on while it
goes on. Published figures stand beside where the suite has them, or a published.toml in the
run's folder; docs/benchmarks.md says how these are written.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("run", metavar="RUN", type=Path, help="the folder of a run")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="where the report goes (RUN/report)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the report, and print its first table."""
    found = read_run(options.run)
    report = write_report(found, options.out or options.run / "report")
    for warning in found.warnings:
        print(f"note: {warning}", file=sys.stderr)
    table = methods_table(found.records)
    print_table(table.heads, table.rows)
    print(f"\n{report.text}")
    for path in (*report.tables, *report.plots):
        print(f"  {path}")
    return 0
