"""Training: one network, the networks inside a program, many candidates at once, hybrid search.

    fit_network    a network on labelled examples
    fit_program    the networks inside a program, from what the program shall give
    train_program  any program: networks on states, in loops and conditions, trained numbers
    study.study    the honest workflow: baseline, over-fitting, then regularisation
    Population     candidates of one shape, trained in one batch
    hybrid         the method for `solve(task, search=hybrid(...))`
    near_search    the method for learnt parts in folds and loops; `Plan` says how it goes
    Schedule       how much training its candidates get
    drafts         sketches with `??neural` as sketches that declare submodules
    sketch_search  the method that completes and trains such drafts

Everything loads when it is first used: torch takes seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from progsynth.train.checkpoint import Point
    from progsynth.train.drafts import drafts
    from progsynth.train.fit import Fitted, fit_network, fit_program
    from progsynth.train.hybrid_search import hybrid
    from progsynth.train.near import near_search
    from progsynth.train.population import Population
    from progsynth.train.relaxed import Plan
    from progsynth.train.schedule import Schedule
    from progsynth.train.sketch_search import sketch_search
    from progsynth.train.study import Study
    from progsynth.train.trained import Trained, train_program
    from progsynth.train.training import Training, training_for

__all__ = [
    "Fitted",
    "Plan",
    "Point",
    "Population",
    "Schedule",
    "Study",
    "Trained",
    "Training",
    "drafts",
    "fit_network",
    "fit_program",
    "hybrid",
    "near_search",
    "sketch_search",
    "train_program",
    "training_for",
]

_HOMES = {
    "Fitted": "progsynth.train.fit",
    "Plan": "progsynth.train.relaxed",
    "Point": "progsynth.train.checkpoint",
    "Population": "progsynth.train.population",
    "Schedule": "progsynth.train.schedule",
    "Study": "progsynth.train.study",
    "Trained": "progsynth.train.trained",
    "Training": "progsynth.train.training",
    "drafts": "progsynth.train.drafts",
    "fit_network": "progsynth.train.fit",
    "fit_program": "progsynth.train.fit",
    "hybrid": "progsynth.train.hybrid_search",
    "near_search": "progsynth.train.near",
    "sketch_search": "progsynth.train.sketch_search",
    "train_program": "progsynth.train.trained",
    "training_for": "progsynth.train.training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'progsynth.train' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
