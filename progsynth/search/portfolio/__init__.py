"""The portfolio: several searches at once, on all cores, until the first has a solution.

solve(task, search=portfolio(workers=2))
"""

from __future__ import annotations

from progsynth.search.portfolio.member import Member
from progsynth.search.portfolio.portfolio import Portfolio, Used
from progsynth.search.portfolio.usual import portfolio, usual_members

__all__ = ["Member", "Portfolio", "Used", "portfolio", "usual_members"]
