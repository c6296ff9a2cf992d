"""A progress bar on a terminal while a search runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from progsynth.search.run import Event

OnEvent = Callable[[Event], None]

# Of what a search says besides (`run.Detailed`): by name, how it is shown.
_SHOWN = {
    "behaviours": "{:,} behaviours",
    "size": "mean size {:.0f}",
    "right_cases": "{} examples right by some program",
}


@contextmanager
def progress_bar(name: str, seconds: float | None, *, shown: bool = True) -> Iterator[OnEvent]:
    """Give what is to be called with a search's events; it shows nothing where nobody looks."""
    if not shown or not sys.stderr.isatty():
        yield _ignore
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=seconds, state="")

        def show(event: Event) -> None:
            bar.update(task, completed=event.seconds, state=state(event))

        yield show


def state(event: Event) -> str:
    """How far a search is, in a line: what it has used, the best program, its population."""
    passed, total = event.best
    parts = [f"level {event.level}", f"{event.programs:,} programs"]
    if event.gradient_steps:
        parts.append(f"{event.gradient_steps:,} gradient steps")
    if total:
        parts.append(f"best passes {passed} of {total}")
    known = event.details
    parts += [text.format(known[name]) for name, text in _SHOWN.items() if name in known]
    return ", ".join(parts)


def _ignore(_: Event) -> None:
    pass
