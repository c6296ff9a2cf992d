"""What to write instead: hints for names, methods and conversions that the language has not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type

# Methods of Python's values: what has the same effect here. {x} is the value.
METHODS = {
    "append": "{x} = append({x}, item)",
    "extend": "{x} = {x} + other",
    "insert": "{x} = insert({x}, i, item)",
    "pop": "{x}[-1] reads the last item and {x} = {x}[:-1] drops it",
    "clear": "{x} = [], or {x} = {{}} for a dict",
    "copy": "{x}: values never change, so that no copy is needed",
    "sort": "{x} = sort({x})",
    "reverse": "{x} = reverse({x})",
    "setdefault": "{x}[key] = get({x}, key, default)",
    "items": "items({x})",
    "keys": "keys({x})",
    "values": "values({x})",
    "get": "get({x}, key, default)",
    "join": "join({x}, parts)",
    "split": "split({x}, separator), or words({x}) to split at white space",
    "startswith": "starts_with({x}, start)",
    "endswith": "ends_with({x}, end)",
    "isdigit": "is_digit({x})",
    "isalpha": "is_letter({x})",
    "isupper": "is_upper({x})",
    "islower": "is_lower({x})",
    "isspace": "is_space({x})",
    "add": "{x}[item] = True, with a dict for the set",
}

# Python's built-in functions that the language has not.
BUILTINS = {
    "print": "a program has no output but its result: return the value",
    "input": "a program reads nothing but its arguments: add a parameter",
    "open": "a program reads no files: add a parameter for the content",
    "set": "use a dict with True for its values, or unique(xs) on a list",
    "frozenset": "use a dict with True for its values, or unique(xs) on a list",
    "list": "range, map, keys and slices are lists already; chars(s) is the list of a text",
    "dict": "write {}, or dict_of(pairs)",
    "tuple": "write (a, b); a tuple has a fixed number of items",
    "sorted": "write sort(xs), or sort_by(lambda x: key, xs)",
    "reversed": "write reverse(xs)",
    "isinstance": "every name has one type, known before the program runs",
    "type": "every name has one type, known before the program runs",
    "None": "there is no None: use a value of the same type that means 'nothing', such as -1",
    "true": "write True",
    "false": "write False",
    "bool": "write a comparison, such as n != 0 or len(xs) > 0",
    "iter": "write for x in xs, or use an index",
    "next": "write xs[0], or for x in xs",
    "pow": "write x ** y",
    "divmod": "write (x // y, x % y)",
    "id": "values are compared by ==",
    "hash": "values are compared by ==; int, bool, str and tuples of these can be dict keys",
    "getattr": "values have no attributes",
    "eval": "write the expression itself",
    "exec": "write the statements themselves",
    "reduce": "write fold(lambda acc, x: ..., start, xs)",
    "foldl": "write fold(lambda acc, x: ..., start, xs)",
    "length": "write len(xs)",
    "size": "write len(xs)",
    "string": "write str(n)",
    "math": "functions such as sqrt are called by their own name",
    "self": "there are no classes: write a function with parameters",
}


def near(name: str, known: Iterable[str]) -> str:
    """The known name that the wrong one is closest to, or ''."""
    candidates = sorted(k for k in set(known) if k.isidentifier())
    lower = {k.lower(): k for k in reversed(candidates)}
    if name.lower() in lower:
        return lower[name.lower()]
    found = get_close_matches(name, candidates, 1, 0.7)
    return found[0] if found else ""


def unknown_name(name: str, known: Iterable[str]) -> str:
    """The hint for a name that nothing defines."""
    if name in BUILTINS:
        return BUILTINS[name]
    close = near(name, known)
    if close:
        return f"did you mean '{close}'?"
    foreign = near(name, BUILTINS)
    return BUILTINS[foreign] if foreign else ""


def method(name: str, value: str, dsl: DSL) -> str:
    """The hint for `value.name(...)`."""
    if name in METHODS:
        return f"write {METHODS[name].format(x=value)}"
    counts = {len(types) for types in takes(name, dsl)}
    if counts:
        return f"write {name}({value}{'' if 1 in counts else ', ...'})"
    close = near(name, (dsl.surface_of(n) for n in dsl))
    return f"did you mean {close}({value}, ...)?" if close else "write a call: f(x)"


def attribute(name: str, value: str, dsl: DSL) -> str:
    """The hint for `value.name`, without a call."""
    if any(len(types) == 1 for types in takes(name, dsl)):
        return f"write {name}({value})"
    return "write a call: f(x); the items of a tuple are t[0], t[1], or a, b = t"


def condition(type_: Type, dsl: DSL) -> str:
    """The hint for a condition that is no bool."""
    if type_.name in ("list", "dict", "str"):
        return "write len(...) > 0, or a comparison"
    if type_ in (INT, FLOAT):
        return "write ... != 0, or another comparison"
    return "write a comparison, such as x == y"


def conversion(found: Type, expected: Type, dsl: DSL) -> str:
    """The hint for a value of one type where another is expected, or ''."""
    pair = (found, expected)
    if expected == BOOL:
        return condition(found, dsl)
    if pair == (INT, FLOAT) and dsl.overloads("float"):
        return "write float(n) to make a float of an int"
    if pair == (FLOAT, INT) and dsl.overloads("int"):
        return "write int(x) for the whole part; x // y divides whole numbers"
    if pair == (BOOL, INT) and dsl.overloads("int"):
        return "write int(b) for 1 or 0"
    if pair == (INT, STR) and dsl.overloads("str"):
        return "write str(n) to make a text of an int"
    if pair == (FLOAT, STR) and dsl.overloads("fixed"):
        return "write fixed(x, digits) to make a text of a float"
    if expected == STR and found == Type("list", (STR,)) and dsl.overloads("join"):
        return "write join('', parts) to make one text of them"
    if pair in ((STR, INT), (STR, FLOAT)):
        return f"write {expected}(s) to read a number from a text"
    if expected.name == "list" and expected.types[0] == found:
        return "write [x] to make a list of one item"
    if found == STR and expected == Type("list", (STR,)) and dsl.overloads("chars"):
        return "write chars(s) to make a list of a text"
    return ""


def operator(symbol: str, types: list[Type], takes: list[tuple[Type, ...]], dsl: DSL) -> str:
    """The hint for an operator on types that it does not take."""
    if len(types) == 2:
        one, two = types
        pairs = [(two, one), (one, two)] if one in (STR, FLOAT) else [(one, two), (two, one)]
        for found, expected in pairs:
            if (expected, expected) in takes and (hint := conversion(found, expected, dsl)):
                return hint
        if symbol == "+" and one.name == "list" and one.types[0] == two:
            return "write xs + [x] to add one item"
        if symbol == "%" and STR in types:
            return "join texts by +; write str(n) to make a text of an int"
        same = [t for t in takes if len(t) == 2 and t[0] == t[1] and t[0].is_variable]
        if same and one != two:
            return conversion(one, two, dsl) or "both sides must be of one type"
    return callable_with(symbol, takes) if takes else ""


def takes(surface: str, dsl: DSL) -> list[tuple[Type, ...]]:
    """The parameter types of all that is written by that surface name or form."""
    return [signature_of(dsl[name]).types for name in dsl.overloads(surface)]


def _or(shown: list[str]) -> str:
    shown = list(dict.fromkeys(shown))
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} or {shown[-1]}"


def callable_with(name: str, signatures: list[tuple[Type, ...]]) -> str:
    """The hint for a function on types that none of its meanings takes."""
    shown = ["(" + ", ".join(map(str, types)) + ")" for types in signatures]
    return f"'{name}' takes {_or(shown)}"
