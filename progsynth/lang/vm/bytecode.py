"""Core to instructions of the VM.

Subroutines are compiled once for each combination of types and of function arguments, and
called; lambdas are compiled in place, at the calls of the parameter that they stand for, or in
the loop of the primitive that they are given to. Their captured variables are registers of the
function around them: nothing is re-entrant, so these still hold what they held.

An expression's result is wanted in a certain register or wherever it happens to be. A wanted
register is written by an expression's last instruction only, so it may be read inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from progsynth.errors import UnsupportedError
from progsynth.lang.infer import Typed
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import (
    FALSE,
    TRUE,
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
    Program,
    Project,
    Term,
    Values,
    Var,
    While,
)
from progsynth.lang.types import INT, Type, list_of, variables
from progsynth.lang.vm import layout
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.bytecode_bodies import Bodies, Body
from progsynth.lang.vm.bytecode_frame import Assembly, Frame, Label, Registers
from progsynth.lang.vm.bytecode_primitives import (
    COMPARISONS,
    EXTRACTORS,
    SUPPORTED,
    Arguments,
    emit_primitive,
    keeps,
    pay,
)
from progsynth.lang.vm.bytecode_uses import last_uses
from progsynth.lang.vm.code import Code
from progsynth.lang.vm.descriptors import (
    dict_meta,
    items_of,
    plain,
    sequence_kind,
    tuple_meta,
)
from progsynth.lang.walk import Walk, walk


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A lambda with the registers of the variables that it may use; `key` tells it from others."""

    function: Typed
    env: Env
    key: tuple[Any, ...]


Env = tuple[int | Closure, ...]  # a register for each variable in scope, innermost last


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """A subroutine compiled for certain types and functions."""

    start: Label
    params: Registers
    result: int
    back: int  # the register of the return address


def compile_program(program: Program, dsl: DSL, *, typed: Typed | None = None) -> Code:
    """The program for the VM.

    `typed` is the body of the entry with types, as `infer.infer_function` gives it, where that
    is at hand: it is taken to be right, and saves half of the work.

    Raises UnsupportedError, which names what the VM lacks; IllTypedError.
    """
    compiler = _Compiler(program, dsl)
    entry = program.entry
    if any(variables(t) for t in entry.types):
        shown = signature_of(entry)
        raise UnsupportedError(f"the VM needs to know every type: {entry.name}{shown} is generic")
    types = tuple(plain(t) for t in entry.types)
    frame = Frame(compiler.assembly)
    params = tuple(frame.take(t) for t in types)
    if typed is None:
        body = compiler.bodies.find(entry, entry.types, entry.result)
    else:
        assert typed.term is entry.body, "the types are those of another term"
        body = compiler.bodies.add(Body(typed, last_uses(typed, len(types))))
    (result,) = walk(compiler.visit(body, params, frame))
    frame.emit(op.END, result)
    assembly = compiler.assembly
    words = assembly.words()
    descriptor = assembly.image.descriptor(plain(entry.result))
    if len(assembly.image.words) > layout.MAX_PROGRAM:
        raise UnsupportedError("the VM runs programs with at most 400,000 characters of text")
    return Code(
        entry.types,
        entry.result,
        np.array([*words, *params, result], np.int64),
        len(words),
        np.array(assembly.constants, np.int64),
        np.array(assembly.image.words, np.int64),
        assembly.num_pointers,
        descriptor,
    )


