"""Text: sequences of code points. Case, digits, letters and white space are ASCII's."""

from __future__ import annotations

import math
from functools import partial

from progsynth.lang.primitive import primitive
from progsynth.lang.values import int64

kernel = partial(primitive, user=False)

WHITE = " \t\n\r\v\f"
DIGITS = frozenset("0123456789")
UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
copying = partial(kernel, fuel="len(s) // 32", cells="1 + len(s)")

# --------------------------------------------------------------------- as a sequence


@kernel(
    "(s: str) -> int",
    name="len.str",
    surface="len",
    python="len({s})",
    examples=[('len("abc")', "3")],
)
def len_str(s: str) -> int:
    """The number of characters."""
    return len(s)


@kernel(
    "(s: str, i: int) -> str",
    name="item.str",
    surface="_[_]",
    python="{s}[{i}]",
    cells="2",
    examples=[('"abc"[1]', '"b"'), ('"abc"[-1]', '"c"')],
)
def item_str(s: str, i: int) -> str:
    """The character at position i, counted from the end when negative. Fails with index."""
    return s[i]


@kernel(
    "(s: str, start: int, stop: int) -> str",
    name="slice.str",
    surface="_[_:_]",
    python="{s}[{start}:{stop}]",
    fuel="len(s[start:stop]) // 32",
    cells="1 + len(s[start:stop])",
    examples=[('"abcde"[1:3]', '"bc"'), ('"abcde"[-2:9]', '"de"')],
)
def slice_str(s: str, start: int, stop: int) -> str:
    """The characters from position `start` up to, not including, `stop`."""
    return s[start:stop]


@kernel(
    "(s: str, start: int) -> str",
    name="slice_from.str",
    surface="_[_:]",
    python="{s}[{start}:]",
    fuel="len(s[start:]) // 32",
    cells="1 + len(s[start:])",
    examples=[('"abc"[1:]', '"bc"')],
)
def slice_from_str(s: str, start: int) -> str:
    """The characters from position `start` on."""
    return s[start:]


@kernel(
    "(s: str, stop: int) -> str",
    name="slice_to.str",
    surface="_[:_]",
    python="{s}[:{stop}]",
    fuel="len(s[:stop]) // 32",
    cells="1 + len(s[:stop])",
    examples=[('"abc"[:-1]', '"ab"')],
)
def slice_to_str(s: str, stop: int) -> str:
    """The characters up to, not including, position `stop`."""
    return s[:stop]


@copying(
    "(s: str, start: int, stop: int, step: int) -> str",
    name="slice_by.str",
    surface="_[_:_:_]",
    python="{s}[{start}:{stop}:{step}]",
    cost=3,
    examples=[('"abcdef"[0:5:2]', '"ace"'), ('"abcdef"[4:0:-2]', '"ec"')],
)
def slice_by_str(s: str, start: int, stop: int, step: int) -> str:
    """Every step-th character from `start` up to, not including, `stop`. Step 0: domain."""
    return s[start:stop:step]


@copying(
    "(s: str, start: int, step: int) -> str",
    name="slice_from_by.str",
    surface="_[_::_]",
    python="{s}[{start}::{step}]",
    cost=3,
    examples=[('"abcdef"[1::2]', '"bdf"')],
)
def slice_from_by_str(s: str, start: int, step: int) -> str:
    """Every step-th character from `start` on. Step 0: domain."""
    return s[start::step]


@copying(
    "(s: str, stop: int, step: int) -> str",
    name="slice_to_by.str",
    surface="_[:_:_]",
    python="{s}[:{stop}:{step}]",
    cost=3,
    examples=[('"abcdef"[:4:2]', '"ac"')],
)
def slice_to_by_str(s: str, stop: int, step: int) -> str:
    """Every step-th character up to, not including, `stop`. Step 0: domain."""
    return s[:stop:step]


