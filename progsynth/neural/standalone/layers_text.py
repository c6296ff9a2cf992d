"""Layers as Python source: one table for those of torch, one for ours.

A layer of torch's is written as the call that makes it. One of ours is a class whose source is
copied, with another constructor: it is given its parts, so that what it is made of is seen where
it is made, layer by layer. Names of parts stay, so that weights keep theirs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from torch import nn

from progsynth.errors import UnsupportedError
from progsynth.lang.python.copy_source import Sources
from progsynth.neural.convolutions import MeanAndMaximum, OverItems
from progsynth.neural.recurrent import (
    Cell,
    Framewise,
    Gated,
    LongShortTerm,
    Recurrent,
    Samples,
    Slices,
    Spelt,
)

WIDTH = 76  # of an expression, with its indentation but without what stands before it
INDENT = 4


@dataclass(frozen=True, slots=True)
class Made:
    """An expression that makes a layer: a call, or, of containers, one argument a line."""

    name: str
    args: tuple[str | Made, ...] = ()
    open: str = "("
    close: str = ")"
    broken: bool = False  # one argument a line, even where all fit in one

    def text(self, indent: int = 0) -> str:
        """The expression; its first line begins at that column, others are indented."""
        parts = [a if isinstance(a, str) else a.text() for a in self.args]
        flat = f"{self.name}{self.open}{', '.join(parts)}{self.close}"
        if not self.args or not (self.broken or indent + len(flat) > WIDTH or "\n" in flat):
            return flat
        inner, pad = indent + INDENT, " " * (indent + INDENT)
        listed = [a if isinstance(a, str) else a.text(inner) for a in self.args]
        lines = "".join(f"{pad}{one},\n" for one in listed)
        return f"{self.name}{self.open}\n{lines}{' ' * indent}{self.close}"


# ------------------------------------------------------------------------- layers of torch


def _convolution(layer: Any) -> tuple[str, ...]:
    options = {
        "stride": (layer.stride, 1),
        "padding": (layer.padding, 0),
        "groups": (layer.groups, 1),
    }
    said = [f"{n}={_sizes(found)}" for n, (found, usual) in options.items() if _one(found) != usual]
    sizes = (str(layer.in_channels), str(layer.out_channels), _sizes(layer.kernel_size))
    return (*sizes, *said)


def _one(sizes: Any) -> Any:
    """A tuple of equal sizes as one of them."""
    return sizes[0] if isinstance(sizes, tuple) and len(set(sizes)) == 1 else sizes


def _sizes(sizes: Any) -> str:
    return repr(_one(sizes))


Arguments = Callable[[Any], tuple[str, ...]]

# What a layer of torch's is made with.
TORCH: Mapping[type[nn.Module], Arguments] = MappingProxyType(
    {
        nn.Linear: lambda layer: (str(layer.in_features), str(layer.out_features)),
        nn.Embedding: lambda layer: (str(layer.num_embeddings), str(layer.embedding_dim)),
        **dict.fromkeys((nn.Conv1d, nn.Conv2d, nn.Conv3d), _convolution),
        **dict.fromkeys(
            (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d),
            lambda layer: (str(layer.num_features),),
        ),
        nn.Dropout: lambda layer: (repr(layer.p),),
        **dict.fromkeys((nn.ReLU, nn.Flatten, nn.Identity), lambda _: ()),
    }
)

# ---------------------------------------------------------------------------- our own layers

_CELL = ("width", "given", "kept")

# What the copy of a class is given when it is made; each is an attribute of that name.
OURS: Mapping[type[nn.Module], tuple[str, ...]] = MappingProxyType(
    {
        MeanAndMaximum: (),
        OverItems: ("layers",),
        Cell: _CELL,
        Gated: _CELL,
        LongShortTerm: _CELL,
        Recurrent: ("cells",),
        Spelt: ("vectors",),
        Samples: (),
        Slices: (),
        Framewise: ("frame",),
    }
)


def with_parts(source: str, parts: tuple[str, ...]) -> str:
    """The source of a class with a constructor that takes these parts in place of its own."""
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)
    lines = source.split("\n")
    for node in definition.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            assert node.end_lineno is not None
            kept = [f"        self.{part} = {part}" for part in parts]
            head = f"    def __init__(self, {', '.join(parts)}):"
            lines[node.lineno - 1 : node.end_lineno] = [head, "        super().__init__()", *kept]
    return "\n".join(lines)


def made(layer: nn.Module, sources: Sources, wanted_by: str) -> Made:
    """The expression that makes the layer, without its weights; classes of ours are copied.

    Raises UnsupportedError for a layer that neither table has.
    """
    kind = type(layer)
    if isinstance(layer, nn.Sequential | nn.ModuleList):
        inside = tuple(made(one, sources, wanted_by) for one in layer)
        listed = isinstance(layer, nn.ModuleList)
        open_, close = ("([", "])") if listed else ("(", ")")
        return Made(f"nn.{kind.__name__}", inside, open_, close, broken=len(inside) > 1)
    if kind in TORCH:
        return Made(f"nn.{kind.__name__}", TORCH[kind](layer))
    if kind not in OURS:
        known = ", ".join(sorted(one.__name__ for one in (*TORCH, *OURS)))
        raise UnsupportedError(
            f"cannot export '{wanted_by}': its network has a layer {kind.__name__}, which has no "
            f"stand-alone form; those that have one are {known}"
        )
    for base in reversed(kind.__mro__):
        if base in OURS:
            sources.add_class(base, wanted_by, partial(with_parts, parts=OURS[base]))
    name = sources.names[id(kind)]
    return Made(name, tuple(_part(getattr(layer, p), sources, wanted_by) for p in OURS[kind]))


def _part(value: Any, sources: Sources, wanted_by: str) -> str | Made:
    return made(value, sources, wanted_by) if isinstance(value, nn.Module) else repr(value)
