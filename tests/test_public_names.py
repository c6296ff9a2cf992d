"""The public names: all there, loaded when used, and not hidden by modules of the same name."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module, metadata

import pytest

import progsynth


def test_every_public_name_leads_somewhere() -> None:
    assert all(getattr(progsynth, name) is not None for name in progsynth.__all__)
    assert set(progsynth.__all__) <= set(dir(progsynth))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'progsynth' has no attribute 'nonsense'"):
        _ = progsynth.nonsense


@pytest.mark.parametrize(
    "code",
    [
        "import progsynth as ps; import progsynth.solve",
        "import progsynth.solve; import progsynth as ps",
        "from progsynth.solve import Result; import progsynth as ps",
        "import progsynth as ps; ps.solve; import progsynth.solve",
    ],
)
def test_solve_stays_the_function(code: str) -> None:
    check = f"{code}; assert callable(ps.solve), ps.solve; assert ps.solve.__name__ == 'solve'"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_checkout_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> str:
        raise metadata.PackageNotFoundError("progsynth")

    front = import_module("progsynth")
    monkeypatch.setattr(front, "version", missing)
    monkeypatch.delitem(vars(front), "__version__", raising=False)
    assert progsynth.__version__ == "0+not-installed"
    monkeypatch.undo()
    vars(front).pop("__version__", None)
    assert progsynth.__version__ == metadata.version("progsynth")


def test_the_front_page_of_the_package_works() -> None:
    task = progsynth.Task.from_pairs("double", [([1, 2], [2, 4]), ([5], [10])])
    result = progsynth.solve(task, seconds=10)
    assert result.solved
    assert "def " in str(result.program)
    assert result.function([1, 2, 3]) == [2, 4, 6]
