"""Copying Python functions into a text that stands alone.

A function's source is copied with all that it names, transitively: other functions and classes,
constants of its module, imports. What the standard library has is imported, what belongs to
Python is left, and two things of one name are told apart by a number.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import linecache
import sys
import textwrap
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.lang.python.python_template import Places


@dataclass(slots=True)
class Sources:
    """What has been copied so far; `text()` is all of it, each piece after what it names."""

    reserved: set[str] = field(default_factory=set)  # names that the copies must not take
    imports: dict[str, None] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)  # by identity of what was copied
    kept: list[Any] = field(default_factory=list)  # so that identities stay theirs

    def add(self, value: Any, name: str, wanted_by: str) -> str:
        """Copy the value, which is called `name` where it is used; its name in the copy.

        Raises UnsupportedError when it has no source.
        """
        if getattr(builtins, name, _NOTHING) is value:
            return name
        if id(value) in self.names:
            return self.names[id(value)]
        if isinstance(value, types.ModuleType):
            if value.__name__.split(".")[0] == "progsynth":
                raise UnsupportedError(
                    f"cannot export '{wanted_by}': it uses the module {value.__name__}, which "
                    "the exported text must do without; import the function itself"
                )
            return self._import(value, f"import {value.__name__} as ", value.__name__, name)
        module = getattr(value, "__module__", None) or ""
        own = getattr(value, "__qualname__", "")
        if own.isidentifier() and _is_foreign(module):
            if module == "builtins":
                return self._builtin(value, own)
            return self._import(value, f"from {module} import {own} as ", own, name)
        if isinstance(value, types.MethodDescriptorType):
            return f"{value.__objclass__.__name__}.{value.__name__}"
        if isinstance(value, types.FunctionType):
            return self._function(value, wanted_by)
        if isinstance(value, type):
            return self._class(value, wanted_by)
        return self._constant(value, name, wanted_by)

    def text(self) -> str:
        """The imports, then the copied definitions."""
        parts = ["\n".join(sorted(self.imports))] if self.imports else []
        return "\n\n\n".join([*parts, *self.pieces])

    def add_class(self, value: type, wanted_by: str, edit: Callable[[str], str]) -> str:
        """Copy the class, its source edited; its name in the copy. Raises UnsupportedError."""
        return self.names.get(id(value)) or self._class(value, wanted_by, edit)

    def stand_for(self, value: Any, base: str) -> str:
        """A new name for the value, which the caller defines."""
        return self._take(value, base)

    def reserve(self, base: str) -> str:
        """A name that nothing has: that one, or the same with a number."""
        name, count = base, 1
        while name in self.reserved or hasattr(builtins, name) or keyword.iskeyword(name):
            count += 1
            name = f"{base}_{count}"
        self.reserved.add(name)
        return name

    # ------------------------------------------------------------------------- one kind each

    def _take(self, value: Any, base: str) -> str:
        name = self.reserve(base)
        self.names[id(value)] = name
        self.kept.append(value)
        return name

    def _builtin(self, value: Any, own: str) -> str:
        if getattr(builtins, own, _NOTHING) is not value:
            raise UnsupportedError(f"cannot copy {value!r}: write it as a Python function")
        return own

    def _import(self, value: Any, line: str, own: str, name: str) -> str:
        given = self._take(value, name)
        self.imports[line[: -len(" as ")] if given == own else line + given] = None
        return given

    def _constant(self, value: Any, name: str, wanted_by: str) -> str:
        try:
            same = ast.literal_eval(repr(value)) == value
        except (ValueError, SyntaxError):
            same = False
        if isinstance(value, frozenset | set) and all(isinstance(v, str | int) for v in value):
            items = sorted(value, key=repr)
            characters = all(isinstance(v, str) and len(v) == 1 for v in items)
            shown = "".join(map(str, items)) if characters else items
            text = f"{type(value).__name__}({shown!r})"
        elif same:
            text = repr(value)
        else:
            raise UnsupportedError(
                f"cannot export '{wanted_by}': it uses '{name}', a {type(value).__name__} "
                "that has no source to copy; define it inside the function"
            )
        given = self._take(value, name)
        self.pieces.append(f"{given} = {text}")
        return given

    def _class(self, value: type, wanted_by: str, edit: Callable[[str], str] = str) -> str:
        given = self._take(value, value.__name__)
        source = edit(_without_annotations(_source(value, wanted_by)))
        scope = vars(sys.modules[value.__module__])
        self._copy(source, given, scope, wanted_by)
        return given

    def _function(self, fn: types.FunctionType, wanted_by: str) -> str:
        base = fn.__name__ if fn.__name__.isidentifier() else "function"
        given = self._take(fn, base)
        scope: dict[str, Any] = dict(fn.__globals__)
        for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or ()):
            scope[name] = cell.cell_contents
        self._copy(_function_source(fn, wanted_by), given, scope, wanted_by)
        return given

    def _copy(self, source: str, given: str, scope: Mapping[str, Any], wanted_by: str) -> None:
        """Copy what the definition names, then the definition itself under its new name."""
        definition = ast.parse(source).body[0]
        assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
        names = {definition.name: given}
        for name in sorted(_used_globals(definition) - {definition.name}):
            if name in scope:
                names[name] = self.add(scope[name], name, wanted_by)
        self.pieces.append(_renamed(source, {k: v for k, v in names.items() if k != v}))


_NOTHING = object()


def _is_foreign(module: str) -> bool:
    """Is it a module to import from, of the standard library or another package?"""
    top = module.split(".")[0]
    if top in sys.stdlib_module_names:
        return top != "__main__"
    if top == "progsynth" or module not in sys.modules:
        return False
    file = getattr(sys.modules[module], "__file__", None) or ""
    return "site-packages" in file or "dist-packages" in file


def _source(value: Any, wanted_by: str) -> str:
    try:
        return textwrap.dedent(inspect.getsource(value)).rstrip()
    except (OSError, TypeError):
        raise UnsupportedError(
            f"cannot export '{wanted_by}': the Python source of "
            f"'{getattr(value, '__name__', value)}' is not at hand (was it defined in an "
            'interactive session?); define it in a file, or give the primitive a python="..." form'
        ) from None


def _function_source(fn: types.FunctionType, wanted_by: str) -> str:
    """The function as a `def` without decorators and annotations."""
    if fn.__name__ == "<lambda>":
        tree = _lambda_tree(fn, wanted_by)
        return f"def function({ast.unparse(tree.args)}):\n    return {ast.unparse(tree.body)}"
    source = _source(fn, wanted_by)
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    if not is_source_of(definition, fn):
        raise UnsupportedError(
            f"cannot export '{wanted_by}': the file of '{fn.__name__}' has changed since it was "
            "imported; start Python again"
        )
    if definition.decorator_list:
        source = "\n".join(source.split("\n")[definition.lineno - 1 :])
    return _without_annotations(source)


def is_source_of(definition: ast.FunctionDef, fn: types.FunctionType) -> bool:
    """Does the text compile to the function's code? Not when its file changed since then."""
    own = fn.__code__
    if own.co_freevars or any(name.startswith("@py") for name in own.co_varnames):
        return True  # it compiles otherwise: inside another function, or with pytest's asserts
    bare = ast.FunctionDef(
        **{**{f: getattr(definition, f) for f in definition._fields}, "decorator_list": []}
    )
    # a call of a module's function compiles otherwise where the module is seen to be imported
    scope = fn.__globals__
    modules = [n for n in own.co_names if isinstance(scope.get(n), types.ModuleType)]
    imports = [ast.Import([ast.alias(name)]) for name in modules]
    module = ast.Module([*imports, ast.copy_location(bare, definition)], [])
    compiled = compile(ast.fix_missing_locations(module), "<source>", "exec")
    code = next(c for c in compiled.co_consts if isinstance(c, types.CodeType))
    return (code.co_code, code.co_names, code.co_varnames) == (
        own.co_code,
        own.co_names,
        own.co_varnames,
    ) and _plain_constants(code) == _plain_constants(own)


