"""What goes from one process to another: pickled, and refused early where that cannot work.

A script's own functions are known to a worker only if it can load the script without running
it: a script that does not ask for `__name__` would start over in each worker. Notebooks and
`python -c` have no file to load. Objects that are defined there cannot be sent.
"""

from __future__ import annotations

import ast
import copyreg
import io
import pickle
import pickletools
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Term

_MAIN = "__main__"


def pack(value: Any) -> bytes:
    """The value for another process. Raises UnsupportedError, saying what cannot be sent."""
    try:
        data = _pickled(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UnsupportedError(
            f"it cannot be sent to another process: {error}; define functions and classes in a "
            "module, not inside a function"
        ) from None
    except RecursionError:
        raise UnsupportedError("it is nested too deep to be sent to another process") from None
    if not main_is_loadable() and _refers_to_main(data):
        raise UnsupportedError(
            "it refers to what the running script or notebook defines, which worker processes "
            "cannot load: move that into a module, or, in a script, put what it does under "
            'if __name__ == "__main__":'
        )
    return data


def _pickled(value: Any) -> bytes:
    file = io.BytesIO()
    pickler = pickle.Pickler(file, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {
        **copyreg.dispatch_table,
        **dict.fromkeys(Term.__subclasses__(), _made_anew),
    }
    pickler.dump(value)
    return file.getvalue()


def _made_anew(term: Any) -> tuple[Any, ...]:
    """How to pickle a term: it keeps a hash, and texts have other hashes in other processes."""
    return type(term), tuple(getattr(term, field.name) for field in fields(term))


def unpack(data: bytes) -> Any:
    """The value that another process of ours has packed."""
    return pickle.loads(data)  # noqa: S301 (it comes from our own worker, by a pipe)


def main_is_loadable() -> bool:
    """Can a worker load the running script as a module without doing what the script does?"""
    return _is_loadable(sys.modules.get(_MAIN))


def _is_loadable(main: ModuleType | None) -> bool:
    file = getattr(main, "__file__", None)
    if main is None or file is None:
        return False
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return False
    return any(isinstance(item, ast.If) and _asks_for_name(item.test) for item in tree.body)


def _asks_for_name(test: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(test))


def _refers_to_main(data: bytes) -> bool:
    """Does the pickle name the main module? (Quick to say no: the name is in it as it is.)"""
    if _MAIN.encode() not in data:
        return False
    return any(arg == _MAIN for _, arg, _ in pickletools.genops(data))
