"""Architectures: which network reads an input, by its modality, and how large it is.

    input -> body, one per input -> features, side by side -> dense layers -> the last layer

A `Recipe` says it all in plain data and is kept with the weights; `recipe_for` is the default,
sized by the shape of the inputs. A body is a row of `BODIES`: dense for vectors, convolutions
for images, separable ones (Chollet 2017, "Xception": a convolution a channel, then one of 1x1)
where the image is large and the body deep.

There are no buffers that training changes (no batch normalisation): a population of networks
trains with stacked weights (`torch.func`), and a network is the same in training and in use.
Plain `Conv2d` is also what stacks best: 8 or 32 stacked networks of the default for 8x8 images
take 0.7 to 1.3 times the processor's time of one after the other (less for narrower ones);
convolutions written as products of unfolded images take 1.4 to 2 times.

Tensors: B batch, F features, C channels, H height, W width.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import nn
from torch.nn.utils import skip_init

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Neural
from progsynth.neural.modality import Modality, modality_of

LARGE = 32  # pixels along the longer side from which convolutions are separable
SMALL = 4  # pixels along the longer side at which stages end
FIRST_CHANNELS, MOST_CHANNELS = 16, 64
HIDDEN = 64
LAST_LAYER = 0.1  # the size of its first weights, beside the usual


@dataclass(frozen=True, slots=True)
class Body:
    """How one input is read: `architecture` is a name in `BODIES`, with a width for each stage.

    A width is a number of units, or of channels; `strides` are those of convolutions.
    """

    architecture: str
    widths: tuple[int, ...]
    strides: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a network is made of, as plain data.

    One body for each input; `hidden` are the widths of the dense layers over the features of
    all; `loss` names one of the losses that the head has ("": its usual one).
    """

    bodies: tuple[Body, ...]
    hidden: tuple[int, ...] = (HIDDEN,)
    loss: str = ""


# ------------------------------------------------------------------------ the default sizes


def recipe_for(declaration: Neural) -> Recipe:
    """The default recipe for a declaration, by the types and shapes of its inputs.

    Raises UnsupportedError for an input that no architecture reads.
    """
    return Recipe(tuple(DEFAULTS[m.kind](m) for m in modalities_of(declaration)))


def modalities_of(declaration: Neural) -> tuple[Modality, ...]:
    """The modality of each input. Raises UnsupportedError where one has none, or there is none."""
    if not declaration.types:
        raise ProgsynthError(
            f"the neural submodule '{declaration.name}' has no parameter: "
            "a network needs an input to read"
        )
    return tuple(map(modality_of, declaration.types))


def _vector_body(_: Modality) -> Body:
    return Body("dense", (HIDDEN,))


def _image_body(modality: Modality) -> Body:
    _, height, width = modality.shape
    side = max(height, width)
    separable = side >= LARGE
    widths, strides = [FIRST_CHANNELS], [2 if separable else 1]
    side = math.ceil(side / strides[0])
    while side > SMALL:
        widths.append(min(MOST_CHANNELS, 2 * widths[-1]))
        strides.append(2)
        side = math.ceil(side / 2)
    return Body("separable" if separable else "convolutional", tuple(widths), tuple(strides))


DEFAULTS: Mapping[str, Callable[[Modality], Body]] = MappingProxyType(
    {"vector": _vector_body, "image": _image_body}
)


# ------------------------------------------------------------------------------ the layers


@dataclass(frozen=True, slots=True)
class Built:
    """The layers of a body and how many features they give."""

    layers: nn.Module = field(repr=False)
    num_features: int


def build_body(body: Body, modality: Modality) -> Built:
    """The layers of a body for inputs of that modality, with weights that are not set yet.

    Raises ProgsynthError for an architecture that does not exist or does not read this modality.
    """
    row = BODIES.get(body.architecture)
    if row is None or row.kind != modality.kind:
        fitting = ", ".join(sorted(n for n, r in BODIES.items() if r.kind == modality.kind))
        raise ProgsynthError(
            f"the recipe has the architecture '{body.architecture}' for an input that is "
            f"a {modality.kind}: expected one of {fitting}"
        )
    sizes = (*body.widths, *body.strides)
    if any(size < 1 for size in sizes) or len(body.strides) != row.has_strides * len(body.widths):
        wanted = "a width and a stride" if row.has_strides else "a width and no stride"
        raise ProgsynthError(
            f"the recipe's body '{body.architecture}' has the widths {body.widths} and strides "
            f"{body.strides}: expected {wanted}, each at least 1, for each stage"
        )
    return row.build(body, modality)