def _plain_constants(code: types.CodeType) -> list[str]:
    return [repr(c) for c in code.co_consts if not isinstance(c, types.CodeType)]


def _lambda_tree(fn: types.FunctionType, wanted_by: str) -> ast.Lambda:
    code = fn.__code__
    lines = linecache.getlines(code.co_filename, fn.__globals__)
    if not lines:
        _source(_NO_SOURCE, wanted_by)
    found = [
        node
        for node in ast.walk(ast.parse("".join(lines)))
        if isinstance(node, ast.Lambda)
        and node.lineno == code.co_firstlineno
        and [a.arg for a in node.args.args] == list(code.co_varnames[: code.co_argcount])
    ]
    if len(found) != 1:
        raise UnsupportedError(
            f"cannot export '{wanted_by}': several lambdas stand on line {code.co_firstlineno}; "
            "write it as a def"
        )
    return found[0]


_NO_SOURCE = object()


def _used_globals(tree: ast.AST) -> set[str]:
    """The names that the definition reads and neither binds nor takes as parameters."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return read - bound


# ---------------------------------------------------------------------------- editing text


def _without_annotations(source: str) -> str:
    """The source without the annotations of parameters, results and local variables."""
    tree = ast.parse(source)
    places = Places(source)
    edits: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            start = places.start(node) + len(node.arg)
            edits.append((start, places.end(node.annotation), ""))
        elif isinstance(node, ast.FunctionDef):
            if node.returns is not None:
                arrow = source.rindex("->", 0, places.start(node.returns))
                while source[arrow - 1].isspace():
                    arrow -= 1
                edits.append((arrow, places.end(node.returns), ""))
            for inner in ast.walk(node):
                if isinstance(inner, ast.AnnAssign) and inner.value is not None:
                    edits.append((places.end(inner.target), places.end(inner.annotation), ""))
    return edited(source, edits)


def _renamed(source: str, names: Mapping[str, str]) -> str:
    """The source with its global names replaced."""
    if not names:
        return source
    tree = ast.parse(source)
    places = Places(source)
    edits = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            edits.append((places.start(node), places.end(node), names[node.id]))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
    if definition.name in names:
        start = source.index(definition.name, places.start(definition) + len("def "))
        edits.append((start, start + len(definition.name), names[definition.name]))
    return edited(source, edits)


def edited(source: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text with the places from start to end replaced."""
    for start, end, text in sorted(set(edits), reverse=True):
        source = source[:start] + text + source[end:]
    return source
