"""Edits of dates and times."""

from __future__ import annotations

from .edit import Edit

_ISO, _SLASHES, _ENGLISH = "{year}-{mm}-{dd}", "{dd}/{mm}/{year}", "{month} {d}, {year}"


def _minutes(s: str) -> int:
    hours, minutes = s.split(":")
    return 60 * int(hours) + int(minutes)


def _afternoon(s: str) -> str:
    """The hours of twelve with am or pm as hours of 24; twelve itself does not come."""
    clock, half = s.split()
    hours, minutes = clock.split(":")
    return f"{int(hours) + 12 * (half == 'pm')}:{minutes}"


EDITS = (
    Edit("year of a date", "The first four digits.", (_ISO,), lambda s: s[:4]),
    Edit(
        "year at the end",
        "The last part of a date, however it is written.",
        (_SLASHES, _ENGLISH, "{d} {mon} {year}"),
        lambda s: s[-4:],
    ),
    Edit(
        "points and day first",
        "`2024-03-09` made `09.03.2024`.",
        (_ISO,),
        lambda s: ".".join(reversed(s.split("-"))),
    ),
    Edit(
        "day first to year first",
        "`09/03/2024` made `2024-03-09`.",
        (_SLASHES,),
        lambda s: "-".join(reversed(s.split("/"))),
    ),
    Edit(
        "month first to day first",
        "`03/09/2024` made `09/03/2024`.",
        ("{mm}/{dd}/{year}",),
        lambda s: s[3:6] + s[:3] + s[6:],
    ),
    Edit(
        "number of the month",
        "The month of `2024-03-09` as a number.",
        (_ISO,),
        lambda s: int(s[5:7]),
        request="str -> int",
    ),
    Edit(
        "without leading zeros",
        "`09/03/2024` made `9/3/2024`.",
        (_SLASHES, "1{d1}/{mm}/{year}"),
        lambda s: "/".join(str(int(part)) for part in s.split("/")),
    ),
    Edit(
        "two digits for day and month",
        "`9/3/2024` made `09/03/2024`.",
        ("{d}/{m}/{year}", "{dd}/{m}/{year}"),
        lambda s: "/".join(part.zfill(2) for part in s.split("/")),
    ),
    Edit(
        "two digits for the year",
        "`09/03/2024` made `09/03/24`.",
        (_SLASHES,),
        lambda s: s[:6] + s[8:],
    ),
    Edit(
        "day before the month",
        "`March 9, 2024` made `9 March 2024`.",
        (_ENGLISH,),
        lambda s: "{1} {0} {2}".format(*s.replace(",", "").split()),
    ),
    Edit(
        "short month",
        "`March 9, 2024` made `Mar 9`.",
        (_ENGLISH,),
        lambda s: f"{s[:3]} {s.split()[1][:-1]}",
    ),
    Edit(
        "quarter",
        "The quarter of the year: Q1 to Q4.",
        (_ISO,),
        lambda s: f"Q{(int(s[5:7]) + 2) // 3}",
    ),
    Edit(
        "summer or not",
        "Is it June, July or August?",
        ("June {d}, {year}", "July {d}, {year}", _ENGLISH, "August {d}, {year}", _ENGLISH),
        lambda s: s.split()[0] in ("June", "July", "August"),
        request="str -> bool",
    ),
    Edit(
        "at the weekend",
        "Is it a Saturday or a Sunday?",
        ("Sat {d} {mon}", "{day} {d} {mon}", "Sun {d} {mon}", "{day} {d} {mon}"),
        lambda s: s.startswith("S"),
        request="str -> bool",
    ),
    Edit(
        "years between",
        "The second year less the first.",
        ("19{d2}-20{d2}", "19{d2} - 20{d2}"),
        lambda s: int(s[-4:]) - int(s[:4]),
        request="str -> int",
    ),
    Edit("without seconds", "Hours and minutes.", ("{hh}:{mi}:{mi}",), lambda s: s[:5]),
    Edit(
        "minutes since midnight",
        "From hours and minutes.",
        ("{hh}:{mi}", "{am}:{mi}"),
        _minutes,
        request="str -> int",
    ),
    Edit(
        "hours of 24",
        "`7:05 pm` made `19:05`; am stays as it is.",
        ("{am}:{mi} pm", "{am}:{mi} am"),
        _afternoon,
    ),
    Edit(
        "length in seconds",
        "From minutes and seconds.",
        ("{small}:{mi}", "{d2}:{mi}"),
        _minutes,
        request="str -> int",
    ),
    Edit(
        "same year",
        "Are two dates of the same year?",
        (
            (_ISO, "{0}-{mm}-{dd}"),
            (_ISO, "{year}-{1}-{2}"),
            (_ISO, _ISO),
        ),
        lambda a, b: a[:4] == b[:4],
        request="(str, str) -> bool",
        params="one other",
    ),
    Edit(
        "date and time of a stamp",
        "A space for the T, and without what follows the minutes.",
        (f"{_ISO}T{{hh}}:{{mi}}:{{mi}}Z",),
        lambda s: s[:16].replace("T", " "),
    ),
)
