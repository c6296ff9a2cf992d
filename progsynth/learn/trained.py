"""Networks that an attempt has trained: their weights lie in the library's folder before anything
in its database names them, so that a journal can hold the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from progsynth import neural
from progsynth.lang.types import Signature
from progsynth.lang.values import identity_key
from progsynth.library.store import Library
from progsynth.solving.stages import Staged
from progsynth.task import Task


@dataclass(frozen=True, slots=True)
class Trained:
    """A network: what its program calls it, the digest of its weights, the types of its
    submodule, and how it was made, for its entry."""

    called: str
    weights: str
    signature: str
    figures: Mapping[str, Any]


def kept(found: Staged, called: Collection[str], library: Library) -> tuple[Trained, ...]:
    """The networks of the solution that the program calls, their weights written."""
    candidate, evaluation = found.outcome.candidate, found.outcome.evaluation
    assert candidate is not None and evaluation is not None
    validation = found.outcome.validation
    figures = {
        "stage": found.stage,
        "began_with": dict(found.begun),
        "gradient_steps": found.outcome.gradient_steps,
        "data": data_digest(found.setting.task),
        "accuracy": {
            "training": [evaluation.passed, evaluation.total],
            "validation": validation and [validation.passed, validation.total],
        },
    }
    made = []
    for name in sorted(set(candidate.networks) & set(called)):
        network = candidate.networks[name]
        declaration = network.declaration
        params = tuple(zip(declaration.params, declaration.types, strict=True))
        recipe = {"recipe": asdict(network.recipe), "config": asdict(network.config)}
        made.append(
            Trained(
                name,
                library.write_weights(neural.to_bytes(network)),
                str(Signature(params, declaration.result)),
                {**figures, **recipe},
            )
        )
    return tuple(made)


def data_digest(task: Task) -> str:
    """The digest of the training examples."""
    examples = [repr(identity_key((e.inputs, e.output))) for e in task.train]
    return sha256("\n".join(examples).encode()).hexdigest()
