"""`progsynth format`: programs in the one layout, comments kept."""

from __future__ import annotations

import argparse
import sys
from difflib import unified_diff
from pathlib import Path

from progsynth.errors import ProgsynthError
from progsynth.files import read_text, write_text
from progsynth.lang.text.format import format_text

_EXAMPLES = """\
examples:
  progsynth format sort.psl            rewrite the file
  progsynth format --check *.psl       exit with 1 if any would change
  progsynth format - < sort.psl        from standard input to standard output
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("files", metavar="FILE.psl", nargs="+", type=Path)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="name files that would change; exit 1")
    how.add_argument("--diff", action="store_true", help="show what would change; exit 1")


def run(options: argparse.Namespace) -> int:
    """Format the files in place, or say what would change."""
    changed, wrong = 0, []
    for file in options.files:
        try:
            changed += _format(file, options)
        except ProgsynthError as error:
            wrong.append(str(error))
    if wrong:
        raise ProgsynthError("\n".join(wrong))
    return 1 if changed and (options.check or options.diff) else 0


def _format(file: Path, options: argparse.Namespace) -> bool:
    """Format one file; was it another text before?"""
    is_stream = str(file) == "-"
    text = sys.stdin.read() if is_stream else read_text(file)
    made = format_text(text, "<stdin>" if is_stream else str(file))
    if options.diff:
        old, new = text.splitlines(keepends=True), made.splitlines(keepends=True)
        sys.stdout.writelines(unified_diff(old, new, f"{file}", f"{file} (formatted)"))
    elif options.check:
        if made != text:
            print(f"{file}: would be formatted")
    elif is_stream:
        sys.stdout.write(made)
    elif made != text:
        write_text(file, made)
        print(f"{file}: formatted")
    return made != text
