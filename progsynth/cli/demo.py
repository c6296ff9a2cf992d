"""`progsynth demo`: what the framework is for, shown before your eyes.

Programs found by enumeration, an algorithm with a loop found by evolution, a program with a
network in it that learns to read digits from their sums alone, and that network used again for
new tasks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from progsynth.cli import demo_algorithms, demo_digits, demo_enumeration
from progsynth.cli.demo_task import HEADS, Pace, Shown
from progsynth.cli.options import above_zero
from progsynth.cli.results import print_table

SECONDS = 110.0  # in all

# What each part shows, and the part: it prints what it finds, and says what that was.
PARTS: dict[str, tuple[str, Callable[[Pace], Shown]]] = {
    "enumeration": ("Programs found by enumeration, the cheapest first", demo_enumeration.show),
    "evolution": ("An algorithm found by evolution, its loop and all", demo_algorithms.show),
    "digits": ("A network inside a program, and a library of what was learned", demo_digits.show),
}

_EXAMPLES = """\
The tasks are in the suites 'demo', 'algorithms' and 'digits' (tasks/ in the source). Held-out
examples are ones that the search has not seen. The digits need scikit-learn:
pip install 'progsynth[data]'.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--seconds",
        metavar="S",
        type=above_zero,
        default=SECONDS,
        help=f"in all, however little is found ({SECONDS:g})",
    )
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(options: argparse.Namespace) -> int:
    """Show the parts and a table of what was found; 0 when all of it was right."""
    start = time.monotonic()
    pace = Pace(start + options.seconds, progress=not options.quiet)
    shown = []
    for name, (title, show) in PARTS.items():
        if options.only in (None, name):
            print(f"{title}\n{'=' * len(title)}\n", flush=True)
            shown.append(show(pace))
            print()
    print_table(HEADS, [row for part in shown for row in part.rows])
    print(f"\n{time.monotonic() - start:.1f} seconds in all")
    return 0 if all(part.all_right for part in shown) else 1
