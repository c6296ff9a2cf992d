"""Architectures: which network reads an input, by its modality, and how large it is.

    input -> body, one per input -> features, side by side -> dense layers -> the last layer

A `Recipe` says it all in plain data and is kept with the weights; `recipe_for` makes it, sized by
the shape of the inputs and by what a `Config` wishes. A body is a row of `BODIES`: dense for
vectors, convolutions for images, separable ones where the image is large and the body deep, and
so on; the first of a modality is its default.

Plain `Conv2d` is also what stacks best: 8 or 32 stacked networks of the default for 8x8 images
take 0.7 to 1.3 times the processor's time of one after the other (less for narrower ones);
convolutions written as products of unfolded images take 1.4 to 2 times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from torch import nn

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Neural
from progsynth.neural.config import Config
from progsynth.neural.convolutions import (
    MeanAndMaximum,
    OverItems,
    Stage,
    plain_stage,
    separable_stage,
    stages,
)
from progsynth.neural.layers import dense_layers
from progsynth.neural.modality import Modality, modality_of
from progsynth.neural.recurrent import Framewise, Recurrent, Samples, Slices, Spelt

LARGE = 32  # pixels along the longer side from which convolutions are separable
SMALL = 4  # pixels along the longer side at which stages end
FIRST_CHANNELS, MOST_CHANNELS = 16, 64
HIDDEN = 64
SOUND_SIZE, SOUND_STRIDE, SHORT = 9, 4, 16  # of convolutions over samples, and where they end
ITEMS_SIZE = 5  # of convolutions over texts and series
CHARACTER = 16  # numbers that stand for one
STATE = 32  # the width of recurrent layers


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
    all; `loss` names one of the losses that the head has ("": its usual one). `dropout`,
    `batch_norm`, `augment` and `module` are as in `Config`; with a `module` there are no bodies.
    """

    bodies: tuple[Body, ...]
    hidden: tuple[int, ...] = (HIDDEN,)
    loss: str = ""
    dropout: float = 0.0
    batch_norm: bool = False
    augment: tuple[str, ...] = ()
    module: str = ""

    @property
    def is_stackable(self) -> bool:
        """Can networks of it train in one batch (`torch.func`)?

        Not with random layers, with buffers that training changes, or with layers not known.
        """
        return not (self.dropout or self.batch_norm or self.augment or self.module)


# ------------------------------------------------------------------------ the default sizes


def recipe_for(declaration: Neural, config: Config | None = None) -> Recipe:
    """The recipe for a declaration, by the types and shapes of its inputs and by the config.

    Raises UnsupportedError for an input that no architecture reads, ProgsynthError for an
    architecture that none of its inputs has.
    """
    config = config or Config()
    modalities = modalities_of(declaration)
    if config.module:
        return Recipe((), (), config.loss, augment=config.augment, module=config.module)
    if config.architecture and not any(config.architecture in BODIES[m.kind] for m in modalities):
        raise _unknown(config.architecture, modalities[0])
    return Recipe(
        tuple(body_for(modality, config) for modality in modalities),
        config.hidden,
        config.loss,
        config.dropout,
        config.batch_norm,
        config.augment,
    )


def modalities_of(declaration: Neural) -> tuple[Modality, ...]:
    """The modality of each input. Raises UnsupportedError where one has none, or there is none."""
    if not declaration.types:
        raise ProgsynthError(
            f"the neural submodule '{declaration.name}' has no parameter: "
            "a network needs an input to read"
        )
    return tuple(map(modality_of, declaration.types))


def body_for(modality: Modality, config: Config | None = None) -> Body:
    """The body that reads an input of that modality, as wide and deep as the config says."""
    config = config or Config()
    own = BODIES[modality.kind]
    name = config.architecture if config.architecture in own else ""
    body = own[name or next(iter(own))].usual(modality, config)
    return replace(body, architecture=name) if name else body


def _dense_body(_: Modality, config: Config) -> Body:
    return Body("dense", (config.width or HIDDEN,) * (config.depth or 1))


