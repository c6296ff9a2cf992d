"""Core as stand-alone Python: readable, as a person would write it, or checked.

The readable form gives what the interpreter gives wherever that is a value; where the
interpreter fails it may do anything. The checked form fails as the interpreter does. Both hold
the sources of the primitives they use, and import nothing of ours.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import (
    DEFAULT_CELLS,
    DEFAULT_FUEL,
    KIND_OF_EXCEPTION,
    Fail,
    FailureKind,
)
from progsynth.lang.infer import Typed, infer_function, program_signatures
from progsynth.lang.operators import POSTFIX
from progsynth.lang.primitive import DSL, Callee, Primitive
from progsynth.lang.python.checked_python import COMPARISONS, identifier, reachable, write_checked
from progsynth.lang.python.copy_source import Sources, edited
from progsynth.lang.python.python_statements import (
    ANY,
    Block,
    Code,
    Line,
    Statements,
    identifiers,
    lines,
)
from progsynth.lang.python.python_template import Places, template
from progsynth.lang.python.python_writer import Writer
from progsynth.lang.python.scopes import Node
from progsynth.lang.term import Call, Function, Program
from progsynth.lang.types import FLOAT, Signature, Type, dict_of, variables, walk_type
from progsynth.lang.values import entry_types, size_of

WIDTH = 88  # of an expression, before parts of it are bound to names
MAX_LINE = 100
MANY_FUNCTIONS = 200  # that may call each other: more than Python's usual depth may be needed
HINTS = ("Any", "Callable")
Bindings = Mapping[str, Type]


def to_python(program: Program, dsl: DSL, *, checked: bool = False) -> str:
    """The program as Python source that stands alone and defines all its functions.

    The checked form's entry takes the limits by keyword (`fuel`, `cells`) and raises `Fail`.
    Raises UnsupportedError for holes and neural submodules, and for a user's primitive whose
    source is not at hand.
    """
    return _checked(program, dsl) if checked else readable(program, dsl, Sources())


def require_name(program: Program) -> None:
    """Raise UnsupportedError where the program's name cannot be that of a Python function."""
    name = program.entry.name
    if keyword.iskeyword(name) or not name.isidentifier():
        raise UnsupportedError(f"'{name}' cannot be the name of a Python function: rename it")


# ------------------------------------------------------------------------------- readable


def readable(program: Program, dsl: DSL, sources: Sources) -> str:
    """The program as readable Python, behind what `sources` hold already.

    A primitive whose function is among their `names` is called by its name there: so a caller
    may write some of its own way. Raises UnsupportedError, as `to_python` does.
    """
    require_name(program)
    callees = reachable(program, dsl)
    functions = {n: c for n, c in callees.items() if isinstance(c, Function)}
    names = _function_names(program, dsl, functions, sources.reserved)
    own = program_signatures(program)
    calls = {n: _calls_of(f, dsl, own) for n, f in functions.items()}
    plain = _plain_calls(program, callees, calls)
    sources.reserved.update(HINTS, names.values())
    copies = {
        callee.name: sources.add(callee.fn, identifier(callee.name), callee.name)
        for callee in callees.values()
        if isinstance(callee, Primitive) and callee.name not in plain.always
    }
    dialect = Readable(callees, {**names, **copies}, plain.places)
    writer = Writer(dialect, {*dir(builtins), *sources.reserved})
    written: list[str] = []
    for name, function in functions.items():
        writer.parts, dialect.function = [], name
        params, body = writer.function(function, names[name])
        header = Block(_header(function, names[name], params), [*_docstring(function), *body])
        written += ["\n".join(lines([block], 0)) for block in (*writer.parts, header)]
    _import_hints(sources, functions.values())
    parts = [part for part in (sources.text(), *written) if part]
    return _finished(parts, names[program.entry.name], program.entry.name)


def _function_names(
    program: Program, dsl: DSL, functions: Mapping[str, Function], reserved: set[str]
) -> dict[str, str]:
    """Python names for the functions: their own, but none that Python uses itself."""
    found: dict[str, str] = {}
    entry = program.entry.name
    taken = {*dir(builtins), *keyword.kwlist, *HINTS, *reserved, "_", entry}
    for name in functions:
        if name == entry:
            own = f"{entry}_" if hasattr(builtins, entry) else entry
        else:
            surface = dsl.surface_of(name) if name in dsl else name
            own = surface if surface.isidentifier() and surface not in taken else identifier(name)
            while own in taken:
                own += "_"
        taken.add(own)
        found[name] = own
    return found


