"""Algorithms on matrices and graphs."""

from __future__ import annotations

from random import Random

from .algorithm import Algorithm, Draw, Inputs
from .sequences import numbers

Matrix = list[list[int]]
Graph = dict[int, dict[int, float]]

TRAVELS = ("breadth_first", "is_reachable", "shortest_paths", "components", "topological_order")


def _matrix(rng: Random, height: int, width: int) -> Matrix:
    return [numbers(rng, width, 9) for _ in range(height)]


def _one_matrix(smallest: int, largest: int) -> Draw:
    return lambda rng: (_matrix(rng, rng.randint(smallest, largest), rng.randint(1, largest)),)


def _two_matrices(smallest: int, largest: int) -> Draw:
    def draw(rng: Random) -> Inputs:
        height, inner, width = (rng.randint(smallest, largest) for _ in range(3))
        return _matrix(rng, height, inner), _matrix(rng, inner, width)

    return draw


def _product(a: Matrix, b: Matrix) -> Matrix:
    columns = list(zip(*b, strict=True))
    return [[sum(x * y for x, y in zip(row, c, strict=True)) for c in columns] for row in a]


def _graph(rng: Random, size: int) -> Graph:
    """A graph of that many nodes, with as many edges and a half."""
    found: Graph = {node: {} for node in range(size)}
    for _ in range(size * 3 // 2):
        source, target = rng.randrange(size), rng.randrange(size)
        if source != target:
            found[source][target] = 1.0
    return found


def distances(graph: Graph, start: int) -> dict[int, int]:
    """The number of edges on a shortest way from `start` to each node that can be reached."""
    found = {start: 0}
    todo = [start]
    for node in todo:
        for other in graph[node]:
            if other not in found:
                found[other] = found[node] + 1
                todo.append(other)
    return found


def _two_nodes(smallest: int, largest: int) -> Draw:
    """A graph and two of its nodes; half of the time the one leads to the other."""

    def draw(rng: Random) -> Inputs:
        graph = _graph(rng, rng.randint(smallest, largest))
        start = rng.randrange(len(graph))
        reached = distances(graph, start)
        others = reached if rng.random() < 0.5 else graph.keys() - reached.keys() or graph
        return graph, start, rng.choice(sorted(others))

    return draw


def _one_node(smallest: int, largest: int) -> Draw:
    def draw(rng: Random) -> Inputs:
        size = rng.randint(smallest, largest)
        return _graph(rng, size), rng.randrange(size)

    return draw


_PAIR: Graph = {0: {1: 1.0}, 1: {}}
_CHAIN: Graph = {0: {1: 1.0}, 1: {2: 1.0}, 2: {}}
_RING: Graph = {0: {1: 1.0}, 1: {2: 1.0}, 2: {0: 1.0}}

ALGORITHMS = (
    Algorithm(
        name="transpose",
        request="list[list[int]] -> list[list[int]]",
        params=("rows",),
        description="the columns of a matrix as rows",
        answer=lambda rows: [list(column) for column in zip(*rows, strict=True)],
        edges=(([[1]],), ([[1, 2]],), ([[1], [2]],), ([[1, 2], [3, 4]],)),
        small=_one_matrix(1, 4),
        large=_one_matrix(20, 40),
        num_test=8,
        withheld=("transpose", "zip"),
        fuel=5_000_000,
        cells=5_000_000,
    ),
    Algorithm(
        name="matrix product",
        request="(list[list[int]], list[list[int]]) -> list[list[int]]",
        params=("a", "b"),
        description="the product of two matrices",
        answer=_product,
        edges=(([[2]], [[3]]), ([[1, 2]], [[3], [4]]), ([[1], [2]], [[3, 4]])),
        small=_two_matrices(1, 3),
        large=_two_matrices(15, 30),
        num_test=5,
        fuel=5_000_000,
        cells=5_000_000,
    ),
    Algorithm(
        name="reachable in a graph",
        request="(graph[int], int, int) -> bool",
        params=("g", "start", "goal"),
        description="can one get from the start to the goal along the edges",
        answer=lambda graph, start, goal: goal in distances(graph, start),
        edges=(
            (_PAIR, 0, 1),
            (_PAIR, 1, 0),
            (_PAIR, 0, 0),
            (_CHAIN, 0, 2),
            (_CHAIN, 2, 0),
            (_RING, 1, 0),
        ),
        small=_two_nodes(3, 6),
        large=_two_nodes(300, 600),
        num_test=10,
        withheld=TRAVELS,
        fuel=10_000_000,
        cells=10_000_000,
    ),
    Algorithm(
        name="breadth-first distances",
        request="(graph[int], int) -> dict[int, int]",
        params=("g", "start"),
        description="the least number of edges to each node that can be reached from the start",
        answer=distances,
        edges=((_PAIR, 0), (_PAIR, 1), (_CHAIN, 0), (_CHAIN, 1), (_RING, 2)),
        small=_one_node(3, 6),
        large=_one_node(300, 600),
        num_test=6,
        withheld=TRAVELS,
        fuel=10_000_000,
        cells=10_000_000,
    ),
)
