"""`progsynth packs`."""

from __future__ import annotations

import pytest

from progsynth.cli import main
from progsynth.registry import pack


def test_packs_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs"]) == 0
    count = len(pack().primitives)
    assert f"default: {count} primitives" in capsys.readouterr().out


def test_a_packs_content_is_shown_with_types_and_examples(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["packs", "default", "sort"]) == 0
    shown = capsys.readouterr().out
    assert "sort   [sort.list]  (xs: list[a]) -> list[a] where a: ordered\n" in shown
    assert "    sort([3, 1, 2]) == [1, 2, 3]\n" in shown
    assert "filter" not in shown


def test_everything_in_a_pack_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "default"]) == 0
    shown = capsys.readouterr().out
    assert all(pack().surface_of(name) in shown for name in pack())


def test_unknown_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "defalt"]) == 2
    assert "did you mean 'default'?" in capsys.readouterr().err
    assert main(["packs", "default", "qwertz"]) == 1
    assert "nothing in 'default' has 'qwertz' in its name" in capsys.readouterr().out
