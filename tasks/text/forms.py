"""How texts are drawn: a form such as `{First} {Last}` has a piece drawn for each name in it.

`{d3}` is three digits, `{A2}` two capitals, `{a4}` four small letters; `{0}` is the first piece
once more, `{1}` the second; the other pieces are in `PIECES`. All of it is invented.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping

from ..asked import Draw

Form = str | tuple[str, ...]  # one text, or one for each parameter


def drawn(form: Form) -> Draw:
    """The draw of the inputs that a form describes."""
    forms = (form,) if isinstance(form, str) else form
    return lambda rng: _texts(forms, rng)


def _texts(forms: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    """A text of each form."""
    pieces: list[str] = []

    def piece(found: re.Match[str]) -> str:
        name = found[1]
        if name.isdigit():
            return pieces[int(name)]
        pieces.append(_piece(name, rng))
        return pieces[-1]

    return tuple(_NAMED.sub(piece, form) for form in forms)


_NAMED = re.compile(r"\{(\w+)\}")
_ALPHABETS = {"d": string.digits, "A": string.ascii_uppercase, "a": string.ascii_lowercase}


def _piece(name: str, rng: random.Random) -> str:
    if name in PIECES:
        return PIECES[name](rng)
    return "".join(rng.choices(_ALPHABETS[name[0]], k=int(name[1:])))


# --------------------------------------------------------------------------------- pieces

FIRST = (
    "Ada Alan Amara Barbara Boris Carol Chen Dana Diego Edsger Emma Fatima Felix Grace Hugo Ines "
    "Ivan Jane Jonas Karin Kofi Lena Luis Mary Mina Nadia Niklaus Olga Omar Paul Priya Quentin "
    "Rosa Sam Tony Uma Vera Wei Yusuf Zoe"
)
LAST = (
    "Adeyemi Backus Brown Cerf Codd Diaz Dahl Engel Fischer Gupta Hamming Hopper Ito Jensen Kahn "
    "Knuth Kowalski Lovelace Liskov Marsh Milner Novak Okafor Olsen Park Perlis Quist Rossi "
    "Schmidt Shannon Tanaka Turing Ulam Varga Wilkes Wirth Xu Young Zhang Zuse"
)
TOWN = "Arles Bern Cork Derby Essen Faro Gent Lima Oslo Paris Quito Riga Split Turin Vaduz"
COUNTRY = "Chad Chile Egypt France Ghana India Japan Kenya Malta Nepal Oman Peru Spain"
WORD = (
    "apple bread cloud daily early first green house index joint large lemon money night orange "
    "paper quick report river stone table under value winter yellow zebra red sun map tea old "
    "ox door mountain umbrella telephone"
)
MONTH = "January February March April May June July August September October November December"
DAY = "Mon Tue Wed Thu Fri Sat Sun"
PROVIDER = "example sample invalid demo"
ENDING = "org com net edu"
FILE = "notes report budget photo draft index data slides letter music"
FOLDER = "home docs work tmp src music old backup ada shared"
EXTENSION = "txt csv pdf png docx py md html"
UNIT = "kg cm km ml lb pcs mm"
COLOUR = "red green blue black white grey pink"


def _one(words: str) -> Callable[[random.Random], str]:
    known = words.split()
    return lambda rng: rng.choice(known)


def _number(low: int, high: int, digits: int = 1) -> Callable[[random.Random], str]:
    return lambda rng: str(rng.randint(low, high)).zfill(digits)


def _words(low: int, high: int) -> Callable[[random.Random], str]:
    known = WORD.split()
    return lambda rng: " ".join(rng.choices(known, k=rng.randint(low, high)))


PIECES: Mapping[str, Callable[[random.Random], str]] = {
    "First": _one(FIRST),
    "Last": _one(LAST),
    "first": lambda rng: _one(FIRST)(rng).lower(),
    "last": lambda rng: _one(LAST)(rng).lower(),
    "FIRST": lambda rng: _one(FIRST)(rng).upper(),
    "LAST": lambda rng: _one(LAST)(rng).upper(),
    "Title": _one("Dr. Mr. Ms. Prof."),
    "Town": _one(TOWN),
    "Country": _one(COUNTRY),
    "word": _one(WORD),
    "Word": lambda rng: _one(WORD)(rng).capitalize(),
    "WORD": lambda rng: _one(WORD)(rng).upper(),
    "words": _words(2, 4),
    "Words": lambda rng: _words(2, 4)(rng).title(),
    "sentence": lambda rng: _words(3, 6)(rng).capitalize(),
    "year": _number(1950, 2035),
    "month": _one(MONTH),
    "mon": lambda rng: _one(MONTH)(rng)[:3],
    "day": _one(DAY),
    "mm": _number(1, 12, 2),
    "dd": _number(1, 28, 2),
    "m": _number(1, 12),
    "d": _number(1, 28),
    "hh": _number(0, 23, 2),
    "am": _number(1, 11),
    "mi": _number(0, 59, 2),
    "num": _number(1, 999),
    "small": _number(1, 9),
    "large": _number(1_000, 9_999_999),
    "provider": _one(PROVIDER),
    "end": _one(ENDING),
    "domain": lambda rng: f"{_one(PROVIDER)(rng)}.{_one(ENDING)(rng)}",
    "file": _one(FILE),
    "folder": _one(FOLDER),
    "ext": _one(EXTENSION),
    "unit": _one(UNIT),
    "colour": _one(COLOUR),
    "gap": lambda rng: " " * rng.randint(1, 3),
}
