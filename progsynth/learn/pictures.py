"""How learning went, as pictures: what was solved, what it took, what the library is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from progsynth.learn.compare import Compared
from progsynth.learn.loop import Round
from progsynth.library.entry import NETWORK, Entry
from progsynth.library.store import Library

_BLUE, _ORANGE, _GREEN, _GREY = "#0072B2", "#D55E00", "#009E73", "#999999"  # Okabe and Ito
_DPI = 130
_LONGEST = 60  # characters of a name that are shown


def draw(
    library: Library,
    rounds: Sequence[Round],
    folder: Path,
    comparison: Compared | None = None,
) -> tuple[Path, ...]:
    """Draw the rounds, the library's family tree, and the comparison if there is one.

    Gives the files, which lie in the folder; it is made where there is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [draw_rounds(rounds, folder / "rounds.png")]
    entries = library.entries(all_versions=True)
    if entries:
        drawn.append(draw_family(entries, folder / "family.png"))
    if comparison is not None:
        drawn.append(draw_comparison(comparison, folder / "executions.png"))
    return tuple(drawn)


def _saved(figure: Figure, path: Path) -> Path:
    FigureCanvasAgg(figure)  # draws without a screen, and without state of the whole process
    figure.savefig(path, dpi=_DPI)
    return path


def draw_rounds(rounds: Sequence[Round], path: Path) -> Path:
    """Draw over the rounds: the tasks solved, the executions, and the library's size."""
    figure = Figure(figsize=(12.0, 3.8), layout="constrained")
    solved, used, size = figure.subplots(1, 3)
    numbers = [one.number for one in rounds]
    solved.bar(numbers, [len(one.solved) for one in rounds], color=_BLUE, label="before")
    before = [len(one.solved) - len(one.new) for one in rounds]
    new = [len(one.new) for one in rounds]
    solved.bar(numbers, new, bottom=before, color=_ORANGE, label="in this round")
    solved.set_ylabel("tasks solved")
    solved.set_ylim(top=1.3 * max(1, *(len(one.solved) for one in rounds)))  # for the legend
    solved.legend(loc="upper left")
    used.plot(numbers, [one.executions for one in rounds], "o-", color=_BLUE, label="of attempts")
    used.plot(numbers, [one.replayed for one in rounds], "s--", color=_ORANGE, label="of replays")
    used.set_ylabel("executions")
    used.set_ylim(bottom=0)
    used.yaxis.set_major_formatter(EngFormatter(sep=""))
    used.legend()
    size.plot(numbers, [one.library for one in rounds], "o-", color=_GREEN, label="in use")
    size.bar(numbers, [len(one.admitted) for one in rounds], color=_BLUE, label="admitted")
    refused = [-len(one.refused) - len(one.retired) for one in rounds]
    size.bar(numbers, refused, color=_GREY, label="refused or retired")
    size.axhline(0, color=_GREY, linewidth=1)
    size.set_ylabel("subroutines (below 0: those out)")
    size.legend()
    for axes in (solved, used, size):
        axes.set_xlabel("round")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
    return _saved(figure, path)


def draw_comparison(comparison: Compared, path: Path) -> Path:
    """Draw what each task takes with the library and without it."""
    names = sorted(comparison.with_it, key=lambda name: (comparison.used(name)[1], name))
    figure = Figure(figsize=(9.0, 1.4 + 0.22 * len(names)), layout="constrained")
    axes = figure.subplots()
    for row, name in enumerate(names):
        with_it, without = comparison.used(name)
        axes.plot([with_it, without], [row, row], "-", color=_GREY, linewidth=1, zorder=1)
    for label, place, some, colour in (
        ("without the library", 1, comparison.without, _ORANGE),
        ("with the library", 0, comparison.with_it, _BLUE),
    ):
        used = [comparison.used(name)[place] for name in names]
        rows = range(len(names))
        faces = [colour if some[name].solved else "white" for name in names]
        axes.scatter(used, rows, c=faces, edgecolors=colour, s=34, label=label, zorder=2)
    axes.axvline(comparison.budget, color=_GREY, linestyle=":", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("executions (dotted: the budget; hollow: not solved)")
    axes.set_yticks(range(len(names)), names)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    axes.spines[["top", "right"]].set_visible(False)
    return _saved(figure, path)


# -------------------------------------------------------------------------- the family tree


def draw_family(entries: Sequence[Entry], path: Path) -> Path:
    """Draw which entry calls which: an arrow goes from an entry to those made of it."""
    graph = family(entries)
    layers: dict[int, list[tuple[str, int]]] = {}
    for layer, keys in enumerate(nx.topological_generations(graph)):
        layers[layer] = sorted(keys)
    widest = max(map(len, layers.values()))
    figure = Figure(
        figsize=(max(7.0, 3.4 * len(layers)), 1.2 + 0.62 * widest), layout="constrained"
    )
    axes = figure.subplots()
    places = {
        key: (float(layer), (len(keys) - 1) / 2 - row)
        for layer, keys in layers.items()
        for row, key in enumerate(keys)
    }
    nx.draw_networkx_edges(
        graph, places, ax=axes, edge_color=_GREY, arrowsize=12, node_size=2600, node_shape="s"
    )
    by_key = {entry.key: entry for entry in entries}
    for key, (x, y) in places.items():
        _draw_entry(axes, by_key[key], x, y)
    axes.set_xlim(-0.6, len(layers) - 0.4)
    axes.set_ylim(-widest / 2, widest / 2)
    axes.set_axis_off()
    return _saved(figure, path)


def family(entries: Sequence[Entry]) -> Any:
    """The graph of entries, by name and version; edges go to those that call them."""
    graph = nx.DiGraph()
    for entry in entries:
        graph.add_node(entry.key)
        for need in entry.needs:
            graph.add_edge((need.name, need.version), entry.key)
    return graph


def _draw_entry(axes: Axes, entry: Entry, x: float, y: float) -> None:
    version = f" v{entry.version}" if entry.version > 1 else ""
    uses = f"{entry.uses} use{'' if entry.uses == 1 else 's'}"
    text = f"{entry.name[:_LONGEST]}{version}\n{uses}{', retired' if entry.retired else ''}"
    colour = _GREY if entry.retired else _GREEN if entry.kind == NETWORK else _BLUE
    box: Mapping[str, Any] = {"boxstyle": "round", "facecolor": "white", "edgecolor": colour}
    axes.text(x, y, text, ha="center", va="center", fontsize=8, bbox=dict(box))
