"""A progress bar on a terminal while a search runs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from progsynth.search.run import Event

OnEvent = Callable[[Event], None]


@contextlib.contextmanager
def progress_bar(name: str, seconds: float | None, *, quiet: bool) -> Iterator[OnEvent | None]:
    """Give what a search is to call with its events; None where nobody would see the bar."""
    if quiet or not sys.stderr.isatty():
        yield None
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
            state = f"cost {event.level}, {event.programs:,} programs{best}"
            bar.update(task, completed=event.seconds, state=state)

        yield show
