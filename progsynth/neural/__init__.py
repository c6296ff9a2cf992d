"""Networks: the trainable meaning of a program's neural submodules.

    network = make_network(declaration, seed=0)       # by its types; see architecture and head
    bound = bind(program, {"digit": network}, dsl)    # a program with weights, as an ordinary one
    bound.run(rows)

Importing this imports no torch: its parts load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from progsynth.neural.architecture import Body, Recipe, recipe_for
    from progsynth.neural.device import choose
    from progsynth.neural.head import Head, head_of
    from progsynth.neural.modality import encode, modality_of
    from progsynth.neural.network import Network, fit_normaliser, make_network

_HOMES = {
    "Body": "architecture",
    "Head": "head",
    "Network": "network",
    "Recipe": "architecture",
    "choose": "device",
    "encode": "modality",
    "fit_normaliser": "network",
    "head_of": "head",
    "make_network": "network",
    "modality_of": "modality",
    "recipe_for": "architecture",
}

__all__ = [
    "Body",
    "Head",
    "Network",
    "Recipe",
    "choose",
    "encode",
    "fit_normaliser",
    "head_of",
    "make_network",
    "modality_of",
    "recipe_for",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'progsynth.neural' has no attribute '{name}'")
    value = getattr(import_module(f"progsynth.neural.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
