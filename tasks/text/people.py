"""Edits of people's names and of addresses of mail."""

from __future__ import annotations

from .edit import Edit

EDITS = (
    Edit("first name", "The first of the names.", ("{First} {Last}",), lambda s: s.split()[0]),
    Edit(
        "last name",
        "The last of the names, however many there are.",
        ("{First} {Last}", "{First} {First} {Last}", "{First} {A1}. {Last}"),
        lambda s: s.split()[-1],
    ),
    Edit(
        "initials with points",
        "The first letter of each name, each with a point.",
        ("{First} {Last}", "{First} {First} {Last}"),
        lambda s: "".join(f"{word[0]}." for word in s.split()),
    ),
    Edit(
        "initials of a name in any case",
        "The first letters in capitals, without points.",
        ("{first} {last}", "{First} {Last}", "{first} {First} {last}"),
        lambda s: "".join(word[0] for word in s.split()).upper(),
    ),
    Edit(
        "last name first",
        "The last name, a comma, and the first name.",
        ("{First} {Last}",),
        lambda s: ", ".join(reversed(s.split())),
    ),
    Edit(
        "first name first",
        "From `Last, First` to `First Last`; spaces vary.",
        ("{Last}, {First}", "{Last},{First}", "{Last} , {First}"),
        lambda s: " ".join(part.strip() for part in reversed(s.split(","))),
    ),
    Edit(
        "initial and last name",
        "The first letter with a point, and the last name.",
        ("{First} {Last}",),
        lambda s: f"{s[0]}. {s.split()[1]}",
    ),
    Edit(
        "last name in capitals",
        "The first name as it is, the last name in capitals.",
        ("{First} {Last}",),
        lambda s: f"{s.split()[0]} {s.split()[1].upper()}",
    ),
    Edit(
        "without the middle name",
        "The first and the last of two or three names.",
        ("{First} {First} {Last}", "{First} {A1}. {Last}", "{First} {Last}"),
        lambda s: f"{s.split()[0]} {s.split()[-1]}",
    ),
    Edit(
        "middle initial",
        "The middle name cut to its letter and a point.",
        ("{First} {First} {Last}",),
        lambda s: "{} {:.1}. {}".format(*s.split()),
    ),
    Edit(
        "user name",
        "The first letter and the last name, small.",
        ("{First} {Last}",),
        lambda s: (s[0] + s.split()[1]).lower(),
    ),
    Edit(
        "without a title",
        "The name without Dr., Mr., Ms. or Prof., if there is one.",
        ("{Title} {First} {Last}", "{First} {Last}"),
        lambda s: " ".join(word for word in s.split() if "." not in word),
    ),
    Edit(
        "greeting",
        "The beginning of a letter to someone.",
        ("{First} {Last}",),
        lambda s: f"Dear {s.split()[0]},",
    ),
    Edit(
        "full name of two columns",
        "First and last name with a space between, spaces at the ends removed.",
        (("{First}", "{Last}"), (" {First}", "{Last} "), ("{First} ", "  {Last}")),
        lambda a, b: f"{a.strip()} {b.strip()}",
        params="given family",
    ),
    Edit(
        "mail user of two columns",
        "Last name, a point, first name, small.",
        (("{First}", "{Last}"), ("{FIRST}", "{Last}")),
        lambda a, b: f"{b}.{a}".lower(),
        params="given family",
    ),
    Edit(
        "name in proper case",
        "Each name with a capital and small letters.",
        ("{first} {LAST}", "{FIRST} {LAST}", "{first} {last}"),
        lambda s: s.title(),
    ),
    Edit(
        "double first name in proper case",
        "Capitals behind the hyphen as well.",
        ("{first}-{first}", "{FIRST}-{FIRST}", "{First}-{first}"),
        lambda s: s.title(),
    ),
    Edit(
        "has a middle name",
        "Are there more than two names?",
        ("{First} {Last}", "{First} {First} {Last}"),
        lambda s: len(s.split()) > 2,
        request="str -> bool",
    ),
    Edit(
        "last names of a list",
        "Names with semicolons between: of each the last name.",
        ("{First} {Last}; {First} {Last}", "{First} {Last}; {First} {Last}; {First} {Last}"),
        lambda s: "; ".join(name.split()[-1] for name in s.split("; ")),
    ),
    Edit(
        "user of an address",
        "What stands before the @.",
        ("{first}@{domain}", "{first}.{last}@{domain}"),
        lambda s: s.split("@")[0],
    ),
    Edit(
        "domain of an address",
        "What stands behind the @, small.",
        ("{first}@{domain}", "{First}.{Last}@mail.{domain}", "{FIRST}@EXAMPLE.{A3}"),
        lambda s: s.split("@")[1].lower(),
    ),
    Edit(
        "name of an address",
        "First and last name with capitals, from the part before the @.",
        ("{first}.{last}@{domain}",),
        lambda s: s.split("@")[0].replace(".", " ").title(),
    ),
    Edit(
        "hidden user",
        "Three stars for all of the user but the first letter.",
        ("{first}@{domain}", "{first}.{last}@{domain}"),
        lambda s: f"{s[0]}***@{s.split('@')[1]}",
    ),
    Edit(
        "address between angle brackets",
        "The address alone.",
        ("{First} {Last} <{first}@{domain}>", "{First} <{last}@{domain}>"),
        lambda s: s[s.index("<") + 1 : -1],
    ),
    Edit(
        "name before angle brackets",
        "The name alone, without quotes.",
        ("{First} {Last} <{first}@{domain}>", '"{First} {Last}" <{last}@{domain}>'),
        lambda s: s[: s.index("<")].strip().replace('"', ""),
    ),
    Edit(
        "address of a name and a domain",
        "Small, with a point for the space.",
        (("{First} {Last}", "{domain}"),),
        lambda a, b: f"{a.replace(' ', '.').lower()}@{b}",
        params="name domain",
    ),
    Edit(
        "in the same domain",
        "Do two addresses have the same domain?",
        (
            ("{first}@{domain}", "{last}@{1}"),
            ("{first}@{domain}", "{0}@{domain}"),
            ("{first}@{domain}", "{last}@{domain}"),
        ),
        lambda a, b: a.split("@")[1] == b.split("@")[1],
        request="(str, str) -> bool",
        params="one other",
    ),
    Edit(
        "tidy address",
        "Small, without spaces at the ends.",
        ("  {First}@{domain}", "{FIRST}@{domain} ", " {first}.{Last}@{domain} "),
        lambda s: s.strip().lower(),
    ),
    Edit(
        "provider of an address",
        "The part of the domain before its ending.",
        ("{first}@{provider}.{end}", "{first}@mail.{provider}.{end}"),
        lambda s: s.split("@")[1].split(".")[-2],
    ),
    Edit(
        "without a plus tag",
        "The address without what stands between + and @, if anything.",
        ("{first}+{word}@{domain}", "{first}@{domain}"),
        lambda s: s.split("@")[0].split("+")[0] + "@" + s.split("@")[1],
    ),
    Edit(
        "number of addresses",
        "How many addresses there are; semicolons stand between.",
        (
            "{first}@{domain}",
            "{first}@{domain}; {last}@{domain}",
            "{first}@{domain};{last}@{domain}; {word}@{domain}",
        ),
        lambda s: s.count("@"),
        request="str -> int",
    ),
)
