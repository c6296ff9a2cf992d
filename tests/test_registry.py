"""Packs and suites by name: built in, installed by others, unknown and broken."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from progsynth import registry
from progsynth.errors import PackError, UnsupportedError
from progsynth.lang.primitive import DSL, primitive

GROUP = "progsynth.packs"


@primitive("(x: int) -> int")
def triple(x: int) -> int:
    """Three times x."""
    return 3 * x


def make() -> DSL:
    return DSL("mine", {triple.name: triple}, {}, {})


def make_nothing() -> None:
    return None


def make_broken() -> DSL:
    raise RuntimeError("no such turtle")


def in_another_process(code: str, **environment: str) -> str:
    """What the code prints in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout


class Installed:
    """Pretends that packages with these entry points are installed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.points: list[EntryPoint] = []
        module = ModuleType("other_package")
        for fn in (make, make_nothing, make_broken, make_needy):
            setattr(module, fn.__name__, fn)
        monkeypatch.setitem(sys.modules, "other_package", module)
        monkeypatch.setattr(registry, "entry_points", self.find)

    def find(self, *, group: str) -> list[EntryPoint]:
        return [p for p in self.points if p.group == group]

    def add(self, name: str, value: str, group: str = GROUP) -> None:
        self.points.append(EntryPoint(name, value, group))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Installed:
    return Installed(monkeypatch)


def test_the_default_pack_is_built_in_and_made_once() -> None:
    assert "default" in registry.packs()
    assert registry.pack() is registry.pack("default")
    assert registry.pack().name == "default"


def test_another_package_adds_a_pack(installed: Installed) -> None:
    installed.add("turtle", "other_package:make")
    assert "turtle" in registry.packs()
    assert registry.pack("turtle").primitives["triple"] is triple


def test_an_unknown_name_is_told_with_those_near_it() -> None:
    with pytest.raises(PackError) as error:
        registry.pack("defualt")
    assert str(error.value) == ("no language pack is named 'defualt'; did you mean 'default'?")


def test_an_unknown_name_far_from_all_is_told_with_those_there_are() -> None:
    with pytest.raises(PackError, match="no language pack is named 'zzz'; there are: default"):
        registry.pack("zzz")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("other_package:make_broken", "cannot be made: RuntimeError: no such turtle"),
        ("other_package:make_nothing", "gave NoneType, expected a language pack"),
        ("other_package:missing", "cannot be loaded from 'other_package:missing': AttributeError"),
        ("no_such_module_here:make", "ModuleNotFoundError: No module named 'no_such_module_here'"),
    ],
)
def test_a_broken_pack_is_told_with_its_owner_and_what_to_do(
    installed: Installed, value: str, why: str
) -> None:
    name = f"broken-{value}"
    installed.add(name, value)
    with pytest.raises(PackError) as error:
        registry.pack(name)
    assert why in str(error.value)
    assert value in str(error.value)


def test_a_broken_pack_spoils_no_other(installed: Installed) -> None:
    installed.add("broken", "no_such_module_here:make")
    assert {"broken", "default"} <= set(registry.packs())
    assert registry.pack("default") is registry.pack()


def test_two_packs_of_one_name_are_refused(installed: Installed) -> None:
    installed.add("twice", "other_package:make")
    installed.add("twice", "other_package:make_nothing")
    with pytest.raises(PackError, match="several installed packages have a language pack named"):
        registry.pack("twice")


def test_suites_are_found_in_the_same_way(installed: Installed) -> None:
    with pytest.raises(PackError, match="no suite is named 'primes'"):
        registry.suite("primes")
    installed.add("nothing", "other_package:make_nothing", "progsynth.suites")
    assert "nothing" in registry.suites()
    with pytest.raises(PackError, match="gave NoneType, expected a suite"):
        registry.suite("nothing")


def test_the_card_of_a_suite_is_read_from_its_package() -> None:
    assert registry.suite_card("progsynth.tasks.demo")["name"] == "demo"
    with pytest.raises(PackError, match="no card that can be read"):
        registry.suite_card("progsynth.dsl.default")
    with pytest.raises(PackError, match=r"put a file suite\.toml beside its generate\.py"):
        registry.suite_card("no_such_package")


def make_needy() -> None:
    raise UnsupportedError("the suite 'needy' needs abacus: pip install abacus")


def test_what_lacks_a_package_says_so_itself(installed: Installed) -> None:
    installed.add("needy", "other_package:make_needy", "progsynth.suites")
    with pytest.raises(UnsupportedError) as error:
        registry.suite("needy")
    assert str(error.value) == "the suite 'needy' needs abacus: pip install abacus"


def test_a_checkout_that_is_not_installed_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = replace(registry._PACKS, package="progsynth.not_there")
    monkeypatch.setattr(registry, "_PACKS", nowhere)
    with pytest.raises(PackError, match=r"run 'pip install -e \.' in the checkout"):
        registry.packs()


def test_the_default_pack_reaches_another_process() -> None:
    sent = pickle.dumps(registry.pack())
    assert pickle.loads(sent).digest == registry.pack().digest  # noqa: S301 (our own)


def test_loading_the_pack_loads_nothing_heavy() -> None:
    code = (
        "import sys; from progsynth.registry import pack; pack(); "
        "print([m for m in ('torch', 'numba', 'numpy', 'networkx') if m in sys.modules])"
    )
    assert in_another_process(code) == "[]\n"


def test_the_pack_is_the_same_in_a_process_with_other_hashes() -> None:
    code = "from progsynth.registry import pack; print(pack().digest)"
    found = {in_another_process(code, PYTHONHASHSEED=seed) for seed in ("1", "2")}
    assert found == {registry.pack().digest + "\n"}
