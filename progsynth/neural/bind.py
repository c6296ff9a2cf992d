"""Programs with weights: each neural submodule becomes an ordinary primitive.

    bound = bind(program, {"digit": network}, dsl)
    bound.run(rows)                      # every image of every row decided in one batch
    bound.function([image, image])       # on plain arrays or lists

A network's decision is the likeliest value; a program sees no probabilities here (their
gradients are the business of `neural.likelihood`). It costs what a primitive of scalars costs:
no fuel, and the cells of a tensor or tuple that it makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from progsynth.errors import ProgramFailure, ProgsynthError
from progsynth.lang.engines import Row, run_rows
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL, Primitive, called_names
from progsynth.lang.term import Neural, Program
from progsynth.lang.types import Signature, as_int
from progsynth.lang.values import Value
from progsynth.near import near_names
from progsynth.neural import device as devices
from progsynth.neural.decide import Decision, frozen, tensors_of
from progsynth.neural.network import Network
from progsynth.plain import conform, plain


def as_primitive(
    network: Network, *, name: str = "", doc: str = "", tensors: Sequence[Value] = ()
) -> Primitive:
    """The network, as it is now, as a primitive of its declaration's name and types.

    A `choice` that it makes is an int. Its decisions on `tensors` (of the type it reads) are
    found at once in one batch; others when they are asked for.
    """
    decision = Decision(frozen(network)).foreseeing(tensors)
    return _primitive(decision, name or network.declaration.name, doc)


def _primitive(decision: Decision, name: str, doc: str = "") -> Primitive:
    declaration = decision.network.declaration
    params = tuple(zip(declaration.params, declaration.types, strict=True))
    result = as_int(declaration.result)
    made = 1 + decision.network.head.num_outputs if result.args else 0
    return Primitive(name, name, Signature(params, result), decision, doc, cells=str(made))


@dataclass(frozen=True, slots=True)
class Bound:
    """A program whose submodules have weights; see `bind`.

    `dsl` is the pack in which each submodule that the program calls is a primitive, and `plain`
    the program without its declarations, an ordinary one of that pack.
    """

    program: Program
    plain: Program
    dsl: DSL
    pack: DSL = field(repr=False)
    decisions: Mapping[str, Decision] = field(repr=False)

    def run(
        self, rows: Sequence[Row], limits: Limits | None = None, *, engine: str = "auto"
    ) -> list[Value | Failure]:
        """The program's value or failure on each row of arguments.

        The tensors in the rows are decided all at once before the program starts.
        """
        types = self.program.entry.types
        primitives = []
        for name, decision in self.decisions.items():
            reads = decision.network.declaration.types
            tensors: list[Value] = []
            if len(reads) == 1 and reads[0].name == "tensor":
                for row in rows:
                    for value, type_ in zip(row, types, strict=True):
                        tensors += tensors_of(value, type_, reads[0])
            primitives.append(_primitive(decision.foreseeing(tensors), name))
        return run_rows(self.plain, rows, self.pack.extend(*primitives), limits, engine)

    def function(self, *args: object) -> Value:
        """The program as a Python function, of plain lists, arrays and numbers.

        Raises TaskError for an argument of another type, ProgsynthError for another number of
        them, ProgramFailure where the program fails.
        """
        entry = self.program.entry
        shown = ", ".join(f"{n}: {t}" for n, t in zip(entry.params, entry.types, strict=True))
        if len(args) != len(entry.types):
            raise ProgsynthError(
                f"{entry.name} takes {len(entry.types)} argument(s) ({shown}), found {len(args)}"
            )
        row = []
        for arg, name, type_ in zip(args, entry.params, entry.types, strict=True):
            where = f"argument '{name}' of {entry.name}"
            row.append(conform(plain(arg, where, arrays=True), type_, where))
        (found,) = self.run([tuple(row)])
        if isinstance(found, Failure):
            raise ProgramFailure(found.kind.value, entry.name)
        return found


def bind(
    program: Program, networks: Mapping[str, Network], dsl: DSL, *, device: str = "auto"
) -> Bound:
    """The program with these weights, ready to run; `networks` are by their submodules' names.

    The networks are copied to the device. Those of submodules that the program does not call
    may be missing, and more may be given than it has.
    Raises ProgsynthError for a network that is missing or made for another declaration.
    """
    called: frozenset[str] = frozenset().union(*map(called_names, program.functions))
    declared = {n.name: n for n in program.neural if n.name in called}
    where = devices.choose(device)
    decisions = {}
    for name, declaration in declared.items():
        if name not in networks:
            raise ProgsynthError(
                f"the program calls the neural submodule '{name}', which has no network: "
                f"expected one for each of {', '.join(declared)}"
                f"{near_names(name, list(networks)) or f', found {_names(networks)}'}"
            )
        _require_fit(networks[name], declaration)
        decisions[name] = Decision(frozen(networks[name], where))
    whole = dsl.extend(*(_primitive(d, name) for name, d in decisions.items()))
    return Bound(program, replace(program, neural=()), whole, dsl, decisions)


def _names(networks: Mapping[str, Network]) -> str:
    return ", ".join(networks) or "none"


def _require_fit(network: Network, declaration: Neural) -> None:
    made = network.declaration
    if (made.types, made.result) != (declaration.types, declaration.result):
        raise ProgsynthError(
            f"the network given for '{declaration.name}' is a {_shown(made)}, the program "
            f"declares {_shown(declaration)}: make the network from the program's declaration"
        )


def _shown(declaration: Neural) -> str:
    params = tuple(zip(declaration.params, declaration.types, strict=True))
    return f"neural {declaration.name}{Signature(params, declaration.result)}"
