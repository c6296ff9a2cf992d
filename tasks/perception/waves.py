"""Small tasks on what is no image: a signal, texts, videos, volumes, trajectories. All generated.

Each draws its inputs and says what is right; nothing is read from files. They are small enough
for a network of the default size to learn in seconds.

Shapes: a signal's window is [C=1, T samples], a clip [C=1, F frames, H, W], a volume
[C=1, D, H, W], a state of a track [4]: place and velocity in the plane. Pixels and samples are
of about -2 to 2. The tasks of loops read plain floats, one sample or one level at a time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from progsynth.lang.types import parse_type
from progsynth.lang.values import Value, identity_key
from progsynth.plain import make_tensor
from progsynth.task import Example, Task

COUNTS = {"train": 300, "validation": 100, "test": 200}
LENGTHS = (1, 2, 3)
WINDOW, FRAMES, SIDE, EDGE = 64, 5, 8, 7
_SIGNAL, _VIDEO = f"tensor[1, {WINDOW}]", f"tensor[1, {FRAMES}, {SIDE}, {SIDE}]"
_VOLUME, _STATE = f"tensor[1, {EDGE}, {EDGE}, {EDGE}]", "tensor[4]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A task whose inputs are generated: `draw` gives an input and what is right for it, `longer`
    those of tests, where they take more turns than those of training."""

    name: str
    request: str
    params: str
    description: str
    neural: str
    accuracy: float
    draw: Callable[[random.Random], tuple[Value, Any]]
    longer: Callable[[random.Random], tuple[Value, Any]] | None = None
    tolerance: float = 1e-9


def _tensor(array: np.ndarray, type_: str) -> Value:
    return make_tensor(array.astype(np.float32), parse_type(type_), "a generated input")


def _how_many(one: Callable[[random.Random, bool], Value]) -> Any:
    """A list of one to three of which some are such as is asked for; how many."""

    def draw(rng: random.Random) -> tuple[Value, int]:
        wanted = [rng.random() < 0.5 for _ in range(rng.choice(LENGTHS))]
        return [one(rng, yes) for yes in wanted], sum(wanted)

    return draw


def window(rng: random.Random, beep: bool) -> Value:
    """Samples [1, 64] of noise, with a short beep somewhere or a low hum all along."""
    noise = np.random.default_rng(rng.getrandbits(64))
    times = np.arange(WINDOW)
    phase = rng.uniform(0, 2 * math.pi)
    if beep:
        begin = rng.randrange(WINDOW - 24)
        wave = np.sin(1.6 * times + phase) * ((times >= begin) & (times < begin + 24))
    else:
        wave = np.sin(0.2 * times + phase)
    return _tensor((wave + noise.normal(0, 0.3, WINDOW))[np.newaxis], _SIGNAL)


_THINGS = ("the film", "this book", "the soup", "our room", "the show", "her song", "that game")
_GOOD = ("good", "lovely", "a joy", "great", "warm", "clever")
_BAD = ("bad", "awful", "a bore", "poor", "cold", "stupid")


def review(rng: random.Random, good: bool) -> Value:
    """A short sentence of praise or of blame; either may be said by denying the other."""
    denied = rng.random() < 0.3
    words = _GOOD if good != denied else _BAD
    said = f"{rng.choice(_THINGS)} was {'not ' * denied}{rng.choice(words)}"
    return said if rng.random() < 0.5 else f"{rng.choice(('well', 'yes', 'oh'))}, {said}"


def clip(rng: random.Random, right: bool) -> Value:
    """Frames [1, 5, 8, 8] in which a dot goes to the right, or to the left."""
    noise = np.random.default_rng(rng.getrandbits(64))
    row = rng.randrange(SIDE)
    begin = rng.randint(0, SIDE - FRAMES) if right else rng.randint(FRAMES - 1, SIDE - 1)
    frames = noise.normal(0, 0.1, (FRAMES, SIDE, SIDE))
    for n in range(FRAMES):
        frames[n, row, begin + (n if right else -n)] += 1
    return _tensor(frames[np.newaxis], _VIDEO)


def body(rng: random.Random, solid: bool) -> Value:
    """A solid ball, or a hollow one: [1, 7, 7, 7]."""
    noise = np.random.default_rng(rng.getrandbits(64))
    middle = [rng.uniform(EDGE / 2 - 1, EDGE / 2) for _ in range(3)]
    distance = np.sqrt(sum((axis - at) ** 2 for axis, at in zip(np.indices((EDGE,) * 3), middle)))
    radius = rng.uniform(2.2, 2.8)
    there = (distance < radius) & (solid | (distance > radius - 1.2))
    return _tensor((there + noise.normal(0, 0.2, (EDGE,) * 3))[np.newaxis], _VOLUME)


KINDS = ("approaches", "circles", "flees")
_SHARES = (0.5, 0.3, 0.2)  # of the kinds: the first is the majority


