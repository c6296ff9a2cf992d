"""What local search has done as plain data, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from progsynth.search.genetic.deap_tools import Individual
from progsynth.search.genetic.local import Local
from progsynth.search.genetic.probe import Prober
from progsynth.search.genetic.saved import Codec, SavedLocal, Waiting
from progsynth.search.genetic.skeletons import Skeleton


def save_local(local: Local, codec: Codec, place: Callable[[Individual], int]) -> SavedLocal:
    """The state of a local search; `place` keeps an individual and says where."""
    prober, decider = local.prober, local.decider
    packed = {str(name): np.packbits(right).tobytes() for name, right in decider.known.items()}
    return SavedLocal(
        work=list(local.work),
        loops=[(place(one), errors) for errors, one in local.loops.items()],
        bodies=sorted(local.fitter.known),
        decided=packed,
        conditions_charged=decider.charged,
        taken=[(name, at, times) for (name, at), times in local.refiner.taken.items()],
        steps_charged=sorted((list(bound), type_) for bound, type_ in prober.steps.charged),
        sources_charged=sorted(prober.skeletons.charged),
        skeletons=sorted(prober.skeletons.done),
        waiting=[_waiting(prober, codec, *entry) for entry in prober.waiting],
        spent=list(prober.spent),
        count=prober.count,
        executions=[prober.runs.executions, prober.skeletons.executions, decider.executions],
    )


def _waiting(
    prober: Prober, codec: Codec, rank: int, count: int, visits: int, skeleton: Skeleton
) -> Waiting:
    loop = prober.skeletons.loops.index(skeleton.rule)
    starts = list(map(codec.write, skeleton.starts))
    return Waiting(rank, count, visits, loop, skeleton.over, starts, list(skeleton.numbers))


def restore_local(
    local: Local, saved: SavedLocal, codec: Codec, individuals: Sequence[Individual]
) -> None:
    """Put a local search that has not begun into the state that was saved."""
    prober, decider = local.prober, local.decider
    local.work = list(saved.work)
    local.loops = {errors: individuals[place] for place, errors in saved.loops}
    local.fitter.known = set(saved.bodies)
    cases = len(decider.rows)
    decider.known = {
        int(name): np.unpackbits(np.frombuffer(bits, np.uint8), count=cases).astype(np.bool_)
        for name, bits in saved.decided.items()
    }
    decider.charged = saved.conditions_charged
    local.refiner.taken = Counter({(name, at): times for name, at, times in saved.taken})
    prober.steps.charged = {(tuple(bound), type_) for bound, type_ in saved.steps_charged}
    skeletons = prober.skeletons
    skeletons.charged, skeletons.done = set(saved.sources_charged), set(saved.skeletons)
    prober.waiting = [_met_again(prober, codec, entry) for entry in saved.waiting]
    prober.spent, prober.count = list(saved.spent), saved.count
    prober.runs.executions, skeletons.executions, decider.executions = saved.executions


def _met_again(prober: Prober, codec: Codec, entry: Waiting) -> tuple[int, int, int, Skeleton]:
    rule = prober.skeletons.loops[entry.loop]
    starts = tuple(map(codec.read, entry.starts))
    skeleton = prober.skeletons.skeleton(rule, entry.over, starts, entry.examples)
    return entry.rank, entry.count, entry.visits, skeleton