@copying(
    "(s: str, step: int) -> str",
    name="slice_all_by.str",
    surface="_[::_]",
    python="{s}[::{step}]",
    cost=2,
    examples=[('"abcde"[::2]', '"ace"'), ('"abc"[::-1]', '"cba"')],
)
def slice_all_by_str(s: str, step: int) -> str:
    """Every step-th character, from the end when the step is negative. Step 0: domain."""
    return s[::step]


@kernel(
    "(s: str, t: str) -> str",
    name="concat.str",
    surface="_ + _",
    python="{s} + {t}",
    fuel="(len(s) + len(t)) // 32",
    cells="1 + len(t)",
    examples=[('"ab" + "c"', '"abc"')],
)
def concat_str(s: str, t: str) -> str:
    """One text behind the other."""
    return s + t


@kernel(
    "(s: str, k: int) -> str",
    name="repeat.str",
    surface="_ * _",
    python="{s} * {k}",
    # len(s) * k may pass 64 bits; where it does, it passes every limit on fuel
    fuel="len(s) * max(k, 0) // 32",
    cells="1 + len(s) * max(k, 0)",
    examples=[('"ab" * 3', '"ababab"'), ('"ab" * -1', '""')],
)
def repeat_str(s: str, k: int) -> str:
    """The text k times over; empty when k is negative."""
    return s * k


@copying(
    "(s: str) -> str",
    name="reverse.str",
    surface="reverse",
    python="{s}[::-1]",
    examples=[('reverse("abc")', '"cba"')],
)
def reverse_str(s: str) -> str:
    """The characters from last to first."""
    return s[::-1]


@kernel(
    "(s: str) -> list[str]",
    python="list({s})",
    fuel="len(s) // 32",
    cells="1 + 2 * len(s)",
    examples=[('chars("abc")', '["a", "b", "c"]')],
)
def chars(s: str) -> list[str]:
    """The characters as a list."""
    return list(s)


# --------------------------------------------------------------------------- searching

# The work of a search is charged as linear: engines must not scan again at every position.


@kernel(
    "(t: str, s: str) -> bool",
    name="in.str",
    surface="_ in _",
    python="{t} in {s}",
    fuel="(len(s) + len(t)) // 32",
    examples=[('"bc" in "abcd"', "True"), ('"" in "a"', "True")],
)
def in_str(t: str, s: str) -> bool:
    """Is `t` a part of `s`?"""
    return t in s


@kernel(
    "(s: str, t: str) -> int",
    name="find.str",
    surface="find",
    python="{s}.find({t})",
    fuel="(len(s) + len(t)) // 32",
    examples=[('find("abcb", "b")', "1"), ('find("abc", "x")', "-1")],
)
def find_str(s: str, t: str) -> int:
    """The position where `t` first begins in `s`; -1 when it does not occur."""
    return s.find(t)


@kernel(
    "(s: str, t: str) -> int",
    name="count.str",
    surface="count",
    python="{s}.count({t})",
    fuel="(len(s) + len(t)) // 32",
    examples=[('count("banana", "an")', "2"), ('count("aaa", "aa")', "1")],
)
def count_str(s: str, t: str) -> int:
    """How often `t` occurs in `s`, without overlaps; `len(s) + 1` times when it is empty."""
    return s.count(t)


@kernel(
    "(s: str, t: str) -> bool",
    python="{s}.startswith({t})",
    fuel="len(t) // 32",
    examples=[('starts_with("abc", "ab")', "True")],
)
def starts_with(s: str, t: str) -> bool:
    """Does `s` begin with `t`?"""
    return s.startswith(t)


@kernel(
    "(s: str, t: str) -> bool",
    python="{s}.endswith({t})",
    fuel="len(t) // 32",
    examples=[('ends_with("abc", "bc")', "True")],
)
def ends_with(s: str, t: str) -> bool:
    """Does `s` end with `t`?"""
    return s.endswith(t)


