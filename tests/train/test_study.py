"""The honest workflow, and what makes training quick where that pays."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from progsynth.errors import ProgsynthError, TaskError
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural.config import Config
from progsynth.neural.network import make_network
from progsynth.train import quick
from progsynth.train.fit import fit_network
from progsynth.train.quick import forward_of, is_compiled, is_mixed
from progsynth.train.study import Study, study
from progsynth.train.training import FALLS, OPTIMISERS, Training, training_for

from .reading import SYMBOL, vectors


def noisy(count: int, seed: int) -> tuple[list[torch.Tensor], list[int]]:
    """Vectors whose labels are wrong for a fifth: what is learnt by heart does not help."""
    x_N, y_N = vectors(count, seed)
    random = np.random.default_rng(seed)
    wrong = random.random(count) < 0.2
    labels = np.where(wrong, random.integers(0, 3, count), y_N)
    return [torch.from_numpy(np.stack(x_N))], labels.tolist()


def studied(seed: int = 0) -> Study:
    return study(
        SYMBOL,
        *noisy(30, 1),
        validation=noisy(80, 2),
        seed=seed,
        training=Training(steps=100, measure_every=50),
        device="cpu",
    )


def test_first_over_fit_then_regularised_and_validation_decides() -> None:
    found = studied()
    names = [trial.name for trial in found.trials]
    assert names[0] == "as wished"
    first_remedy = names.index("with weight decay")
    assert max(t.training[1] for t in found.trials[:first_remedy]) > 0.9
    assert found.chosen.rank == min(trial.rank for trial in found.trials)
    assert found.network is found.chosen.network
    assert found.beats_baseline
    text = str(found).splitlines()
    assert text[0].startswith("baseline, majority: right on")
    assert text[-1] == f"chosen: {found.chosen.name}"


def test_where_nothing_is_over_fitted_nothing_is_regularised() -> None:
    x_N, y_N = vectors(200, seed=1)
    x = torch.from_numpy(np.stack(x_N))
    found = study(
        SYMBOL,
        [x[:100]],
        y_N[:100],
        validation=([x[100:]], y_N[100:]),
        seed=0,
        training=Training(steps=80),
        device="cpu",
    )
    assert [trial.name for trial in found.trials] == ["as wished"]


def test_a_study_needs_validation_rows() -> None:
    with pytest.raises(TaskError, match="a study needs validation rows"):
        study(SYMBOL, *noisy(10, 1), validation=([], []), seed=0)


# ---------------------------------------------------------------------------------- settings


def test_a_config_says_how_to_train() -> None:
    wished = Config(optimiser="sgd", weight_decay=0.1, batch=7, schedule="linear")
    found = training_for(wished, steps=9)
    assert (found.optimiser, found.weight_decay, found.batch) == ("sgd", 0.1, 7)
    assert (found.schedule, found.steps) == ("linear", 9)
    assert found.learning_rate == OPTIMISERS["sgd"].rate
    assert training_for(Config(learning_rate=0.5)).learning_rate == 0.5
    assert training_for(Config()) == Training()


@pytest.mark.parametrize("schedule", FALLS)
def test_schedules_fall_from_one(schedule: str) -> None:
    rates = [Training(steps=50, warm_up=1, schedule=schedule).rate(n) for n in range(50)]
    assert rates[0] == pytest.approx(0.01)
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize("wrong", [{"schedule": "up"}, {"optimiser": "x"}, {"precision": "low"}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ProgsynthError, match="expected one of"):
        Training(**wrong)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------- quick


CPU = torch.device("cpu")


def test_on_a_cpu_nothing_is_mixed_or_compiled_unless_asked() -> None:
    own = make_network(SYMBOL, seed=0, config=Config(hidden=(2000, 2000)))
    assert quick.num_weights(own) > quick.LARGE
    usual = Training(steps=100_000)
    assert not is_mixed(own, usual, CPU) and not is_compiled(own, usual, CPU)
    assert forward_of(own, usual, CPU) is own
    assert is_mixed(own, Training(precision="mixed"), CPU)
    assert is_compiled(own, Training(compiled=True), CPU)


def test_mixed_precision_learns_the_same() -> None:
    x_N, y_N = vectors(120, seed=1)
    x = torch.from_numpy(np.stack(x_N))
    own = make_network(SYMBOL, seed=0)
    called = forward_of(own, Training(precision="mixed"), CPU)(x)
    assert called.dtype == torch.float32
    assert not torch.equal(called, own(x)), "it was computed in bfloat16"
    torch.testing.assert_close(called, own(x), atol=0.02, rtol=0.1)
    fitted = fit_network(
        own,
        [x[:80]],
        y_N[:80],
        seed=0,
        validation=([x[80:]], y_N[80:]),
        training=Training(steps=60, precision="mixed"),
        device="cpu",
    )
    assert fitted.best.validation_accuracy is not None
    assert fitted.best.validation_accuracy > 0.9


def test_what_is_to_be_compiled_is(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def compiling(network: torch.nn.Module) -> torch.nn.Module:
        compiled.append(network)
        return network

    monkeypatch.setattr(torch, "compile", compiling)
    own = make_network(SYMBOL, seed=0)
    x_N, y_N = vectors(20, seed=1)
    x = torch.from_numpy(np.stack(x_N))
    fit_network(own, [x], y_N, seed=0, training=Training(steps=2, compiled=True), device="cpu")
    assert compiled == [own]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_large_networks_on_a_gpu_are_mixed_and_learn() -> None:
    declared = Neural("f", ("x",), (parse_type("tensor[3]"),), parse_type("choice[3]"))
    config = Config(hidden=(2000, 2000), learning_rate=0.001)
    own = make_network(declared, seed=0, config=config)
    place = torch.device("cuda")
    assert is_mixed(own, Training(), place) and is_compiled(own, Training(steps=5000), place)
    x_N, y_N = vectors(300, seed=1)
    x = torch.from_numpy(np.stack(x_N))
    fitted = fit_network(
        own,
        [x[:200]],
        y_N[:200],
        seed=0,
        validation=([x[200:]], y_N[200:]),
        training=training_for(config, steps=100),
        device="cuda",
    )
    assert fitted.best.validation_accuracy is not None
    assert fitted.best.validation_accuracy > 0.9