def _image_body(modality: Modality, config: Config) -> Body:
    side = max(modality.shape[1:])
    separable = side >= LARGE
    widths, strides = _narrowing(side, 2 if separable else 1, config)
    return Body("separable" if separable else "convolutional", widths, strides)


def _narrowing(side: int, first: int, config: Config) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Widths and strides of stages that halve the side until it is small, twice as wide each."""
    widths, strides = [config.width or FIRST_CHANNELS], [first]
    most = max(MOST_CHANNELS, config.width)
    side = math.ceil(side / first)
    while len(widths) < config.depth or (not config.depth and side > SMALL):
        strides.append(2 if side > 1 else 1)
        widths.append(min(most, 2 * widths[-1]))
        side = math.ceil(side / strides[-1])
    return tuple(widths), tuple(strides)


def _sound_body(modality: Modality, config: Config) -> Body:
    widths, strides = [config.width or FIRST_CHANNELS], [SOUND_STRIDE]
    most = max(MOST_CHANNELS, config.width)
    length = math.ceil(modality.shape[1] / SOUND_STRIDE)
    while len(widths) < config.depth or (not config.depth and length > SHORT):
        widths.append(min(most, 2 * widths[-1]))
        strides.append(SOUND_STRIDE if length > SHORT else 1)
        length = math.ceil(length / strides[-1])
    return Body("convolutional", tuple(widths), tuple(strides))


def _items_body(modality: Modality, config: Config) -> Body:
    width = config.width or 2 * FIRST_CHANNELS
    widths = (width,) * (config.depth or 2)
    return Body("convolutional", widths, tuple(1 for _ in widths))


def _video_body(modality: Modality, config: Config) -> Body:
    widths, strides = _narrowing(max(modality.shape[1:]), 2, config)
    return Body("convolutional", widths, strides)


def _recurrent_body(_: Modality, config: Config) -> Body:
    return Body("gru", (config.width or STATE,) * (config.depth or 1))


def _framewise_body(modality: Modality, config: Config) -> Body:
    widths, strides = _narrowing(max(modality.shape[-2:]), 1, config)
    return Body("framewise", widths, strides)


# ------------------------------------------------------------------------------- the bodies


@dataclass(frozen=True, slots=True)
class Built:
    """The layers of a body and how many features they give."""

    layers: nn.Module = field(repr=False)
    num_features: int


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One architecture for a modality: how it is built, and its usual sizes."""

    build: Callable[[Body, Modality, bool], Built]
    usual: Callable[[Modality, Config], Body]
    has_strides: bool = False


def build_body(body: Body, modality: Modality, *, normed: bool = False) -> Built:
    """The layers of a body for inputs of that modality, with weights that are not set yet.

    `normed` asks for batch normalisation. Raises ProgsynthError for an architecture that does
    not exist or does not read this modality.
    """
    row = BODIES[modality.kind].get(body.architecture)
    if row is None:
        raise _unknown(body.architecture, modality)
    sizes = (*body.widths, *body.strides)
    if any(size < 1 for size in sizes) or len(body.strides) != row.has_strides * len(body.widths):
        wanted = "a width and a stride" if row.has_strides else "a width and no stride"
        raise ProgsynthError(
            f"the recipe's body '{body.architecture}' has the widths {body.widths} and strides "
            f"{body.strides}: expected {wanted}, each at least 1, for each stage"
        )
    return row.build(body, modality, normed)


def _unknown(architecture: str, modality: Modality) -> ProgsynthError:
    return ProgsynthError(
        f"the recipe has the architecture '{architecture}' for an input that is "
        f"a {modality.kind}: expected one of {', '.join(sorted(BODIES[modality.kind]))}"
    )


def _dense(body: Body, modality: Modality, normed: bool) -> Built:
    num_features = (modality.num_elements, *body.widths)[-1]
    return Built(dense_layers(modality.num_elements, body.widths, normed=normed), num_features)


