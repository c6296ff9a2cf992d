"""Edits of rows with separators, and of keys with values."""

from __future__ import annotations

from .edit import Edit

_THREE, _FOUR = "{Word},{Town},{num}", "{Word},{Town},{num},{colour}"


def _unique(parts: list[str]) -> list[str]:
    return list(dict.fromkeys(parts))


EDITS = (
    Edit("third field", "The third field of a row.", (_FOUR, _THREE), lambda s: s.split(",")[2]),
    Edit(
        "last field",
        "The last field of a row.",
        (_THREE, _FOUR, "{Word},{num}"),
        lambda s: s.split(",")[-1],
    ),
    Edit(
        "number of fields",
        "How many fields there are, empty ones included.",
        (_THREE, _FOUR, "{Word},,{num},", "{Word}"),
        lambda s: len(s.split(",")),
        request="str -> int",
    ),
    Edit(
        "first two fields swapped",
        "The second field, the first, then the rest.",
        (_THREE, _FOUR),
        lambda s: ",".join([*s.split(",")[1::-1], *s.split(",")[2:]]),
    ),
    Edit(
        "bars between fields",
        "Spaces around fields removed, ` | ` between them.",
        ("{Word}, {Town} ,{num}", "{Word} ,{Town},  {num}", _FOUR),
        lambda s: " | ".join(part.strip() for part in s.split(",")),
    ),
    Edit(
        "sum of the fields",
        "The fields are whole numbers.",
        ("{num},{num}", "{num}, {num}, {num}", "{small},{small},{small},{small}"),
        lambda s: sum(map(int, s.split(","))),
        request="str -> int",
    ),
    Edit(
        "largest field",
        "The largest of the numbers.",
        ("{num},{num},{num}", "{num},{num}", "{small},{num},{small},{num}"),
        lambda s: max(map(int, s.split(","))),
        request="str -> int",
    ),
    Edit(
        "number of empty fields",
        "Fields of spaces count as empty.",
        ("{Word},,{num}", _THREE, ",{Word}, ,{num},", "{Word},{Town},"),
        lambda s: sum(not part.strip() for part in s.split(",")),
        request="str -> int",
    ),
    Edit(
        "without empty fields",
        "The fields that are not empty.",
        ("{Word},,{num}", ",{Word},{Town}", "{Word},,,{num},"),
        lambda s: ",".join(part for part in s.split(",") if part),
    ),
    Edit(
        "value of a key",
        "From `key=value` with semicolons between.",
        (
            ("name={First};age={d2};town={Town}", "age"),
            ("name={First};age={d2};town={Town}", "town"),
            ("town={Town};name={First}", "name"),
            ("name={First};age={d2}", "name"),
        ),
        lambda s, key: s.split(f"{key}=")[1].split(";")[0],
        params="row key",
    ),
    Edit(
        "value behind a colon",
        "What follows the colon, without spaces.",
        ("{word}: {Town}", "{word}:{num}", "{Word} :  {Words}"),
        lambda s: s.split(":")[1].strip(),
    ),
    Edit(
        "quotes around each field",
        "Double quotes around each of the fields.",
        (_THREE, "{Word},{num}", _FOUR),
        lambda s: ",".join(f'"{part}"' for part in s.split(",")),
    ),
    Edit(
        "fields in order",
        "The fields sorted.",
        ("{word},{word},{word}", "{Town},{Town}", "{colour},{word},{colour},{word}"),
        lambda s: ",".join(sorted(s.split(","))),
    ),
    Edit(
        "each field once",
        "Fields that came before are left out.",
        (
            "{colour},{colour},{colour},{colour}",
            "{colour},{colour},{0},{colour}",
            "{Town},{Town},{Town}",
        ),
        lambda s: ",".join(_unique(s.split(","))),
    ),
    Edit(
        "middle of a code",
        "The part between the hyphens.",
        ("ID-{num}-{A2}", "{A3}-{d4}-{A1}", "{A1}-{A2}-{num}"),
        lambda s: s.split("-")[1],
    ),
    Edit(
        "longest field",
        "The longest of the fields, the first of equally long ones.",
        ("{Word},{Country},{num}", "{word},{words},{word}", "{Town},{num}"),
        lambda s: max(s.split(","), key=len),
    ),
    Edit(
        "commas for tabs",
        "A comma and a space for each tab.",
        ("{Word}\t{num}", "{Word}\t{Town}\t{num}"),
        lambda s: s.replace("\t", ", "),
    ),
    Edit(
        "field of a number",
        "The number counts from 1.",
        ((_FOUR, "1"), (_FOUR, "2"), (_FOUR, "3"), (_FOUR, "4"), (_THREE, "3")),
        lambda s, n: s.split(",")[int(n) - 1],
        params="row number",
    ),
    Edit(
        "unit in brackets",
        "What is between square brackets.",
        ("{word} [{unit}]", "{Words} [{unit}]"),
        lambda s: s[s.index("[") + 1 : s.index("]")],
    ),
    Edit(
        "town and country",
        "Town and country swapped, a hyphen between.",
        ("{Town}, {Country}", "{Town},{Country}"),
        lambda s: " - ".join(part.strip() for part in reversed(s.split(","))),
    ),
    Edit(
        "rows that have a field",
        "Is the field one of the row's, as a whole?",
        (
            ("{colour},{colour},{colour}", "{1}"),
            ("{colour},{word}", "{colour}"),
            ("{word},{Town}", "{0}"),
            ("dark-{colour},{word}", "{0}"),
        ),
        lambda s, field: field in s.split(","),
        request="(str, str) -> bool",
        params="row field",
    ),
)
