"""Many candidates of one shape trained in one batch.

The candidates call the same submodules, so their networks differ in weights only. These are
stacked, one more dimension in front, and every step is one forward and one backward pass for
all (`torch.func.vmap`). Adam works element by element, so that each candidate has its own state
in the stacked one. What the programs give comes from their tables of outcomes, which have a
dimension of candidates as well. All candidates see the same mini-batches: they are compared on
equal terms, and the images are read once.

`stacked=False` is the slow twin: the same candidates one by one, with the same result. So are
those trained whose layers are random or change buffers (dropout, batch normalisation).

Shapes: C candidates, B rows of a mini-batch or all R, N tensors, K values, M assignments,
W different expected outputs.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from progsynth.neural.gradients.faults import ending
from progsynth.neural.likelihood.enumerate import table_log_likelihood
from progsynth.neural.likelihood.inputs import MiniBatch, answers_of, mini_batch
from progsynth.neural.network import Network
from progsynth.train.behaviour import Behaviour, Bools, Floats, Numbers, View
from progsynth.train.fit import batches
from progsynth.train.randomness import is_random, seeded
from progsynth.train.spread import penalty
from progsynth.train.training import Training

_LARGEST = 16_000_000  # numbers of one batch of joint probabilities
_MEASURED = 512  # tensors read at once where nothing is learnt

State = dict[str, Tensor]  # weights and buffers by name, each with a dimension C in front


class Population:
    """Candidates in training. `networks` has for each candidate its networks, by submodule."""

    def __init__(
        self,
        view: View,
        behaviours: Sequence[Behaviour],
        networks: Sequence[Mapping[str, Network]],
        *,
        device: torch.device,
        stacked: bool = True,
    ):
        assert view.is_exact, "a population needs a table for each layout"
        self.view = view
        self.device = device
        every = [network for some in networks for network in some.values()]
        self.stacked = stacked and all(network.recipe.is_stackable for network in every)
        self.draws = any(map(is_random, every))
        self.tensors = {n: torch.from_numpy(x).to(device) for n, x in view.inputs.tensors.items()}
        self.networks = [
            {name: copy.deepcopy(some[name]).to(device) for name in view.names} for some in networks
        ]
        self.right = [
            torch.from_numpy(np.stack([b.right[n] for b in behaviours])).to(device)
            for n in range(len(view.inputs.layouts))
        ]
        self.possible_CR = torch.from_numpy(np.stack([b.possible_R for b in behaviours])).to(device)
        self.wanted_R = torch.from_numpy(view.wanted_R).to(device)

    def __len__(self) -> int:
        return len(self.networks)

    # -------------------------------------------------------------------------- training

    def train(
        self,
        training: Training,
        *,
        seed: int,
        rows: Numbers | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> int:
        """Train all for `training.steps` steps; returns the steps done, of each candidate.

        `rows` are those to train on, None for all. `stop` is asked before each step whether to
        end early. Patience is not looked at. Raises CandidateEnded for what ends one of them, by
        name; which one it is, training fewer of them tells.
        """
        start = time.monotonic()
        parts = self._parts(training.batch)
        states = [_Stack([self.networks[c] for c in part], self.view.names) for part in parts]
        weights = [w for state in states for w in state.weights]
        optimiser = training.optimiser_of(weights)
        used = np.arange(len(self.wanted_R)) if rows is None else rows
        drawn = batches(len(used), training.batch, torch.Generator().manual_seed(seed))
        self._set_mode(training=True)
        done = 0
        while done < training.steps and not (stop is not None and stop()):
            if training.seconds is not None and time.monotonic() - start >= training.seconds:
                break
            for group in optimiser.param_groups:
                group["lr"] = training.rate(done)
            batch = mini_batch(self.view.inputs, used[next(drawn)])
            with ending(), seeded(seed, done, [self.device]) if self.draws else nullcontext():
                optimiser.zero_grad()
                for part, state in zip(parts, states, strict=True):
                    self._descend(part, state, batch, training.spread_at(done))
                optimiser.step()
            done += 1
        for part, state in zip(parts, states, strict=True):
            state.write_back([self.networks[c] for c in part])
        self._set_mode(training=False)
        return done

    def _set_mode(self, *, training: bool) -> None:
        for some in self.networks:
            for network in some.values():
                network.train(training)

    def _parts(self, batch: int) -> list[range]:
        """The candidates that are stacked: all, or as many as memory allows."""
        most = max((m.shape[-1] for m in self.right), default=1)
        size = max(1, _LARGEST // (batch * max(1, most))) if self.stacked else 1
        return [range(c, min(c + size, len(self))) for c in range(0, len(self), size)]

    def _descend(self, part: range, state: _Stack, batch: MiniBatch, spread: float) -> None:
        """Add the gradients of the candidates' losses: each its own, the sum of all is lowered.

        `spread` is the weight of the penalty on answers that are all the same.
        """
        answers = {
            name: state.log_probs(name, self.tensors[name][_index(numbers, self.device)])
            for name, numbers in batch.needed.items()
        }
        possible_CB = self.possible_CR[part.start : part.stop, _index(batch.rows, self.device)]
        found_CB = self._log_likelihood(part, answers, batch)
        # What cannot be right teaches nothing; what seems impossible for now has no gradient.
        kept_CB = torch.where(possible_CB & found_CB.isfinite(), found_CB, 0.0)
        count_C = possible_CB.sum(-1).clamp(min=1)
        loss = -(kept_CB.sum(-1) / count_C).sum()
        if spread:
            loss = loss + penalty(answers.values(), spread)
        loss.backward()  # type: ignore[no-untyped-call]

    def _log_likelihood(self, part: range, answers: State, batch: MiniBatch) -> Tensor:
        """The log-probability [C, B] that each candidate gives what is expected of each row."""
        found, at = [], []
        for some in batch.parts:
            layout = self.view.inputs.layouts[some.layout]
            rows = np.array(layout.rows, np.int64)[some.rows]
            wanted_B = self.wanted_R[_index(rows, self.device)]
            right_CBM = self.right[some.layout][part.start : part.stop, wanted_B]
            of_variables = answers_of(some, layout, answers)
            assignments_MV = self.view.assignments[some.layout]
            found.append(table_log_likelihood(of_variables, assignments_MV, right_CBM))
            at.append(some.at)
        order = np.argsort(np.concatenate(at))
        return torch.cat(found, -1)[:, _index(order, self.device)]

    # -------------------------------------------------------------------------- measuring

    def likelihood(self) -> Floats:
        """The probability [C, R] that each candidate gives what is expected of each row."""
        found = np.empty((len(self), len(self.wanted_R)))
        most = max((m.shape[-1] for m in self.right), default=1)
        size = max(1, min(len(self.wanted_R), _LARGEST // max(1, most)))
        with torch.no_grad():
            for c in range(len(self)):
                state = _Stack([self.networks[c]], self.view.names)
                every = {
                    name: torch.cat(
                        [
                            state.log_probs(name, part)
                            for part in torch.split(self.tensors[name], _MEASURED)
                        ],
                        1,
                    )
                    for name in self.view.names
                }
                for begin in range(0, len(self.wanted_R), size):
                    chosen = range(begin, min(begin + size, len(self.wanted_R)))
                    batch = mini_batch(self.view.inputs, list(chosen))
                    answers = {
                        name: x_CNK[:, _index(batch.needed[name], self.device)]
                        for name, x_CNK in every.items()
                    }
                    log_CB = self._log_likelihood(range(c, c + 1), answers, batch)
                    found[c, begin : chosen.stop] = log_CB[0].exp().cpu().numpy()
        return found

    def right_rows(self) -> Bools:
        """Which rows [C, R] each candidate gives right when its networks decide."""
        found = np.zeros((len(self), len(self.wanted_R)), np.bool_)
        for c, networks in enumerate(self.networks):
            decided = {name: _decisions(networks[name], self.tensors[name]) for name in networks}
            for number, layout in enumerate(self.view.inputs.layouts):
                rows = np.array(layout.rows, np.int64)
                place_B = np.zeros(len(rows), np.int64)  # the assignment's number
                columns = {
                    variable: decided[name][places[:, at]]
                    for name, places in self.view.inputs.places[number].items()
                    for at, variable in enumerate(layout.variables_of(name))
                }
                for variable, one in enumerate(layout.variables):
                    place_B = place_B * (one.num_values or 1) + columns[variable]
                right_WM = self.right[number][c].cpu().numpy()
                found[c, rows] = right_WM[self.view.wanted_R[rows], place_B]
        return found


def _decisions(network: Network, x_N: Tensor) -> np.ndarray:
    """The number of the value that the network decides for, for each tensor."""
    with torch.no_grad():
        found = [network.head.decide(network(part)) for part in torch.split(x_N, _MEASURED)]
    return np.array([int(value) for part in found for value in part], np.int64)


def _index(numbers: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(np.asarray(numbers, np.int64)).to(device)


class _Stack:
    """The weights of some candidates' networks, stacked."""

    def __init__(self, networks: Sequence[Mapping[str, Network]], names: Sequence[str]):
        self.count = len(networks)
        self.shapes: dict[str, Network] = {}
        self.params: dict[str, State] = {}
        self.buffers: dict[str, State] = {}
        for name in names:
            modules: list[nn.Module] = [some[name] for some in networks]
            self.params[name], self.buffers[name] = stack_module_state(modules)
            self.shapes[name] = networks[0][name]

    @property
    def weights(self) -> list[Tensor]:
        """All that is trained."""
        return [w for params in self.params.values() for w in params.values()]

    def log_probs(self, name: str, x_N: Tensor) -> Tensor:
        """The log-probabilities [C, N, K] of the submodule's values."""
        network = self.shapes[name]
        params, buffers = self.params[name], self.buffers[name]

        def one(own: State, fixed: State) -> Tensor:
            outputs: Tensor = functional_call(network, (own, fixed), (x_N,))
            return outputs

        if self.count == 1:  # nothing to map over: the plain kernels are quicker
            outputs_CNK = one(_first(params), _first(buffers))[None]
        else:
            outputs_CNK = vmap(one)(params, buffers)
        found = network.head.log_probs(outputs_CNK)
        assert found is not None, "a submodule with a table answers one of finitely many values"
        return found

    def write_back(self, networks: Sequence[Mapping[str, Network]]) -> None:
        """Put the weights into the networks, and what batch normalisation has learnt."""
        with torch.no_grad():
            for name, params in self.params.items():
                learnt = {**params, **self.buffers[name]}
                for c, some in enumerate(networks):
                    for key, value in some[name].state_dict(keep_vars=True).items():
                        value.copy_(learnt[key][c])


def _first(state: State) -> State:
    return {name: value[0] for name, value in state.items()}
