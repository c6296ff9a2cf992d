"""`progsynth library`: what is in a library, where it is from, its care, and its exchange."""

from __future__ import annotations

import argparse
from pathlib import Path

from progsynth import learn
from progsynth.cli.options import whole
from progsynth.cli.results import print_program, print_table
from progsynth.errors import LibraryError
from progsynth.library.condition import condition, save
from progsynth.library.entry import Entry
from progsynth.library.pruning import prune
from progsynth.library.store import Library
from progsynth.library.transfer import carried, read_file, take_in, write_file

SOUND, DAMAGED = 0, 1

_EXAMPLES = """\
examples:
  progsynth library digits.library list
  progsynth library digits.library show digit
  progsynth library digits.library history digit
  progsynth library digits.library retire digit --version 1
  progsynth library digits.library graph family.png
  progsynth library digits.library export digits.zip
  progsynth library mine.library import digits.zip
  progsynth library digits.library check
  progsynth library digits.library check --save saved.library
  progsynth library digits.library prune --retired

What is retired is not used by new programs; only prune deletes it. A damaged library says what of
it is damaged, and what is sound can be saved into a new one.
Exit code of check: 0 sound, 1 damaged.
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
    export = actions.add_parser("export", help="write entries, and what they need, into a file")
    export.add_argument("file", metavar="FILE.zip", type=Path)
    export.add_argument("names", metavar="NAME", nargs="*", help="only these (all in use)")
    export.add_argument("--all", action="store_true", help="all versions, and what is retired")
    taking = actions.add_parser("import", help="add the entries of a file that export wrote")
    taking.add_argument("file", metavar="FILE.zip", type=Path)
    pruning = actions.add_parser("prune", help="delete what nobody can ask for")
    pruning.add_argument(
        "--retired", action="store_true", help="also entries retired that no other needs"
    )
    checking = actions.add_parser("check", help="is anything damaged, and what can be saved?")
    checking.add_argument(
        "--save", metavar="NEW", type=Path, help="write what is sound into a new library"
    )
    graph = actions.add_parser("graph", help="draw which entries call which")
    graph.add_argument("file", metavar="OUT.png", type=Path)


def run(options: argparse.Namespace) -> int:
    """Print entries, change which are in use, or take care of the library."""
    if options.action == "check":
        return _check(options.path, options.save)
    library = Library(options.path, create=options.action == "import")
    if options.action == "list":
        _list(library.entries(all_versions=options.all))
    elif options.action == "export":
        some = carried(library, options.names, all_versions=options.all)
        write_file(some, options.file)
        print(f"{options.file}: {_entries(len(some.entries))}")
    elif options.action == "import":
        _import(library, options.file)
    elif options.action == "prune":
        gone = prune(library, retired=options.retired)
        print("\n".join(f"deleted: {what}" for what in gone) or "nothing to delete")
    elif options.action == "graph":
        entries = library.entries(all_versions=True)
        if not entries:
            raise LibraryError(f"{options.path}: there are no entries to be drawn")
        print(f"drawn: {learn.draw_family(entries, options.file)}")
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


def _entries(count: int) -> str:
    return f"{count} entr{'y' if count == 1 else 'ies'}"


def _import(library: Library, file: Path) -> None:
    before = {entry.key for entry in library.entries(all_versions=True)}
    became = take_in(library, read_file(file))
    new = [key for key in became.values() if key not in before]
    for was, key in became.items():
        if key in new:
            note = f" (version {was[1]} there)" if was[1] != key[1] else ""
            print(f"{key[0]}, version {key[1]}: added{note}")
    print(f"{_entries(len(new))} added, {len(became) - len(new)} known before")


def _check(folder: Path, new: Path | None) -> int:
    found = condition(folder)
    print(found)
    if new is not None:
        save(found, new)
        print(f"saved into {new}: {_entries(len(found.sound))}")
    return DAMAGED if found.damage else SOUND


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
    source = "learning on" if "replays" in made.figures else "task"
    facts = {
        "kind": entry.kind,
        "version": f"{entry.version}{f', retired {entry.retired}' if entry.retired else ''}",
        "added": entry.created,
        "doc": entry.doc,
        "from": f"{source} '{made.task}', seed {made.seed}" if made.task else "",
        "needs": ", ".join(f"{need.name} (version {need.version})" for need in entry.needs),
        "solved with it": ", ".join(f"{task} ({n})" for task, n in library.uses(entry).items()),
        "weights": entry.weights[:16],
        **{key: str(value) for key, value in made.figures.items()},
    }
    for name, value in facts.items():
        if value:
            first, *more = value.rstrip().split("\n")
            print("\n".join([f"# {name}: {first}", *(f"#   {line}".rstrip() for line in more)]))
    print_program(entry.source)
