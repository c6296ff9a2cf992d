"""Graphs and tables are the same values under two types; the operations are in the prelude."""

from __future__ import annotations

from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive

kernel = partial(primitive, user=False)


@kernel(
    "(neighbours: dict[a, dict[a, float]]) -> graph[a] where a: hashable",
    python="{neighbours}",
    cost=2,
    examples=[("adjacency(graph_of({1: {2: 0.5}}))", "{1: {2: 0.5}}")],
)
def graph_of(neighbours: dict[Any, dict[Any, float]]) -> dict[Any, dict[Any, float]]:
    """The directed graph with an edge of that weight from each node to each of its neighbours."""
    return neighbours


@kernel(
    "(g: graph[a]) -> dict[a, dict[a, float]] where a: hashable",
    python="{g}",
    cost=2,
    examples=[('len(adjacency(graph_of({"a": {"b": 1.0}})))', "1")],
)
def adjacency(g: dict[Any, dict[Any, float]]) -> dict[Any, dict[Any, float]]:
    """The graph as a table: for each node the weights of the edges to its neighbours."""
    return g
