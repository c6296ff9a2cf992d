"""A network: the trainable meaning of a neural submodule's declaration.

    declaration --recipe_for--> recipe --Network--> normaliser, bodies, hidden, last layer, head

Tensors: B batch, F features, K outputs, N training rows.
"""

from __future__ import annotations

import torch
from torch import nn

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Neural
from progsynth.neural.architecture import (
    Recipe,
    build_body,
    dense_layers,
    initialise,
    linear,
    modalities_of,
    recipe_for,
)
from progsynth.neural.head import Head, head_of
from progsynth.neural.normalise import Normaliser


class Network(nn.Module):
    """The network of a neural submodule; see `make_network`, which also sets its weights.

    `declaration` says what it reads and answers, `recipe` what it is made of, `head` what its
    outputs mean; `normaliser` is part of it. Nothing changes in use or training but the
    weights: there is no batch normalisation and no dropout.
    """

    def __init__(self, declaration: Neural, recipe: Recipe):
        super().__init__()
        modalities = modalities_of(declaration)
        if len(recipe.bodies) != len(modalities):
            raise ProgsynthError(
                f"the recipe has {len(recipe.bodies)} bodies, '{declaration.name}' has "
                f"{len(modalities)} inputs: expected a body for each"
            )
        self.declaration = declaration
        self.recipe = recipe
        self.head: Head = head_of(declaration.result, recipe.loss)
        built = [build_body(b, m) for b, m in zip(recipe.bodies, modalities, strict=True)]
        num_features = sum(b.num_features for b in built)
        self.normaliser = Normaliser(modalities)
        self.bodies = nn.ModuleList([b.layers for b in built])
        self.hidden = dense_layers(num_features, recipe.hidden)
        self.last = linear((num_features, *recipe.hidden)[-1], self.head.num_outputs)

    def forward(self, *inputs_B: torch.Tensor) -> torch.Tensor:
        """outputs_BK, linear (logits), for a tensor [B, shape of one value] for each input."""
        features = [
            body(self.normaliser(x_B, number))
            for number, (body, x_B) in enumerate(zip(self.bodies, inputs_B, strict=True))
        ]
        joined_BF = features[0] if len(features) == 1 else torch.cat(features, dim=-1)
        outputs_BK: torch.Tensor = self.last(self.hidden(joined_BF))
        return outputs_BK

    @property
    def device(self) -> torch.device:
        """The device that its weights are on."""
        return next(self.parameters()).device


def make_network(declaration: Neural, *, seed: int, recipe: Recipe | None = None) -> Network:
    """A network for the declaration, its weights drawn from the seed, on the CPU.

    The same seed gives the same weights; give each submodule of a program a seed of its own.
    The normaliser changes nothing until it is fitted (`fit_normaliser`).
    Raises UnsupportedError for types that no architecture reads or no head answers.
    """
    network = Network(declaration, recipe_for(declaration) if recipe is None else recipe)
    initialise(network, torch.Generator().manual_seed(seed))
    return network


def fit_normaliser(network: Network, *inputs_N: torch.Tensor) -> None:
    """Fit the network's normaliser, in place, on training rows: see `Normaliser.fit`."""
    network.normaliser.fit(*inputs_N)
