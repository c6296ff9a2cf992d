"""Questions about nodes and edges one by one: degrees, ends, weights, neighbours in common."""

from __future__ import annotations

from typing import Any

import networkx as nx

from .draw import Adjacency, Question, alone, both_ways, directed, sparse, undirected, with_nodes


def _heaviest(graph: Adjacency) -> float:
    return max(w for _, _, w in directed(graph).edges.data("weight"))


def _never_empty(share: float) -> Any:
    """The inputs of a graph that has an edge."""

    def draw(rng: Any, size: int) -> tuple[Adjacency]:
        graph = sparse(share)(rng, size)
        a, b = rng.sample(list(graph), 2)
        graph[a][b] = rng.randint(1, 18) / 2
        return (graph,)

    return draw


def _without(graph: Adjacency, node: Any) -> Adjacency:
    kept = directed(graph)
    kept.remove_node(node)
    return {a: {b: kept[a][b]["weight"] for b in kept[a]} for a in kept}


def _light(graph: Adjacency, bound: float) -> Adjacency:
    return {a: {b: w for b, w in ends.items() if w <= bound} for a, ends in graph.items()}


QUESTIONS = (
    Question(
        name="number of edges",
        request="graph[int] -> int",
        params="graph",
        description="how many edges there are",
        answer=lambda g: directed(g).number_of_edges(),
        draws=(alone(sparse(1.4)),),
    ),
    Question(
        name="degrees",
        request="graph[int] -> dict[int, int]",
        params="graph",
        description="for each node, how many edges lead from it",
        answer=lambda g: dict(directed(g).out_degree()),
        draws=(alone(sparse(1.4)),),
    ),
    Question(
        name="edges that lead to a node",
        request="(graph[int], int) -> int",
        params="graph node",
        description="how many edges end there",
        answer=lambda g, node: directed(g).in_degree(node),
        draws=(with_nodes(sparse(1.6), 1),),
    ),
    Question(
        name="node with the most edges",
        request="graph[str] -> str",
        params="graph",
        description="the first of the nodes from which the most edges lead",
        answer=lambda g: max(g, key=directed(g).out_degree),
        draws=(alone(sparse(1.6, letters=True)),),
    ),
    Question(
        name="ends",
        request="graph[int] -> list[int]",
        params="graph",
        description="the nodes from which no edge leads, in the order of the graph",
        answer=lambda g: [n for n, degree in directed(g).out_degree() if degree == 0],
        draws=(alone(sparse(1.0)),),
    ),
    Question(
        name="beginnings",
        request="graph[int] -> list[int]",
        params="graph",
        description="the nodes to which no edge leads, in the order of the graph",
        answer=lambda g: [n for n, degree in directed(g).in_degree() if degree == 0],
        draws=(alone(sparse(1.0)),),
    ),
    Question(
        name="nodes on their own",
        request="graph[str] -> list[str]",
        params="graph",
        description="the nodes without an edge from or to them, in the order of the graph",
        answer=lambda g: list(nx.isolates(directed(g))),
        draws=(alone(sparse(0.6, letters=True)),),
    ),
    Question(
        name="sum of the weights",
        request="graph[int] -> float",
        params="graph",
        description="the sum of the weights of all edges",
        answer=lambda g: float(directed(g).size(weight="weight")),
        draws=(alone(sparse(1.2)),),
    ),
    Question(
        name="largest weight",
        request="graph[int] -> float",
        params="graph",
        description="the largest weight of an edge; there is one",
        answer=_heaviest,
        draws=(_never_empty(1.0),),
    ),
    Question(
        name="edges there and back",
        request="graph[int] -> int",
        params="graph",
        description="between how many pairs of nodes edges lead both ways",
        answer=lambda g: sum(a in g[b] for a in g for b in g[a]) // 2,
        draws=(alone(sparse(2.2)),),
    ),
    Question(
        name="neighbours in common",
        request="(graph[int], int, int) -> list[int]",
        params="graph one other",
        description="the nodes to which edges lead from both, in ascending order",
        answer=lambda g, a, b: sorted(g[a].keys() & g[b].keys()),
        draws=(with_nodes(sparse(2.4), 2),),
    ),
    Question(
        name="number of triangles",
        request="graph[int] -> int",
        params="graph",
        description="how many threes of nodes of the undirected graph are all neighbours",
        answer=lambda g: sum(nx.triangles(undirected(g)).values()) // 3,
        draws=(alone(both_ways(1.8)),),
    ),
    Question(
        name="without a node",
        request="(graph[int], int) -> graph[int]",
        params="graph node",
        description="the graph without the node and the edges from and to it",
        answer=_without,
        draws=(with_nodes(sparse(1.4), 1),),
    ),
    Question(
        name="light edges only",
        request="(graph[int], float) -> graph[int]",
        params="graph bound",
        description="all nodes, and the edges whose weight is at most the bound",
        answer=_light,
        draws=(lambda rng, size: (sparse(1.4)(rng, size), rng.randint(6, 14) / 2),),
    ),
)
