"""Every input and every output of the table: built, trained and tested on data that fits it.

All data is generated. Each network sees 300 rows or fewer and is measured on 60 others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from progsynth import registry
from progsynth.lang.read import read_program
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.lang.values import Value
from progsynth.neural.config import Config
from progsynth.neural.modality import encode
from progsynth.neural.network import make_network
from progsynth.train.fit import Fitted, fit_network, fit_program
from progsynth.train.training import Training, training_for

Rng = np.random.Generator
TRAIN, HELD = 300, 60


def _array(x: np.ndarray) -> Value:
    return x.astype(np.float32)


# --------------------------------------------------------------- inputs, each with two classes


def vector(rng: Rng, yes: bool) -> Value:
    """A point inside or outside of a circle."""
    angle, radius = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.8) + 1.2 * (not yes)
    return _array(radius * np.array([np.cos(angle), np.sin(angle)]))


def image(rng: Rng, yes: bool) -> Value:
    """A row or a column of bright pixels."""
    found = rng.normal(0, 0.3, (1, 8, 8))
    place = rng.integers(8)
    if yes:
        found[0, place] += 1
    else:
        found[0, :, place] += 1
    return _array(found)


def sound(rng: Rng, yes: bool) -> Value:
    """A high tone or a low one, in noise, at any phase."""
    pitch = rng.uniform(0.1, 0.14) if yes else rng.uniform(0.02, 0.05)
    wave = np.sin(2 * np.pi * (pitch * np.arange(200) + rng.random()))
    return _array((wave + rng.normal(0, 0.5, 200))[None])


def text(rng: Rng, yes: bool) -> Value:
    """Words, with "not" among them or without."""
    words = ["".join(rng.choice(list("abdeiknot"), rng.integers(2, 5))) for _ in range(4)]
    words = [w for w in words if "not" not in w]
    if yes:
        words.insert(int(rng.integers(len(words) + 1)), "not")
    return " ".join(words)


def series(rng: Rng, yes: bool) -> Value:
    """A walk of 5 to 20 steps that rises or falls in its first half."""
    steps = rng.normal(0, 0.3, rng.integers(5, 20))
    steps[: len(steps) // 2] += 0.7 if yes else -0.7
    return [float(x) for x in np.cumsum(steps)]


def _moving(rng: Rng, yes: bool, count: int) -> np.ndarray:
    """Frames [count, 8, 8] of a dot that goes to the right or to the left."""
    row = rng.integers(8)
    begin = int(rng.integers(8 - count + 1)) if yes else int(rng.integers(count - 1, 8))
    frames = rng.normal(0, 0.1, (count, 8, 8))
    for n in range(count):
        frames[n, row, begin + (n if yes else -n)] += 1
    return frames


def video(rng: Rng, yes: bool) -> Value:
    """A dot that goes to the right or to the left, in 3 to 5 frames."""
    return [_array(frame[None]) for frame in _moving(rng, yes, int(rng.integers(3, 6)))]


def volume(rng: Rng, yes: bool) -> Value:
    """A ball or a shell in noise."""
    centre = rng.uniform(2.5, 4.5, 3)
    distance = np.sqrt(((np.indices((8, 8, 8)).T - centre) ** 2).sum(-1))
    there = distance < 1.8 if yes else abs(distance - 2.6) < 0.5
    return _array((there + rng.normal(0, 0.3, (8, 8, 8)))[None])


SLOW = pytest.mark.slow
INPUTS = [
    ("tensor[2]", vector, "dense", 150),
    ("tensor[1, 8, 8]", image, "convolutional", 40),
    pytest.param("tensor[1, 8, 8]", image, "separable", 60, marks=SLOW),
    ("tensor[1, 200]", sound, "convolutional", 40),
    ("str", text, "convolutional", 100),
    pytest.param("str", text, "gru", 160, marks=SLOW),
    ("list[float]", series, "gru", 60),
    pytest.param("list[float]", series, "lstm", 60, marks=SLOW),
    pytest.param("list[float]", series, "convolutional", 60, marks=SLOW),
    ("list[tensor[1, 8, 8]]", video, "framewise", 80),
    ("list[tensor[1, 8, 8]]", video, "convolutional", 60),
    ("tensor[1, 8, 8, 8]", volume, "convolutional", 40),
]


def trained(
    type_: str,
    result: str,
    values: list[Value],
    targets: list[Value],
    steps: int,
    **wishes: object,
) -> Fitted:
    declared = Neural("f", ("x",), (parse_type(type_),), parse_type(result))
    config = Config(batch=32, **wishes)  # type: ignore[arg-type]
    network = make_network(declared, seed=0, config=config)
    x_N = encode(values, parse_type(type_))
    training = training_for(config, steps=steps, measure_every=20)
    fitted = fit_network(
        network,
        [x_N[:-HELD]],
        targets[:-HELD],
        seed=0,
        validation=([x_N[-HELD:]], targets[-HELD:]),
        training=training,
        device="cpu",
    )
    assert fitted.baseline is not None
    return fitted


@pytest.mark.parametrize(("type_", "draw", "architecture", "steps"), INPUTS)
def test_every_input_is_learnt(
    type_: str, draw: Callable[[Rng, bool], Value], architecture: str, steps: int
) -> None:
    rng = np.random.default_rng(0)
    targets = [bool(rng.random() < 0.5) for _ in range(TRAIN + HELD)]
    values = [draw(rng, yes) for yes in targets]
    fitted = trained(type_, "bool", values, targets, steps, architecture=architecture)
    assert fitted.baseline is not None and fitted.baseline.name == "majority"
    assert fitted.baseline.accuracy < 0.65
    assert fitted.best.validation_accuracy is not None
    assert fitted.best.validation_accuracy > 0.88


# ----------------------------------------------------------------------------------- outputs


def points() -> tuple[list[Value], np.ndarray]:
    x_N = np.random.default_rng(0).normal(size=(TRAIN + HELD, 3)).astype(np.float32)
    return list(x_N), x_N


@pytest.mark.parametrize("one_hot", [False, True])
def test_one_of_k_from_whole_numbers_or_one_hot_rows(one_hot: bool) -> None:
    values, x_N = points()
    largest_N = x_N.argmax(1)
    rows = [tuple(row) for row in np.eye(3)[largest_N].tolist()]
    targets = rows if one_hot else largest_N.tolist()
    fitted = trained("tensor[3]", "choice[3]", values, targets, 60)
    assert fitted.best.validation_accuracy is not None
    assert fitted.best.validation_accuracy > 0.9
    assert fitted.baseline is not None and fitted.baseline.accuracy < 0.5


def test_one_hot_and_whole_numbers_mean_the_same() -> None:
    values, x_N = points()
    numbers = x_N.argmax(1).tolist()
    first = trained("tensor[3]", "choice[3]", values, numbers, 20)
    other = trained("tensor[3]", "choice[3]", values, [np.eye(3)[n] for n in numbers], 20)
    assert first.best.loss == pytest.approx(other.best.loss, rel=1e-4)
    assert first.baseline == other.baseline


def test_any_of_k() -> None:
    values, x_N = points()
    targets = [tuple(row) for row in (x_N > 0.3).tolist()]
    fitted = trained("tensor[3]", "tuple[bool, bool, bool]", values, targets, 80)
    assert fitted.best.validation_accuracy is not None
    assert fitted.best.validation_accuracy > 0.85


@pytest.mark.parametrize("loss", ["", "absolute"])
@pytest.mark.parametrize("result", ["float", "tuple[float, float]", "tensor[2]"])
def test_real_vectors(result: str, loss: str) -> None:
    values, x_N = points()
    wanted_N2 = np.stack((x_N.sum(1) * 2 + 5, x_N[:, 0] * 3 - 4), 1)
    targets: list[Value] = {
        "float": wanted_N2[:, 0].tolist(),
        "tuple[float, float]": [tuple(row) for row in wanted_N2.tolist()],
        "tensor[2]": list(wanted_N2.astype(np.float32)),
    }[result]
    fitted = trained("tensor[3]", result, values, targets, 150, loss=loss)
    assert fitted.baseline is not None and fitted.baseline.error is not None
    assert fitted.baseline.name == ("median" if loss else "mean")
    assert fitted.best.validation_loss is not None
    assert fitted.best.validation_loss < 0.2 * fitted.baseline.error


def test_common_sense_says_that_a_series_goes_on_as_it_was() -> None:
    rng = np.random.default_rng(0)
    walks = [np.cumsum(rng.normal(size=8)).tolist() for _ in range(TRAIN + HELD)]
    fitted = trained("list[float]", "float", [w[:-1] for w in walks], [w[-1] for w in walks], 1)
    assert fitted.baseline is not None and fitted.baseline.error is not None
    assert fitted.baseline.name == "last value"
    assert fitted.baseline.error == pytest.approx(1, abs=0.4)


def test_a_part_of_a_program_learns_from_what_the_program_gives() -> None:
    rng = np.random.default_rng(0)
    rows, outputs = [], []
    for _ in range(TRAIN):
        yes = [bool(rng.random() < 0.5) for _ in range(3)]
        rows.append(([sound(rng, one) for one in yes],))
        outputs.append(sum(yes))
    dsl = registry.pack()
    program = read_program(
        "neural high(x: tensor[1, 200]) -> bool\n\n"
        "def highs(xs: list[tensor[1, 200]]) -> int:\n"
        "    return sum([1 if high(x) else 0 for x in xs])\n",
        dsl,
    )
    networks = {"high": make_network(program.neural[0], seed=0, config=Config(width=8))}
    fitted = fit_program(
        program,
        networks,
        dsl,
        rows[:-40],
        outputs[:-40],
        seed=0,
        validation=(rows[-40:], outputs[-40:]),
        training=Training(steps=40, batch=32),
        device="cpu",
    )
    assert fitted.baseline is not None and fitted.baseline.accuracy < 0.6
    assert fitted.best.validation_accuracy is not None
    assert fitted.best.validation_accuracy > 0.85


# ------------------------------------------------------------------------- wishes in training


@pytest.mark.parametrize(
    "wishes",
    [
        {"dropout": 0.2, "batch_norm": True, "augment": ("noise", "shift")},
        *(pytest.param({"optimiser": name}, marks=SLOW) for name in ("adam", "sgd", "rmsprop")),
        {"schedule": "linear", "weight_decay": 0.01, "width": 8, "depth": 1},
    ],
)
def test_wishes_are_followed_and_learn(wishes: dict[str, object]) -> None:
    rng = np.random.default_rng(0)
    targets = [bool(rng.random() < 0.5) for _ in range(TRAIN + HELD)]
    values = [image(rng, yes) for yes in targets]
    state = torch.get_rng_state()
    first, again = (
        trained("tensor[1, 8, 8]", "bool", values, targets, 40, **wishes) for _ in range(2)
    )
    assert torch.equal(torch.get_rng_state(), state), "the global generator is as before"
    assert [p.loss for p in first.history] == [p.loss for p in again.history]
    assert first.best.validation_accuracy is not None
    assert first.best.validation_accuracy > 0.85
