"""Choosing a device: the best there is, or the one asked for."""

from __future__ import annotations

import pytest
import torch

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.neural import device


@pytest.mark.parametrize(
    ("cuda", "mps", "best"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_the_best(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, best: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert device.choose().type == best
    assert device.choose("cpu").type == "cpu"


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(UnsupportedError, match="'cuda' is not there: this machine has cpu"):
        device.choose("cuda")


def test_a_number_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert device.choose("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(UnsupportedError, match="this machine has 2 of cuda"):
        device.choose("cuda:2")


@pytest.mark.parametrize("name", ["", "gpu", "meta", "cuda:x"])
def test_a_name_that_means_none_is_refused(name: str) -> None:
    with pytest.raises(ProgsynthError, match=f"no device '{name}': expected auto, cpu"):
        device.choose(name)


def test_threads_are_set_for_a_while() -> None:
    before = torch.get_num_threads()
    with device.threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
    with pytest.raises(ValueError), device.threads(1):
        raise ValueError
    assert torch.get_num_threads() == before
