"""Statements without jumps: `return`, `break` and `continue` become branches and boolean variables.

`straighten` turns the body of a checked function into the few forms of `steps`, in which the result
stands only at the end of a function, in the last statement of each branch. What follows an `if`
is never copied:

* If one branch never goes on (it returns, breaks or continues), what follows goes into the other.
* If both may go on, a jump sets a flag, and what follows is guarded by it.
* In a loop, `break` and `return` set flags that the loop's condition tests; a `for` that has
  one becomes a `while` over an index. A returned value waits in a variable of its own, which
  starts as some value of its type (in a list where a type has none that we could name).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from progsynth.errors import PackError
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
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import FALSE, TRUE, Build, Call, Term, const
from progsynth.lang.text import surface as s
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, list_of
from progsynth.lang.walk import Walk, walk

# ------------------------------------------------------------- statements with their exits


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A statement with how it can be left: by return, by break, by continue, at its end.

    `blocks` are the two branches of an `if`, or the body of a loop.
    """

    statement: s.Statement
    cond: s.Expression | None
    blocks: tuple[tuple[_Node, ...], ...]
    returns: bool
    breaks: bool
    continues: bool
    ends: bool

    @property
    def jumps(self) -> bool:
        return self.returns or self.breaks or self.continues


def _read_block(block: s.Block) -> Walk[tuple[_Node, ...]]:
    found = []
    for statement in block:
        if isinstance(statement, s.Pass | s.Definition | s.ExpressionStatement):
            continue
        node = yield _read(statement)
        found.append(node)
        if not node.ends:
            break  # what follows is never reached
    return tuple(found)


def _read(statement: s.Statement) -> Walk[_Node]:
    match statement:
        case s.Return():
            return _Node(statement, None, (), True, False, False, False)
        case s.Break():
            return _Node(statement, None, (), False, True, False, False)
        case s.Continue():
            return _Node(statement, None, (), False, False, True, False)
        case s.IfStatement(branches=branches, orelse=orelse):
            rest = yield _read_block(orelse)
            for cond, body in reversed(branches):
                then = yield _read_block(body)
                node = _both(statement, cond, then, rest)
                rest = (node,)
            return node
        case s.WhileStatement(cond=cond, body=body):
            inner = yield _read_block(body)
            endless = isinstance(cond, s.Literal) and cond.value is True and not _any(inner).breaks
            returns = _any(inner).returns
            return _Node(statement, cond, (inner,), returns, False, False, not endless)
        case s.ForStatement(body=body):
            inner = yield _read_block(body)
            return _Node(statement, None, (inner,), _any(inner).returns, False, False, True)
        case _:
            return _Node(statement, None, (), False, False, False, True)


def _any(block: tuple[_Node, ...]) -> _Node:
    """The exits of a block, as if of one statement."""
    return _Node(
        s.Pass(s.Place(0, 0, 0, 0)),
        None,
        (),
        any(n.returns for n in block),
        any(n.breaks for n in block),
        any(n.continues for n in block),
        not block or block[-1].ends,
    )


def _both(
    statement: s.Statement, cond: s.Expression, then: tuple[_Node, ...], rest: tuple[_Node, ...]
) -> _Node:
    a, b = _any(then), _any(rest)
    return _Node(
        statement,
        cond,
        (then, rest),
        a.returns or b.returns,
        a.breaks or b.breaks,
        a.continues or b.continues,
        a.ends or b.ends,
    )