def dense_layers(num_inputs: int, widths: tuple[int, ...]) -> nn.Sequential:
    """Dense layers of these widths, each followed by a ReLU, with weights not set yet."""
    layers: list[nn.Module] = []
    for width in widths:
        layers += [linear(num_inputs, width), nn.ReLU()]
        num_inputs = width
    return nn.Sequential(*layers)


def linear(num_inputs: int, num_outputs: int) -> nn.Module:
    """A dense layer with weights that are not set yet."""
    return _unset(nn.Linear, num_inputs, num_outputs)


def _unset(kind: type[nn.Module], *sizes: int, **options: int) -> nn.Module:
    """A layer whose weights are memory as it was: torch's own would ask its global generator."""
    device = torch.get_default_device()
    made: nn.Module = skip_init(kind, *sizes, device=device, **options)  # type: ignore[no-untyped-call]
    return made


def _dense(body: Body, modality: Modality) -> Built:
    num_features = (modality.num_elements, *body.widths)[-1]
    return Built(dense_layers(modality.num_elements, body.widths), num_features)


def _convolution(
    num_in: int, num_out: int, *, size: int = 3, stride: int = 1, groups: int = 1
) -> nn.Module:
    padding = size // 2
    return _unset(nn.Conv2d, num_in, num_out, size, stride=stride, padding=padding, groups=groups)


def _plain_stage(num_in: int, num_out: int, stride: int) -> list[nn.Module]:
    return [_convolution(num_in, num_out, stride=stride), nn.ReLU()]


def _separable_stage(num_in: int, num_out: int, stride: int) -> list[nn.Module]:
    apart = _convolution(num_in, num_in, stride=stride, groups=num_in)
    return [apart, _convolution(num_in, num_out, size=1), nn.ReLU()]


Stage = Callable[[int, int, int], list[nn.Module]]


def _convolutions(later_stage: Stage) -> Callable[[Body, Modality], Built]:
    """A builder of convolutional bodies: the first stage is plain (it mixes few channels)."""

    def build(body: Body, modality: Modality) -> Built:
        channels, height, width = modality.shape
        layers: list[nn.Module] = []
        for number, (num_out, stride) in enumerate(zip(body.widths, body.strides, strict=True)):
            layers += (later_stage if number else _plain_stage)(channels, num_out, stride)
            height, width = math.ceil(height / stride), math.ceil(width / stride)
            channels = num_out
        return Built(nn.Sequential(*layers, nn.Flatten()), channels * height * width)

    return build


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One architecture: the modality it reads, and how it is built."""

    kind: str
    build: Callable[[Body, Modality], Built]
    has_strides: bool = False


BODIES: Mapping[str, BodyRow] = MappingProxyType(
    {
        "dense": BodyRow("vector", _dense),
        "convolutional": BodyRow("image", _convolutions(_plain_stage), has_strides=True),
        "separable": BodyRow("image", _convolutions(_separable_stage), has_strides=True),
    }
)


# -------------------------------------------------------------------------- initial weights


def initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Set all weights: normal, with a variance of 2 / inputs before a ReLU, else 1 / inputs.

    (He et al. 2015, section 2.2.) Biases are 0. The last layer's weights are a tenth of that:
    a network that is trained through a program alone starts with nearly even chances, and no
    chance order of its values is learnt. (Digits from the sums of pairs, 12 or 20 epochs: 5 of
    108 runs ended in such an order without this, none of 108 with it.)

    Nothing but the generator is asked for random numbers; it is one of the CPU, so that a seed
    means the same weights on every device. `network` holds its layers in the order of use.
    """
    layers = [m for m in network.modules() if isinstance(m, nn.Linear | nn.Conv2d | nn.ReLU)]
    with torch.no_grad():
        for layer, after in zip(layers, [*layers[1:], None], strict=True):
            if isinstance(layer, nn.ReLU):
                continue
            gain = 2.0 if isinstance(after, nn.ReLU) else 1.0
            if after is None:
                gain *= LAST_LAYER**2
            deviation = math.sqrt(gain / layer.weight[0].numel())
            drawn = torch.randn(layer.weight.shape, generator=generator, device="cpu")
            layer.weight.copy_(deviation * drawn)
            if layer.bias is not None:
                layer.bias.zero_()
