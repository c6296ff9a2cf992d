"""A progress bar on a terminal while a search runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from progsynth.search.run import Event

OnEvent = Callable[[Event], None]

# Of what a search says besides (`run.Detailed`): by name, how it is shown.
_SHOWN = {
    "behaviours": "{:,} behaviours",
    "size": "mean size {:.0f}",
    "right_cases": "{} examples right by some program",
}

# And of the best program, on a line of its own.
_BEST = {
    "validation": "best is right on {:.1%} of the validation examples",
    "training": "best is right on {:.1%} of the training examples",
    "baseline": "a constant on {:.1%}",
}


@contextmanager
def progress_bar(
    name: str,
    seconds: float | None,
    *,
    shown: bool = True,
    described: Callable[[Event], Event] | None = None,
) -> Iterator[OnEvent]:
    """Give what is to be called with a search's events; it shows nothing where nobody looks.

    Where it does, `described` adds to an event what is long to find out.
    """
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
    with _Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=seconds, state="")

        def show(event: Event) -> None:
            told = event if described is None else described(event)
            bar.best = best(told)
            bar.update(task, completed=event.seconds, state=state(told))

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


def best(event: Event) -> str:
    """The best program of a search that trains, and how good it is, where that is known."""
    known = event.details
    parts = [text.format(known[name]) for name, text in _BEST.items() if name in known]
    return ", ".join(parts) + (f": {known['best']}" if "best" in known else "")


class _Bar(Progress):
    """A bar with a line on the best program below it."""

    best = ""

    def get_renderables(self) -> Iterator[RenderableType]:
        """The bar, and the line if there is one."""
        yield self.make_tasks_table(self.tasks)
        if self.best:
            yield Text(f"  {self.best}", no_wrap=True, overflow="ellipsis")


def _ignore(_: Event) -> None:
    pass
