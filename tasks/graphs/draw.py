"""How graphs are drawn: small ones to learn from, larger ones for tests.

A graph is a dict from each node to the nodes that its edges lead to, with their weights; nodes
are whole numbers or letters. Drawn are any graphs, graphs without circles, and undirected ones
(each edge there and back, with one weight).
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from ..asked import Asked, Inputs

SMALL, LARGE = (3, 6), (8, 16)  # nodes

Adjacency = dict[Any, dict[Any, float]]
Drawn = Callable[[random.Random, int], Adjacency]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A function of graphs: what is right, and its inputs, drawn for a number of nodes.

    `draws` are the ways to draw inputs, which examples take in turn: for the cases that matter.
    """

    name: str
    request: str
    params: str
    description: str
    answer: Callable[..., Any]
    draws: Sequence[Callable[[random.Random, int], Inputs]]
    edges: Sequence[Inputs] = ()
    withheld: tuple[str, ...] = ()

    @property
    def asked(self) -> Asked:
        """The question as what a task asks."""
        return Asked(
            name=self.name,
            request=self.request,
            params=self.params,
            description=self.description,
            answer=self.answer,
            draws=[_sized(draw, SMALL) for draw in self.draws],
            larger=[_sized(draw, LARGE) for draw in self.draws],
            edges=self.edges,
            withheld=self.withheld,
        )


def _sized(
    draw: Callable[[random.Random, int], Inputs], size: tuple[int, int]
) -> Callable[[random.Random], Inputs]:
    return lambda rng: draw(rng, rng.randint(*size))


def directed(graph: Adjacency) -> nx.DiGraph:
    """The graph as networkx has it, its nodes in the same order."""
    made = nx.DiGraph()
    made.add_nodes_from(graph)
    made.add_weighted_edges_from((a, b, w) for a, ends in graph.items() for b, w in ends.items())
    return made


def undirected(graph: Adjacency) -> nx.Graph:
    """The graph as networkx has it, its edges without directions."""
    return directed(graph).to_undirected()


# ------------------------------------------------------------------------------- drawing


def _nodes(rng: random.Random, size: int, letters: bool) -> list[Any]:
    known: Sequence[Any] = string.ascii_lowercase if letters else range(1, 30)
    return rng.sample(known, size)


def _weight(rng: random.Random) -> float:
    return rng.randint(1, 18) / 2


def sparse(share: float, *, letters: bool = False) -> Drawn:
    """Any graph: so many edges for each node, on average."""

    def draw(rng: random.Random, size: int) -> Adjacency:
        nodes = _nodes(rng, size, letters)
        graph: Adjacency = {node: {} for node in nodes}
        for _ in range(round(share * size)):
            a, b = rng.sample(nodes, 2)
            graph[a][b] = _weight(rng)
        return graph

    return draw


def without_circles(share: float, *, letters: bool = False) -> Drawn:
    """A graph whose edges all go one way through an order of the nodes that is not shown."""

    def draw(rng: random.Random, size: int) -> Adjacency:
        nodes = _nodes(rng, size, letters)
        order = rng.sample(nodes, size)
        graph: Adjacency = {node: {} for node in nodes}
        for _ in range(round(share * size)):
            i, j = sorted(rng.sample(range(size), 2))
            graph[order[i]][order[j]] = _weight(rng)
        return graph

    return draw


def one_order(rng: random.Random, size: int) -> Adjacency:
    """A graph without circles whose nodes have one order alone: each leads to the next."""
    nodes = _nodes(rng, size, False)
    order = rng.sample(nodes, size)
    graph: Adjacency = {node: {} for node in nodes}
    pairs = [(i, i + 1) for i in range(size - 1)]
    pairs += [(i, j) for i, j in (rng.sample(range(size), 2) for _ in range(size)) if i < j]
    for i, j in rng.sample(pairs, len(pairs)):
        graph[order[i]][order[j]] = _weight(rng)
    return graph


def both_ways(share: float, *, letters: bool = False) -> Drawn:
    """An undirected graph: each edge there and back."""

    def draw(rng: random.Random, size: int) -> Adjacency:
        nodes = _nodes(rng, size, letters)
        graph: Adjacency = {node: {} for node in nodes}
        for _ in range(round(share * size)):
            a, b = rng.sample(nodes, 2)
            graph[a][b] = graph[b][a] = _weight(rng)
        return graph

    return draw


def alone(drawn: Drawn) -> Callable[[random.Random, int], Inputs]:
    """The inputs of a graph alone."""
    return lambda rng, size: (drawn(rng, size),)


def with_nodes(drawn: Drawn, count: int) -> Callable[[random.Random, int], Inputs]:
    """The inputs of a graph and so many different nodes of it."""

    def draw(rng: random.Random, size: int) -> Inputs:
        graph = drawn(rng, size)
        return (graph, *rng.sample(list(graph), count))

    return draw


def with_way(drawn: Drawn, least: int = 1) -> Callable[[random.Random, int], Inputs]:
    """The inputs of a graph and two nodes with a way from the one to the other.

    The way has at least that many edges, where a few tries find one.
    """

    def draw(rng: random.Random, size: int) -> Inputs:
        found: list[tuple[int, Inputs]] = []
        for _ in range(50):
            graph = drawn(rng, size)
            start = rng.choice(list(graph))
            for node, steps in nx.single_source_shortest_path_length(
                directed(graph), start
            ).items():
                found.append((min(steps, least), (graph, start, node)))
            longest = max(steps for steps, _ in found)
            if longest == least:
                break
        return rng.choice([inputs for steps, inputs in found if steps == longest])

    return draw


def with_walk(drawn: Drawn) -> Callable[[random.Random, int], Inputs]:
    """The inputs of a graph and a walk along its edges, of up to six nodes."""

    def draw(rng: random.Random, size: int) -> Inputs:
        graph = drawn(rng, size)
        walk = [rng.choice([node for node in graph if graph[node]] or list(graph))]
        while graph[walk[-1]] and len(walk) < 6:
            walk.append(rng.choice(list(graph[walk[-1]])))
        return graph, walk

    return draw
