"""An abstraction: a term with parameters, and what its calls cost."""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.library.compress.labelled import Forest, Label

VALUE, FUNCTION = "value", "function"  # how an argument is passed


@dataclass(frozen=True, slots=True)
class Prices:
    """What a call and a body cost, beside the terms in them.

    `call` is for the name, `argument` for each argument, `function` for wrapping an argument into
    a function; in a body, `parameter` is for each use of a parameter, `apply` for each use of one
    that is a function, `variable` for each variable given to it. With `curried` a call is a spine
    of applications `@`, so that calls lacking arguments are terms too; else it is one node.
    """

    call: int = 1
    argument: int = 0
    function: int = 1
    parameter: int = 1
    apply: int = 1
    variable: int = 1
    curried: bool = False


NODES = Prices()  # every node costs 1, as `term.size` counts
STITCH = Prices(call=100, argument=1, parameter=0, variable=100, curried=True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: passed by value, or as a function of the variables `given`.

    `given` are the variables, bound in the body around the parameter's use, that its arguments
    may read; indices as seen there, the outermost first. `depth` is how many variables the body
    binds around the parameter's first use.
    """

    kind: str
    depth: int
    given: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Abstraction:
    """A term `body` of the forest in which `#0`, `#1`, ... stand for parameters."""

    forest: Forest
    body: int
    parameters: tuple[Parameter, ...]
    cost: int  # of the body

    @property
    def arity(self) -> int:
        """The number of parameters."""
        return len(self.parameters)

    def __str__(self) -> str:
        return self.forest.text(self.body)


def parameter_label(number: int, prices: Prices) -> Label:
    """The label of a use of a parameter that is passed by value."""
    return Label(f"#{number}", cost=prices.parameter, inert=True)


def applied_label(number: int, given: int, prices: Prices) -> Label:
    """The label of a use of a parameter that is a function; its children are variables."""
    return Label(f"#{number}/{given}", (0,) * given, cost=prices.apply, fails=True)


def function_label(count: int, prices: Prices) -> Label:
    """The label of a function of so many variables, as an argument."""
    return Label(f"lambda/{count}", (count,), prices.function, lazy=(0,), inert=True, function=True)


APPLICATION = Label("@", (0, 0), 1)


def call(forest: Forest, name: str, arguments: tuple[int, ...], prices: Prices) -> int:
    """The node of a call of the abstraction of that name."""
    if prices.curried:
        node = forest.add(Label(name, cost=prices.call))
        for argument in arguments:
            node = forest.add(APPLICATION, (node, argument))
        return node
    cost = prices.call + prices.argument * len(arguments)
    return forest.add(Label(name, (0,) * len(arguments), cost, fails=True), arguments)


def argument(forest: Forest, node: int, parameter: Parameter, prices: Prices) -> int:
    """A term met where the parameter is used first, as an argument of a call."""
    depth, given = parameter.depth, parameter.given
    if parameter.kind == VALUE:
        return forest.shift(node, -depth)
    count = len(given)
    places = {variable: count - 1 - n for n, variable in enumerate(given)}

    def moved(index: int) -> int:
        return places[index] if index < depth else index - depth + count

    return forest.add(function_label(count, prices), (forest.rename(node, moved, {}),))
