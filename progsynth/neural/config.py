"""What a user may wish of networks and their training, in one place, with defaults that work.

    Config(width=32, depth=3, dropout=0.2, augment=("shift",))
    Config(architecture="lstm", optimiser="sgd", learning_rate=0.1)
    Config(module="my_networks:Reader")

What is left out is chosen by what the network reads (`architecture.py`) and what it answers
(`head.py`). The structure that follows is a `Recipe`, how to train a `train.Training`; both are
made from this, and it is kept with the weights.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from progsynth.errors import ProgsynthError

OPTIMISERS = ("adamw", "adam", "sgd", "rmsprop")
SCHEDULES = ("cosine", "linear", "constant")


@dataclass(frozen=True, slots=True)
class Config:
    """How networks are made and trained.

    Of the structure: `architecture` is a name in the modality's row of `BODIES` ("": the first);
    `width` is that of a body's first stage and `depth` its number of stages (0: by the size of
    the input); `hidden` are the dense layers after it. `dropout` is the share of features left
    out at each of these, `batch_norm` normalises after dense and plain convolutional layers,
    `augment` names ways in which training inputs are varied (`augment.py`), `loss` a loss of the
    head. `module` names an `nn.Module` of the user's own, in place of all that (`own.py`).

    Of the training: the `optimiser`, its `learning_rate` (None: by the optimiser), how that
    falls (`schedule`), `weight_decay`, and the rows of a mini-batch (`batch`).
    """

    architecture: str = ""
    width: int = 0
    depth: int = 0
    hidden: tuple[int, ...] = (64,)
    dropout: float = 0.0
    batch_norm: bool = False
    augment: tuple[str, ...] = ()
    loss: str = ""
    module: str = ""
    optimiser: str = "adamw"
    learning_rate: float | None = None
    schedule: str = "cosine"
    weight_decay: float = 0.0
    batch: int = 64

    def __post_init__(self) -> None:
        for name in ("width", "depth"):
            _require(getattr(self, name) >= 0, name, "0 (by the input) or more", self)
        _require(all(width > 0 for width in self.hidden), "hidden", "widths from 1", self)
        _require(0 <= self.dropout < 1, "dropout", "a share from 0 to below 1", self)
        _require(self.batch >= 1, "batch", "1 or more", self)
        _require(self.weight_decay >= 0, "weight_decay", "0 or more", self)
        rate = self.learning_rate
        _require(rate is None or rate > 0, "learning_rate", "None or a number above 0", self)
        _require(self.optimiser in OPTIMISERS, "optimiser", f"one of {_all(OPTIMISERS)}", self)
        _require(self.schedule in SCHEDULES, "schedule", f"one of {_all(SCHEDULES)}", self)
        usual = {field.name: field.default for field in fields(self)}
        for name in _OF_THE_STRUCTURE if self.module else ():
            same = getattr(self, name) == usual[name]
            _require(same, name, "nothing: the module has its own", self)


_OF_THE_STRUCTURE = ("architecture", "width", "depth", "hidden", "dropout", "batch_norm")


def _all(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names))


def _require(fits: bool, name: str, wanted: str, config: Config) -> None:
    if not fits:
        found = getattr(config, name)
        raise ProgsynthError(f"Config.{name}: expected {wanted}, found {found!r}")