@dataclass(slots=True)
class _Plain:
    """Which calls of primitives may take their Python form."""

    places: set[tuple[str, int]]  # a function and the place in it
    always: set[str]  # primitives of which all calls may


@dataclass(frozen=True, slots=True)
class _CallSite:
    """A call in a function: its place, the callee, what its type variables stand for there."""

    place: int
    name: str
    by: Bindings


def _calls_of(function: Function, dsl: DSL, own: Mapping[str, Signature]) -> list[_CallSite]:
    typed = infer_function(function, dsl, extra=own)
    return [
        _CallSite(place, one.term.name, one.by)
        for place, one in enumerate(_in_order(typed))
        if isinstance(one.term, Call)
    ]


def _in_order(typed: Typed) -> Iterator[Typed]:
    todo = [typed]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(reversed(one.children))


def _plain_calls(
    program: Program, callees: Mapping[str, Callee], calls: Mapping[str, list[_CallSite]]
) -> _Plain:
    """The calls whose Python form means the same at their types.

    Python compares NaN inside containers by identity: a form whose signature has type classes
    holds only for types without floats, and a comparison for floats themselves.
    """
    floats: dict[str, set[str]] = {name: set() for name in calls}  # variables that may hold some
    for function in program.functions:
        floats[function.name] = {v for t in function.types for v in variables(t)}
    found = _Plain(set(), {n for n, c in callees.items() if isinstance(c, Primitive) and c.python})

    def floating(type_: Type, caller: str) -> bool:
        inside = list(walk_type(type_))
        return any(t == FLOAT or t.name == "graph" or t.name in floats[caller] for t in inside)

    for caller in reversed(list(calls)):  # callers come after what they call
        for call in calls[caller]:
            callee = callees[call.name]
            if isinstance(callee, Function):
                floats[call.name] |= {v for v, t in call.by.items() if floating(t, caller)}
                continue
            compares = callee.surface in COMPARISONS
            for variable, _ in callee.signature.classes:
                type_ = call.by[variable]
                if floating(type_, caller) and not (compares and type_ == FLOAT):
                    found.always.discard(call.name)
                    break
            else:
                if callee.python:
                    found.places.add((caller, call.place))
    return found


class Readable:
    """The dialect of readable Python; see `python_writer.Dialect`."""

    ordered = False
    max_depth = 8
    max_width = WIDTH

    def __init__(
        self, callees: Mapping[str, Callee], names: Mapping[str, str], plain: set[tuple[str, int]]
    ):
        self.callees = callees
        self.names = names
        self.plain = plain
        self.function = ""  # the instance name of the one being written

    def entry(self) -> Statements:
        return []

    def part(self) -> Statements:
        return []

    def iteration(self) -> Statements:
        return []

    def call(self, writer: Writer, node: Node, name: str, args: tuple[Code, ...]) -> Code:
        callee = self.callees[name]
        if isinstance(callee, Primitive) and (self.function, node.start) in self.plain:
            names = callee.signature.names
            form = template(callee.python, names)
            settled = [
                writer.settled(arg) if form.settles(param) else arg
                for param, arg in zip(names, args, strict=True)
            ]
            result = callee.signature.result
            known = None if variables(result) else result
            return form.fill(dict(zip(names, settled, strict=True)), known)
        depth = 1 + max((arg.depth for arg in args), default=0)
        text = f"{self.names[name]}({', '.join(arg.at(ANY) for arg in args)})"
        return Code(text, POSTFIX, depth)


def _header(function: Function, name: str, params: tuple[str, ...]) -> str:
    hinted = [f"{p}: {hint(t)}" for p, t in zip(params, function.types, strict=True)]
    header = f"def {name}({', '.join(hinted)}) -> {hint(function.result)}:"
    if len(header) <= MAX_LINE:
        return header
    listed = "".join(f"    {one},\n" for one in hinted)
    return f"def {name}(\n{listed}) -> {hint(function.result)}:"


