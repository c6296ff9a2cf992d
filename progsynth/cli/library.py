"""`progsynth library`: what is in a library, where it is from, and taking it out of use."""

from __future__ import annotations

import argparse
from pathlib import Path

from progsynth.cli.options import whole
from progsynth.cli.results import print_program, print_table
from progsynth.library.entry import Entry
from progsynth.library.store import Library

_EXAMPLES = """\
examples:
  progsynth library digits.library list
  progsynth library digits.library show digit
  progsynth library digits.library history digit
  progsynth library digits.library retire digit --version 1

What is retired is not used by new programs; it is not deleted.
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("path", metavar="PATH", type=Path, help="the folder of the library")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the entries in use")
    listing.add_argument("--all", action="store_true", help="all versions, and what is retired")
    for name, does in (
        ("show", "all that is known of an entry"),
        ("history", "the versions of an entry"),
        ("retire", "take an entry out of use"),
    ):
        action = actions.add_parser(name, help=does)
        action.add_argument("name", metavar="NAME")
        if name != "history":
            action.add_argument(
                "--version", dest="number", metavar="N", type=whole, help="one version of it"
            )


def run(options: argparse.Namespace) -> int:
    """Print entries, or retire some."""
    library = Library(options.path, create=False)
    if options.action == "list":
        _list(library.entries(all_versions=options.all))
    elif options.action == "history":
        _list(library.history(options.name))
    elif options.action == "show":
        _show(library, library.get(options.name, options.number))
    else:
        retired = library.retire(options.name, options.number)
        for entry in retired:
            print(f"{entry.name}, version {entry.version}: retired")
        if not retired:
            print(f"{options.name}: nothing to do, it was retired before")
    return 0


def _list(entries: tuple[Entry, ...]) -> None:
    if not entries:
        print("no entries")
        return
    rows = [
        (
            f"{entry.name} (retired)" if entry.retired else entry.name,
            str(entry.version),
            entry.kind,
            entry.signature,
            str(entry.uses),
        )
        for entry in entries
    ]
    print_table(("name", "version", "kind", "type", "uses"), rows)


def _show(library: Library, entry: Entry) -> None:
    """Print all that is known of the entry; what is no program is a comment."""
    made = entry.provenance
    facts = {
        "kind": entry.kind,
        "version": f"{entry.version}{f', retired {entry.retired}' if entry.retired else ''}",
        "added": entry.created,
        "doc": entry.doc,
        "from": f"task '{made.task}', seed {made.seed}" if made.task else "",
        "needs": ", ".join(f"{need.name} (version {need.version})" for need in entry.needs),
        "used by": ", ".join(f"{task} ({n})" for task, n in library.uses(entry).items()),
        "weights": entry.weights[:16],
        **{key: str(value) for key, value in made.figures.items()},
    }
    for name, value in facts.items():
        if value:
            first, *more = value.rstrip().split("\n")
            print("\n".join([f"# {name}: {first}", *(f"#   {line}".rstrip() for line in more)]))
    print_program(entry.source)
