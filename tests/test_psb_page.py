"""docs/psb.md: every problem is in its tables, and each one that is not solved is accounted for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from progsynth import registry
from progsynth.lang.read import read_program
from progsynth.lang.term import size
from progsynth.registry import suite_card

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "psb.md").read_text(encoding="utf-8")
NOTES = tomllib.loads((ROOT / "benchmarks" / "psb_unsolved.toml").read_text(encoding="utf-8"))
SUITES = ("psb1", "psb2")
ROW = re.compile(r"^\| ([a-z-]+) +\| (?:numbers|lists|text) +\| (\d+) +\| (\d+)/\d+ ", re.MULTILINE)
PARAGRAPH = re.compile(r"^\*\*([a-z-]+)\*\* \(\d+ nodes\)\. (.*)$", re.MULTILINE)


def section(suite: str) -> str:
    """What the page has on a suite."""
    _, _, rest = PAGE.partition(f"\n## {suite}\n")
    return rest.partition("\n## ")[0]


@pytest.mark.parametrize("suite", SUITES)
def test_every_problem_has_its_line(suite: str) -> None:
    problems = list(suite_card(f"progsynth.tasks.{suite}")["splits"])
    assert sorted(name for name, _, _ in ROW.findall(section(suite))) == sorted(problems)


@pytest.mark.parametrize("suite", SUITES)
def test_what_is_not_solved_has_its_sentences_and_nothing_else_has(suite: str) -> None:
    text = section(suite)
    left = [name for name, _, right in ROW.findall(text) if right == "0"]
    said = dict(PARAGRAPH.findall(text))
    assert list(said) == left
    for name, sentences in said.items():
        assert "To be said" not in sentences, name
        assert len(re.findall(r"\.(?= |$)", sentences)) >= 3, name  # two, and how near it came


def test_sizes_are_those_of_the_reference_programs() -> None:
    pack = registry.pack()
    for suite in SUITES:
        for name in suite_card(f"progsynth.tasks.{suite}")["splits"]:
            path = ROOT / "tasks" / suite / "reference" / f"{name}.psl"
            program = read_program(path.read_text(encoding="utf-8"), pack)
            assert sum(size(f.body) for f in program.functions) == NOTES[name]["size"], name
