"""New subroutines go into a library: as functions, each needing those that it calls."""

from __future__ import annotations

from dataclasses import replace

import progsynth
from progsynth.lang.term import Program
from progsynth.library.admit import add_program
from progsynth.library.compress.compression import Compression
from progsynth.library.entry import Entry, Provenance
from progsynth.library.store import Library


def admit(compression: Compression, library: Library) -> tuple[Entry, ...]:
    """The entries of the subroutines, in the order that they were found.

    Their provenance says what each saved, and in which tasks. Raises LibraryError.
    """
    words = replace(compression.vocabulary, library=library, entries={})
    made: list[Entry] = []
    for sub in compression.subroutines:
        provenance = Provenance(
            version=progsynth.__version__,
            figures={"saved": sub.utility, "tasks": list(sub.tasks)},
        )
        program = Program((sub.function,))
        entry = add_program(library, program, words, doc=sub.function.doc, provenance=provenance)
        made.append(entry)
        words = replace(words, entries={**words.entries, sub.function.name: entry})
    return tuple(made)
