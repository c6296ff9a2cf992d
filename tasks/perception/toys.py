"""A second kind of images, drawn from a seed: five toys of any place and size, in noise."""

from __future__ import annotations

import random
from functools import cache

import numpy as np

from progsynth.lang.types import parse_type
from progsynth.lang.values import Value
from progsynth.plain import make_tensor

from .pictures import Deck

NUM_TOYS = {"train": 200, "validation": 50, "test": 100}  # of each kind
NAMES = ("ball", "box", "ring", "cross", "ramp")
NOISE = 0.1


@cache
def toys(side: int, split: str) -> Deck:
    """The toys of a split: other ones in each, the same for every seed."""
    rng = random.Random(f"toys {side} {split}")
    count = NUM_TOYS[split]
    return Deck(tuple(tuple(toy(n, side, rng) for _ in range(count)) for n in range(len(NAMES))))


def signs(cards: Deck, split: str) -> Deck:
    """Each image of these as a sign on a street."""
    rng = random.Random(f"signs {split}")
    return Deck(tuple(tuple(sign(image, rng) for image in some) for some in cards.by_digit))


def toy(label: int, side: int, rng: random.Random) -> Value:
    """An image [1, side, side] of the toy with that number, from 0 to 1."""
    noise = np.random.default_rng(rng.getrandbits(64))
    unit = side / 8
    radius = rng.uniform(1.8, 3.0) * unit
    middle = [side / 2 - 0.5 + rng.uniform(-0.8, 0.8) * unit for _ in range(2)]
    down, right = np.indices((side, side), np.float64)
    down, right = down - middle[0], right - middle[1]
    distance = np.hypot(down, right)
    square = np.maximum(abs(down), abs(right))
    shapes = (
        distance < radius,
        square < radius,
        abs(distance - radius) < 0.75 * unit,
        (np.minimum(abs(down), abs(right)) < 0.75 * unit) & (square < radius),
        (square < radius) & (down > right),
    )
    image = shapes[label] * rng.uniform(0.7, 1.0) + noise.normal(0, NOISE, (side, side))
    type_ = parse_type(f"tensor[1, {side}, {side}]")
    return make_tensor(np.clip(image, 0, 1)[np.newaxis].astype(np.float32), type_, "a toy")


def sign(image: Value, rng: random.Random) -> Value:
    """A digit's image as a sign on a street: on a wall of bricks, darker and noisy."""
    noise = np.random.default_rng(rng.getrandbits(64))
    _, side, _ = image.shape
    step = max(2, side // 4)
    wall = np.zeros((side, side))
    wall[rng.randrange(step) :: step] = rng.uniform(0.1, 0.25)
    found = np.maximum(image[0] * rng.uniform(0.8, 1.0), wall)
    found = np.clip(found + noise.normal(0, NOISE / 2, found.shape), 0, 1)
    type_ = parse_type(f"tensor[1, {side}, {side}]")
    return make_tensor(found[np.newaxis].astype(np.float32), type_, "a sign")