def _convolutional(first: Stage, later: Stage) -> Callable[[Body, Modality, bool], Built]:
    """A builder of convolutional bodies whose last features are all read, each at its place."""

    def build(body: Body, modality: Modality, normed: bool) -> Built:
        layers, shape = stages(
            modality.shape, body.widths, body.strides, first, later, normed=normed
        )
        return Built(nn.Sequential(*layers, nn.Flatten()), math.prod(shape))

    return build


def _sound(body: Body, modality: Modality, normed: bool) -> Built:
    stage = plain_stage(1, SOUND_SIZE)
    layers, shape = stages(modality.shape, body.widths, body.strides, stage, stage, normed=normed)
    return Built(nn.Sequential(*layers, MeanAndMaximum()), 2 * shape[0])


def _over_items(body: Body, modality: Modality, _: bool) -> Built:
    size = 3 if modality.kind == "video" else ITEMS_SIZE
    if modality.kind != "text":
        read = OverItems(modality.shape, body.widths, body.strides, size)
        return Built(read, read.num_features)
    read = OverItems((CHARACTER,), body.widths, body.strides, size)
    return Built(nn.Sequential(Spelt(CHARACTER), read), read.num_features)


_ITEMS_OF: Mapping[str, Callable[[], nn.Module]] = MappingProxyType(
    {"text": lambda: Spelt(CHARACTER), "sound": Samples, "series": nn.Identity}
)


def _recurrent(body: Body, modality: Modality, _: bool) -> Built:
    num_inputs = CHARACTER if modality.kind == "text" else modality.num_channels
    cells = Recurrent(body.architecture, num_inputs, body.widths)
    num_features = (num_inputs, *body.widths)[-1]
    return Built(nn.Sequential(_ITEMS_OF[modality.kind](), cells), num_features)


def _framewise(body: Body, modality: Modality, normed: bool) -> Built:
    channels, *sides = modality.shape
    shape = (channels, *sides[-2:])
    stage = plain_stage(2)
    layers, found = stages(shape, body.widths, body.strides, stage, stage, normed=normed)
    frames = Framewise(nn.Sequential(*layers, nn.Flatten()))
    first = nn.Identity() if modality.has_items else Slices()
    cells = Recurrent("gru", math.prod(found), (STATE,))
    return Built(nn.Sequential(first, frames, cells), STATE)


_PLAIN = _convolutional(plain_stage(2), plain_stage(2))
_SEPARABLE = _convolutional(plain_stage(2), separable_stage)
_RECURRENT = BodyRow(_recurrent, _recurrent_body)
_OVER_ITEMS = BodyRow(_over_items, _items_body, has_strides=True)
_FRAMEWISE = BodyRow(_framewise, _framewise_body, has_strides=True)

# Each modality's own first.
BODIES: Mapping[str, Mapping[str, BodyRow]] = MappingProxyType(
    {
        "vector": {"dense": BodyRow(_dense, _dense_body)},
        "image": {
            "convolutional": BodyRow(_PLAIN, _image_body, has_strides=True),
            "separable": BodyRow(_SEPARABLE, _image_body, has_strides=True),
        },
        "sound": {
            "convolutional": BodyRow(_sound, _sound_body, has_strides=True),
            **dict.fromkeys(("gru", "lstm"), _RECURRENT),
        },
        "text": {"convolutional": _OVER_ITEMS, **dict.fromkeys(("gru", "lstm"), _RECURRENT)},
        "series": {**dict.fromkeys(("gru", "lstm"), _RECURRENT), "convolutional": _OVER_ITEMS},
        "video": {
            "framewise": _FRAMEWISE,
            "convolutional": BodyRow(_over_items, _video_body, has_strides=True),
        },
        "volume": {
            "convolutional": BodyRow(
                _convolutional(plain_stage(3), plain_stage(3)), _video_body, has_strides=True
            ),
            "framewise": _FRAMEWISE,
        },
    }
)
