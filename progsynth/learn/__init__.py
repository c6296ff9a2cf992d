"""Learning over tasks: a library that grows by what makes the next tasks cheaper."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from progsynth.learn.compare import Compared, compared
    from progsynth.learn.loop import Round, learn
    from progsynth.learn.pictures import draw, draw_family
    from progsynth.learn.settings import Settings

_HOMES = {
    "Compared": "compare",
    "Round": "loop",
    "Settings": "settings",
    "compared": "compare",
    "draw": "pictures",
    "draw_family": "pictures",
    "learn": "loop",
}

__all__ = ["Compared", "Round", "Settings", "compared", "draw", "draw_family", "learn"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
