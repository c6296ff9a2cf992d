"""Nothing in the repository belongs to one machine."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from .checkout import ROOT

# Written in two parts, so that this file does not find itself.
MACHINE_PATHS = re.compile(
    "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + r"me/\w+", "C:" + r"\\U"])
)
REGISTRIES = re.compile(
    "|".join(["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(org|com)"])
)
TORCH_INDEX = "download.py" + "torch.org"
MAX_BYTES = 2_000_000


def tracked() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are tracked")
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> dict[str, str]:
    found = {}
    for name in tracked():
        try:
            found[name] = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_names_a_path_of_one_machine_or_a_registry() -> None:
    for name, text in texts().items():
        for number, line in enumerate(text.splitlines(), 1):
            assert not MACHINE_PATHS.search(line), f"{name}:{number}: a path of one machine"
            assert not REGISTRIES.search(line), f"{name}:{number}: the host of a registry"


def test_the_index_of_cpu_builds_is_named_once() -> None:
    naming = [name for name, text in texts().items() for _ in range(text.count(TORCH_INDEX))]
    assert naming == ["scripts/install_torch.sh"]


def test_files_are_small() -> None:
    for name in tracked():
        size = (ROOT / name).stat().st_size
        assert size <= MAX_BYTES, f"{name} has {size} bytes; data belongs outside the repository"


def test_nothing_that_is_made_is_tracked() -> None:
    made = re.compile(r"(^|/)(__pycache__|\.venv|build|dist|[^/]*\.egg-info)/|\.pyc$|\.log$")
    assert [name for name in tracked() if made.search(name)] == []
