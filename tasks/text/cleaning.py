"""Edits that clean: spaces, marks, brackets, comments."""

from __future__ import annotations

import re

from .edit import Edit

_VOWELS = "aeiouAEIOU"


def _once(words: list[str]) -> list[str]:
    """The words without those equal to the one before."""
    return [w for i, w in enumerate(words) if i == 0 or w != words[i - 1]]


EDITS = (
    Edit(
        "single spaces",
        "Runs of spaces made one, none at the ends.",
        ("{word}{gap}{word}{gap}{word}", "  {word} {gap}{Word}", "{Word}  {word}{gap}"),
        lambda s: " ".join(s.split()),
    ),
    Edit(
        "small and without spaces at the ends",
        "Small letters, no spaces at the ends.",
        (" {Words}", "{WORD} {word}  ", "  {Word}{gap}"),
        lambda s: s.strip().lower(),
    ),
    Edit(
        "without marks",
        "Without points, commas, question and exclamation marks.",
        ("{Word}, {words}.", "{Word}! {Word}?", "{words}."),
        lambda s: "".join(c for c in s if c not in ".,?!"),
    ),
    Edit(
        "letters only",
        "Everything that is no letter removed.",
        ("{word}-{num}", "{Word} {d2}{word}!", "{A2}{d3}{a1}"),
        lambda s: "".join(c for c in s if c.isalpha()),
    ),
    Edit(
        "digits only",
        "All digits of the text, in their order.",
        ("{word} {num}", "{A2}-{d3}/{d2}", "{num} {word} {small} {word}"),
        lambda s: "".join(c for c in s if c.isdigit()),
    ),
    Edit(
        "first number in a text",
        "The first run of digits, as a number.",
        ("{Word} {num} of {num}", "{num} {words}", "{Word} {word} {small}, {num}"),
        lambda s: int(re.findall("[0-9]+", s)[0]),
        request="str -> int",
    ),
    Edit(
        "without vowels",
        "The text without a, e, i, o and u.",
        ("{words}", "{Word} {Word}"),
        lambda s: "".join(c for c in s if c not in _VOWELS),
    ),
    Edit(
        "without the comment",
        "The line before #, without spaces at its end.",
        ("{word} = {num}  # {words}", "{word} = {num}", "{word} = {num} # {word}"),
        lambda s: s.split("#")[0].strip(),
    ),
    Edit(
        "without brackets",
        "What is in round brackets removed, with the space before them.",
        ("{Town} ({Country})", "{Town}", "{Words} ({num})"),
        lambda s: s.split(" (")[0],
    ),
    Edit(
        "in brackets",
        "What is between the round brackets.",
        ("{Town} ({Country})", "({num}) {word}", "{word} ({words}) {word}"),
        lambda s: s[s.index("(") + 1 : s.index(")")],
    ),
    Edit(
        "without quotes",
        "Without double and single quotes.",
        ('"{words}"', "'{word}'", '{word} "{Word}"'),
        lambda s: s.replace('"', "").replace("'", ""),
    ),
    Edit(
        "spaces for hyphens and underscores",
        "Words with spaces between.",
        ("{word}-{word}", "{word}_{word}_{word}", "{word}_{word}-{word}"),
        lambda s: s.replace("-", " ").replace("_", " "),
    ),
    Edit(
        "without points at the end",
        "All points at the end removed, however many.",
        ("{Word}.....", "{Word} {num}.{d1}..", "{Word}", "{Word}..."),
        lambda s: s.rstrip("."),
    ),
    Edit(
        "words that come twice",
        "A word equal to the one before is left out.",
        ("{word} {word} {1} {word}", "{word} {0} {word}", "{word} {word}", "{word} {word} {1} {1}"),
        lambda s: " ".join(_once(s.split())),
    ),
    Edit(
        "without tags",
        "What is between < and > removed, with both.",
        ("<b>{word}</b>", "<i>{words}</i> {word}", "{word}"),
        lambda s: re.sub("<[^>]*>", "", s),
    ),
    Edit(
        "in one line",
        "A space for the end of each line.",
        ("{words}\n{word}", "{word}\n{word}\n{word}"),
        lambda s: s.replace("\n", " "),
    ),
    Edit(
        "without the first word",
        "All words but the first.",
        ("{words}", "{word} {words}"),
        lambda s: " ".join(s.split()[1:]),
    ),
    Edit(
        "numbering removed",
        "The words behind the number with its point or bracket.",
        ("{small}. {words}", "{num}. {Word}", "{small}) {words}"),
        lambda s: s.partition(" ")[2],
    ),
    Edit(
        "without one text",
        "The first text without all occurrences of the second.",
        (("{word} old {word}", " old"), ("{Word}--{Word}--{num}", "--"), ("{words}", "e")),
        lambda s, t: s.replace(t, ""),
        params="text part",
    ),
    Edit(
        "spaces only between words",
        "Without spaces before commas and points.",
        ("{word} , {word} .", "{word}, {word} .", "{word} {word} ."),
        lambda s: s.replace(" ,", ",").replace(" .", "."),
    ),
)
