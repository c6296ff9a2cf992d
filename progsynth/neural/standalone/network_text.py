"""A network as Python source: its class, its instance with weights, and the function it is.

class DigitNetwork(nn.Module): ...          # layer by layer, with its normalisation
digit_network = trained(DigitNetwork(), WEIGHTS, "digit")
def digit(image): ...                       # what a program sees of it: its decision
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from torch import Tensor, nn

from progsynth.errors import UnsupportedError
from progsynth.lang.python.copy_source import Sources
from progsynth.lang.term import Neural
from progsynth.lang.types import Signature
from progsynth.neural.head import AnyOf, Head, OneOf, Real, YesOrNo
from progsynth.neural.modality import Modality
from progsynth.neural.network import Network
from progsynth.neural.normalise import normalised, normalised_rows
from progsynth.neural.standalone.layers_text import INDENT, Made, made
from progsynth.neural.standalone.readers import read_items, read_numbers, read_text, trained

WEIGHTS = "WEIGHTS"  # the exported name of the path of the file of weights
TAKEN = ("torch", "nn", "np", "Path", WEIGHTS)  # names of the text that nothing else may have
_LOCAL = ("self", "outputs", "features")


def _real(head: Real) -> str:
    if head.type.name == "float":
        return "outputs[0, 0].item()"
    if head.type.name == "tuple":
        return "tuple(outputs[0].tolist())"
    return f"outputs.reshape({', '.join(map(str, head.type.args))}).numpy()"


# What a program sees of outputs [1, K], by the head: as `Head.decide` has it for a batch.
DECISIONS: Mapping[type[Head], Callable[..., str]] = MappingProxyType(
    {
        OneOf: lambda _: "outputs.argmax(-1).item()",
        YesOrNo: lambda _: "outputs[0, 0].item() > 0",
        AnyOf: lambda _: "tuple((outputs[0] > 0).tolist())",
        Real: _real,
    }
)


@dataclass(frozen=True, slots=True)
class NetworkText:
    """A network's source, and the weights [by name] that it loads."""

    text: str
    weights: Mapping[str, Tensor]


def network_text(network: Network, name: str, sources: Sources) -> NetworkText:
    """The source of the network, as the function of that name; what it uses goes into `sources`.

    Raises UnsupportedError for a network of the user's own, or with layers not known.
    """
    own = network.declaration
    if network.recipe.module:
        raise UnsupportedError(
            f"cannot export '{own.name}': its network is '{network.recipe.module}', a module of "
            "your own, whose source is not copied; save the result with Result.save and load it "
            f"where progsynth is, or take Result.networks['{own.name}'].own.state_dict() along "
            "with your module"
        )
    modalities = network.normaliser.modalities
    camel = "".join(part.capitalize() for part in name.split("_") if part) or "Some"
    cls = sources.reserve(f"{camel}Network")
    instance = sources.reserve(f"{name}_network")
    load = sources.add(trained, "trained", own.name)
    params = _parameters(own, sources)
    pairs = zip(params, modalities, strict=True)
    read = Made(instance, tuple(_read(param, one, sources) for param, one in pairs))
    doc = str(Signature(tuple(zip(own.params, own.types, strict=True)), own.result))
    text = f'''class {cls}(nn.Module):
    """The network of {own.name}{doc}."""

{_constructor(network, sources)}

{_forward(params, modalities, sources)}


{instance} = {load}({cls}(), {WEIGHTS}, "{own.name}")


@torch.inference_mode()
def {name}({", ".join(params)}):
    """What the network answers: {own.name}{doc}."""
    outputs = {read.text(INDENT)}
    return {DECISIONS[type(network.head)](network.head)}'''
    return NetworkText(text, _weights(network))


def _weights(network: Network) -> dict[str, Tensor]:
    """By `<submodule>.<weight>`; the normaliser's are the network's own, those in use."""
    read = {f"normaliser.{n}": n for n in _buffers(network)}
    found = {
        f"{network.declaration.name}.{read.get(key, key)}": tensor.detach().cpu().contiguous()
        for key, tensor in network.state_dict().items()
        if key in read or not key.startswith("normaliser.")
    }
    return {key: tensor.clone() for key, tensor in found.items()}


def _buffers(network: Network) -> list[str]:
    numbers = [n for n, m in enumerate(network.normaliser.modalities) if not m.is_symbolic]
    return [f"{what}_{number}" for number in numbers for what in ("mean", "scale")]


def _parameters(own: Neural, sources: Sources) -> tuple[str, ...]:
    """The names of the inputs, but none that the text uses itself."""
    taken = {*sources.reserved, *TAKEN, *_LOCAL, *keyword.kwlist}
    found: list[str] = []
    for name in own.params:
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(name)
    return tuple(found)


def _read(param: str, modality: Modality, sources: Sources) -> str:
    """The call that makes a tensor of an argument."""
    if modality.is_symbolic:
        return f"{sources.add(read_text, 'read_text', param)}({param})"
    reader = read_items if modality.has_items else read_numbers
    return f"{sources.add(reader, reader.__name__, param)}({param}, {modality.shape})"


def _constructor(network: Network, sources: Sources) -> str:
    lines = ["def __init__(self):", "    super().__init__()"]
    for name in _buffers(network):
        shape = tuple(getattr(network.normaliser, name).shape)
        filled = "torch.zeros" if name.startswith("mean") else "torch.ones"
        lines.append(f'    self.register_buffer("{name}", {filled}({shape}))')
    parts: dict[str, nn.Module] = {
        "bodies": network.bodies,
        "hidden": network.hidden,
        "last": network.last,
    }
    for name, layer in parts.items():
        expression = made(layer, sources, network.declaration.name)
        lines.append(f"    self.{name} = {expression.text(INDENT)}")
    first = [f"    {line}" for line in "\n".join(lines).split("\n")]
    return "\n".join(first)


def _forward(params: Sequence[str], modalities: Sequence[Modality], sources: Sources) -> str:
    lines = [f"def forward(self, {', '.join(params)}):"]
    for number, (param, modality) in enumerate(zip(params, modalities, strict=True)):
        if modality.is_symbolic:
            continue
        scale = normalised_rows if modality.has_items else normalised
        call = sources.add(scale, scale.__name__, param)
        lines.append(f"    {param} = {call}({param}, self.mean_{number}, self.scale_{number})")
    features = [f"self.bodies[{number}]({param})" for number, param in enumerate(params)]
    joined = features[0] if len(features) == 1 else f"torch.cat(({', '.join(features)}), -1)"
    lines += [f"    features = {joined}", "    return self.last(self.hidden(features))"]
    return "\n".join(f"    {line}" for line in lines)
