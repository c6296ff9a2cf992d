"""What options may be: numbers in their range."""

from __future__ import annotations

import argparse


def above_zero(text: str) -> float:
    """The number that the text writes, which must be above 0 and finite."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, found '{text}'")
    return number


def whole(text: str) -> int:
    """The whole number from 1 that the text writes."""
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, found '{text}'")
    return number


def share(text: str) -> float:
    """The share that the text writes: above 0, at most 1."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"expected a share above 0, at most 1, found '{text}'")
    return number
