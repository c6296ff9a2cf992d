"""From core to Python statements: what the readable and the checked export share.

A function body becomes statements, its expressions as large as they may be. What only a
statement can say (a loop, several values, a charge) is put before the expression that needs it;
whatever Python would then evaluate too late is bound to a name first, so that the order of
evaluation stays and branches stay lazy.

A variable takes the name that its hint gives, also over an older variable of that name once
that one is no longer needed: `s = s + x` in a loop needs no second name. That is allowed only
on the spine, where no expression is pending that may still mention the older one.

CPython refuses text that nests too deep. A deep expression is bound to a name every few levels,
and a deep block moves to a function of its own, with what it uses as parameters.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from typing import Protocol

from progsynth.errors import UnsupportedError
from progsynth.lang.operators import LAMBDA, POSTFIX
from progsynth.lang.python.python_scope import Scope, always_needed
from progsynth.lang.python.python_statements import (
    ANY,
    NESTED,
    Assign,
    Block,
    Code,
    LambdaShape,
    Line,
    ListShape,
    Return,
    Statements,
    build,
    conditional,
    constant,
    deeper,
    identifiers,
    negated,
)
from progsynth.lang.python.scopes import Node, Variable, scoped
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
    For,
    Function,
    Hole,
    If,
    Lambda,
    Let,
    Project,
    Values,
    Var,
    While,
)
from progsynth.lang.types import variables
from progsynth.lang.walk import Walk, walk

MAX_BLOCKS = 12  # blocks inside each other in one function: CPython allows 20 loops
Names = tuple[str, ...]
RETURN: Names | None = None  # where a value goes: names to assign, or this


class Dialect(Protocol):
    """How one form of export differs from another."""

    @property
    def ordered(self) -> bool:
        """Must operations keep their order? Only where some may fail."""

    @property
    def max_depth(self) -> int:
        """How deep an expression may nest before parts of it are bound to names."""

    @property
    def max_width(self) -> int:
        """How long an expression may become before parts of it are bound to names."""

    def entry(self) -> Statements:
        """The statements that begin a lambda's body."""

    def part(self) -> Statements:
        """The statements that begin a function that was split off."""

    def iteration(self) -> Statements:
        """The statements that begin an iteration of a loop."""

    def call(self, writer: Writer, node: Node, name: str, args: tuple[Code, ...]) -> Code:
        """A call of the primitive or function of that instance name."""


def _count(node: Node) -> int:
    """How many values the term has."""
    while True:
        match node.term:
            case Values(items):
                return len(items)
            case If() | Let():
                node = node.children[1]
            case While(count) | For(count):
                return count
            case _:
                return 1


def _suits(name: str, hint: str) -> bool:
    """Is the name the hint, or the hint with a number?"""
    base, _, number = name.rpartition("_")
    return hint in ("", name) or (hint == base and number.isdigit())


_MANY = 20  # variables of one name, from which on numbers are no longer tried one by one


