"""What a progress bar says of a task whose programs are trained: the best program so far, how often
it is right on the validation examples, and what can be had without a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from progsynth.lang.printing.pretty import pretty
from progsynth.lang.values import Value, close
from progsynth.search.run import Candidate, Event, Search
from progsynth.solving.setting import Setting, evaluate_in

_MOST = 200  # validation examples that are looked at
_EVERY = 2.0  # seconds, at least, between two looks


class Described:
    """Adds to events what the bar shows: `best`, a program in a line, `validation`, the share of
    the validation examples that it is right on, and `baseline`, that of the best constant answer.

    `searched` gives the search once there is one.
    """

    def __init__(self, setting: Setting, searched: Callable[[], Search | None]):
        self._setting = setting
        self._searched = searched
        self._best: Candidate | None = None
        self._looked = -_EVERY
        self._details: dict[str, object] = {}
        task = setting.task
        self._examples = (task.validation or task.train)[:_MOST]
        if setting.trained:
            wanted = [example.output for example in self._examples]
            given = [example.output for example in task.train]
            self._details["baseline"] = constant_share(given, wanted, task.tolerance)

    def __call__(self, event: Event) -> Event:
        """The event with what is known of the best program."""
        if not self._setting.trained:
            return event
        if event.seconds >= self._looked + _EVERY:
            self._looked = event.seconds
            self._look()
        return replace(event, details={**event.details, **self._details})

    def _look(self) -> None:
        search = self._searched()
        best = next(iter(search.partial()), None) if search is not None else None
        if best is None or best is self._best:
            return
        self._best = best
        words = self._setting.words(best)
        found = evaluate_in(words, best.program, self._examples, self._setting.task)
        self._details["best"] = in_a_line(pretty(words.closed(best.program), words.pack))
        kind = "validation" if self._setting.task.validation else "training"
        self._details[kind] = found.passed / max(1, found.total)


def constant_share(
    given: Sequence[Value], wanted: Sequence[Value], tolerance: float = 1e-9
) -> float:
    """How often the best constant answer is right: the one of those `given` that is right on most
    of these, measured on `wanted`."""
    if not given or not wanted:
        return 0.0
    if all(isinstance(value, float) for value in given):  # the middle of what is near to most
        middle = sorted(given)[len(given) // 2]
        return _share(middle, wanted, tolerance)
    tried = {repr(value): value for value in given[:_MOST]}.values()
    best = max(tried, key=lambda value: _share(value, given, tolerance))
    return _share(best, wanted, tolerance)


def _share(value: Value, wanted: Sequence[Value], tolerance: float) -> float:
    return sum(close(one, value, tolerance) for one in wanted) / len(wanted)


def in_a_line(text: str, width: int = 60) -> str:
    """What the last function of a program does, in a line of at most that many characters.

    >>> in_a_line("def f(x: int) -> int:\\n    y = x + 1\\n    return y * y\\n")
    'y = x + 1; return y * y'
    """
    body = text[text.rindex("def ") :].split("\n")[1:]
    line = "; ".join(part.strip() for part in body if part.strip())
    line = line.removeprefix("return ")
    return line if len(line) <= width else line[: width - 3] + "..."