# ------------------------------------------------------------------------- straightening


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is still to run: a block from a place on, then another rest."""

    block: tuple[_Node, ...]
    place: int
    after: _Rest | None


def _after(block: tuple[_Node, ...], place: int, after: _Rest | None) -> _Rest | None:
    return _Rest(block, place, after) if place < len(block) else after


@dataclass(frozen=True, slots=True)
class _Jumps:
    """What a jump does here. In a function's own statements a return is the result itself.

    `guard` is the flag that skips what follows; `stop` and `returned` are the loop's.
    """

    outer: _Jumps | None = None
    guard: str = ""
    stop: str = ""
    returned: str = ""


RESULT = "%result"


_ITEMS = list_of(Type("a"))
_NEEDS = {  # what a loop that stops early is made of
    "len": (_ITEMS,),
    "_[_]": (_ITEMS, INT),
    "_ + _": (INT, INT),
    "_ < _": (INT, INT),
    "not _": (BOOL,),
}


class _Straightener:
    def __init__(
        self,
        result: Type,
        needs_let: Mapping[s.WhileStatement, bool],
        dsl: DSL,
    ):
        self.names = count(1)
        self.dsl = dsl
        self.needs_let = needs_let
        default = default_value(result, dsl)
        self.boxed = default is None
        self.default = Closed(Build("list", ()) if default is None else default)

    def fresh(self, name: str) -> str:
        return f"%{name}{next(self.names)}"

    def instance(self, surface: str) -> str:
        """The instance that a loop over an index needs. Raises PackError."""
        wanted = _NEEDS[surface]
        for name in self.dsl.overloads(surface):
            types = signature_of(self.dsl[name]).types
            if len(types) == len(wanted) and all(
                a.is_variable or a.name == b.name for a, b in zip(types, wanted, strict=True)
            ):
                return name
        raise PackError(
            f"a loop that stops early needs '{surface}' for {' and '.join(map(str, wanted))}, "
            f"which the pack '{self.dsl.name}' has not"
        )

    # A returned value, put away and taken out; in a list where its type has no default.

    def put_away(self, value: s.Expression) -> Set:
        return Set(RESULT, MadeList(value) if self.boxed else value)

    def taken_out(self) -> Value:
        zero = Closed(const(0))
        return Made(self.instance("_[_]"), (Read(RESULT), zero)) if self.boxed else Read(RESULT)

    def jump(self, node: s.Statement, jumps: _Jumps) -> list[Step]:
        """What a jump statement does."""
        if isinstance(node, s.Return):
            if jumps.outer is None:
                return [Result(node.value)]
            return [self.put_away(node.value), *self.leave(jumps)]
        steps: list[Step] = []
        where: _Jumps | None = jumps
        while where is not None:
            if where.guard:
                steps.append(Set(where.guard, Closed(TRUE)))
            elif isinstance(node, s.Break):
                steps.append(Set(where.stop, Closed(TRUE)))
            if not where.guard:
                break
            where = where.outer
        return steps

    def leave(self, jumps: _Jumps) -> list[Step]:
        """What a return does once its value is put away."""
        if jumps.outer is None:
            return [Result(self.taken_out())]
        if not jumps.guard:
            names = dict.fromkeys([jumps.returned, jumps.stop or jumps.returned])
            return [Set(name, Closed(TRUE)) for name in names]
        if jumps.outer.outer is None:  # a guard among a function's own statements
            return [Set(jumps.guard, Closed(TRUE))]
        return [Set(jumps.guard, Closed(TRUE)), *self.leave(jumps.outer)]

    def run(self, rest: _Rest | None, jumps: _Jumps) -> Walk[Steps]:
        steps: list[Step] = []
        while rest is not None:
            node = rest.block[rest.place]
            rest = _after(rest.block, rest.place + 1, rest.after)
            statement = node.statement
            if isinstance(statement, s.Return | s.Break | s.Continue):
                return (*steps, *self.jump(statement, jumps))
            if isinstance(statement, s.IfStatement):
                made, done = yield self.choice(node, rest, jumps)
            elif isinstance(statement, s.WhileStatement | s.ForStatement):
                made, done = yield self.loop(node, rest, jumps)
            else:
                assert isinstance(statement, s.Assign | s.AugmentedAssign)
                made, done = [statement], False
            steps += made
            if done:
                return tuple(steps)
        return tuple(steps)

    def choice(
        self, node: _Node, rest: _Rest | None, jumps: _Jumps
    ) -> Walk[tuple[list[Step], bool]]:
        """An `if`, with what follows it where it may jump; then nothing is left to do."""
        then, orelse = node.blocks
        assert node.cond is not None
        first, second = _after(then, 0, None), _after(orelse, 0, None)
        if not node.jumps:
            a = yield self.run(first, jumps)
            b = yield self.run(second, jumps)
            return [Branch(node.cond, a, b)], False
        if rest is not None and _any(then).ends and _any(orelse).ends:
            flag = self.fresh("skip")
            guarded = _Jumps(jumps, guard=flag)
            a = yield self.run(first, guarded)
            b = yield self.run(second, guarded)
            steps = [*self.start(node, jumps), Set(flag, Closed(FALSE)), Branch(node.cond, a, b)]
            skipped = self.leave(jumps) if jumps.outer is None else []
            following = yield self.run(rest, jumps)
            return [*steps, Branch(Read(flag), tuple(skipped), following)], True
        a = yield self.run(_after(then, 0, rest if _any(then).ends else None), jumps)
        b = yield self.run(_after(orelse, 0, rest if _any(orelse).ends else None), jumps)
        return [Branch(node.cond, a, b)], True

    def start(self, node: _Node, jumps: _Jumps) -> list[Step]:
        """Give the returned value's variable its first value, where there is none yet."""
        return [Set(RESULT, self.default)] if node.returns and jumps.outer is None else []

    def loop(self, node: _Node, rest: _Rest | None, jumps: _Jumps) -> Walk[tuple[list[Step], bool]]:
        (body,) = node.blocks
        exits = _any(body)
        statement = node.statement
        assert isinstance(statement, s.WhileStatement | s.ForStatement)
        late = isinstance(statement, s.WhileStatement) and self.needs_let[statement]
        returned = self.fresh("returned") if exits.returns else ""
        stop = self.fresh("stop") if exits.breaks or late else ""
        inner = _Jumps(jumps, stop=stop, returned=returned)
        made = yield self.run(_after(body, 0, None), inner)
        steps = self.start(node, jumps)
        steps += [Set(name, Closed(FALSE)) for name in (returned, stop) if name]
        flag = stop or returned
        if isinstance(statement, s.WhileStatement):
            cond: Value = statement.cond
            if late:
                made = (Branch(cond, made, (Set(stop, Closed(TRUE)),)),)
                cond = Closed(TRUE)
            steps.append(Loop(self.unless(flag, cond), made))
        elif flag:
            steps += self.by_index(statement, made, flag)
        else:
            steps.append(Each(statement, made))
        if not exits.returns:
            if not node.ends and jumps.outer is None:  # it never ends, so this is never read
                nothing = Call(self.instance("_[_]"), (Build("list", ()), const(0)))
                steps.append(Result(Closed(nothing)))
            return steps, not node.ends
        if not node.ends:
            return [*steps, *self.leave(jumps)], True
        following = yield self.run(rest, jumps)
        return [*steps, Branch(Read(returned), tuple(self.leave(jumps)), following)], True

    def unless(self, flag: str, cond: Value) -> Value:
        """`not flag and cond`."""
        if not flag:
            return cond
        always = isinstance(cond, Closed) or (isinstance(cond, s.Literal) and cond.value is True)
        if not self.dsl.overloads("not _"):  # a pack without it has loops all the same
            return Choose(Read(flag), Closed(FALSE), Closed(TRUE) if always else cond)
        going = Made(self.instance("not _"), (Read(flag),))
        return going if always else Choose(going, cond, Closed(FALSE))

    def by_index(self, loop: s.ForStatement, body: Steps, flag: str) -> list[Step]:
        """A `for` that may stop early, as a `while` over an index."""
        items, index = self.fresh("items"), self.fresh("index")
        length = Made(self.instance("len"), (Read(items),))
        more = Made(self.instance("_ < _"), (Read(index), length))
        following = Made(self.instance("_ + _"), (Read(index), Closed(const(1))))
        item = Made(self.instance("_[_]"), (Read(items), Read(index)))
        inner = (Set(loop.target, item), Set(index, following), *body)
        return [
            Set(items, Source(loop)),
            Set(index, Closed(const(0))),
            Loop(self.unless(flag, more), inner),
        ]


