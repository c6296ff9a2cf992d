"""Printed and read again, random programs are their normal form, and mean the same."""

from __future__ import annotations

import pytest

from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.interpret import run
from progsynth.lang.printing.normal import normal
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.registry import pack

DSL = pack()


@pytest.mark.parametrize("chunk", range(8))
def test_random_programs_read_back_and_mean_the_same(chunk: int) -> None:
    source = RandomPrograms(DSL)
    for seed in range(50 * chunk, 50 * chunk + 50):
        sample = source.sample(1_000_000 + seed)
        text, made = pretty(sample.program, DSL), normal(sample.program, DSL)
        assert read_program(text, DSL) == made, text
        for row in sample.rows:
            wanted = run(sample.program, row, DSL, sample.limits)
            assert repr(run(made, row, DSL, sample.limits)) == repr(wanted)