def hint(type_: Type) -> str:
    """The type as a Python type hint."""
    if type_.is_variable or type_.name == "tensor":
        return "Any"
    if type_.name == "choice":
        return "int"
    if type_.name in ("graph", "memory"):
        return hint(dict_of(*entry_types(type_)))
    parts = [hint(t) for t in type_.types]
    if type_.name == "fn":
        return f"Callable[[{', '.join(parts[:-1])}], {parts[-1]}]"
    if type_.name == "tuple" and not parts:
        return "tuple[()]"
    return f"{type_.name}[{', '.join(parts)}]" if parts else type_.name


def _import_hints(sources: Sources, functions: Iterable[Function]) -> None:
    hints = " ".join(hint(t) for f in functions for t in (*f.types, f.result))
    if "Callable[" in hints:
        sources.imports["from collections.abc import Callable"] = None
    if "Any" in hints:
        sources.imports["from typing import Any"] = None


def _docstring(function: Function) -> Statements:
    """The first paragraph of what the function says of itself."""
    summary = " ".join(function.doc.split("\n\n")[0].split())
    if not summary:
        return []
    summary = summary.replace("\\", "\\\\").replace('"', '\\"') if '"""' in summary else summary
    summary = summary.rstrip("\\")
    if len(summary) <= WIDTH and summary[-1] != '"':
        return [Line(f'"""{summary}"""')]
    wrapped = textwrap.wrap(summary, WIDTH)
    return [Line(f'"""{wrapped[0]}'), *map(Line, wrapped[1:]), Line('"""')]


# -------------------------------------------------------------------------------- checked


def _checked(program: Program, dsl: DSL) -> str:
    require_name(program)
    entry = program.entry
    own = f"{entry.name}_" if hasattr(builtins, entry.name) else entry.name
    made = f"{entry.name}_program"
    sources = Sources(reserved={entry.name, own, made, "KINDS"})
    text = write_checked(program, dsl, made)
    fail = sources.add(Fail, "Fail", entry.name)
    kinds = sources.add(FailureKind, "FailureKind", entry.name)
    size = sources.add(size_of, "size_of", entry.name)
    aliases: list[str] = []
    used = identifiers(text.text)
    for name, value in text.values.items():
        if name not in used:
            continue
        if isinstance(value, FailureKind):
            aliases.append(f"{name} = {kinds}.{value.name}")
            continue
        copy = sources.add(value, name.strip("_"), name.strip("_"))
        if copy != name:
            aliases.append(f"{name} = {copy}")
    pairs = [f"({e.__name__}, {kinds}.{k.name})" for e, k in KIND_OF_EXCEPTION.items()]
    aliases.append(f"KINDS = ({', '.join(pairs)})")
    params = [f"x{number}" for number in range(len(entry.types))]
    head = ", ".join([*params, "*", f"fuel={DEFAULT_FUEL}", f"cells={DEFAULT_CELLS}"])
    call = f"""
def {own}({head}):
    run, _ = {made}(fuel, cells)
    try:
        result = run({", ".join(params)})
    except Exception as error:
        for cls, kind in KINDS:
            if isinstance(error, cls):
                raise {fail}(kind) from error
        raise
    if {size}(result) > cells:
        raise {fail}({kinds}.MEMORY)
    return result
""".strip()
    parts = [sources.text(), "\n".join(aliases), text.text.strip("\n"), call]
    return _finished(parts, own, entry.name)


# ------------------------------------------------------------------------------- together


def _finished(parts: list[str], own: str, name: str) -> str:
    """The parts as one text, in which the entry has its name even where Python uses it too."""
    text = "\n\n\n".join(parts) + "\n"
    if text.count("def ") > MANY_FUNCTIONS:
        text = f"import sys\n\nsys.setrecursionlimit(100_000)\n\n{text}"
    if own == name:
        return text
    places = Places(text)
    edits: list[tuple[int, int, str]] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in (own, name):
            new = name if node.id == own else f"builtin_{name}"
            edits.append((places.start(node), places.end(node), new))
        elif isinstance(node, ast.FunctionDef) and node.name == own:
            start = places.start(node) + len("def ")
            edits.append((start, start + len(own), name))
    text = edited(text, edits)
    return f"from builtins import {name} as builtin_{name}\n\n{text}"
