"""What became of proposals, on the command line."""

from __future__ import annotations

from progsynth.cli.results import Record

_WIDTH = 72  # characters of a finding
_ROWS = 20  # proposals that are listed


def proposal_lines(record: Record) -> list[str]:
    """A short table: where each proposal is from, what became of it, and why."""
    reports = record.get("proposals", [])
    if not reports:
        return []
    rows = [(r["source"], _became(r), _why(r)) for r in reports[:_ROWS]]
    wide, state = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = [f"{a:<{wide}}  {b:<{state}}  {c}".rstrip() for a, b, c in rows]
    left = len(reports) - len(rows)
    more = [f"and {left} more; --json OUT has all of them"] if left else []
    return ["proposals:", *(f"  {line}" for line in (*lines, *more))]


def _became(report: Record) -> str:
    scored = report["total"] and report["status"] in ("wrong", "repaired")
    right = f", right on {report['passed']} of {report['total']}" if scored else ""
    return f"{report['status']}{right}"


def _why(report: Record) -> str:
    """The first line of the finding; its place is where the proposal is from."""
    line, _, _ = report["finding"].partition("\n")
    line = line.removeprefix(f"{report['source'].rpartition(':')[0] or report['source']}:")
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."
