"""Networks of a user's own making, by name.

A name is "module:attribute": a class or function that is given the shapes of the inputs (a tuple
for each, without the batch) and the width of the last layer, and gives an `nn.Module` whose
`forward` takes the normalised inputs [B, *shape] and returns [B, outputs], linear (logits). What
the outputs mean is the head's business, as ever.

    class Reader(nn.Module):
        def __init__(self, shapes: Sequence[tuple[int, ...]], num_outputs: int): ...

    make_network(declaration, seed=0, config=Config(module="my_networks:Reader"))

Files of weights hold the name, never the code. To read one, import the module that defines the
network first: nothing is imported because a file says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from torch import nn

from progsynth.errors import ProgsynthError

Make = Callable[[Sequence[tuple[int, ...]], int], nn.Module]


def make_own(name: str, shapes: Sequence[tuple[int, ...]], num_outputs: int) -> nn.Module:
    """The user's network of that name.

    Raises ProgsynthError where there is none of the name, or it makes something else.
    """
    made = _found(name)(tuple(shapes), num_outputs)
    if not isinstance(made, nn.Module):
        raise ProgsynthError(
            f"the network '{name}' is to be an nn.Module; its call gave {type(made).__name__}"
        )
    return made


def _found(name: str) -> Make:
    module, colon, attribute = name.partition(":")
    if not colon or not attribute:
        raise ProgsynthError(
            f"the name of a network of one's own is '<module>:<class or function>', found {name!r}"
        )
    if module not in sys.modules:
        raise ProgsynthError(
            f"the network '{name}' needs the module '{module}', which is not imported: "
            f"write 'import {module}' before"
        )
    try:
        found: Any = reduce(getattr, attribute.split("."), sys.modules[module])
    except AttributeError:
        raise ProgsynthError(f"the module '{module}' has no '{attribute}'") from None
    if not callable(found):
        raise ProgsynthError(f"'{name}' cannot be called: expected a class or a function")
    made: Make = found
    return made
