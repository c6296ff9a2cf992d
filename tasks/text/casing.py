"""Edits of case, width and order: capitals, padding, codes, words the other way round."""

from __future__ import annotations

from .edit import Edit


def _camel(s: str) -> str:
    first, *others = s.lower().split()
    return first + "".join(word.capitalize() for word in others)


EDITS = (
    Edit(
        "sentence case",
        "A capital at the beginning, small letters behind.",
        ("{WORD} {WORD}", "{words}", "{Words}"),
        lambda s: s.capitalize(),
    ),
    Edit(
        "title case",
        "Each word with a capital at its beginning.",
        ("{words}", "{WORD} {word}", "{word} {Word} {WORD}"),
        lambda s: s.title(),
    ),
    Edit(
        "camel case",
        "Words joined, each but the first with a capital.",
        ("{words}", "{Word} {word}", "{WORD} {word} {word}"),
        _camel,
    ),
    Edit(
        "snake case",
        "Small words with underscores between.",
        ("{Words}", "{sentence}", "{word}{gap}{Word}"),
        lambda s: "_".join(s.lower().split()),
    ),
    Edit(
        "acronym",
        "The first letter of each word, in capitals.",
        ("{Words}", "{words}", "{Word} {word} {Word}"),
        lambda s: "".join(word[0] for word in s.split()).upper(),
    ),
    Edit(
        "acronym of the words with capitals",
        "The capitals of the text alone.",
        ("{Word} of {Word}", "{Word} and {Word} {Word}", "The {Word} of the {Word}"),
        lambda s: "".join(c for c in s if c.isupper()),
    ),
    Edit(
        "case swapped",
        "Capitals small, small letters capitals.",
        ("{Words}", "{A2}{a3}"),
        str.swapcase,
    ),
    Edit(
        "first word in capitals",
        "The first word in capitals, the others as they are.",
        ("{words}", "{Words}"),
        lambda s: s.split(" ")[0].upper() + s[len(s.split(" ")[0]) :],
    ),
    Edit(
        "points behind, to ten characters",
        "As in a table of contents.",
        ("{Word}", "{word}", "{Country}"),
        lambda s: s.ljust(10, "."),
    ),
    Edit(
        "spaces in front, to eight characters",
        "Flush right.",
        ("{num}", "{word}", "{d4}.{d2}"),
        lambda s: s.rjust(8),
    ),
    Edit(
        "product code",
        "Letters, a hyphen, the number in three digits.",
        (("{A2}", "{small}"), ("{A2}", "{d3}"), ("{A3}", "{d2}")),
        lambda a, b: f"{a}-{b.zfill(3)}",
        params="letters number",
    ),
    Edit(
        "code in capitals without hyphens",
        "Capitals, hyphens and spaces removed.",
        ("{a2}-{d3}", "{a2} {d2}-{a1}", "{A1}{a1}-{d2}-{d2}"),
        lambda s: s.upper().replace("-", "").replace(" ", ""),
    ),
    Edit(
        "words the other way round",
        "The last word first.",
        ("{words}", "{Words}"),
        lambda s: " ".join(reversed(s.split())),
    ),
    Edit(
        "last word first",
        "The last word before the others, a comma behind it.",
        ("{words}", "{word} {word} {word}"),
        lambda s: f"{s.split()[-1]}, {' '.join(s.split()[:-1])}",
    ),
    Edit(
        "letters with hyphens",
        "A hyphen between all characters.",
        ("{word}", "{A3}", "{d4}"),
        "-".join,
    ),
    Edit(
        "groups of four",
        "A space behind each four digits.",
        ("{d4}{d4}{d4}", "{d4}{d4}", "{d4}{d4}{d4}{d4}"),
        lambda s: " ".join(s[i : i + 4] for i in range(0, len(s), 4)),
    ),
    Edit(
        "hidden but the last four",
        "A star for each of the other characters.",
        ("{d4}{d4}{d4}", "{d4}{d4}", "{A2}{d4}{d4}"),
        lambda s: "*" * (len(s) - 4) + s[-4:],
    ),
    Edit(
        "cut off",
        "Eight characters and three points where the text is longer.",
        ("{words}", "{word}", "{Words} {words}"),
        lambda s: s if len(s) <= 8 else s[:8] + "...",
    ),
    Edit(
        "underlined",
        "The text, an end of line, and as many equals signs.",
        ("{Word}", "{Words}"),
        lambda s: f"{s}\n{'=' * len(s)}",
    ),
    Edit(
        "plural or not",
        "The number, a space and the word, with s unless the number is 1.",
        (("1", "{word}"), ("{num}", "{word}"), ("0", "{word}"), ("{small}", "{word}")),
        lambda n, word: f"{n} {word}" + ("" if n == "1" else "s"),
        params="number word",
    ),
    Edit(
        "larger name first",
        "Two texts in the order of letters, & between.",
        (("{Word}", "{Word}"), ("{Last}", "{Last}")),
        lambda a, b: " & ".join(sorted((a, b))),
        params="one other",
    ),
)
