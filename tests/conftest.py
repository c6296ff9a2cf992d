"""What all tests share: reproducible property tests, and the folder of external data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in each run: a failure seen once is seen again. `make fuzz` looks further.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder that PROGSYNTH_DATA names; tests that ask for it skip where it is not set."""
    named = os.environ.get("PROGSYNTH_DATA", "")
    if not named:
        pytest.skip("PROGSYNTH_DATA is not set: it names the folder of benchmark data")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"PROGSYNTH_DATA names {folder}, which is not a folder")
    return folder
