"""What is handed out is regularised, where rows held out say that it helps, within the budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from progsynth.neural.config import Config
from progsynth.neural.network import Network, make_network
from progsynth.search.genetic import Proposal
from progsynth.train.finishing import finished, remedied
from progsynth.train.hybrid_search import HybridSearch, hybrid
from progsynth.train.pool import Member
from progsynth.train.schedule import Schedule
from progsynth.train.trial import Trained

from .reading import problem, program

SUM = "sum(map(symbol, xs))"


def trained(*, finish: int, config: Config | None = None) -> tuple[HybridSearch, Member]:
    """A search whose one member has climbed all rungs."""
    asked = problem(60)
    schedule = Schedule(rungs=(10, 20), finish=finish)
    made = hybrid(device="cpu", schedule=schedule, config=config)(asked, 0)
    assert isinstance(made, HybridSearch)
    made.scorer([Proposal(asked.wrap(program(SUM).entry.body, 5))])
    (member,) = made.scorer.members.values()
    networks = member.candidate.networks
    for rung in range(member.rung, 2):
        made.scorer.train([(member, networks)], rung=rung)
        (member,) = made.scorer.members.values()
        networks = member.candidate.networks
    return made, member


def weights(networks: dict[str, Network]) -> torch.Tensor:
    return torch.cat([w.flatten() for n in networks.values() for w in n.parameters()])


def test_heritage_has_not_seen_the_rows_held_out() -> None:
    made, member = trained(finish=0)
    asked, scorer = made.problem, made.scorer
    changed = list(asked.outputs)
    for row in scorer.held:
        changed[row] = 1 - changed[row] if changed[row] in (0, 1) else 0
    other = hybrid(device="cpu", schedule=scorer.schedule)(
        replace(asked, outputs=tuple(changed)), 0
    )
    assert isinstance(other, HybridSearch)
    other.scorer([Proposal(asked.wrap(program(SUM).entry.body, 5))])
    (twin,) = other.scorer.members.values()
    for rung in range(twin.rung, 2):
        other.scorer.train([(twin, twin.heritage)], rung=rung)
        (twin,) = other.scorer.members.values()
    assert torch.equal(weights(member.heritage), weights(twin.heritage))
    assert not torch.equal(weights(member.candidate.networks), weights(twin.candidate.networks))


def test_a_remedy_is_taken_only_where_rows_held_out_are_better() -> None:
    made, member = trained(finish=30)
    member = replace(member, right_H=np.zeros(len(made.scorer.held), np.bool_))
    steps = made.scorer.counts.gradient_steps
    found = finished(member, made.scorer)
    spent = made.scorer.counts.gradient_steps - steps
    if found is member:
        assert spent in (60, 90)
    else:
        assert spent == 90
        assert found.fit >= made.problem.accuracy
        (network,) = found.candidate.networks.values()
        assert network.recipe.augment
        assert not network.training


def test_a_remedy_that_is_worse_than_what_it_began_with_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, member = trained(finish=30)
    held = made.scorer.held
    began_H = np.arange(len(held)) > 0  # all but one
    member = replace(member, right_H=began_H, likelihood_H=np.where(began_H, 0.9, 0.1))
    calls: list[int] = []

    def bout(*_: object) -> Trained:
        """The first without a remedy, and bad; then with it: two wrong of those held out."""
        right_R = np.ones(len(made.problem.outputs), np.bool_)
        right_R[held if not calls else held[:2]] = False
        calls.append(1)
        networks = (member.heritage,)
        return Trained(networks, right_R[None].astype(np.float64), right_R[None], 30)

    monkeypatch.setattr(made.scorer, "bout", bout)
    assert finished(member, made.scorer) is member
    assert len(calls) == 2


@pytest.mark.parametrize("left", [0, 89])
def test_no_more_is_spent_than_the_budget_has(left: int) -> None:
    made, member = trained(finish=30)
    member = replace(member, right_H=np.zeros(len(made.scorer.held), np.bool_))
    made.scorer.bounds.gradient_steps = left
    assert finished(member, made.scorer) is member
    assert made.scorer.bounds.gradient_steps == left


def test_what_is_right_already_and_what_its_maker_chose_stays() -> None:
    made, member = trained(finish=30)
    good = replace(member, right_H=np.ones(len(made.scorer.held), np.bool_))
    assert finished(good, made.scorer) is good
    made, member = trained(finish=30, config=Config(dropout=0.1))
    bad = replace(member, right_H=np.zeros(len(made.scorer.held), np.bool_))
    assert finished(bad, made.scorer) is bad


def test_a_remedied_network_begins_with_the_same_weights() -> None:
    _, member = trained(finish=30)
    (network,) = member.heritage.values()
    varied = remedied(network)
    assert varied is not None
    assert torch.equal(weights({"": network}), weights({"": varied}))
    deep = make_network(network.declaration, seed=0, config=Config(hidden=(8, 8)))
    again = remedied(deep)
    assert again is not None
    assert torch.equal(weights({"": deep}), weights({"": again}))