class Writer:
    """Writes functions of core as Python; `parts` are the functions that it had to split off."""

    def __init__(self, dialect: Dialect, reserved: Iterable[str]):
        self.dialect = dialect
        self.reserved = frozenset((*reserved, *keyword.kwlist, "_"))
        self.parts: Statements = []
        self.block: Statements = []
        self.scope = Scope()
        self.counts: dict[str, int] = {}  # the last number that a name was told apart by
        self.name = ""
        self.num_parts = 0

    def function(self, function: Function, name: str) -> tuple[Names, Statements]:
        """The names of the function's parameters, and its body."""
        params, root = scoped(function)
        for variable in params:
            if variable.type is not None and variables(variable.type):
                variable.type = None  # a type variable of the function tells nothing here
        self.scope, self.block, self.counts = Scope(), [], {}
        self.name = name
        names = self.define_all(params, 0)
        walk(self.into(root, RETURN, True))
        return names, self.block

    # ------------------------------------------------------------------------------ names

    def fresh(self, base: str) -> str:
        """A name that nothing else has in this text."""
        while True:
            count = self.counts[base] = self.counts.get(base, 0) + 1
            name = base if count == 1 else f"{base}_{count}"
            if name not in self.reserved and not self.scope.holds(name, 0, False):
                self.scope.holders[name] = [always_needed()]
                return name

    def fresh_part(self) -> str:
        """A name for a function that is split off."""
        while True:
            self.num_parts += 1
            name = f"{self.name}_part_{self.num_parts}"
            if name not in self.reserved:
                return name

    def pick(self, variable: Variable, place: int, spine: bool, avoid: Iterable[str] = ()) -> str:
        """A name for the variable, which is assigned at that place."""
        hint = variable.hint
        base = hint if hint.isidentifier() and "_part_" not in hint else "x"
        name, last = base, self.counts.get(base, 1)
        count = last if last > _MANY else 1  # small numbers read better, but may all be taken
        while self._is_reserved(name) or name in avoid or self.scope.holds(name, place, spine):
            count += 1
            name = f"{base}_{count}"
        self.counts[base] = max(last, count)
        return name

    def define_all(self, variables: tuple[Variable, ...], place: int) -> Names:
        """Names for parameters."""
        names: list[str] = []
        for variable in variables:
            names.append(self.pick(variable, place, True, names))
            self.scope.hold(variable, names[-1], place)
        return tuple(names)

    def temporary(self, code: Code) -> Code:
        """A name for the value of the code."""
        name = self.fresh("value")
        self.block.append(Assign((name,), (code,)))
        return Code(name, stable=True, type=code.type)

    def settled(self, code: Code) -> Code:
        """The code, or a name for its value where it may change or fail later."""
        return code if code.stable or code.function else self.temporary(code)

    def named(self, code: Code) -> Code:
        """The code, or a name for it if it is more than a name or a constant."""
        if code.stable:
            return code
        if code.function is None:
            return self.temporary(code)
        name = self.fresh(NESTED)
        header = f"def {name}({', '.join(code.function.params)}):"
        self.block.append(Block(header, [Return((code.function.body,))]))
        return Code(name, stable=True)

    # ------------------------------------------------------------------------- expressions

    def code(self, node: Node, spine: bool) -> Walk[Code]:
        """An expression for a term of one value; statements that it needs come first."""
        match node.term:
            case Const(value, type_):
                return constant(value, type_)
            case Var():
                assert node.variable is not None
                return Code(node.variable.name, stable=True, type=node.variable.type)
            case Call(name):
                args = yield self.codes(node.children)
                return self.dialect.call(self, node, name, args)
            case Apply():
                assert node.variable is not None
                args = yield self.codes(node.children)
                text = f"{node.variable.name}({', '.join(a.at(ANY) for a in args)})"
                return Code(text, POSTFIX, deeper(args))
            case Lambda():
                return (yield self.closure(node))
            case Build(kind):
                return build(kind, (yield self.codes(node.children)))
            case Project(position):
                (inner,) = yield self.codes(node.children)
                known = inner.type.types[position] if inner.type else None
                text = f"{inner.at(POSTFIX)}[{position}]"
                return Code(text, POSTFIX, inner.depth + 1, type=known)
            case If():
                return (yield self.choice(node, spine))
            case Let():
                yield self.let(node, spine)
                return (yield self.code(node.children[1], spine))
            case While() | For():
                (result,) = yield self.loop(node, spine)
                return result
            case Hole():
                raise UnsupportedError("a program with a hole (??) cannot run: solve it first")
        raise AssertionError(f"no expression: {type(node.term).__name__}")

    def codes(self, nodes: tuple[Node, ...]) -> Walk[tuple[Code, ...]]:
        """Expressions for terms that are evaluated one after another."""
        found: list[Code] = []
        prefixes: list[Statements] = []
        saved = self.block
        for node in nodes:
            self.block = []
            code = yield self.code(node, False)
            if code.depth >= self.dialect.max_depth or len(code.text) > self.dialect.max_width:
                code = self.named(code)
            found.append(code)
            prefixes.append(self.block)
        self.block = saved
        last = max((n for n, prefix in enumerate(prefixes) if prefix), default=0)
        for number, prefix in enumerate(prefixes):
            self.block += prefix
            if self.dialect.ordered and number < last:
                found[number] = self.settled(found[number])
        return tuple(found)

    def choice(self, node: Node, spine: bool) -> Walk[Code]:
        """An `If` of one value: a conditional expression if its branches are expressions."""
        name = self.fresh("value")
        count = self.counts["value"]
        cond, then, orelse = yield self.branches(node, (name,), spine)
        merged = self.merged(cond, then, orelse)
        if isinstance(merged, Assign):
            if self.counts["value"] == count:  # nothing took a name since: this one is free again
                self.counts["value"] = count - 1
                del self.scope.holders[name]
            return merged.codes[0]
        self.write_if(cond, then, orelse)
        return Code(name, stable=True)

    def closure(self, node: Node) -> Walk[Code]:
        """A lambda, or the name of a function defined before the expression."""
        term = node.term
        assert isinstance(term, Lambda)
        name = "" if not self.dialect.entry() else self.fresh(NESTED)
        outer, saved = self.scope, self.block
        self.scope = Scope(blocks=outer.blocks + 1, outer=outer, start=node.start, end=node.end)
        self.block = self.dialect.entry()
        params = self.define_all(node.variables, node.start)
        yield self.into(node.children[0], RETURN, True)
        self.scope, body, self.block = outer, self.block, saved
        if len(body) == 1 and isinstance(body[0], Return):
            (code,) = body[0].codes
            text = (
                f"lambda {', '.join(params)}: {code.at(LAMBDA)}"
                if params
                else (f"lambda: {code.at(LAMBDA)}")
            )
            return Code(text, LAMBDA, code.depth + 1, shape=LambdaShape(params, code))
        name = name or self.fresh(NESTED)
        self.block.append(Block(f"def {name}({', '.join(params)}):", body))
        return Code(name, stable=True)

    # -------------------------------------------------------------------------- statements

    def into(self, node: Node, names: Names | None, spine: bool) -> Walk[None]:
        """Statements that assign the term's values to the names, or return them."""
        if self.scope.blocks >= MAX_BLOCKS and node.children:
            yield self.split_off(node, names)
            return
        while True:
            match node.term:
                case Let():
                    yield self.let(node, spine)
                    node = node.children[1]
                    continue
                case If() if names is RETURN and not self.small(node.children[2]):
                    cond = yield self.code(node.children[0], False)
                    then = yield self.branch(node, 1, names, spine)
                    self.block.append(Block(f"if {cond.text}:", then))
                    node = node.children[2]
                    continue
                case If():
                    cond, then, orelse = yield self.branches(node, names, spine)
                    self.write_if(cond, then, orelse)
                case _:
                    self.store(names, (yield self.several(node, spine)))
            return

    def small(self, node: Node) -> bool:
        """Is it a term without statements of its own?"""
        return not isinstance(node.term, Let | If | While | For)

    def several(self, node: Node, spine: bool) -> Walk[tuple[Code, ...]]:
        """Expressions for the values of a term that is neither `Let` nor `If`."""
        match node.term:
            case Values():
                return (yield self.codes(node.children))
            case While() | For():
                return (yield self.loop(node, spine))
        return ((yield self.code(node, spine)),)

    def store(self, names: Names | None, codes: tuple[Code, ...]) -> None:
        """Assign the values, or return them."""
        if names is None:
            self.block.append(Return(codes))
            return
        pairs = [(n, c) for n, c in zip(names, codes, strict=True) if c.text != n]
        if pairs:
            left, right = zip(*pairs, strict=True)
            self.block.append(Assign(left, right))

    def let(self, node: Node, spine: bool) -> Walk[None]:
        """Statements that bind the variables of a `Let`."""
        bound = node.children[0]
        while isinstance(bound.term, Let):
            yield self.let(bound, spine)
            bound = bound.children[1]
        if isinstance(bound.term, If):
            names = self.pick_all(node.variables, bound.end, spine)
            yield self.into(bound, names, spine)
            for variable, name in zip(node.variables, names, strict=True):
                self.scope.hold(variable, name, bound.end)
            return
        codes = yield self.several(bound, spine)
        self.bind(node.variables, codes, bound.end, spine)

    def pick_all(self, variables: tuple[Variable, ...], place: int, spine: bool) -> Names:
        """Different names for the variables."""
        names: list[str] = []
        for variable in variables:
            names.append(self.pick(variable, place, spine, names))
        return tuple(names)

    def bind(
        self, variables: tuple[Variable, ...], codes: tuple[Code, ...], place: int, spine: bool
    ) -> None:
        """Give the variables their values; what is a name already keeps that name."""
        pairs = list(zip(variables, codes, strict=True))
        kept = {code.text for code in codes if code.is_name}
        names: list[str] = []
        values: list[Code] = []
        for variable, code in pairs:
            variable.type = code.type
            if code.is_name:
                self.scope.hold(variable, code.text, place)
            else:
                names.append(self.pick(variable, place, spine, (*kept, *names)))
                values.append(code)
                self.scope.hold(variable, names[-1], place)
        if names:
            self.block.append(Assign(tuple(names), tuple(values)))

    def branches(
        self, node: Node, names: Names | None, spine: bool
    ) -> Walk[tuple[Code, Statements, Statements]]:
        """The condition of an `If`, and both branches, each storing its values."""
        cond = yield self.code(node.children[0], False)
        then = yield self.branch(node, 1, names, spine)
        orelse = yield self.branch(node, 2, names, spine)
        return cond, then, orelse

    def branch(self, node: Node, number: int, names: Names | None, spine: bool) -> Walk[Statements]:
        """One branch of an `If` as statements."""
        scope, saved = self.scope, self.block
        other = node.children[2]
        if number == 1:
            scope.exclusive.append((other.start, other.end, len(scope.loops)))
        scope.blocks += 1
        self.block = []
        yield self.into(node.children[number], names, spine)
        found, self.block = self.block, saved
        scope.blocks -= 1
        if number == 1:
            scope.exclusive.pop()
        return found

    def merged(self, cond: Code, then: Statements, orelse: Statements) -> Assign | Return | None:
        """One statement with a conditional expression for an if of two short ones."""
        if len(then) != 1 or len(orelse) != 1:
            return None
        one, other = then[0], orelse[0]
        if isinstance(one, Assign | Return) and isinstance(other, Assign | Return):
            if len(one.codes) != 1 or len(other.codes) != 1:
                return None
            code = conditional(cond, one.codes[0], other.codes[0])
            if len(code.text) > self.dialect.max_width or code.depth > self.dialect.max_depth:
                return None
            if isinstance(one, Return) and isinstance(other, Return):
                return Return((code,))
            if isinstance(one, Assign) and isinstance(other, Assign):
                if one.names == other.names and len(one.names) == 1:
                    return Assign(one.names, (code,))
        return None

    def write_if(self, cond: Code, then: Statements, orelse: Statements) -> None:
        """An if statement, in its shortest form."""
        merged = self.merged(cond, then, orelse)
        if merged is not None:
            self.block.append(merged)
        elif not then and orelse:
            self.block.append(Block(f"if {negated(cond)}:", orelse))
        elif then and isinstance(then[-1], Return):
            self.block.append(Block(f"if {cond.text}:", then))
            self.block += orelse
        elif then or not cond.stable:
            self.block.append(Block(f"if {cond.text}:", then))
            if orelse:
                self.block.append(Block("else:", orelse))

    # ------------------------------------------------------------------------------- loops

    def loop(self, node: Node, spine: bool) -> Walk[tuple[Code, ...]]:
        """A loop as statements; the names that hold its state at its end."""
        *before, body = node.children
        scope = self.scope
        if isinstance(node.term, For):
            state, item = node.variables[:-1], node.variables[-1]
            source, init = yield self.head_of_for(before[0], before[1])
            if source.type is not None:
                item.type = source.type.types[0]
            place = node.start
        else:
            state, source = node.variables, None
            init = yield self.values(before[0])
            place = before[0].end
        names = self.start(state, init, source, place, before[-1].end if source else place, spine)
        first = body.start if source else before[1].start
        scope.loops.append(first)
        for variable, name in zip(state, names, strict=True):
            self.scope.hold(variable, name, first)
        saved, self.block = self.block, []
        scope.blocks += 1
        if source:
            name = self.pick(item, first, spine) if item.uses else "_"
            self.scope.hold(item, name, first)
            over = source.shape.inner if isinstance(source.shape, ListShape) else source
            header = f"for {name} in {over.text}:"
        else:
            cond = yield self.code(before[1], False)
            header = "while True:" if self.block else f"while {cond.text}:"
            if self.block:
                self.block.append(Block(f"if {negated(cond)}:", [Line("break")]))
        self.block += self.dialect.iteration()
        yield self.into(body, names, spine)
        scope.blocks -= 1
        scope.loops.pop()
        saved.append(Block(header, self.block))
        self.block = saved
        return tuple(
            Code(name, stable=True, type=v.type) for name, v in zip(names, state, strict=True)
        )

    def values(self, node: Node) -> Walk[tuple[Code, ...]]:
        """Expressions for the values of any term."""
        while isinstance(node.term, Let):
            yield self.let(node, False)
            node = node.children[1]
        if isinstance(node.term, If):
            count = _count(node)
            names = tuple(self.fresh("value") for _ in range(count))
            yield self.into(node, names, False)
            return tuple(Code(name, stable=True) for name in names)
        return (yield self.several(node, False))

    def head_of_for(self, source: Node, init: Node) -> Walk[tuple[Code, tuple[Code, ...]]]:
        """The source of a `For` and the values that its state starts with."""
        over = yield self.code(source, False)
        saved, self.block = self.block, []
        codes = yield self.values(init)
        prefix, self.block = self.block, saved
        if self.dialect.ordered and (prefix or not all(c.stable for c in codes)):
            over = self.settled(over)
        self.block += prefix
        return over, codes

    def start(
        self,
        state: tuple[Variable, ...],
        codes: tuple[Code, ...],
        source: Code | None,
        place: int,
        behind: int,
        spine: bool,
    ) -> Names:
        """Assign the first state of a loop to names of its own; the names.

        `source` is still to be evaluated: what it mentions must not change.
        """
        pending = identifiers(source.text) if source else set()
        names: list[str] = []
        for variable, code in zip(state, codes, strict=True):
            variable.type = code.type
            own = code.is_name and code.text not in names and _suits(code.text, variable.hint)
            if own and spine and not self._taken(code.text, behind):
                names.append(code.text)
            else:
                avoid = (*names, *pending, *(c.text for c in codes))
                names.append(self.pick(variable, place, spine, avoid))
        self.store(tuple(names), codes)
        return tuple(names)

    def _taken(self, name: str, place: int) -> bool:
        if name not in self.scope.holders:  # it belongs to a function around this one
            return True
        return self._is_reserved(name) or self.scope.holds(name, place, True)

    def _is_reserved(self, name: str) -> bool:
        return name in self.reserved and name != self.name

    # --------------------------------------------------------------------------- splitting

    def split_off(self, node: Node, names: Names | None) -> Walk[None]:
        """The term as a function of its own, and a call of it."""
        used = self.scope.used_in(node)
        params = tuple(dict.fromkeys(v.name for v in used))
        part = self.fresh_part()
        outer, saved, loops = self.scope, self.block, [v.loops for v in used]
        self.scope, self.block = Scope(), []
        for variable in used:
            self.scope.hold(variable, variable.name, node.start)
        self.block = self.dialect.part()
        yield self.into(node, RETURN, True)
        self.parts.append(Block(f"def {part}({', '.join(params)}):", self.block))
        self.scope, self.block = outer, saved
        for variable, before in zip(used, loops, strict=True):
            variable.loops = before
        call = Code(f"{part}({', '.join(params)})", POSTFIX, 1)
        if names is None:
            self.block.append(Return((call,)))
        elif names:
            self.block.append(Assign(names, (call,)))
        else:
            self.block.append(Line(call.text))
