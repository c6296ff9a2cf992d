"""The portfolio: several searches at once, on all cores, until the first has a solution.

    solve(task, search=portfolio({"bottom_up": bottom_up, "mine": my_method}, workers=2))

What the usual one is made of is in `progsynth.solving.usual`.
"""

from __future__ import annotations

from progsynth.search.portfolio.member import Member, Seeded
from progsynth.search.portfolio.method import portfolio
from progsynth.search.portfolio.portfolio import Portfolio, Used

__all__ = ["Member", "Portfolio", "Seeded", "Used", "portfolio"]
