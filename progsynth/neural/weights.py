"""Networks as bytes: safetensors with a JSON description, and a digest of what a network does.

The description says what the network is for (the declaration), what it is made of (the recipe)
and what was wished of it and its training (the config); the tensors are its weights and its
normaliser. A checksum covers both, so that a file cut short or changed is noticed. Nothing in
the bytes is run, as in a pickle it would be.

`VERSION` goes up when the meaning of a description changes; old ones are read for good. What a
version added is left out where it says nothing new, so that the bytes and the digest of a network
stay what they were: version 2 added to recipes, and the config.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.term import Neural
from progsynth.lang.types import parse_type
from progsynth.neural.architecture import Recipe
from progsynth.neural.config import Config
from progsynth.neural.network import Network

FORMAT = "progsynth network"
VERSION = 2
_ADDED = ("dropout", "batch_norm", "augment", "module")  # to recipes, in version 2
_KEY = "progsynth.network"  # one key only: safetensors leaves several in any order
_HEADER = struct.Struct("<Q")  # safetensors: the length of a JSON header, which follows


@dataclass(frozen=True, slots=True)
class Description:
    """What the JSON in a network's bytes says; types are texts, as in a program."""

    name: str
    params: tuple[str, ...]
    types: tuple[str, ...]
    result: str
    recipe: Recipe
    format: str = FORMAT
    version: int = VERSION
    config: Config = field(default_factory=Config)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The part of a description that all versions have."""

    format: str = ""
    version: int = 0


def describe(network: Network) -> Description:
    """What the network is for and what it is made of, as plain data."""
    own = network.declaration
    new = len(_plain_recipe(network.recipe)) > len(_plain_recipe(_OLDEST))
    return Description(
        own.name,
        own.params,
        tuple(map(str, own.types)),
        str(own.result),
        network.recipe,
        version=VERSION if new or network.config != Config() else 1,
        config=network.config,
    )


_OLDEST = Recipe(())


def _plain_recipe(recipe: Recipe) -> dict[str, Any]:
    """The recipe's fields, without those added later that say nothing new."""
    kept = {f: getattr(recipe, f) for f in _fields(recipe)}
    return {f: v for f, v in kept.items() if f not in _ADDED or v != getattr(_OLDEST, f)}


def _encoded(description: Description) -> bytes:
    """The description as JSON."""
    kept = {f: getattr(description, f) for f in _fields(description)}
    kept["recipe"] = _plain_recipe(description.recipe)
    if description.config == Config():
        del kept["config"]
    return msgspec.json.encode(kept)


def _fields(of: Any) -> list[str]:
    return [field.name for field in fields(of)]


def network_digest(network: Network) -> str:
    """A hash of what the network computes: its types, its recipe, its weights and normaliser.

    Networks of other names, but else the same, have the same digest.
    """
    own = describe(network)
    architecture = msgspec.json.encode([own.types, own.result, _plain_recipe(network.recipe)])
    return _hash(architecture, _tensors(network))


def to_bytes(network: Network) -> bytes:
    """The network as a safetensors file; the same network gives the same bytes everywhere."""
    description, tensors = _encoded(describe(network)), _tensors(network)
    text = f"{_hash(description, tensors)} {description.decode()}"
    return save(tensors, {_KEY: text})


def from_bytes(data: bytes) -> Network:
    """The network that `to_bytes` wrote, on the CPU: its outputs are the same, bit by bit.

    Raises ProgsynthError for bytes that are no network or are damaged, UnsupportedError for
    those of a newer progsynth.
    """
    checksum, _, text = _metadata(data).partition(" ")
    description = text.encode()
    kind = _decoded(description, _Kind)
    if kind.format != FORMAT:
        raise _foreign("its description is not one of a network")
    if kind.version > VERSION:
        raise UnsupportedError(
            f"this network was written in version {kind.version} of the format, by a newer "
            f"progsynth; this one reads versions up to {VERSION}: install the newer one"
        )
    try:
        tensors = load(data)
    except SafetensorError as error:
        raise _damaged(str(error)) from None
    if _hash(description, tensors) != checksum:
        raise _damaged("its checksum is not that of its contents")
    return _restored(_decoded(description, Description), tensors)


def _restored(own: Description, tensors: dict[str, torch.Tensor]) -> Network:
    try:
        types = tuple(map(parse_type, own.types))
        declaration = Neural(own.name, own.params, types, parse_type(own.result))
        with torch.device("meta"):  # no memory until the shapes are known to be right
            network = Network(declaration, own.recipe, own.config)
        network.load_state_dict(tensors, assign=True)
    except (ProgsynthError, RuntimeError) as error:
        raise _damaged(str(error)) from None
    return network


# ------------------------------------------------------------------------------- the bytes


def _tensors(network: Network) -> dict[str, torch.Tensor]:
    state = network.state_dict()
    return {name: state[name].detach().to("cpu").contiguous() for name in sorted(state)}


def _hash(description: bytes, tensors: dict[str, torch.Tensor]) -> str:
    found = hashlib.sha256(len(description).to_bytes(8, "little") + description)
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(f"\n{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        found.update(tensor.contiguous().numpy().tobytes())
    return found.hexdigest()


def _metadata(data: bytes) -> str:
    """The text in the header of a network's file: its checksum, a space, its description."""
    if len(data) < _HEADER.size:
        raise _damaged("it is cut short")
    (length,) = _HEADER.unpack_from(data)
    if length > len(data) - _HEADER.size:
        raise _foreign("it is no safetensors file, or it is cut short")
    try:
        header = json.loads(data[_HEADER.size : _HEADER.size + length])
    except ValueError:  # no JSON, or no UTF-8
        raise _foreign("it is no safetensors file") from None
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    text = metadata.get(_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise _foreign("it is a safetensors file without a network's description")
    return text


def _decoded(description: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(description, type=kind)
    except msgspec.MsgspecError as error:
        raise _damaged(f"its description cannot be read: {error}") from None


def _foreign(why: str) -> ProgsynthError:
    return ProgsynthError(
        f"these bytes are no network that progsynth wrote: {why}; "
        "give what progsynth.neural.to_bytes made"
    )


def _damaged(why: str) -> ProgsynthError:
    return ProgsynthError(
        f"this network's bytes are damaged: {why}; copy the file again, or train the network anew"
    )
