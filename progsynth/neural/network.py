"""A network: the trainable meaning of a neural submodule's declaration.

    declaration, config --recipe_for--> recipe --Network--> normaliser, bodies, hidden, last, head

Tensors: B batch, F features, K outputs, N training rows.
"""

from __future__ import annotations

import torch
from torch import nn

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Neural
from progsynth.neural.architecture import Recipe, build_body, modalities_of, recipe_for
from progsynth.neural.augment import Augment
from progsynth.neural.config import Config
from progsynth.neural.head import Head, head_of
from progsynth.neural.layers import dense_layers, initialise, linear
from progsynth.neural.modality import Modality
from progsynth.neural.normalise import Normaliser
from progsynth.neural.own import make_own


class Network(nn.Module):
    """The network of a neural submodule; see `make_network`, which also sets its weights.

    `declaration` says what it reads and answers, `recipe` what it is made of, `head` what its
    outputs mean; `normaliser` is part of it. `config` is what was wished of it and its training.
    Dropout, batch normalisation and augmentation, where the recipe has them, make training mode
    (`train()`) differ from use (`eval()`).
    """

    def __init__(self, declaration: Neural, recipe: Recipe, config: Config | None = None):
        super().__init__()
        modalities = modalities_of(declaration)
        if not recipe.module and len(recipe.bodies) != len(modalities):
            raise ProgsynthError(
                f"the recipe has {len(recipe.bodies)} bodies, '{declaration.name}' has "
                f"{len(modalities)} inputs: expected a body for each"
            )
        self.declaration = declaration
        self.recipe = recipe
        self.config = config or Config()
        self.head: Head = head_of(declaration.result, recipe.loss)
        self.normaliser = Normaliser(modalities)
        self.augment = Augment(modalities, recipe.augment)
        if recipe.module:
            shapes = tuple(map(_shape_read, modalities))
            self.own = make_own(recipe.module, shapes, self.head.num_outputs)
        else:
            self._build(recipe, modalities)
        self.eval()

    def _build(self, recipe: Recipe, modalities: tuple[Modality, ...]) -> None:
        normed, dropout = recipe.batch_norm, recipe.dropout
        pairs = zip(recipe.bodies, modalities, strict=True)
        built = [build_body(body, modality, normed=normed) for body, modality in pairs]
        num_features = sum(b.num_features for b in built)
        self.bodies = nn.ModuleList([b.layers for b in built])
        self.hidden = dense_layers(num_features, recipe.hidden, dropout=dropout, normed=normed)
        self.last = linear((num_features, *recipe.hidden)[-1], self.head.num_outputs)

    def forward(self, *inputs_B: torch.Tensor) -> torch.Tensor:
        """outputs_BK, linear (logits), for a tensor [B, shape of one value] for each input."""
        ready = [
            self.augment(self.normaliser(x_B, number), number)
            for number, x_B in enumerate(inputs_B)
        ]
        outputs_BK: torch.Tensor
        if self.recipe.module:
            outputs_BK = self.own(*ready)
            return outputs_BK
        features = [body(x_B) for body, x_B in zip(self.bodies, ready, strict=True)]
        joined_BF = features[0] if len(features) == 1 else torch.cat(features, dim=-1)
        outputs_BK = self.last(self.hidden(joined_BF))
        return outputs_BK

    @property
    def device(self) -> torch.device:
        """The device that its weights are on."""
        return next(self.parameters()).device


def _shape_read(modality: Modality) -> tuple[int, ...]:
    """The shape of one value as a user's network is given it; 0 is any number of items."""
    if not modality.has_items:
        return modality.shape
    channels, *rest = modality.shape
    return (0, 1 + channels, *rest)


def make_network(
    declaration: Neural, *, seed: int, recipe: Recipe | None = None, config: Config | None = None
) -> Network:
    """A network for the declaration, its weights drawn from the seed, on the CPU.

    The same seed gives the same weights; give each submodule of a program a seed of its own.
    The recipe is that of the config where it is left out. The normaliser changes nothing until
    it is fitted (`fit_normaliser`).
    Raises UnsupportedError for types that no architecture reads or no head answers.
    """
    recipe = recipe_for(declaration, config) if recipe is None else recipe
    if recipe.module:  # its weights are drawn as its author wrote, from the global generator
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return Network(declaration, recipe, config)
    network = Network(declaration, recipe, config)
    initialise(network, torch.Generator().manual_seed(seed))
    return network


def fit_normaliser(network: Network, *inputs_N: torch.Tensor) -> None:
    """Fit the network's normaliser, in place, on training rows: see `Normaliser.fit`."""
    network.normaliser.fit(*inputs_N)