class _Compiler:
    def __init__(self, program: Program, dsl: DSL):
        self.dsl = dsl
        self.functions: Mapping[str, Function] = {f.name: f for f in program.functions}
        self.neural = {n.name for n in program.neural}
        self.bodies = Bodies(program, dsl)
        self.assembly = Assembly()
        self.instances: dict[tuple[Any, ...], Instance] = {}

    # Every visit gives the registers of the term's values. Those in `frame.temporaries` are the
    # caller's to release; others belong to variables and constants. With `into` the values are
    # put in these registers and nowhere else.

    def visit(
        self, typed: Typed, env: Env, frame: Frame, into: Registers | None = None
    ) -> Walk[Registers]:
        """Emit the term's evaluation."""
        # a table, not one more generator: most of the time of compilation is switching these
        emit = _EMITS.get(type(typed.term), _Compiler.simple)
        return emit(self, typed, env, frame, into)

    def simple(
        self, typed: Typed, env: Env, frame: Frame, into: Registers | None
    ) -> Walk[Registers]:
        """Emit a term that takes few instructions of its own."""
        term = typed.term
        match term:
            case Const(value, type_):
                return frame.moved((self.assembly.constant(value, type_),), into)
            case Var(index):
                register = env[-1 - index]
                assert isinstance(register, int), "functions are arguments only"
                self.keep(typed, register, frame)
                return frame.moved((register,), into)
            case Apply(index):
                closure = env[-1 - index]
                assert isinstance(closure, Closure)
                given = yield from self.arguments(typed.children, env, frame)
                return (yield self.apply(closure, given, frame, into))
            case Project(position):
                (source,) = yield self.visit(typed.children[0], env, frame)
                frame.release((source,))
                to = frame.target(typed.type, into)
                frame.emit(op.PROJECT, to, source, position)
                self.share_result(typed.type, to, frame)
                return (to,)
            case Let():
                bound, body = typed.children
                registers = yield self.visit(bound, env, frame)
                mine = frame.adopt(registers)
                found = yield self.visit(body, (*env, *registers), frame, into)
                frame.end_scope(mine, found)
                return found
            case Hole():
                raise UnsupportedError("a program with a hole (??) cannot run: solve it first")
        raise AssertionError(f"no such term: {type(term).__name__}")

    def keep(self, typed: Typed, register: int, frame: Frame) -> None:
        """The variable's value is kept somewhere: unless it is the last use, it is shared."""
        if id(typed) not in self.bodies.last:
            self.share_result(typed.type, register, frame)

    def share_result(self, type_: Type, register: int, frame: Frame) -> None:
        """Other references to the value may exist: it must not be changed in place."""
        if type_.name in ("list", "dict", "graph", "memory"):
            frame.emit(op.SHARE, register)

    def arguments(
        self, terms: tuple[Typed, ...], env: Env, frame: Frame, primitive: str = ""
    ) -> Walk[Env]:
        """The registers and closures of arguments, evaluated from left to right."""
        found: list[int | Closure] = []
        for typed in terms:
            term = typed.term
            if isinstance(term, Var):
                found.append(env[-1 - term.index])
            elif isinstance(term, Const):
                found.append(self.assembly.constant(term.value, term.type))
            elif isinstance(term, Lambda):
                found.append(self.closure(typed, env))
            else:
                found += yield self.visit(typed, env, frame)
        for number, (typed, place) in enumerate(zip(terms, found, strict=True)):
            # behind the others, which come before this use
            kept = isinstance(typed.term, Var) and (not primitive or keeps(primitive, number))
            if kept and isinstance(place, int):
                self.keep(typed, place, frame)
        return tuple(found)

    def registers(
        self, terms: tuple[Typed, ...], env: Env, frame: Frame, primitive: str = ""
    ) -> Walk[Registers]:
        """The registers of arguments, none of them a function."""
        found = yield from self.arguments(terms, env, frame, primitive)
        return tuple(f for f in found if isinstance(f, int))

    def closure(self, typed: Typed, env: Env) -> Closure:
        """The lambda with its environment."""
        # The place in the program tells lambdas apart, not the term alone: two equal ones may
        # find values of other types in the same registers.
        captured = tuple(e if isinstance(e, int) else e.key for e in env)
        return Closure(typed, env, (id(typed), captured))

    # ------------------------------------------------------------------------------ calls

    def call(self, typed: Typed, env: Env, frame: Frame, into: Registers | None) -> Walk[Registers]:
        """Emit a call of a primitive or subroutine."""
        assert isinstance(typed.term, Call)
        name = typed.term.name
        if name in self.neural:
            raise UnsupportedError(f"'{name}' is a neural submodule: it runs only with its weights")
        callee = self.functions.get(name) or self.dsl[name]
        reader = "" if isinstance(callee, Function) else name
        given = yield from self.arguments(typed.children, env, frame, reader)
        if isinstance(callee, Function):
            types = tuple(c.type for c in typed.children)
            instance = yield self.instance(callee, types, typed.type, given)
            registers = tuple(g for g in given if isinstance(g, int))
            frame.moved(registers, instance.params)
            frame.release(registers)
            frame.emit(op.CALL, instance.start, instance.back)
            to = frame.target(typed.type, into)
            frame.emit(op.MOVE, to, instance.result)
            return (to,)
        if not self.is_own(name):
            raise UnsupportedError(f"the VM has no '{name}'")
        registers = tuple(g for g in given if isinstance(g, int))
        if len(registers) < len(given):  # no formula asks for a function
            places = tuple(g if isinstance(g, int) else 0 for g in given)
            types = tuple(
                plain(c.type) if isinstance(g, int) else INT
                for g, c in zip(given, typed.children, strict=True)
            )
            pay(callee, Arguments(places, types), frame)
            return (yield self.with_function(typed, given, frame, into))
        arguments = Arguments(registers, tuple(plain(c.type) for c in typed.children))
        pay(callee, arguments, frame)
        to = frame.target(typed.type, into)
        first = typed.children[0] if typed.children else typed
        owned = not isinstance(first.term, Var) or id(first) in self.bodies.last
        emit_primitive(name, arguments, plain(typed.type), to, frame, owned)
        if name in EXTRACTORS:
            self.share_result(typed.type, to, frame)
        frame.release(registers)
        return (to,)

    def is_own(self, name: str) -> bool:
        """Is the name that of a primitive which the VM has, not of a user's or a function?"""
        found = None if name in self.functions else self.dsl.primitives.get(name)
        return found is not None and not found.user and name in SUPPORTED

    def instance(
        self, function: Function, types: tuple[Type, ...], result: Type, given: Env
    ) -> Walk[Instance]:
        """The subroutine for these types and functions, compiled at its first use."""
        functions = tuple(g.key for g in given if isinstance(g, Closure))
        key = (function.name, types, result, functions)
        found = self.instances.get(key)
        if found is None:
            frame = Frame(self.assembly)
            params: Env = tuple(
                g if isinstance(g, Closure) else frame.take(plain(t))
                for g, t in zip(given, types, strict=True)
            )
            body = self.bodies.find(function, types, result)
            value, back = frame.take(plain(result)), frame.take(INT)
            yield self.visit(body, params, frame, (value,))
            frame.emit(op.RETURN, back)
            registers = tuple(p for p in params if isinstance(p, int))
            found = self.instances[key] = Instance(frame.start, registers, value, back)
        return found

    def apply(
        self,
        closure: Closure,
        given: Env,
        frame: Frame,
        into: Registers | None,
        charged: bool = False,
    ) -> Walk[Registers]:
        """Emit a lambda's body, after one unit of fuel unless a loop's head takes it."""
        if not charged:
            frame.emit(op.TICK)
        mine = frame.adopt(tuple(g for g in given if isinstance(g, int)))
        (body,) = closure.function.children
        found = yield self.visit(body, (*closure.env, *given), frame, into)
        frame.end_scope(mine, found)
        return found

    def with_function(
        self, typed: Typed, given: Env, frame: Frame, into: Registers | None
    ) -> Walk[Registers]:
        """Emit map, filter, fold or sort_by: a loop around the body of its function."""
        assert isinstance(typed.term, Call)
        name, closure, source = typed.term.name, given[0], given[-1]
        assert isinstance(closure, Closure) and isinstance(source, int)
        result, source_type = plain(typed.type), plain(typed.children[-1].type)
        item = frame.take(items_of(source_type))
        position, end, head = frame.take(INT), Label(), Label()
        if name == "fold":
            (start,) = (g for g in given[1:2] if isinstance(g, int))
            made = frame.take(result)
            frame.emit(op.MOVE, made, start)
            frame.release((start,))
            kind = -1
        else:
            key = plain(closure.function.type.types[-1])
            made_type = list_of(key) if name == "sort_by" else result
            kind = sequence_kind(made_type)
            made = frame.take(made_type)
            frame.emit(op.NEW_LIST, made, source, kind)
        frame.emit(op.MOVE, position, self.assembly.constant(0))
        frame.place(head)
        frame.emit(op.NEXT, source, position, item, end)
        self.share_result(items_of(source_type), item, frame)
        if name == "fold":
            yield self.apply(closure, (made, item), frame, (made,), charged=True)
        else:
            (value,) = yield self.apply(closure, (item,), frame, None, charged=True)
            if name == "filter":
                frame.emit(op.JUMP_IF_NOT, value, head)
            frame.emit(op.PUSH, made, item if name == "filter" else value, kind)
            frame.release((value,))
        frame.emit(op.JUMP, head)
        frame.place(end)
        frame.give_back(item, position)
        if name == "sort_by":
            to = frame.target(typed.type, into)
            place = self.assembly.image.descriptor(key)
            frame.emit(op.SORT, to, made, source, place, sequence_kind(result))
            frame.give_back(made)
            frame.release((source,))
            return (to,)
        frame.release((source,))
        frame.temporaries.add(made)
        return frame.moved((made,), into)

    # ------------------------------------------------------------------------------ values

    def build(
        self, typed: Typed, env: Env, frame: Frame, into: Registers | None
    ) -> Walk[Registers]:
        """Emit a list, tuple or dict literal."""
        assert isinstance(typed.term, Build)
        type_ = plain(typed.type)
        items = yield from self.registers(typed.children, env, frame)
        if typed.term.kind == "dict":
            made = frame.temporary(type_)
            frame.emit(op.MOVE, made, self.assembly.constant(0))
            place = self.assembly.image.descriptor(type_.types[0])
            for key, value in zip(items[::2], items[1::2], strict=True):
                frame.emit(op.PUT_KEY, made, made, key, value, place, dict_meta(type_))
            frame.release(items)
            return frame.moved((made,), into)
        frame.release(items)
        to = frame.target(type_, into)
        if typed.term.kind == "list":
            frame.emit(op.MAKE_LIST, to, sequence_kind(type_), len(items), *items)
        else:
            frame.emit(op.MAKE_TUPLE, to, tuple_meta(type_), len(items), *items)
        return (to,)

    def values(
        self, typed: Typed, env: Env, frame: Frame, into: Registers | None
    ) -> Walk[Registers]:
        """Emit several values at once."""
        if into is None:
            return (yield from self.registers(typed.children, env, frame))
        found: list[int] = []
        for place, child in enumerate(typed.children):
            later = typed.children[place + 1 :]
            direct = not isinstance(child.term, Var | Const) and not (
                any(_mentions(c.term, env, into[place]) for c in later) or into[place] in found
            )
            wanted = (into[place],) if direct else None
            found += yield self.visit(child, env, frame, wanted)
        return frame.moved(tuple(found), into)

    def branches(
        self, typed: Typed, env: Env, frame: Frame, into: Registers | None
    ) -> Walk[Registers]:
        """Emit a conditional."""
        cond, then, orelse = typed.children
        if into is None:
            into = tuple(frame.temporary(plain(t)) for t in typed.types)
        other, end = Label(), Label()
        yield self.jump(cond, env, frame, other, False)
        yield self.visit(then, env, frame, into)
        frame.emit(op.JUMP, end)
        frame.place(other)
        yield self.visit(orelse, env, frame, into)
        frame.place(end)
        return into

    def jump(self, typed: Typed, env: Env, frame: Frame, label: Label, when: bool) -> Walk[None]:
        """Emit a jump to the label when the condition is `when`; else it goes on behind."""
        term = typed.term
        if term in (TRUE, FALSE):
            if (term == TRUE) == when:
                frame.emit(op.JUMP, label)
            return
        if isinstance(term, Call) and term.name == "not" and self.is_own("not"):
            yield self.jump(typed.children[0], env, frame, label, not when)
            return
        if isinstance(term, If) and term.orelse == FALSE:  # a and b
            yield self.both(typed.children[0], typed.children[1], env, frame, label, when, True)
            return
        if isinstance(term, If) and term.then == TRUE:  # a or b
            yield self.both(typed.children[0], typed.children[2], env, frame, label, when, False)
            return
        if isinstance(term, Call) and term.name in COMPARISONS and self.is_own(term.name):
            type_ = typed.children[0].type
            if type_.name in ("int", "bool", "choice"):
                yield self.jump_compare(typed, env, frame, label, when)
                return
        (value,) = yield self.visit(typed, env, frame)
        frame.emit(op.JUMP_IF if when else op.JUMP_IF_NOT, value, label)
        frame.release((value,))

    def both(
        self, a: Typed, b: Typed, env: Env, frame: Frame, label: Label, when: bool, all_of: bool
    ) -> Walk[None]:
        """Emit the jump for `a and b` (`all_of`) or `a or b`."""
        if when != all_of:  # either alone decides
            yield self.jump(a, env, frame, label, when)
            yield self.jump(b, env, frame, label, when)
            return
        behind = Label()
        yield self.jump(a, env, frame, behind, not when)
        yield self.jump(b, env, frame, label, when)
        frame.place(behind)

    def jump_compare(
        self, typed: Typed, env: Env, frame: Frame, label: Label, when: bool
    ) -> Walk[None]:
        """Emit the jump for a comparison of ints."""
        assert isinstance(typed.term, Call)
        given = yield from self.registers(typed.children, env, frame, "eq")
        a, b = given
        name = typed.term.name
        if not when:
            opposite = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "le": "gt", "gt": "le"}
            name = opposite[name]
        if name in ("gt", "ge"):
            a, b, name = b, a, "lt" if name == "gt" else "le"
        codes = {"eq": op.JUMP_EQ, "ne": op.JUMP_NE, "lt": op.JUMP_LT, "le": op.JUMP_LE}
        frame.emit(codes[name], a, b, label)
        frame.release(given)

    # ------------------------------------------------------------------------------- loops

    def while_(
        self, typed: Typed, env: Env, frame: Frame, into: Registers | None
    ) -> Walk[Registers]:
        """Emit a while loop, its test at the end."""
        init, cond, body = typed.children
        state = tuple(frame.take(plain(t)) for t in typed.types)
        yield self.visit(init, env, frame, state)
        again, test = Label(), Label()
        frame.emit(op.JUMP, test)
        frame.place(again)
        frame.emit(op.TICK)
        yield self.visit(body, (*env, *state), frame, state)
        frame.place(test)
        yield self.jump(cond, (*env, *state), frame, again, True)
        frame.temporaries.update(state)
        return frame.moved(state, into)

    def for_(self, typed: Typed, env: Env, frame: Frame, into: Registers | None) -> Walk[Registers]:
        """Emit a for loop; the list of a range is not made, though it is paid for."""
        source, init, body = typed.children
        name = source.term.name if isinstance(source.term, Call) else ""
        counts = name in ("range.stop", "range.start") and self.is_own(name)
        position = frame.take(INT)
        if counts:
            callee = self.dsl.primitives[name]
            registers = yield from self.registers(source.children, env, frame)
            pay(callee, Arguments(registers, (INT,) * len(registers)), frame)
            first = registers[0] if len(registers) == 2 else self.assembly.constant(0)
            over, code = registers[-1], op.COUNT
            kept = frame.adopt((over,))
            frame.emit(op.MOVE, position, first)
            frame.release(registers)
        else:
            (over,) = yield self.visit(source, env, frame)
            kept, code = frame.adopt((over,)), op.NEXT
            frame.emit(op.MOVE, position, self.assembly.constant(0))
        state = tuple(frame.take(plain(t)) for t in typed.types)
        yield self.visit(init, env, frame, state)
        item = frame.take(items_of(plain(source.type)))
        head, end = Label(), Label()
        frame.place(head)
        if counts:
            frame.emit(code, position, over, item, end)
        else:
            frame.emit(code, over, position, item, end)
            self.share_result(items_of(plain(source.type)), item, frame)
        yield self.visit(body, (*env, *state, item), frame, state)
        frame.emit(op.JUMP, head)
        frame.place(end)
        frame.give_back(position, item, *kept)
        frame.temporaries.update(state)
        return frame.moved(state, into)


_EMITS: Mapping[type[Term], Callable[..., Walk[Registers]]] = {
    Call: _Compiler.call,
    Build: _Compiler.build,
    Values: _Compiler.values,
    If: _Compiler.branches,
    While: _Compiler.while_,
    For: _Compiler.for_,
}


def _mentions(term: Term, env: Env, register: int, most: int = 200) -> bool:
    """May the term read the register? True as well when it has more than `most` nodes."""
    size = len(env)
    todo: list[tuple[Term, int]] = [(term, 0)]
    while todo:
        node, depth = todo.pop()
        most -= 1
        if most < 0:
            return True
        if isinstance(node, Var | Apply) and node.index >= depth:
            found = env[size - 1 - (node.index - depth)]
            if isinstance(found, Closure) or found == register:
                return True
        todo.extend((c, depth + b) for c, b in zip(node.children, node.binds, strict=True))
    return False
