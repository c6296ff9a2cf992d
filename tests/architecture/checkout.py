"""The checkout as the architecture tests see it: its modules and what each imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"progsynth": "progsynth", "dsl": "progsynth.dsl", "tasks": "progsynth.tasks"}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module or name, as an absolute dotted path."""

    path: str
    line: int
    level: int  # dots of a relative import
    at_top: bool  # at the module's top level
    for_types: bool  # under `if TYPE_CHECKING`


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of the package or its content."""

    name: str
    file: Path
    tree: ast.Module
    imports: tuple[Import, ...]

    @property
    def is_package(self) -> bool:
        return self.file.name == "__init__.py"

    @property
    def is_content(self) -> bool:
        return self.name.startswith(("progsynth.dsl", "progsynth.tasks"))

    @property
    def layer(self) -> str:
        """The first folder or file below progsynth: `lang`, `task`, ...; '' for the package."""
        return [*self.name.split("."), ""][1]

    def where(self, line: int) -> str:
        return f"{self.file.relative_to(ROOT)}:{line}"


@cache
def modules() -> dict[str, Module]:
    """Every module, by the name that it is installed under."""
    found = {}
    for folder, package in FOLDERS.items():
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = file.relative_to(ROOT / folder).with_suffix("").parts
            inner = parts[:-1] if parts[-1] == "__init__" else parts
            name = ".".join((package, *inner))
            tree = ast.parse(file.read_text(encoding="utf-8"))
            package_name = name if file.name == "__init__.py" else name.rpartition(".")[0]
            imports = tuple(imports_of(tree, package_name, at_top=True, for_types=False))
            found[name] = Module(name, file, tree, imports)
    return found


def imports_of(node: ast.AST, package: str, *, at_top: bool, for_types: bool) -> Iterator[Import]:
    """What the tree of a module in `package` imports."""
    for child in ast.iter_child_nodes(node):
        types = for_types or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test))
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, 0, at_top, for_types)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                outer = package.split(".")[: len(package.split(".")) - child.level + 1]
                base = ".".join([*outer, *([base] if base else [])])
            for alias in child.names:
                yield Import(f"{base}.{alias.name}", child.lineno, child.level, at_top, for_types)
        else:
            inside = at_top and not isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
            )
            yield from imports_of(child, package, at_top=inside, for_types=types)


def target(path: str) -> str:
    """The module of ours that an imported path leads to, or '' for others' modules."""
    known = modules()
    while path:
        if path in known:
            return path
        path = path.rpartition(".")[0]
    return ""


def needed(module: Module) -> set[str]:
    """The modules of ours that it loads when it is loaded, packages on the way apart."""
    found = {target(i.path) for i in module.imports if not i.for_types}
    return found - {"", "progsynth", module.name}
