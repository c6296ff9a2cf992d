"""Statements of a checked surface tree to core; the rules are in `lower.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from progsynth.errors import Problem, ProgramError
from progsynth.lang.checking.findings import Checked, CheckedFunction
from progsynth.lang.checking.scope import children
from progsynth.lang.lowering.live import Liveness
from progsynth.lang.lowering.lower_expression import (
    ExpressionLowering,
    Frame,
    is_atomic,
    needs_let,
)
from progsynth.lang.lowering.steps import Branch, Each, Loop, Result, Set, Step, Steps, Value
from progsynth.lang.lowering.structure import default_value, straighten
from progsynth.lang.term import (
    Call,
    For,
    If,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
)
from progsynth.lang.text import surface as s
from progsynth.lang.walk import Walk

# One binding on the way through a block: the term, hints, and the variables it gives values.
_Binding = tuple[Term, tuple[str, ...], tuple[str, ...]]


class _Block:
    """A block being lowered: its bindings so far, and what to put back at its end."""

    def __init__(self, frame: Frame):
        self.frame = frame
        self.steps: list[_Binding] = []
        self.undo: list[tuple[str, int | None]] = []


class StatementLowering(ExpressionLowering):
    """Visits the straightened statements of one function."""

    def __init__(self, checked: Checked):
        super().__init__(checked)
        self.liveness = Liveness(checked.nested)
        self.definition: list[s.Definition] = []

    def function(self, function: CheckedFunction) -> Walk[Term]:
        names = function.signature.names
        return (yield self.inside(names, self.statements(function.definition)))

    def body_of(self, definition: s.Definition) -> Walk[Term]:
        return (yield self.statements(definition))

    def statements(self, definition: s.Definition) -> Walk[Term]:
        """The value of a function's body, whose parameters are in the last frame."""
        late = {}
        for node in _own_nodes(definition):
            if isinstance(node, s.Definition):
                self.homes[node] = self.frames
            elif isinstance(node, s.WhileStatement):
                late[node] = needs_let(node.cond, self.checked)
        result = self.checked.results[definition]
        steps = straighten(definition.body, result, late, self.dsl)
        self.definition.append(definition)
        found = yield self.block(steps, None, 0)
        self.definition.pop()
        return found

    # ------------------------------------------------------------------------- blocks

    def block(self, steps: Steps, outs: tuple[str, ...] | None, live: int) -> Walk[Term]:
        """The term of a block that ends in the values of `outs`; None: in the function's result.

        `live` are the variables that are read after it.
        """
        block = _Block(self.frames[-1])
        depth = self.depth
        tail: Term | None = None
        if outs is not None:
            live |= self.liveness.set_of(outs)
        for step, after in zip(steps, self.liveness.live_after(steps, live), strict=True):
            if isinstance(step, Result):
                tail = yield self.visit(step.value)
            elif isinstance(step, Branch) and outs is None and step is steps[-1]:
                cond = yield self.visit(step.cond)
                then = yield self.block(step.then, None, 0)
                tail = If(cond, then, (yield self.block(step.orelse, None, 0)))
            else:
                yield self.step(block, step, after)
        if tail is None:
            assert outs is not None, "every path of a function ends in a result"
            tail = self.ending(block, outs)
        self.depth = depth
        for name, level in reversed(block.undo):
            if level is None:
                del block.frame[name]
            else:
                block.frame[name] = level
        for bound, hints, _ in reversed(block.steps):
            tail = Let(len(hints), bound, tail, hints)
        return tail

    def ending(self, block: _Block, outs: tuple[str, ...]) -> Term:
        """The values of `outs`; what the last step binds, if that is just these."""
        if block.steps and block.steps[-1][2] == outs:
            return block.steps.pop()[0]
        return self.values_of(outs)

    def default(self, name: str) -> Term:
        """Some value for a variable that has none on a path on which it is not read.

        Raises ProgramError for a type of which no value can be written.
        """
        definition = self.definition[-1]
        type_ = self.checked.variables[definition][name]
        found = default_value(type_, self.dsl)
        if found is None:
            place = definition.place
            problem = Problem(
                f"'{definition.name}' gives '{name}', of type {type_}, a value on some of the "
                "paths past a return, break or continue only",
                place.line,
                place.column,
                hint=f"give '{name}' a value before",
            )
            raise ProgramError([problem], self.checked.module.source, self.checked.module.filename)
        return found

    def bind(
        self,
        block: _Block,
        bound: Term,
        names: Sequence[str | None],
    ) -> None:
        """Add a binding; None for a value without a name."""
        hints = tuple("value" if n is None else n.strip("%0123456789") or n for n in names)
        block.steps.append((bound, hints, tuple(n or "" for n in names)))
        for name in names:
            if name is not None:
                block.undo.append((name, block.frame.get(name)))
                block.frame[name] = self.depth
            self.depth += 1

    def step(self, block: _Block, step: Step, live: int) -> Walk[None]:
        """Add the bindings of one step of a block; `live` are the variables live after it."""
        match step:
            case s.Assign(target=target, value=value):
                yield self.store(block, target, value)
            case s.AugmentedAssign(target=target):
                if isinstance(target, s.Index):
                    yield self.put(block, target, None, step)
                else:
                    assert isinstance(target, s.Name)
                    term = yield self.call_of(step, (target, step.value))
                    self.bind(block, term, (target.name,))
            case Set(target, value):
                if isinstance(target, str):
                    self.bind(block, (yield self.visit(value)), (target,))
                else:
                    yield self.store(block, target, value)
            case Branch(cond, then, orelse):
                names = self.yielded(step, live)
                condition = yield self.visit(cond)
                first = yield self.block(then, names, live)
                second = yield self.block(orelse, names, live)
                self.bind(block, If(condition, first, second), names)
            case Loop():
                yield self.loop(block, step, live)
            case Each():
                yield self.each(block, step, live)
            case _:
                raise AssertionError(f"no such step: {type(step).__name__}")

    def yielded(self, step: Step, live: int) -> tuple[str, ...]:
        """The variables that the step assigns and that are live, in order."""
        return tuple(
            name for name in self.liveness.step(step).assigns if self.liveness.bits[name] & live
        )

    def values_of(self, names: tuple[str, ...]) -> Term:
        """The variables' values at this place; any value for one that has none on this path."""
        items = tuple(
            self.default(name) if self.level(name) is None else self.variable(name)
            for name in names
        )
        return items[0] if len(items) == 1 else Values(items)

    # -------------------------------------------------------------------------- loops

    def loop(self, block: _Block, step: Loop, live: int) -> Walk[None]:
        live |= self.liveness.step(step).needs
        names = self.yielded(step, live)
        init = self.values_of(names)
        saved = self.enter(block.frame, names)
        cond = yield self.visit(step.cond)
        body = yield self.block(step.body, names, live)
        self.leave(block.frame, saved, len(names))
        self.bind(block, While(len(names), init, cond, body, _hints(names)), names)

    def each(self, block: _Block, step: Each, live: int) -> Walk[None]:
        target = step.loop.target
        effect = self.liveness.block(step.body)
        own = self.liveness.set_of([n.name for n in _names(target)])
        live |= effect.needs & ~own
        names = self.yielded(step, live)
        source = yield self.source(step.loop)
        init = self.values_of(names)
        saved = self.enter(block.frame, names)
        item = target.name if isinstance(target, s.Name) else "%item"
        inner = self.enter(block.frame, (item,))
        body = yield self.each_body(step, item, names, live)
        self.leave(block.frame, inner, 1)
        self.leave(block.frame, saved, len(names))
        hints = _hints((*names, item))
        self.bind(block, For(len(names), source, init, body, hints), names)

    def each_body(self, step: Each, item: str, names: tuple[str, ...], live: int) -> Walk[Term]:
        target = step.loop.target
        if isinstance(target, s.Name):
            return (yield self.block(step.body, names, live))
        assert isinstance(target, s.TupleLiteral)
        level = self.level(item)
        assert level is not None
        parts = tuple(n.name for n in _names(target))
        taken = tuple(Project(n, self.at(level)) for n in range(len(parts)))
        bound = taken[0] if len(taken) == 1 else Values(taken)
        if not step.body and parts == names:
            return bound
        saved = self.enter(self.frames[-1], parts)
        body = yield self.block(step.body, names, live)
        self.leave(self.frames[-1], saved, len(parts))
        return Let(len(parts), bound, body, parts)

    def enter(self, frame: Frame, names: Sequence[str]) -> dict[str, int | None]:
        """Bind names for a while; what they were before."""
        saved = {name: frame.get(name) for name in names}
        for name in names:
            frame[name] = self.depth
            self.depth += 1
        return saved

    def leave(self, frame: Frame, saved: Mapping[str, int | None], count: int) -> None:
        self.depth -= count
        for name, level in saved.items():
            if level is None:
                del frame[name]
            else:
                frame[name] = level

    # --------------------------------------------------------------------- assignments

    def store(self, block: _Block, target: s.Target, value: Value) -> Walk[None]:
        """Bind what an assignment gives values."""
        if isinstance(target, s.Name):
            self.bind(block, (yield self.visit(value)), (target.name,))
        elif isinstance(target, s.Index):
            yield self.put(block, target, value, None)
        else:
            yield self.take_apart(block, target, value)

    def take_apart(self, block: _Block, target: s.TupleLiteral, value: Value) -> Walk[None]:
        """`a, b = ...`: all parts are ready before the first is given to its target."""
        items = target.items
        plain = all(isinstance(t, s.Name) for t in items)
        names = [t.name if plain and isinstance(t, s.Name) else None for t in items]
        if isinstance(value, s.TupleLiteral) and len(value.items) == len(items):
            parts = yield self.visit_all(value.items)
        else:
            term = yield self.visit(value)
            if not isinstance(term, Var):
                self.bind(block, term, (None,))
                term = Var(0)
            parts = tuple(Project(place, term) for place in range(len(items)))
        first = self.depth
        self.bind(block, parts[0] if len(parts) == 1 else Values(parts), names)
        if plain:
            return
        for number, item in enumerate(items):
            if isinstance(item, s.Name):
                self.bind(block, self.at(first + number), (item.name,))
            else:
                assert isinstance(item, s.Index)
                yield self.put(block, item, first + number, None)

    def put(
        self,
        block: _Block,
        target: s.Index,
        value: Value | int | None,
        augmented: s.AugmentedAssign | None,
    ) -> Walk[None]:
        """`xs[i] = v`, `g[i][j] += v`: the variable is bound to a changed copy.

        `value` is an expression, or where its value is bound already.
        """
        chain = [target]
        while isinstance(chain[-1].value, s.Index):
            chain.append(chain[-1].value)
        chain.reverse()
        root = chain[0].value
        assert isinstance(root, s.Name)
        once = len(chain) == 1 and augmented is None  # the index is used only once
        if value is not None and not isinstance(value, int):
            if not (is_atomic(value) or (once and is_atomic(target.index))):
                level = self.depth
                self.bind(block, (yield self.visit(value)), (None,))
                value = level
        indices: list[Value | int] = []
        for node in chain:
            index: Value | int = node.index
            if not (once or is_atomic(node.index)):
                level = self.depth
                self.bind(block, (yield self.visit(node.index)), (None,))
                index = level
            indices.append(index)
        containers: list[Term] = [self.variable(root.name)]
        for node, index in zip(chain, indices, strict=True):
            at = yield self.operand(index)
            if node is not target or augmented is not None:
                name = self.checked.instances[node]
                containers.append(Call(name, (containers[-1], at)))
        if augmented is not None:
            operand = yield self.visit(augmented.value)
            new: Term = Call(self.checked.instances[augmented], (containers.pop(), operand))
        else:
            assert value is not None
            new = yield self.operand(value)
        for node, index in reversed(list(zip(chain, indices, strict=True))):
            at = yield self.operand(index)
            new = Call(self.checked.instances[node, "put"], (containers.pop(), at, new))
        self.bind(block, new, (root.name,))


def _hints(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(n.strip("%0123456789") if n[0] == "%" else n for n in names)


def _names(target: s.Target) -> list[s.Name]:
    items = target.items if isinstance(target, s.TupleLiteral) else (target,)
    return [n for n in items if isinstance(n, s.Name)]


def _own_nodes(definition: s.Definition) -> list[s.Statement]:
    """The statements of a function, not those of the functions inside it."""
    found: list[s.Statement] = []
    todo: list[s.Node] = list(definition.body)
    while todo:
        node = todo.pop()
        if isinstance(node, s.Definition | s.WhileStatement | s.ForStatement | s.IfStatement):
            found.append(node)
            if not isinstance(node, s.Definition):
                todo.extend(children(node))
    return found
