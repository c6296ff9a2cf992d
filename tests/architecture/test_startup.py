"""What loading progsynth costs and loads, each seen in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import progsynth

from .checkout import ROOT

HEAVY = {"torch", "numba", "llvmlite", "numpy", "matplotlib", "networkx", "deap", "sklearn"}


def fresh(code: str, *flags: str, folder: Path = ROOT) -> str:
    """What the code prints in a new process started in that folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    command = [sys.executable, *flags, "-c", code]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_progsynth_is_quick_and_loads_nothing_heavy() -> None:
    code = """
import json, sys, time
start = time.perf_counter()
import progsynth
print(json.dumps([time.perf_counter() - start, sorted(sys.modules)]))
"""
    runs = [json.loads(fresh(code)) for _ in range(3)]
    assert not HEAVY & set(runs[0][1])
    assert min(seconds for seconds, _ in runs) < 0.5


def test_reading_and_running_a_program_loads_neither_torch_nor_numba() -> None:
    code = """
import sys
import progsynth as ps
dsl = ps.pack()
program = ps.read_program("def f(xs: list[int]) -> int:\\n    return sum(xs)\\n", dsl)
print(ps.run_rows(program, [([1, 2],)], dsl, engine="python"))
assert not {"torch", "numba"} & set(sys.modules), "loaded"
"""
    assert fresh(code).strip() == "[3]"


def test_the_package_of_networks_loads_torch_when_a_name_is_used() -> None:
    code = """
import sys
import progsynth.neural
assert "torch" not in sys.modules, "loaded"
progsynth.neural.Network
print("torch" in sys.modules, set(progsynth.neural.__all__) <= set(dir(progsynth.neural)))
"""
    assert fresh(code).strip() == "True True"


def test_the_packs_are_loaded_once_even_from_the_checkout_s_root() -> None:
    code = """
import json, sys
import progsynth as ps
ps.pack()
files = [(n, m.__file__) for n, m in sys.modules.items() if getattr(m, "__file__", None)]
print(json.dumps(files))
"""
    loaded = json.loads(fresh(code))
    content = {name: file for name, file in loaded if file.startswith(str(ROOT / "dsl"))}
    assert content, "the default pack comes from this checkout"
    assert all(name.startswith("progsynth.dsl") for name in content)
    assert len(set(content.values())) == len(content), "a file loaded under two names"


def test_a_checkout_that_is_not_installed_says_what_to_do() -> None:
    code = """
import progsynth
from progsynth.registry import pack
try:
    pack()
except progsynth.errors.PackError as error:
    print(error)
"""
    assert "pip install -e ." in fresh(code, "-S")  # -S: without site-packages


def test_every_public_name_is_there_and_documented() -> None:
    for name in progsynth.__all__:
        found = getattr(progsynth, name)
        if name != "__version__":
            assert (found.__doc__ or "").strip(), f"progsynth.{name} has no docstring"
    assert set(progsynth.__all__) <= set(dir(progsynth))
