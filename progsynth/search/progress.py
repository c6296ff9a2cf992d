"""A progress bar on a terminal while a search runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from progsynth.search.run import Event

OnEvent = Callable[[Event], None]


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
            passed, total = event.best
            best = f", best passes {passed} of {total}" if total else ""
            steps = f", {event.gradient_steps:,} gradient steps" if event.gradient_steps else ""
            state = f"level {event.level}, {event.programs:,} programs{steps}{best}"
            bar.update(task, completed=event.seconds, state=state)

        yield show


def _ignore(_: Event) -> None:
    pass