# ------------------------------------------------------------------- cutting and joining


REPLACED = "len(s) + (len(s) // max(len(old), 1) + 1) * len(new)"  # the longest result


@kernel(
    "(s: str, old: str, new: str) -> str",
    python="{s}.replace({old}, {new})",
    fuel=f"({REPLACED}) // 32",
    cells=f"1 + {REPLACED}",
    examples=[('replace("a-b-c", "-", "+")', '"a+b+c"'), ('replace("ab", "", "-")', '"-a-b-"')],
)
def replace(s: str, old: str, new: str) -> str:
    """The text with `new` for every `old`, from the left, without overlaps.

    An empty `old` is found before every character and at the end.
    """
    return s.replace(old, new)


@kernel(
    "(s: str, sep: str) -> list[str]",
    python="{s}.split({sep})",
    fuel="len(s) // 32",
    cells="2 + 2 * len(s)",
    examples=[('split("a,b,,c", ",")', '["a", "b", "", "c"]'), ('split("", ",")', '[""]')],
)
def split(s: str, sep: str) -> list[str]:
    """The parts between the separators. Fails with domain when the separator is empty."""
    return s.split(sep)


@kernel(
    "(s: str) -> list[str]",
    fuel="len(s) // 32",
    cells="2 + 2 * len(s)",
    examples=[('words("  to be  or ")', '["to", "be", "or"]')],
)
def words(s: str) -> list[str]:
    """The parts between white space; none is empty."""
    for char in WHITE:
        s = s.replace(char, " ")
    return [word for word in s.split(" ") if word]


@kernel(
    "(sep: str, parts: list[str]) -> str",
    python="{sep}.join({parts})",
    fuel="(size(parts) + len(sep) * len(parts)) // 32",
    cells="size(parts) + len(sep) * len(parts)",
    examples=[('join(", ", ["a", "b", "c"])', '"a, b, c"'), ('join("", ["a", "b"])', '"ab"')],
)
def join(sep: str, parts: list[str]) -> str:
    """The parts in one text, with the separator between them."""
    return sep.join(parts)


@copying("(s: str) -> str", examples=[('strip(" a b ")', '"a b"')])
def strip(s: str) -> str:
    """The text without white space at its ends."""
    return s.strip(WHITE)


# -------------------------------------------------------------------------- characters


def cased(s: str, source: frozenset[str], by: int) -> str:
    """The text with the code of every character of `source` moved by `by`."""
    return "".join([chr(ord(c) + by) if c in source else c for c in s])


@copying("(s: str) -> str", examples=[('upper("aB c")', '"AB C"')])
def upper(s: str) -> str:
    """The text with a-z made A-Z."""
    return s.upper() if s.isascii() else cased(s, LOWER, -32)


@copying("(s: str) -> str", examples=[('lower("aB C")', '"ab c"')])
def lower(s: str) -> str:
    """The text with A-Z made a-z."""
    return s.lower() if s.isascii() else cased(s, UPPER, 32)


@kernel("(s: str) -> bool", fuel="len(s) // 32", examples=[('is_digit("12")', "True")])
def is_digit(s: str) -> bool:
    """Is it one or more characters, all of 0-9?"""
    return s != "" and DIGITS.issuperset(s)


@kernel(
    "(s: str) -> bool",
    fuel="len(s) // 32",
    examples=[('is_letter("aB")', "True"), ('is_letter("a1")', "False")],
)
def is_letter(s: str) -> bool:
    """Is it one or more characters, all of a-z and A-Z?"""
    return s != "" and (UPPER | LOWER).issuperset(s)


@kernel("(s: str) -> bool", fuel="len(s) // 32", examples=[('is_upper("AB")', "True")])
def is_upper(s: str) -> bool:
    """Is it one or more characters, all of A-Z?"""
    return s != "" and UPPER.issuperset(s)


