"""Checkpoints: a training that was killed ends as one that was not, bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from progsynth import registry
from progsynth.errors import ProgsynthError
from progsynth.neural.config import Config
from progsynth.neural.network import Network, make_network
from progsynth.train import fit
from progsynth.train.fit import Fitted, fit_network, fit_program
from progsynth.train.training import Training

from .reading import SYMBOL, pairs, program, vectors


class Killed(BaseException):
    """The process is gone."""


def network(seed: int = 0, **wishes: object) -> Network:
    return make_network(SYMBOL, seed=seed, config=Config(**wishes))  # type: ignore[arg-type]


def fitted(
    own: Network, path: Path | None, *, training: Training, seed: int = 0, validate: bool = True
) -> Fitted:
    x_N, y_N = vectors(120, seed=1)
    x = torch.from_numpy(np.stack(x_N))
    held = ([x[90:]], y_N[90:]) if validate else None
    return fit_network(
        own,
        [x[:90]],
        y_N[:90],
        seed=seed,
        validation=held,
        training=training,
        device="cpu",
        checkpoint=path,
    )


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch, training: Callable[[], object]) -> None:
    """Run the training until its mini-batch of that number, where the process dies."""
    real, drawn = fit.batches, [0]

    def dying(*args: object) -> object:
        for batch in real(*args):  # type: ignore[arg-type]
            drawn[0] += 1
            if drawn[0] > step:
                raise Killed
            yield batch

    with monkeypatch.context() as patch:
        patch.setattr(fit, "batches", dying)
        with pytest.raises(Killed):
            training()


def same(one: Network, other: Network) -> bool:
    state, wanted = one.state_dict(), other.state_dict()
    return all(torch.equal(state[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("optimiser", ["adamw", "sgd", "rmsprop"])
@pytest.mark.parametrize("wishes", [{}, {"dropout": 0.3, "batch_norm": True}])
def test_what_was_killed_goes_on_to_the_same_weights(
    optimiser: str,
    wishes: dict[str, object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training = Training(steps=45, measure_every=10, batch=16, optimiser=optimiser)
    whole = network(**wishes)
    wanted = fitted(whole, None, training=training)
    path = tmp_path / "digit.safetensors"
    killed_at(33, monkeypatch, lambda: fitted(network(**wishes), path, training=training))
    assert path.exists()
    resumed = network(seed=5, **wishes)  # its weights are replaced
    found = fitted(resumed, path, training=training)
    assert same(resumed, whole)
    assert found.gradient_steps == wanted.gradient_steps == 45
    assert [replace(p, seconds=0) for p in found.history] == [
        replace(p, seconds=0) for p in wanted.history
    ]
    again = network()
    if not wishes:
        assert fitted(again, path, training=training).gradient_steps == 45
        assert same(again, whole), "what is done is not done again"
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "nothing else is left"


def test_sampled_likelihoods_go_on_with_their_generator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, outputs = pairs(40)
    wanted = program("sum(map(symbol, xs)) * len(xs) - symbol(xs[0])")
    training = Training(steps=14, measure_every=5, batch=8)

    def train(own: Network, path: Path | None) -> None:
        fit_program(
            wanted,
            {"symbol": own},
            registry.pack(),
            rows,
            outputs,
            seed=0,
            training=training,
            device="cpu",
            checkpoint=path,
        )

    whole, resumed = network(), network(seed=3)
    train(whole, None)
    path = tmp_path / "p.safetensors"
    killed_at(12, monkeypatch, lambda: train(network(), path))
    train(resumed, path)
    assert same(resumed, whole)


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    training = Training(steps=4, measure_every=2)
    fitted(network(), path, training=training)
    for changed, message in [
        (replace(training, steps=9), "steps 4, now it is 9"),
        (replace(training, optimiser="sgd"), "optimiser 'adamw', now it is 'sgd'"),
    ]:
        with pytest.raises(ProgsynthError, match=message):
            fitted(network(), path, training=changed)
    with pytest.raises(ProgsynthError, match="seed 0, now it is 1"):
        fitted(network(), path, training=training, seed=1)
    with pytest.raises(ProgsynthError, match="networks of other shapes"):
        fitted(network(width=9), path, training=training)


@pytest.mark.parametrize("data", [b"", b"no checkpoint", b"\x00" * 40])
def test_a_file_that_is_no_checkpoint_is_told_and_kept(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    path.write_bytes(data)
    with pytest.raises(ProgsynthError, match="no checkpoint of a training can be read there"):
        fitted(network(), path, training=Training(steps=2))
    assert path.read_bytes() == data


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProgsynthError, match="the checkpoint cannot be written"):
        fitted(network(), tmp_path / "none" / "c", training=Training(steps=2))


def test_the_weights_in_a_checkpoint_are_the_best_and_the_last(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    fitted(network(), path, training=Training(steps=4, measure_every=2))
    with safe_open(path, "pt") as file:
        names = list(file.keys())
    assert "network 0 last.weight" in names and "best 0 last.weight" in names
    assert any(name.startswith("optimiser 0 exp_avg") for name in names)
