"""What is installed: every package listed, every resource matched, one version everywhere."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from importlib import metadata

import progsynth

from .checkout import FOLDERS, ROOT, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]


def test_every_folder_with_code_is_a_listed_package() -> None:
    folders = {m.name if m.is_package else m.name.rpartition(".")[0] for m in modules().values()}
    assert sorted(folders) == sorted(PACKAGES), "[tool.setuptools] packages in pyproject.toml"
    packages = {m.name for m in modules().values() if m.is_package}
    assert sorted(folders - packages) == [], "these folders have code and no __init__.py"


def test_every_resource_is_installed() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*"):
            if file.is_dir() or file.suffix in (".py", ".pyc") or file.name.startswith("."):
                continue
            assert any(fnmatch(f"x/{file.name}", p) or file.name == p for p in patterns), (
                f"{file.relative_to(ROOT)}: no pattern of package-data covers it"
            )


def test_the_version_is_said_once() -> None:
    version = PROJECT["project"]["version"]
    assert progsynth.__version__ == metadata.version("progsynth") == version
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {version}" in citation
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_pins_cover_the_requirements() -> None:
    pins = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    pinned = {p.lower().replace("_", "-") for p in pins}
    wanted = PROJECT["project"]["dependencies"]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted = wanted + extra
    names = {re.split(r"[<>=~! \[]", w)[0].lower() for w in wanted}
    assert names <= pinned, f"not pinned in constraints.txt: {sorted(names - pinned)}"