def straighten(
    body: s.Block,
    result: Type,
    needs_let: Mapping[s.WhileStatement, bool],
    dsl: DSL,
) -> Steps:
    """The body of a function without jumps.

    `needs_let` says which while conditions cannot stay in a condition of core.
    """
    block = walk(_read_block(body))
    straightener = _Straightener(result, needs_let, dsl)
    return walk(straightener.run(_after(block, 0, None), _Jumps()))


_SCALARS: Mapping[Type, Term] = {
    INT: const(0),
    FLOAT: const(0.0),
    BOOL: FALSE,
    STR: const(""),
}


def default_value(type_: Type, dsl: DSL) -> Term | None:
    """Some value of the type, or None when none can be written."""
    if type_ in _SCALARS:
        return _SCALARS[type_]
    if type_.name in ("list", "dict"):
        return Build(type_.name, ())
    if type_.name in ("graph", "memory"):
        return _of_empty_dict(type_.name, dsl)
    if type_.name == "tuple":
        items = [default_value(t, dsl) for t in type_.types]
        found = tuple(t for t in items if t is not None)
        return Build("tuple", found) if len(found) == len(items) else None
    return None


def _of_empty_dict(name: str, dsl: DSL) -> Term | None:
    """An empty graph or memory, by the function of the pack that makes one of a dict."""
    for instance in dsl:
        signature = signature_of(dsl[instance])
        if signature.result.name == name and [t.name for t in signature.types] == ["dict"]:
            return Call(instance, (Build("dict", ()),))
    return None
