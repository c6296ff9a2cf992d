"""The tensor engine: a program run on many rows at once, differentiable in its networks.

Every term is run once for all rows that reach it. Where a condition is decided, each branch is
run on the rows that take it, and a loop on the rows that are still in it, so that nothing is
computed that the program would not compute; `map` runs its function on the items of all rows in
one batch, networks in it included. Where a condition is learnt, both branches are run and mixed
(see `relaxation`); a `while` with a learnt condition gives what is expected of it:

    sum over t of  P(it goes on t times, then ends) * state after t turns

Limits are not counted, but `Relaxation.max_turns`. What a run does not cover raises
UnsupportedError: texts and tables that differ from row to row, and primitives on learnt values
that are in neither `steps` nor `sequences`.

Shapes: N rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Fail, FailureKind
from progsynth.lang.interpret import build, run_primitive
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
    For,
    Function,
    If,
    Lambda,
    Let,
    Program,
    Project,
    Term,
    Values,
    Var,
    While,
    free_variables,
)
from progsynth.lang.walk import Walk, walk
from progsynth.neural.gradients.answers import answer
from progsynth.neural.gradients.batched import (
    Closure,
    Env,
    Padded,
    column,
    is_known,
    item_at,
    padded,
    spread,
    taken,
)
from progsynth.neural.gradients.machine import Frame, Machine
from progsynth.neural.gradients.mixing import Piece, blended, together
from progsynth.neural.gradients.relaxation import decided, is_soft
from progsynth.neural.gradients.sequences import SEQUENCES, by_keys, flat, kept, unflat
from progsynth.neural.gradients.steps import STEPS

PARAM = "param."  # a call of this name and a number stands for a trained number


def tensor_run(program: Program, args: Env, dsl: DSL, machine: Machine, rows: int) -> Any:
    """The program's value on `rows` rows of arguments (see `batched`), with gradients.

    Rows that fail are marked in `machine.failed`, and their value means nothing. Raises
    UnsupportedError for programs outside the fragment, Fail where all rows fail alike.
    """
    run = _Run(program, dsl, machine)
    frame = Frame(rows, torch.arange(rows, device=machine.device))
    try:
        return walk(run.visit(program.entry.body, args, frame))
    except RecursionError:
        raise UnsupportedError("functions are nested too deep for the tensor engine") from None


class _Run:
    def __init__(self, program: Program, dsl: DSL, machine: Machine):
        self.functions: Mapping[str, Function] = {f.name: f for f in program.functions}
        self.dsl = dsl
        self.machine = machine
        self.uses: dict[Term, frozenset[int]] = {}

    # ------------------------------------------------------------------------- terms

    def visit(self, term: Term, env: Env, frame: Frame) -> Walk[Any]:
        """The value of a term; a tuple of them for a term with several values."""
        match term:
            case Const(value):
                return value
            case Var(index):
                return env[-1 - index]
            case Call(name, args):
                values = yield self.visit_all(args, env, frame)
                return (yield self.call(name, values, frame))
            case Apply(index, args):
                values = yield self.visit_all(args, env, frame)
                return (yield self.apply(env[-1 - index], values, frame))
            case Lambda():
                return Closure(term, self.needed(env, (term,), (0,)))
            case Build(kind, items):
                values = yield self.visit_all(items, env, frame)
                return self.build(kind, values, frame)
            case Project(position, inner):
                return (yield self.visit(inner, env, frame))[position]
            case Values(items):
                return (yield self.visit_all(items, env, frame))
            case If(cond, then, orelse):
                holds = yield self.visit(cond, env, frame)
                return (yield self.either(holds, then, orelse, env, frame))
            case Let(count, bound, body):
                value = yield self.visit(bound, env, frame)
                return (yield self.visit(body, env + _several(value, count), frame))
            case While(count, init, cond, body):
                state = _several((yield self.visit(init, env, frame)), count)
                found = yield self.loop(count, state, cond, body, env, frame)
                return found[0] if count == 1 else found
            case For(count, source, init, body):
                items = yield self.visit(source, env, frame)
                state = _several((yield self.visit(init, env, frame)), count)
                found = yield self.over(_Turn(body, count), items, state, env, frame)
                return found[0] if count == 1 else found
        raise UnsupportedError(f"the tensor engine does not run a {type(term).__name__}")

    def visit_all(self, terms: tuple[Term, ...], env: Env, frame: Frame) -> Walk[tuple[Any, ...]]:
        found = []
        for term in terms:
            found.append((yield self.visit(term, env, frame)))
        return tuple(found)

    def apply(self, closure: Closure, values: Env, frame: Frame) -> Walk[Any]:
        return (yield self.visit(closure.function.body, closure.env + values, frame))

    def call(self, name: str, args: Env, frame: Frame) -> Walk[Any]:
        machine = self.machine
        if name in machine.declared:
            return answer(machine, frame, machine.declared[name], args)
        if name.startswith(PARAM):
            return machine.params[int(name[len(PARAM) :])].expand(frame.rows)
        function = self.functions.get(name) or self.dsl.functions.get(name)
        if function is not None:
            return (yield self.visit(function.body, args, frame))
        callee = self.dsl.primitives[name]
        if not callee.user and name in HIGHER_ORDER:
            return (yield HIGHER_ORDER[name](self, frame, *args))
        return self.primitive(callee, args, frame)

    def primitive(self, callee: Primitive, args: Env, frame: Frame) -> Any:
        """What a primitive without function arguments gives."""
        if all(map(is_known, args)):
            return run_primitive(callee, args)
        step = None if callee.user else STEPS.get(callee.name) or SEQUENCES.get(callee.name)
        if step is None:
            raise UnsupportedError(
                f"'{callee.name}' of values that differ from row to row has no gradient here"
            )
        return step(self.machine, frame, callee, args)

    def build(self, kind: str, values: tuple[Any, ...], frame: Frame) -> Any:
        if kind == "tuple" or all(map(is_known, values)):
            return build(kind, values)
        if kind == "dict":
            raise UnsupportedError("a table of values that differ from row to row")
        device = self.machine.device
        lengths = torch.full((frame.rows,), len(values), dtype=torch.int64, device=device)
        items = column([spread(value, frame.rows, device) for value in values])
        return Padded(items, lengths, len(values))

    # ---------------------------------------------------------------------- branching

    def needed(self, env: Env, terms: tuple[Term, ...], binds: tuple[int, ...]) -> Env:
        """The environment with nothing in place of what the terms do not use."""
        used: set[int] = set()
        for term, bound in zip(terms, binds, strict=True):
            if term not in self.uses:
                self.uses[term] = free_variables(term)
            used |= {index - bound for index in self.uses[term]}
        return tuple(v if len(env) - 1 - n in used else None for n, v in enumerate(env))

    def either(self, holds: Any, then: Term, orelse: Term, env: Env, frame: Frame) -> Walk[Any]:
        """The value, or values, of a conditional."""
        if is_known(holds):
            return (yield self.visit(then if holds else orelse, env, frame))
        if is_soft(holds):
            self.machine.note("both branches of a learnt condition are run and mixed")
            unsure = frame.unsure()
            first = yield self.visit(then, env, unsure)
            second = yield self.visit(orelse, env, unsure)
            return blended(holds, first, second)
        pieces = []
        for branch, chosen in ((then, holds), (orelse, ~holds)):
            rows = chosen.nonzero()[:, 0]
            if len(rows) == frame.rows:
                return (yield self.visit(branch, env, frame))
            if len(rows):
                inside = taken(self.needed(env, (branch,), (0,)), rows)
                value = yield self.guarded(branch, inside, frame.of(rows))
                if value is not _FAILED:
                    pieces.append(Piece(rows, value))
        if not pieces:
            raise Fail(FailureKind.DOMAIN)
        return together(pieces, frame.rows)

    def guarded(self, term: Term, env: Env, frame: Frame) -> Walk[Any]:
        """The term's value on some of the rows; where it fails, only these fail."""
        try:
            return (yield self.visit(term, env, frame))
        except Fail:
            self.machine.fail(frame, torch.ones_like(frame.origin, dtype=torch.bool))
            return _FAILED

    def loop(
        self, count: int, state: Env, cond: Term, body: Term, env: Env, frame: Frame
    ) -> Walk[Env]:
        """The state after a `while`."""
        machine, ended = self.machine, list[Piece]()
        rows = torch.arange(frame.rows, device=machine.device)
        env = self.needed(env, (cond, body), (count, count))
        weight: Tensor | None = None  # how surely each row is still in the loop
        for _ in range(machine.how.max_turns):
            holds = yield self.visit(cond, env + state, frame)
            if is_known(holds):
                if not holds:
                    ended.append(Piece(rows, state, weight))
                    return _all_ended(ended)
                value = yield self.guarded(body, env + state, frame)
                if value is _FAILED:
                    break
                state = _several(value, count)
                continue
            if is_soft(holds):
                machine.note("a 'while' with a learnt condition gives what is expected of it")
                before = torch.ones_like(holds) if weight is None else weight
                stays = (holds * before).detach() > machine.how.least_chance
                leaving = torch.where(stays, before * (1 - holds), before)
                ended.append(Piece(rows, state, leaving))
                weight = torch.where(stays, before * holds, torch.zeros_like(holds))
                frame = frame.unsure()
            else:
                stays = holds
                gone = (~holds).nonzero()[:, 0]
                if len(gone):
                    left = None if weight is None else weight[gone]
                    ended.append(Piece(rows[gone], taken(state, gone), left))
            held = stays.nonzero()[:, 0]
            if not len(held):
                return _all_ended(ended)
            if len(held) < len(rows):
                rows, frame = rows[held], frame.of(held)
                state, env = taken(state, held), taken(env, held)
                weight = None if weight is None else weight[held]
            value = yield self.guarded(body, env + state, frame)
            if value is _FAILED:
                break
            state = _several(value, count)
        else:
            if weight is None:  # out of fuel
                machine.fail(frame, torch.ones_like(frame.origin, dtype=torch.bool))
        ended.append(Piece(rows, state, weight))
        return _all_ended(ended)

    def over(
        self, turn: _Turn | Closure, source: Any, state: Env, env: Env, frame: Frame
    ) -> Walk[Env]:
        """The state after a turn for each item of a list."""
        if isinstance(source, list):
            for one in source:
                state = yield self.turned(turn, state, one, env, frame)
            return state
        xs = padded(source, frame.rows, self.machine.device)
        if isinstance(turn, _Turn):
            env = self.needed(env, (turn.body,), (turn.count + 1,))
        ended, rows = list[Piece](), torch.arange(frame.rows, device=self.machine.device)
        for place in range(xs.width + 1):
            staying = xs.lengths > place
            gone = (~staying).nonzero()[:, 0]
            if len(gone):
                ended.append(Piece(rows[gone], taken(state, gone)))
                held = staying.nonzero()[:, 0]
                if not len(held):
                    break
                rows, frame, xs = rows[held], frame.of(held), taken(xs, held)
                state, env = taken(state, held), taken(env, held)
                turn = turn if isinstance(turn, _Turn) else taken(turn, held)
            one = item_at(xs, place)
            if xs.presence is None:
                state = yield self.turned(turn, state, one, env, frame)
            else:
                after = yield self.turned(turn, state, one, env, frame.unsure())
                there = decided(xs.presence[:, place], self.machine.how)
                state = tuple([blended(there, a, b) for a, b in zip(after, state, strict=True)])
        return _all_ended(ended)

    def turned(
        self, turn: _Turn | Closure, state: Env, one: Any, env: Env, frame: Frame
    ) -> Walk[Env]:
        if isinstance(turn, Closure):
            return ((yield self.apply(turn, (*state, one), frame)),)
        found = yield self.visit(turn.body, (*env, *state, one), frame)
        return _several(found, turn.count)

    # ------------------------------------------------------------------- higher order

    def of_items(self, frame: Frame, f: Closure, xs: Padded) -> Walk[Any]:
        """What a function gives of all items of all rows [N, L, ...], in one batch."""
        if not int(xs.lengths.sum()):
            return None
        items, rows, places = flat(xs)
        inner = taken(f, rows)
        values = yield self.apply(inner, (items,), frame.of(rows))
        values = spread(values, len(rows), self.machine.device)
        return unflat(xs, values, rows, places)

    def mapped(self, frame: Frame, f: Closure, source: Any) -> Walk[Padded]:
        """`map`."""
        xs = padded(source, frame.rows, self.machine.device)
        return Padded((yield self.of_items(frame, f, xs)), xs.lengths, xs.width, xs.presence)

    def filtered(self, frame: Frame, f: Closure, source: Any) -> Walk[Padded]:
        """`filter`: by a learnt condition, of items that may be absent."""
        xs = padded(source, frame.rows, self.machine.device)
        truths = yield self.of_items(frame, f, xs)
        if truths is None:
            return xs
        if is_soft(truths):
            self.machine.note("items kept by a learnt condition are there by chance")
        return kept(xs, truths)

    def folded(self, frame: Frame, f: Closure, init: Any, source: Any) -> Walk[Any]:
        """`fold`."""
        return (yield self.over(f, source, (init,), (), frame))[0]

    def sorted_by(self, frame: Frame, f: Closure, source: Any) -> Walk[Padded]:
        """`sort_by`."""
        xs = padded(source, frame.rows, self.machine.device)
        keys = yield self.of_items(frame, f, xs)
        if keys is None:
            return xs
        if not isinstance(keys, Tensor) or keys.dim() != 2 or xs.presence is not None:
            raise UnsupportedError("'sort_by' keys that are no plain numbers")
        return by_keys(self.machine, xs, keys)


HIGHER_ORDER: Mapping[str, Callable[..., Walk[Any]]] = {
    "map": _Run.mapped,
    "filter": _Run.filtered,
    "fold": _Run.folded,
    "sort_by": _Run.sorted_by,
}


class _Turn:
    """The body of a `for` of so many state variables."""

    __slots__ = ("body", "count")

    def __init__(self, body: Term, count: int):
        self.body = body
        self.count = count


_FAILED = object()


def _several(value: Any, count: int) -> tuple[Any, ...]:
    return (value,) if count == 1 else tuple(value)


def _all_ended(pieces: Sequence[Piece]) -> Any:
    """The states of all rows; every row has ended in some piece."""
    count = 1 + max(int(piece.rows.max()) for piece in pieces if len(piece.rows))
    return together(pieces, count)
