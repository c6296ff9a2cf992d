"""Questions about ways: what is in reach, how far it is, in which order, round in circles."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networkx as nx

from .draw import (
    Adjacency,
    Question,
    alone,
    both_ways,
    directed,
    one_order,
    sparse,
    undirected,
    with_nodes,
    with_walk,
    with_way,
    without_circles,
)


def _two_steps(graph: Adjacency, node: Any) -> list[Any]:
    steps = nx.single_source_shortest_path_length(directed(graph), node)
    return sorted(n for n, length in steps.items() if length == 2)


def _steps(graph: Adjacency, start: Any, goal: Any) -> int:
    found = nx.single_source_shortest_path_length(directed(graph), start)
    return found.get(goal, -1)


def _broken(rng: Any, size: int) -> tuple[Adjacency, list[Any]]:
    """A walk one of whose nodes is another one, most often not in reach."""
    graph, walk = with_walk(sparse(1.6))(rng, size)
    place = rng.randrange(len(walk))
    return graph, [*walk[:place], rng.choice(list(graph)), *walk[place + 1 :]]


def _is_walk(graph: Adjacency, walk: list[Any]) -> bool:
    return all(b in graph[a] for a, b in pairwise(walk))


QUESTIONS = (
    Question(
        name="in reach",
        request="(graph[int], int, int) -> bool",
        params="graph start goal",
        description="is there a way from the one node to the other?",
        answer=lambda g, a, b: nx.has_path(directed(g), a, b),
        draws=(with_way(sparse(1.2), 2), with_nodes(sparse(1.0), 2)),
        withheld=("is_reachable",),
    ),
    Question(
        name="number in reach",
        request="(graph[str], str) -> int",
        params="graph start",
        description="how many other nodes there is a way to",
        answer=lambda g, a: len(nx.descendants(directed(g), a)),
        draws=(with_nodes(sparse(1.2, letters=True), 1),),
    ),
    Question(
        name="nodes in reach",
        request="(graph[str], str) -> list[str]",
        params="graph start",
        description="the nodes that there is a way to, the start included, in alphabetical order",
        answer=lambda g, a: sorted({a, *nx.descendants(directed(g), a)}),
        draws=(with_nodes(sparse(1.2, letters=True), 1),),
    ),
    Question(
        name="length of the shortest way",
        request="(graph[int], int, int) -> float",
        params="graph start goal",
        description="the sum of the weights; there is a way",
        answer=lambda g, a, b: nx.dijkstra_path_length(directed(g), a, b),
        draws=(with_way(sparse(1.8), 2), with_way(sparse(1.4), 3)),
    ),
    Question(
        name="fewest steps",
        request="(graph[int], int, int) -> int",
        params="graph start goal",
        description="the number of edges of the way with the fewest; -1 where there is no way",
        answer=_steps,
        draws=(
            with_way(sparse(1.4), 2),
            with_nodes(sparse(1.0), 2),
            with_way(sparse(1.4), 3),
        ),
    ),
    Question(
        name="nodes two steps away",
        request="(graph[int], int) -> list[int]",
        params="graph node",
        description="those that take exactly two steps, in ascending order",
        answer=_two_steps,
        draws=(with_nodes(sparse(1.6), 1),),
    ),
    Question(
        name="is a walk",
        request="(graph[int], list[int]) -> bool",
        params="graph walk",
        description="does an edge lead from each of the nodes to the next?",
        answer=_is_walk,
        draws=(with_walk(sparse(1.6)), _broken),
    ),
    Question(
        name="weight of a walk",
        request="(graph[str], list[str]) -> float",
        params="graph walk",
        description="the sum of the weights of its edges; it is a walk",
        answer=lambda g, walk: sum((g[a][b] for a, b in pairwise(walk)), 0.0),
        draws=(with_walk(sparse(1.6, letters=True)),),
    ),
    Question(
        name="order",
        request="graph[int] -> list[int]",
        params="graph",
        description="the only order in which every edge leads to a later node",
        answer=lambda g: list(nx.topological_sort(directed(g))),
        draws=(alone(one_order),),
        withheld=("topological_order",),
    ),
    Question(
        name="goes round in circles",
        request="graph[int] -> bool",
        params="graph",
        description="is there a way from a node back to itself?",
        answer=lambda g: not nx.is_directed_acyclic_graph(directed(g)),
        draws=(alone(sparse(1.2)), alone(without_circles(1.2))),
    ),
    Question(
        name="number of components",
        request="graph[int] -> int",
        params="graph",
        description="how many parts there are with no edge between, whatever the directions",
        answer=lambda g: nx.number_weakly_connected_components(directed(g)),
        draws=(alone(sparse(0.6)), alone(sparse(0.9))),
    ),
    Question(
        name="size of the largest component",
        request="graph[int] -> int",
        params="graph",
        description="the number of nodes of the largest part, whatever the directions",
        answer=lambda g: max(map(len, nx.weakly_connected_components(directed(g)))),
        draws=(alone(sparse(0.6)), alone(sparse(0.9))),
    ),
    Question(
        name="is connected",
        request="graph[int] -> bool",
        params="graph",
        description="is there one part only, whatever the directions?",
        answer=lambda g: nx.is_weakly_connected(directed(g)),
        draws=(alone(sparse(0.8)), alone(one_order), alone(sparse(1.3))),
    ),
    Question(
        name="is a tree",
        request="graph[int] -> bool",
        params="graph",
        description="is the undirected graph connected, without circles?",
        answer=lambda g: nx.is_tree(undirected(g)),
        draws=(
            alone(both_ways(1.1)),
            lambda rng, size: (_tree(rng, size, 0),),
            lambda rng, size: (_tree(rng, size, 1),),
        ),
    ),
)


def _tree(rng: Any, size: int, more: int) -> Adjacency:
    """A tree, each edge there and back, and so many edges more."""
    nodes = rng.sample(range(1, 30), size)
    graph: Adjacency = {node: {} for node in nodes}
    order = rng.sample(nodes, size)
    pairs = [(order[i], rng.choice(order[:i])) for i in range(1, size)]
    pairs += [tuple(rng.sample(nodes, 2)) for _ in range(more)]
    for a, b in pairs:
        graph[a][b] = graph[b][a] = 1.0
    return graph
