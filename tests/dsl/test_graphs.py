"""Graphs of the prelude against networkx."""

from __future__ import annotations

from random import Random
from typing import Any

import networkx as nx
import pytest

from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.interpret import run
from progsynth.lang.primitive import signature_of
from progsynth.lang.term import Call, Function, Program, Var
from progsynth.lang.types import parse_type, substitute
from progsynth.lang.values import Value
from progsynth.registry import pack

INTS = {"a": parse_type("int")}
AMPLE = Limits(fuel=10**7, cells=10**7)
Graph = dict[int, dict[int, float]]


def call(name: str, *args: Value) -> Value:
    """What the function gives of the arguments, with int for its type variable."""
    signature = signature_of(pack()[name])
    types = tuple(substitute(t, INTS) for t in signature.types)
    body = Call(name, tuple(Var(i) for i in reversed(range(len(args)))))
    result = substitute(signature.result, INTS)
    function = Function("main", signature.names, types, result, body)
    return run(Program((function,)), args, pack(), AMPLE)


def random_graph(rng: Random, nodes: int, share: float) -> tuple[Graph, nx.DiGraph]:
    """The same graph twice; nodes without edges from them are missing in the table at times."""
    oracle = nx.DiGraph()
    table: Graph = {}
    for node in rng.sample(range(100), nodes):
        oracle.add_node(node)
    for source in oracle:
        row = {t: float(rng.randint(0, 9)) for t in oracle if rng.random() < share}
        oracle.add_weighted_edges_from((source, t, w) for t, w in row.items())
        if row or oracle.in_degree(source) == 0 or rng.random() < 0.5:
            table[source] = row
    for node in oracle:  # all edges are known now: no node may be lost
        if node not in table and oracle.in_degree(node) == 0:
            table[node] = {}
    return table, oracle


CASES = [(seed, nodes, share) for seed in range(3) for nodes in (1, 4, 9) for share in (0.1, 0.3)]


@pytest.mark.parametrize(("seed", "nodes", "share"), CASES)
def test_questions(seed: int, nodes: int, share: float) -> None:
    rng = Random(seed)
    graph, oracle = random_graph(rng, nodes, share)
    assert sorted(call("nodes", graph)) == sorted(oracle)
    assert sorted(call("edges", graph)) == sorted(oracle.edges(data="weight"))
    for node in oracle:
        assert call("has_node", graph, node) is True
        assert sorted(call("neighbours", graph, node)) == sorted(oracle[node])
        for other in oracle:
            assert call("has_edge", graph, node, other) == oracle.has_edge(node, other)
    assert call("has_node", graph, 1000) is False
    assert call("weight", graph, 1000, 1001) == Failure(FailureKind.KEY)
    turned = sorted(oracle.reverse().edges(data="weight"))
    assert sorted(call("edges", call("reverse.graph", graph))) == turned


@pytest.mark.parametrize(("seed", "nodes", "share"), CASES)
def test_travelling(seed: int, nodes: int, share: float) -> None:
    rng = Random(seed)
    graph, oracle = random_graph(rng, nodes, share)
    start = rng.choice(list(oracle))
    order = call("breadth_first", graph, start)
    depths = nx.single_source_shortest_path_length(oracle, start)
    assert sorted(order) == sorted(depths)
    assert [depths[n] for n in order] == sorted(depths.values())
    lengths = nx.single_source_dijkstra_path_length(oracle, start)
    for goal in oracle:
        assert call("is_reachable", graph, start, goal) == (goal in depths)
        path = call("shortest_path", graph, start, goal)
        if goal in lengths:
            assert call("distance", graph, start, goal) == lengths[goal]
            assert (path[0], path[-1]) == (start, goal)
            assert nx.path_weight(oracle, path, "weight") == lengths[goal]
        else:
            assert call("distance", graph, start, goal) == Failure(FailureKind.KEY)
            assert path == []


@pytest.mark.parametrize(("seed", "nodes", "share"), CASES)
def test_components_and_symmetry(seed: int, nodes: int, share: float) -> None:
    graph, oracle = random_graph(Random(seed), nodes, share)
    found = call("components", graph)
    assert sorted(map(sorted, found)) == sorted(
        sorted(part) for part in nx.weakly_connected_components(oracle)
    )
    both = call("edges", call("undirected", graph))
    pairs = {(source, target) for source, target, _ in both}
    assert pairs == set(oracle.edges) | set(oracle.reverse().edges)
    assert {e[:2]: e[2] for e in both} | {(s, t): w for s, t, w in oracle.edges(data="weight")} == {
        e[:2]: e[2] for e in both
    }


@pytest.mark.parametrize("seed", range(12))
def test_topological_order(seed: int) -> None:
    rng = Random(seed)
    graph, oracle = random_graph(rng, 7, 0.12)
    order = call("topological_order", graph)
    if nx.is_directed_acyclic_graph(oracle):
        place = {node: i for i, node in enumerate(order)}
        assert sorted(order) == sorted(oracle)
        assert all(place[s] < place[t] for s, t in oracle.edges)
    else:
        assert order == []


def test_topological_orders_of_both_kinds_are_tested() -> None:
    kinds = {nx.is_directed_acyclic_graph(random_graph(Random(s), 7, 0.12)[1]) for s in range(12)}
    assert kinds == {True, False}


def test_building() -> None:
    rng = Random(5)
    oracle = nx.DiGraph()
    edges: list[tuple[int, int, float]] = []
    grown: Any = {}
    for _ in range(40):
        edge = (rng.randint(0, 9), rng.randint(0, 9), float(rng.randint(0, 9)))
        edges.append(edge)
        grown = call("add_edge", grown, *edge)
        oracle.add_weighted_edges_from([edge])
    wanted = sorted(oracle.edges(data="weight"))
    assert sorted(call("edges", grown)) == wanted
    assert sorted(call("edges", call("graph_from", edges))) == wanted
    source, target, _ = edges[0]
    oracle.remove_edge(source, target)
    shrunk = call("delete_edge", grown, source, target)
    assert sorted(call("edges", shrunk)) == sorted(oracle.edges(data="weight"))
    assert call("delete_edge", shrunk, source, target) == Failure(FailureKind.KEY)
    assert call("nodes", call("add_node", {1: {2: 1.0}}, 2)) == [1, 2]
    assert call("nodes", call("add_node", {1: {2: 1.0}}, 3)) == [1, 3, 2]
