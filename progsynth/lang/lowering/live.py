"""Which variables are read later: the backward analysis that says what branches and loops yield.

For each block: `needs`, the variables it may read before it gives them a value, and `gives`,
those it gives a value in any case. Sets of variables are ints, one bit a variable. Every block
is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from progsynth.lang.checking.scope import assigned_names, children, target_names
from progsynth.lang.lowering.steps import (
    Branch,
    Choose,
    Closed,
    Each,
    Loop,
    Made,
    MadeList,
    Read,
    Result,
    Set,
    Source,
    Step,
    Steps,
    Value,
)
from progsynth.lang.text import surface as s
from progsynth.lang.walk import Walk, walk


@dataclass(frozen=True, slots=True)
class Effect:
    """What a block or a step needs and gives, and all that it may assign, in order."""

    needs: int
    gives: int
    assigns: tuple[str, ...]


class Liveness:
    """The effects of the steps of one function."""

    def __init__(self, nested: Mapping[s.Name, s.Definition]):
        self.nested = nested
        self.bits: dict[str, int] = {}
        self.effects: dict[int, Effect] = {}
        self.kept: list[Steps | Step] = []  # keeps the ids in `effects` from being reused

    def set_of(self, names: Iterator[str] | tuple[str, ...] | list[str]) -> int:
        """The names as a set."""
        found = 0
        for name in names:
            bit = self.bits.get(name)
            if bit is None:
                bit = self.bits[name] = 1 << len(self.bits)
            found |= bit
        return found

    def block(self, steps: Steps) -> Effect:
        """What a block needs, gives and assigns."""
        if id(steps) not in self.effects:
            walk(self._block(steps))
        return self.effects[id(steps)]

    def step(self, step: Step) -> Effect:
        """The same of one step of a block."""
        if id(step) not in self.effects:
            walk(self._step(step))
        return self.effects[id(step)]

    def live_after(self, steps: Steps, live: int) -> list[int]:
        """For each step, the variables that are live after it, where `live` are at the end."""
        found = []
        for step in reversed(steps):
            found.append(live)
            effect = self.step(step)
            live = effect.needs | (live & ~effect.gives)
        return found[::-1]

    def _keep(self, key: Steps | Step, effect: Effect) -> Effect:
        self.effects[id(key)] = effect
        self.kept.append(key)
        return effect

    def _block(self, steps: Steps) -> Walk[Effect]:
        needs = gives = 0
        assigns: dict[str, None] = {}
        for step in steps:
            effect = yield self._step(step)
            needs |= effect.needs & ~gives
            gives |= effect.gives
            assigns.update(dict.fromkeys(effect.assigns))
        return self._keep(steps, Effect(needs, gives, tuple(assigns)))

    def _step(self, step: Step) -> Walk[Effect]:
        match step:
            case s.Assign(target=target, value=value):
                effect = self._store(target, self.reads(value))
            case s.AugmentedAssign(target=target, value=value):
                names = tuple(n.name for n in target_names(target))
                needs = self.reads(value) | self.reads(target)
                effect = Effect(needs, self.set_of(names), names)
            case Set(target, value):
                if isinstance(target, str):
                    effect = Effect(self.reads(value), self.set_of((target,)), (target,))
                else:
                    effect = self._store(target, self.reads(value))
            case Branch(cond, then, orelse):
                a = yield self._block(then)
                b = yield self._block(orelse)
                both = tuple(dict.fromkeys((*a.assigns, *b.assigns)))
                needs = self.reads(cond) | a.needs | b.needs
                effect = Effect(needs, a.gives & b.gives, both)
            case Loop(cond, body):
                inner = yield self._block(body)
                effect = Effect(self.reads(cond) | inner.needs, 0, inner.assigns)
            case Each(loop, body):
                inner = yield self._block(body)
                names = tuple(n.name for n in target_names(loop.target))
                needs = inner.needs & ~self.set_of(names)
                order = tuple(dict.fromkeys((*names, *inner.assigns)))
                effect = Effect(self.reads(loop.source) | needs, 0, order)
            case Result(value):
                effect = Effect(self.reads(value), -1, ())  # nothing follows: all is given
            case _:
                raise AssertionError(f"no such step: {type(step).__name__}")
        return self._keep(step, effect)

    def _store(self, target: s.Target, needs: int) -> Effect:
        """The effect of giving the target a value that reads `needs`."""
        names = tuple(n.name for n in target_names(target))
        for part in target.items if isinstance(target, s.TupleLiteral) else (target,):
            if isinstance(part, s.Index):
                needs |= self.reads(part)
        return Effect(needs, self.set_of(names), names)

    def reads(self, value: Value) -> int:
        """The variables that an expression reads."""
        return self.set_of(list(self.names_read(value)))

    def names_read(self, value: Value) -> Iterator[str]:
        """Their names; those of functions among them do no harm."""
        none: frozenset[str] = frozenset()
        todo: list[tuple[Value | s.Node, frozenset[str]]] = [(value, none)]
        while todo:
            node, bound = todo.pop()
            match node:
                case Closed():
                    pass
                case Read(name):
                    yield name
                case Made(_, args):
                    todo.extend((a, bound) for a in args)
                case MadeList(item):
                    todo.append((item, bound))
                case Choose(cond, then, orelse):
                    todo.extend((part, bound) for part in (cond, then, orelse))
                case Source(loop):
                    todo.append((loop.source, bound))
                case s.Name(name=name):
                    if node in self.nested:
                        todo.append((self.nested[node], none))
                    elif name not in bound:
                        yield name
                case s.LambdaExpression(params=params, body=body):
                    todo.append((body, bound | {p.name for p in params}))
                case s.ListComprehension(clauses=clauses) | s.DictComprehension(clauses=clauses):
                    for clause in clauses:
                        todo.append((clause.source, bound))
                        bound = bound | {n.name for n in target_names(clause.target)}
                        todo.extend((c, bound) for c in clause.conditions)
                    parts = (
                        (node.value,)
                        if isinstance(node, s.ListComprehension)
                        else (node.key, node.value)
                    )
                    todo.extend((part, bound) for part in parts)
                case s.Definition(params=definition_params, body=block):
                    own = {p.name for p in definition_params} | set(assigned_names(block))
                    todo.extend((inner, bound | own) for inner in block)
                case _:
                    todo.extend((child, bound) for child in children(node))
