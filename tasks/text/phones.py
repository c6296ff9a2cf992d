"""Edits of telephone numbers and of amounts."""

from __future__ import annotations

from .edit import Edit

_BRACKETS, _DASHES, _POINTS = "({d3}) 555-01{d2}", "{d3}-555-01{d2}", "{d3}.555.01{d2}"


def _digits(s: str) -> str:
    return "".join(c for c in s if c.isdigit())


def _whole_thousands(s: str) -> str:
    return f"{int(s):,}"


EDITS = (
    Edit(
        "digits of a telephone number",
        "The digits alone.",
        (_BRACKETS, _DASHES, "+1 {d3} 555 01{d2}"),
        _digits,
    ),
    Edit(
        "area code",
        "What stands between the brackets.",
        (_BRACKETS,),
        lambda s: s[1 : s.index(")")],
    ),
    Edit("points for dashes", "Each dash made a point.", (_DASHES,), lambda s: s.replace("-", ".")),
    Edit(
        "ten digits as a telephone number",
        "The area code in brackets, a dash before the last four digits.",
        ("{d3}55501{d2}",),
        lambda s: f"({s[:3]}) {s[3:6]}-{s[6:]}",
    ),
    Edit("last four digits", "The end of the number.", (_BRACKETS, _POINTS), lambda s: s[-4:]),
    Edit(
        "hidden telephone number",
        "Stars for all but the last four digits.",
        (_DASHES,),
        lambda s: f"***-***-{s[-4:]}",
    ),
    Edit(
        "country code",
        "The digits behind the plus.",
        ("+{d2} 20 555 {d4}", "+{d1} {d3} 555 {d4}", "+{d3} 555 {d4}"),
        lambda s: s[1:].split()[0],
    ),
    Edit(
        "with a country code",
        "+1- put in front where it is missing.",
        (_DASHES, f"+1-{_DASHES}"),
        lambda s: s if s.startswith("+") else f"+1-{s}",
    ),
    Edit(
        "brackets to dashes",
        "`(617) 555-0123` made `617-555-0123`; a space may be missing.",
        (_BRACKETS, "({d3})555-01{d2}"),
        lambda s: s[1:4] + "-" + s[5:].strip(),
    ),
    Edit(
        "extension",
        "The number behind ext.; no text where there is none.",
        (f"{_DASHES} ext. {{num}}", _DASHES, f"{_BRACKETS} ext. {{small}}"),
        lambda s: s.partition("ext. ")[2],
    ),
    Edit(
        "has ten digits",
        "Are there ten digits, whatever else there is?",
        (_DASHES, "{d3}-01{d2}", "555 {d3} 01{d2}", "({d3}) 55-01{d2}"),
        lambda s: len(_digits(s)) == 10,
        request="str -> bool",
    ),
    Edit(
        "telephone number with dashes, however it is written",
        "Three, three and four digits, dashes between.",
        (_BRACKETS, _POINTS, "{d3} 555 01{d2}", "{d3}55501{d2}"),
        lambda s: "-".join((_digits(s)[:3], _digits(s)[3:6], _digits(s)[6:])),
    ),
    Edit(
        "amount without signs",
        "The number without the currency and the commas.",
        ("${small},{d3}.{d2}", "${num}.{d2}"),
        lambda s: s.replace("$", "").replace(",", ""),
    ),
    Edit(
        "two decimals",
        "Zeros put behind until there are two decimals.",
        ("{num}.{d1}", "{num}.{d2}"),
        lambda s: s + "0" * (2 - len(s.split(".")[1])),
    ),
    Edit(
        "negative in brackets",
        "An amount in brackets gets a minus instead; others stay.",
        ("({num})", "{num}", "({num}.{d2})"),
        lambda s: "-" + s[1:-1] if s.startswith("(") else s,
    ),
    Edit(
        "commas between thousands",
        "A comma before each group of three digits from the right.",
        ("{large}", "{num}"),
        _whole_thousands,
    ),
    Edit(
        "space before the unit",
        "A space between the number and the unit.",
        ("{num}{unit}",),
        lambda s: "".join(c for c in s if c.isdigit()) + " " + "".join(c for c in s if c.isalpha()),
    ),
    Edit(
        "unit of an amount",
        "The unit alone.",
        ("{num}{unit}", "{num} {unit}", "{num}.{d1} {unit}"),
        lambda s: "".join(c for c in s if c.isalpha()),
    ),
    Edit(
        "number of an amount",
        "The number alone, as a number.",
        ("{num}{unit}", "{num} {unit}"),
        lambda s: int(_digits(s)),
        request="str -> int",
    ),
    Edit(
        "width of a range",
        "The second number less the first.",
        ("1{d1}-{num}", "{small}-{num}", "{num} - {num}"),
        lambda s: int(s.split("-")[1]) - int(s.split("-")[0]),
        request="str -> int",
    ),
    Edit(
        "dollars and cents",
        "The sum in cents.",
        ("{num}.{d2}", "0.{d2}"),
        lambda s: int(s.replace(".", "")),
        request="str -> int",
    ),
    Edit(
        "number with leading zeros",
        "Zeros put in front until there are five digits.",
        ("{num}", "{d2}", "{d5}"),
        lambda s: s.zfill(5),
    ),
)