@kernel("(s: str) -> bool", fuel="len(s) // 32", examples=[('is_lower("aB")', "False")])
def is_lower(s: str) -> bool:
    """Is it one or more characters, all of a-z?"""
    return s != "" and LOWER.issuperset(s)


@kernel("(s: str) -> bool", fuel="len(s) // 32", examples=[('is_space(" ")', "True")])
def is_space(s: str) -> bool:
    """Is it one or more characters, all of them white space?"""
    return s != "" and s.strip(WHITE) == ""


@kernel(
    "(c: str) -> int",
    name="ord",
    python="ord({c})",
    cost=2,
    examples=[('ord("a")', "97")],
)
def ord_(c: str) -> int:
    """The code of a character. Fails with domain unless there is exactly one."""
    if len(c) != 1:
        raise ValueError("expected one character")
    return ord(c)


@kernel(
    "(n: int) -> str",
    name="chr",
    python="chr({n})",
    cost=2,
    cells="2",
    examples=[("chr(97)", '"a"')],
)
def chr_(n: int) -> str:
    """The character of that code. Fails with domain where Unicode has none (or a surrogate)."""
    if not 0 <= n <= 0x10FFFF or 0xD800 <= n <= 0xDFFF:
        raise ValueError("no character has that code")
    return chr(n)


# ------------------------------------------------------------------------------ numbers


@kernel(
    "(n: int) -> str",
    name="str.int",
    surface="str",
    python="str({n})",
    cells="8",  # for 1 to 20 characters
    examples=[("str(-12)", '"-12"')],
)
def str_int(n: int) -> str:
    """The number in decimal digits."""
    return str(n)


@kernel(
    "(s: str) -> int",
    name="int.str",
    surface="int",
    python="int({s})",
    fuel="len(s) // 32",
    examples=[('int(" -12 ")', "-12"), ('int("+007")', "7")],
)
def int_str(s: str) -> int:
    """The integer that the text writes: a sign or none, digits; white space around is ignored.

    Fails with domain for any other text, with overflow outside 64 bits.
    """
    s = s.strip(WHITE)
    digits = s[1:] if s[:1] in ("+", "-") else s
    if digits == "" or not DIGITS.issuperset(digits):
        raise ValueError("not an integer")
    if len(digits) > 4000:  # what Python's int refuses, zeros in front or not
        raise OverflowError("an integer outside 64 bits")
    return int64(int(s))


@kernel(
    "(s: str) -> float",
    name="float.str",
    surface="float",
    python="float({s})",
    cost=2,
    fuel="len(s) // 32",
    examples=[('float("-2.50")', "-2.5"), ('float("1e3")', "1000.0")],
)
def float_str(s: str) -> float:
    """The float that the text writes: `12`, `-.5`, `1.25e-3`; white space around is ignored.

    Fails with domain for any other text ("inf" and "nan" too).
    """
    s = s.strip(WHITE)
    mantissa, _, exponent = s.replace("E", "e").partition("e")
    exponent_digits = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    mantissa = mantissa[1:] if mantissa[:1] in ("+", "-") else mantissa
    whole, _, part = mantissa.partition(".")
    if not DIGITS.issuperset(whole + part) or not DIGITS.issuperset(exponent_digits):
        raise ValueError("not a number")
    return float(s)  # refuses what is left: no digits at all, an e without an exponent


@kernel(
    "(x: float, digits: int) -> str",
    cost=2,
    cells="8",  # for a few characters, in rare cases some hundred
    examples=[("fixed(3.14159, 2)", '"3.14"'), ("fixed(-2.0, 0)", '"-2"')],
)
def fixed(x: float, digits: int) -> str:
    """The number with that many digits behind the point, correctly rounded.

    Fails with domain for NaN, infinity, and unless digits is from 0 to 17.
    """
    if not math.isfinite(x) or not 0 <= digits <= 17:
        raise ValueError("expected a finite number and 0 to 17 digits")
    return f"{x:.{digits}f}"
