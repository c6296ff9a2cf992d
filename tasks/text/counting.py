"""Words picked, and things counted or asked."""

from __future__ import annotations

from .edit import Edit


def _common(a: str, b: str) -> str:
    length = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return a[:length]


_TWO_WORDS = ("{words}", "{word} {word} {word} {word}")

EDITS = (
    Edit(
        "number of words",
        "Spaces may be several.",
        ("{words}", "{word}{gap}{word}", " {word} {words} "),
        lambda s: len(s.split()),
        request="str -> int",
    ),
    Edit(
        "number of vowels",
        "How many of a, e, i, o and u, in any case.",
        ("{words}", "{Word}", "{WORD} {word}"),
        lambda s: sum(c in "aeiou" for c in s.lower()),
        request="str -> int",
    ),
    Edit(
        "number of capitals",
        "How many capitals there are.",
        ("{Words}", "{A3}{a2}", "{words}"),
        lambda s: sum(c.isupper() for c in s),
        request="str -> int",
    ),
    Edit(
        "number of digits",
        "How many digits there are.",
        ("{word} {num}", "{A2}{d4}", "{words}"),
        lambda s: sum(c.isdigit() for c in s),
        request="str -> int",
    ),
    Edit(
        "number of sentences",
        "A sentence ends with a point, a question or an exclamation mark.",
        ("{sentence}.", "{sentence}. {sentence}!", "{sentence}? {sentence}. {sentence}."),
        lambda s: sum(c in ".?!" for c in s),
        request="str -> int",
    ),
    Edit(
        "length of the longest word",
        "Its number of letters.",
        _TWO_WORDS,
        lambda s: max(map(len, s.split())),
        request="str -> int",
    ),
    Edit(
        "how often a word comes",
        "As a whole word, in any case.",
        (
            ("{word} {word} and {0}", "{0}"),
            ("{word} {words}", "{0}"),
            ("{words} {word}s", "{1}"),
            ("{colour} red Red {colour}", "red"),
        ),
        lambda s, word: s.lower().split().count(word),
        request="(str, str) -> int",
        params="text word",
    ),
    Edit(
        "number of lines",
        "Lines that are empty do not count.",
        ("{words}\n{word}", "{word}", "{word}\n\n{words}\n{word}"),
        lambda s: sum(bool(line) for line in s.split("\n")),
        request="str -> int",
    ),
    Edit(
        "number of different words",
        "In any case.",
        ("{colour} {colour} {colour}", "Red {colour} red {colour}", "{words}"),
        lambda s: len(set(s.lower().split())),
        request="str -> int",
    ),
    Edit(
        "longest word",
        "The first of equally long ones.",
        _TWO_WORDS,
        lambda s: max(s.split(), key=len),
    ),
    Edit(
        "words with capitals",
        "The words that begin with a capital, spaces between.",
        ("{word} {Word} {word} {Word}", "{Word} {word} {Town}", "{First} in {Town}"),
        lambda s: " ".join(word for word in s.split() if word[0].isupper()),
    ),
    Edit(
        "tags of a message",
        "The words that begin with #, as a list, without it.",
        ("{words} #{word}", "#{word} {word} #{word}", "{words}"),
        lambda s: [word[1:] for word in s.split() if word.startswith("#")],
        request="str -> list[str]",
    ),
    Edit("second word", "The second of the words.", _TWO_WORDS, lambda s: s.split()[1]),
    Edit(
        "last two words",
        "With a space between.",
        ("{word} {words}", "{words} {word}"),
        lambda s: " ".join(s.split()[-2:]),
    ),
    Edit(
        "same both ways",
        "Is the text the same from behind, but for case?",
        ("{a1}{a1}{a1}{1}{0}", "{word}", "{d1}{d1}{0}", "{A1}{a1}{a1}{0}", "{Word}"),
        lambda s: s.lower() == s.lower()[::-1],
        request="str -> bool",
    ),
    Edit(
        "same first letter",
        "Do two texts begin with the same letter, in any case?",
        (("{Word}", "{word}"), ("{a1}{word}", "{0}{word}"), ("A{word}", "a{word}")),
        lambda a, b: a[0].lower() == b[0].lower(),
        request="(str, str) -> bool",
        params="one other",
    ),
    Edit(
        "same letters",
        "Do two texts have the same letters in another order?",
        (
            ("{a1}{a1}{a2}", "{2}{0}{1}"),
            ("{a1}{a1}{a1}", "{1}{0}"),
            ("{word}{a1}", "{1}{0}"),
            ("{a2}{a1}{a1}", "{0}{2}{2}"),
            ("{word}", "{word}"),
        ),
        lambda a, b: sorted(a) == sorted(b),
        request="(str, str) -> bool",
        params="one other",
    ),
    Edit(
        "common beginning",
        "The longest text with which both begin.",
        (("pre{word}", "pre{word}"), ("{word}", "{word}"), ("under{word}", "under{num}")),
        _common,
        params="one other",
    ),
    Edit(
        "ends alike",
        "Does the first text end with the second, in any case?",
        (
            ("{word}.{ext}", "{1}"),
            ("{word}.csv", "CSV"),
            ("{word}.{ext}", "{ext}"),
            ("{word}.CSV", "csv"),
        ),
        lambda a, b: a.lower().endswith(b.lower()),
        request="(str, str) -> bool",
        params="text end",
    ),
    Edit(
        "position of a part",
        "Counted from 1; 0 where it does not occur.",
        (("{words}", "e"), ("{word}-{word}", "-"), ("{A3}{d2}", "x")),
        lambda s, t: s.find(t) + 1,
        request="(str, str) -> int",
        params="text part",
    ),
    Edit(
        "words as a list, small",
        "Without points and commas.",
        ("{Word}, {word} {Word}.", "{sentence}.", "{Word}."),
        lambda s: s.lower().replace(",", "").replace(".", "").split(),
        request="str -> list[str]",
    ),
    Edit(
        "is a whole number",
        "Is it digits alone, but for a minus?",
        ("{num}", "-{num}", "{num}.{d1}", "{A1}{d2}", "{d2}-{d2}"),
        lambda s: s.removeprefix("-").isdigit(),
        request="str -> bool",
    ),
)
