"""Imports only go down, by the order that docs/architecture.md states."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter

import pytest

from .checkout import ROOT, imports_of, modules, needed, target

FILES_AND_NETWORK = {
    *("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "asyncio"),
    *("os", "io", "shutil", "pathlib", "tempfile", "glob", "subprocess", "sqlite3"),
}


def order() -> list[str]:
    """The layers, lowest first, as the page lists them."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    found = re.search(r"Imports only go down this list: ([^.]+)\.", text)
    assert found, "docs/architecture.md states the order of imports in one sentence"
    return [name.strip(" `\n") for name in found.group(1).split(",")]


LAYERS = order()

# Who loads modules by name, and why: packages load their parts when used (PEP 562), the registry
# finds packs by name, primitives are pickled by name, each command is loaded when called, and
# the VM's kernels when the first program runs (with Numba, which takes seconds).
LOAD_BY_NAME = {
    "progsynth.registry",
    "progsynth.lang.primitive",
    "progsynth.lang.vm.start",
    "progsynth.cli.main",
}

# Compiled kernels are kept in a folder between processes, and compiled in one of their own.
HAS_FILES = {f"progsynth.lang.vm.{name}" for name in ("cache", "compile", "kernel_folder", "start")}


def test_every_module_has_its_place_in_the_order() -> None:
    layers = {m.layer for m in modules().values() if not m.is_content} - {"", "__main__"}
    missing = sorted(layers - set(LAYERS))
    assert not missing, f"docs/architecture.md does not place {missing} in the order of imports"


@pytest.mark.parametrize("name", sorted(m for m in modules() if not modules()[m].is_content))
def test_imports_go_down(name: str) -> None:
    module = modules()[name]
    if module.layer in ("", "__main__"):
        return  # the front: may name everything
    own = LAYERS.index(module.layer)
    for found in module.imports:
        reached = target(found.path)
        if not reached or reached == "progsynth" or found.for_types:
            continue
        other = modules()[reached]
        where = module.where(found.line)
        assert not other.is_content, f"{where}: content is reached by name, through registry"
        assert other.layer, f"{where}: imports the front"
        assert LAYERS.index(other.layer) <= own, (
            f"{where}: '{module.layer}' imports '{other.layer}', which is above it"
        )


@pytest.mark.parametrize("name", sorted(m for m in modules() if modules()[m].is_content))
def test_content_imports_the_framework_and_itself_relatively(name: str) -> None:
    module = modules()[name]
    for found in module.imports:
        where = module.where(found.line)
        first = found.path.split(".")[0]
        if found.level:
            assert target(found.path).startswith(("progsynth.dsl", "progsynth.tasks")), where
        else:
            assert first not in ("dsl", "tasks"), f"{where}: would load a second copy"
            reached = target(found.path)
            assert not reached or not modules()[reached].is_content, f"{where}: import relatively"


def test_no_import_is_circular() -> None:
    graph = {name: needed(module) for name, module in modules().items()}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail("circular imports: " + " -> ".join(error.args[1]))


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_stand_at_the_top(name: str) -> None:
    module = modules()[name]
    for found in module.imports:
        assert found.at_top or found.for_types, (
            f"{module.where(found.line)}: a function-local import"
        )
    if module.is_package or name in LOAD_BY_NAME:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("__import__", "import_module", "importlib.import_module"), (
                f"{module.where(node.lineno)}: loads a module by name"
            )


def test_only_the_neural_layers_import_torch() -> None:
    for module in modules().values():
        if module.layer in ("neural", "train"):
            continue
        for found in module.imports:
            assert found.path.split(".")[0] != "torch", module.where(found.line)


def test_only_the_vm_imports_numba() -> None:
    for module in modules().values():
        if module.name.startswith("progsynth.lang.vm") or module.layer == "search":
            continue
        for found in module.imports:
            assert found.path.split(".")[0] != "numba", module.where(found.line)


def test_the_language_opens_no_files_and_no_connections() -> None:
    for module in modules().values():
        if module.layer != "lang" or module.name in HAS_FILES:
            continue
        for found in module.imports:
            first = found.path.split(".")[0]
            assert first not in FILES_AND_NETWORK, module.where(found.line)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) != "open", module.where(node.lineno)


def test_deap_lives_in_the_search() -> None:
    for module in modules().values():
        if module.layer != "search":
            for found in module.imports:
                assert found.path.split(".")[0] != "deap", module.where(found.line)


# The tests above pass on a tree with no modules: these make sure that they look at something.


def test_the_walk_sees_the_modules() -> None:
    assert {"progsynth.lang.term", "progsynth.lang.types", "progsynth.dsl.default"} <= set(
        modules()
    )
    assert "progsynth.lang.types" in needed(modules()["progsynth.lang.term"])


def test_the_walk_sees_local_and_typing_imports() -> None:
    source = """
import a
from . import b
if TYPE_CHECKING:
    from c import d
def f():
    import e
"""

    found = {
        i.path: (i.at_top, i.for_types)
        for i in imports_of(ast.parse(source), "p.q", at_top=True, for_types=False)
    }
    assert found == {
        "a": (True, False),
        "p.q.b": (True, False),
        "c.d": (True, True),
        "e": (False, False),
    }
