"""Networks: the trainable meaning of a program's neural submodules.

    from progsynth.neural import make_network
    from progsynth.neural.bind import bind

    network = make_network(program.neural[0], seed=0)    # by its types: architecture.py, head.py
    bound = bind(program, {"digit": network}, dsl)       # a program with its weights
    bound.run(rows)

Importing this imports no torch: its parts load when they are first used. (`bind` and `decide`
are the names of modules here, so that the functions are taken from these.)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from progsynth.neural.architecture import Body, Recipe, recipe_for
    from progsynth.neural.bind import Bound, as_primitive
    from progsynth.neural.confidence import decided_with_confidence
    from progsynth.neural.config import Config
    from progsynth.neural.head import Head, head_of
    from progsynth.neural.modality import encode, modality_of
    from progsynth.neural.network import Network, fit_normaliser, make_network
    from progsynth.neural.program_module import ProgramModule
    from progsynth.neural.standalone import write_standalone
    from progsynth.neural.weights import from_bytes, network_digest, to_bytes

_HOMES = {
    "Body": "architecture",
    "Bound": "bind",
    "Config": "config",
    "Head": "head",
    "Network": "network",
    "ProgramModule": "program_module",
    "Recipe": "architecture",
    "as_primitive": "bind",
    "decided_with_confidence": "confidence",
    "encode": "modality",
    "fit_normaliser": "network",
    "from_bytes": "weights",
    "head_of": "head",
    "make_network": "network",
    "modality_of": "modality",
    "network_digest": "weights",
    "recipe_for": "architecture",
    "to_bytes": "weights",
    "write_standalone": "standalone",
}

__all__ = [
    "Body",
    "Bound",
    "Config",
    "Head",
    "Network",
    "ProgramModule",
    "Recipe",
    "as_primitive",
    "decided_with_confidence",
    "encode",
    "fit_normaliser",
    "from_bytes",
    "head_of",
    "make_network",
    "modality_of",
    "network_digest",
    "recipe_for",
    "to_bytes",
    "write_standalone",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'progsynth.neural' has no attribute '{name}'")
    value = getattr(import_module(f"progsynth.neural.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
