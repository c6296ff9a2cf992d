"""The portfolio: several searches at once, on all cores, until the first has a solution.

    solve(task, search=portfolio({"bottom_up": bottom_up, "mine": my_method}, workers=2))

What the usual one is made of is in `progsynth.solving.usual`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from progsynth.search.portfolio.member import Member, Seeded
from progsynth.search.portfolio.method import portfolio
from progsynth.search.portfolio.portfolio import Portfolio, Used

if TYPE_CHECKING:
    from progsynth.search.portfolio.seeding import seeded_genetic

__all__ = ["Member", "Portfolio", "Seeded", "Used", "portfolio", "seeded_genetic"]


def __getattr__(name: str) -> Any:
    if name != "seeded_genetic":  # which loads DEAP and NumPy
        raise AttributeError(f"module 'progsynth.search.portfolio' has no attribute '{name}'")
    return import_module("progsynth.search.portfolio.seeding").seeded_genetic