def trajectory(rng: random.Random) -> tuple[Value, int]:
    """A track of 8 to 14 states of an animal beside a thing at (0, 0), and what it does.

    A state [4] is its place and its velocity, in the plane.
    """
    kind = rng.choices(range(len(KINDS)), _SHARES)[0]
    place = np.array([rng.uniform(-2, 2), rng.uniform(-2, 2)])
    turn, track = rng.choice((-1, 1)), []
    noise = np.random.default_rng(rng.getrandbits(64))
    for _ in range(rng.randint(8, 14)):
        away = place / (np.hypot(*place) + 0.1)
        aside = np.array([-away[1], away[0]]) * turn
        wanted = (-away, aside, away)[kind] * 0.25
        velocity = wanted + noise.normal(0, 0.15, 2)
        track.append(_tensor(np.concatenate((place, velocity)), _STATE))
        place = place + velocity
    return track, kind


SHORT, LONG = (1, 2, 3, 4, 5), (50,)  # samples of a signal in training, and in tests
_KEPT = 0.6  # of the loudness, from one sample to the next
FULL, GAP = 1.37, 0.05  # a tank is too full above that; no level comes so close to it


def loudness(lengths: tuple[int, ...]) -> Callable[[random.Random], tuple[Value, float]]:
    """Draws a signal of one of these lengths; right is its energy, in which what is long ago
    counts less."""

    def drawn(rng: random.Random) -> tuple[Value, float]:
        samples = [rng.uniform(-1, 1) for _ in range(rng.choice(lengths))]
        state = 0.0
        for x in samples:
            state = _KEPT * state + x * x
        return samples, state

    return drawn


def tank(low: float, high: float) -> Callable[[random.Random], tuple[Value, int]]:
    """Draws the level of a tank; right is how often 1 is let out until it is not too full."""

    def drawn(rng: random.Random) -> tuple[Value, int]:
        while True:
            level, turns = rng.uniform(low, high), 0
            left = level
            while left > FULL:
                left, turns = left - 1.0, turns + 1
            if left < FULL - GAP and (turns == 0 or left + 1.0 > FULL + GAP):
                return level, turns

    return drawn


DRAWN = (
    Drawn(
        name="windows with a beep",
        request=f"list[{_SIGNAL}] -> int",
        params="signal",
        description="In how many windows of a signal there is a beep.",
        neural=f"heard(window: {_SIGNAL}) -> bool",
        accuracy=0.9,
        draw=_how_many(window),
    ),
    Drawn(
        name="reviews that praise",
        request="list[str] -> int",
        params="reviews",
        description="How many of some short reviews praise.",
        neural="liked(review: str) -> bool",
        accuracy=0.85,
        draw=_how_many(review),
    ),
    Drawn(
        name="clips that go right",
        request=f"list[{_VIDEO}] -> int",
        params="clips",
        description="In how many of some clips a dot goes to the right.",
        neural=f"goes_right(clip: {_VIDEO}) -> bool",
        accuracy=0.9,
        draw=_how_many(clip),
    ),
    Drawn(
        name="solid bodies",
        request=f"list[{_VOLUME}] -> int",
        params="bodies",
        description="How many of some balls, given as volumes, are solid.",
        neural=f"solid(volume: {_VOLUME}) -> bool",
        accuracy=0.9,
        draw=_how_many(body),
    ),
    Drawn(
        name="what an animal does",
        request=f"list[{_STATE}] -> int",
        params="track",
        description=f"What a track shows: 0 {KINDS[0]}, 1 {KINDS[1]} or 2 {KINDS[2]}.",
        neural=f"doing(state: {_STATE}) -> choice[{len(KINDS)}]",
        accuracy=0.9,
        draw=trajectory,
    ),
    Drawn(
        name="loudness of a signal",
        request="list[float] -> float",
        params="signal",
        description="How loud a signal is at its end, where what is long ago counts less; signals "
        "ten times as long in tests.",
        neural="cell(loudness: float, sample: float) -> float",
        accuracy=0.85,
        draw=loudness(SHORT),
        longer=loudness(LONG),
        tolerance=0.15,
    ),
    Drawn(
        name="turns of a tap",
        request="float -> int",
        params="level",
        description="How often 1 is let out of a tank until it is no longer too full; tanks ten "
        "times as full in tests.",
        neural="too_full(level: float) -> bool",
        accuracy=0.95,
        draw=tank(0.4, 5.3),
        longer=tank(40.0, 41.3),
    ),
)


def task_of(drawn: Drawn, seed: int) -> Task:
    """The task; its examples depend on the seed and its name alone."""
    given = {}
    for split, count in COUNTS.items():
        rng = random.Random(f"{drawn.name} {split} {seed}")
        draw = drawn.draw if split != "test" else drawn.longer or drawn.draw
        made: dict[Any, Example] = {}
        while len(made) < count:
            value, right = draw(rng)
            made.setdefault(identity_key(value), Example((value,), right))
        given[split] = tuple(made.values())
    return Task.from_examples(
        drawn.name,
        given["train"],
        request=drawn.request,
        validation=given["validation"],
        test=given["test"],
        params=(drawn.params,),
        description=drawn.description,
        accuracy=drawn.accuracy,
        neural=(drawn.neural,),
        tolerance=drawn.tolerance,
    )
