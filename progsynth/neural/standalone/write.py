"""A program with networks as two files: readable Python, and the weights that it loads."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn

from progsynth.errors import UnsupportedError
from progsynth.files import write_bytes, write_text
from progsynth.lang.primitive import DSL
from progsynth.lang.python.copy_source import Sources
from progsynth.lang.python.to_python import readable, to_python
from progsynth.lang.term import Program
from progsynth.neural.bind import bind
from progsynth.neural.network import Network
from progsynth.neural.standalone.network_text import TAKEN, WEIGHTS, network_text

_NEEDS = """\
It needs torch, NumPy and safetensors, and the file of weights beside it, which has its name. A
tensor is an array (or nested lists) of that shape. Networks answer one value at a time, on the
CPU; called themselves, they read batches.

Letters at the end of names are dimensions: B batch, T items of a row, F features, C channels,
H the width of a state, or a height; D depth, W width, G gates, N frames."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A program's Python text, and the weights that it loads; none where it has no network."""

    text: str
    weights: Mapping[str, Tensor]


def standalone(program: Program, networks: Mapping[str, Network], dsl: DSL) -> Standalone:
    """The program with its networks, `networks` by their submodules' names, as Python.

    Raises UnsupportedError for what has no stand-alone form: a network that is a module of the
    user's own, and what `to_python` does not write; ProgsynthError for a network that is missing.
    """
    bound = bind(program, networks, dsl, device="cpu")
    if not bound.decisions:
        return Standalone(to_python(bound.plain, dsl), {})
    entry = program.entry.name
    if entry in TAKEN:
        raise UnsupportedError(f"'{entry}' is a name that the exported text uses: rename it")
    sources = Sources(reserved={entry, "Path", WEIGHTS})
    for module, name in ((torch, "torch"), (nn, "nn"), (np, "np")):
        sources.add(module, name, entry)
    sources.imports["from pathlib import Path"] = None
    sources.pieces.append(f'{WEIGHTS} = Path(__file__).with_suffix(".safetensors")')
    weights: dict[str, Tensor] = {}
    for name, decision in bound.decisions.items():
        own = sources.stand_for(bound.dsl.primitives[name].fn, name)
        written = network_text(decision.network, own, sources)
        sources.pieces.append(written.text)
        weights |= written.weights
    about = " ".join(program.entry.doc.split("\n\n")[0].split()) or "A program with networks."
    text = "\n".join(textwrap.wrap(about.replace("\\", "\\\\").replace('"', "'"), 96))
    return Standalone(
        f'"""{text}\n\n{_NEEDS}\n"""\n\n{readable(bound.plain, bound.dsl, sources)}', weights
    )


def write_standalone(
    program: Program, networks: Mapping[str, Network], dsl: DSL, path: Path
) -> tuple[Path, ...]:
    """Write the program as the Python file `path`, and its weights beside it as
    `<stem>.safetensors` where it has any; the files.

    The weights are written first. Raises as `standalone`, and ProgsynthError where a file cannot
    be written.
    """
    found = standalone(program, networks, dsl)
    files = [path]
    if found.weights:
        files.append(path.with_suffix(".safetensors"))
        write_bytes(files[-1], save(dict(found.weights)))
    write_text(path, found.text)
    return tuple(files)
