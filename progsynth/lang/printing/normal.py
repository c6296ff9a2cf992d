"""Normal form: what reading a printed program gives.

`normal(program, dsl)` means the same as the program. Bindings, loops and branches that are no
expressions are moved out to where statements can stand (see `unnest`), slots that nobody reads
are gone, loops start from variables (see `arrange`), and a negated literal is one constant.
The law is `read_program(pretty(p, dsl), dsl) == normal(p, dsl)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from progsynth.lang.infer import Typed, check_program
from progsynth.lang.primitive import DSL
from progsynth.lang.printing.annotate import annotate
from progsynth.lang.printing.arrange import Names, arrange
from progsynth.lang.printing.choose_names import free_parameters, taken_names
from progsynth.lang.printing.unnest import (
    ApplyRef,
    Bind,
    Block,
    Branch,
    Fn,
    Loop,
    Ref,
    Routine,
    Step,
    Variable,
    unnest,
)
from progsynth.lang.term import (
    Apply,
    For,
    Hole,
    If,
    Lambda,
    Let,
    Program,
    Term,
    Values,
    Var,
    While,
    subterms,
)
from progsynth.lang.types import Type
from progsynth.lang.walk import Walk, walk


def normal(program: Program, dsl: DSL) -> Program:
    """The program in the form that reading its printed text gives."""
    return arranged(program, dsl).program


@dataclass(frozen=True, slots=True)
class Arranged:
    """A program in normal form, with its functions as statements.

    `names` says for each function which variables share a name, `types` of what type each is.
    """

    program: Program
    routines: tuple[Routine, ...]
    names: tuple[Names, ...]
    types: Mapping[Variable, Type]


def arranged(program: Program, dsl: DSL) -> Arranged:
    """The program in normal form, with all that printing it needs. Raises IllTypedError."""
    taken = taken_names(program, dsl)
    renamed = (replace(f, params=free_parameters(f.params, taken)) for f in program.functions)
    program = Program(tuple(renamed), program.neural)
    program = annotate(with_typed_holes(program, dsl), dsl)
    found = _arranged(program, dsl, by_hint=True)
    if all(_of_one_type(names, found.types) for names in found.names):
        return found
    return _arranged(program, dsl, by_hint=False)


def _arranged(program: Program, dsl: DSL, *, by_hint: bool) -> Arranged:
    routines = tuple(unnest(f.params, f.body, dsl) for f in program.functions)
    names = tuple(arrange(r, by_hint=by_hint) for r in routines)
    functions, binders = [], []
    for function, routine, shared in zip(program.functions, routines, names, strict=True):
        body, found = to_core(routine, shared)
        functions.append(replace(function, body=body))
        binders.append(found)
    made = Program(tuple(functions), program.neural)
    types: dict[Variable, Type] = {}
    for function, routine in zip(made.functions, routines, strict=True):
        types.update(zip(routine.params, function.types, strict=True))
    for found, typed in zip(binders, check_program(made, dsl).values(), strict=True):
        _note_types(typed, found, types)
    return Arranged(made, routines, names, types)


def _of_one_type(names: Names, types: Mapping[Variable, Type]) -> bool:
    """Has each name one type, as a text demands?"""
    return all(
        len({types[v] for v in sharing if v in types}) <= 1 for sharing in names.members.values()
    )


def _note_types(
    typed: Typed, binders: Mapping[int, Sequence[Variable]], types: dict[Variable, Type]
) -> None:
    """Note the types of the variables that a term binds."""
    todo = [typed]
    while todo:
        node = todo.pop()
        variables = binders.get(id(node.term), ())
        match node.term:
            case Let():
                found = node.children[0].types
            case Lambda():
                found = node.type.types
            case While():
                found = node.types
            case For():
                found = (*node.types, *node.children[0].type.types)
            case _:
                found = ()
        types.update(zip(variables, found, strict=False))
        todo.extend(node.children)


def with_typed_holes(program: Program, dsl: DSL) -> Program:
    """The program with the type of each hole said, as checking a text finds it."""
    untyped = any(
        isinstance(t, Hole) and t.type is None for f in program.functions for t in subterms(f.body)
    )
    if not untyped:
        return program
    typed = check_program(program, dsl)
    functions = [replace(f, body=walk(_with_types(typed[f.name]))) for f in program.functions]
    return Program(tuple(functions), program.neural)


def _with_types(typed: Typed) -> Walk[Term]:
    children = []
    for child in typed.children:
        children.append((yield _with_types(child)))
    term = typed.term.rebuild(tuple(children))
    return replace(term, type=typed.type) if isinstance(term, Hole) else term


Binders = dict[int, tuple[Variable, ...]]  # by the id of the term that binds them


def to_core(routine: Routine, names: Names) -> tuple[Term, Binders]:
    """The core term that the statements mean, as lowering their text makes it."""
    made = _ToCore(names)
    return walk(made.routine(routine.params, routine.block)), made.binders


class _ToCore:
    def __init__(self, names: Names):
        self.names = names
        self.levels: dict[Variable, list[int]] = {}  # how many binders are outside, innermost last
        self.depth = 0
        self.binders: Binders = {}

    def note(self, term: Term, variables: Sequence[Variable]) -> Term:
        self.binders[id(term)] = tuple(variables)
        return term

    def enter(self, variables: Sequence[Variable]) -> None:
        for variable in variables:
            self.levels.setdefault(variable, []).append(self.depth)
            self.depth += 1

    def leave(self, variables: Sequence[Variable]) -> None:
        for variable in variables:
            self.levels[variable].pop()
        self.depth -= len(variables)

    def index(self, variable: Variable) -> int:
        return self.depth - 1 - self.levels[variable][-1]

    def routine(self, params: Sequence[Variable], block: Block) -> Walk[Term]:
        self.enter(params)
        body = yield self.block(block, None)
        self.leave(params)
        return body

    def block(self, block: Block, slots: tuple[Variable, ...] | None) -> Walk[Term]:
        """The term of a block that gives the slots their values; None: the function's result."""
        made: list[tuple[tuple[Variable, ...], Term]] = []
        tail: Term | None = None
        for step in block.steps:
            bound = yield self.step(step)
            given = step.variables if isinstance(step, Bind) else step.slots
            if given is None:
                tail = bound
                break
            made.append((given, bound))
            self.enter(given)
        if tail is None:
            assert block.end is not None
            root = self.names.root
            if slots is not None and made and self.names.unchanged(block, slots):
                if [root(v) for v in made[-1][0]] == [root(v) for v in slots]:
                    given, tail = made.pop()
                    self.leave(given)
        if tail is None:
            tail = yield self.several(block.end or ())
        for given, bound in reversed(made):
            self.leave(given)
            tail = self.note(Let(len(given), bound, tail, _hints(given)), given)
        return tail

    def several(self, terms: Sequence[Term]) -> Walk[Term]:
        found = []
        for term in terms:
            found.append((yield self.term(term)))
        return found[0] if len(found) == 1 else Values(tuple(found))

    def step(self, step: Step) -> Walk[Term]:
        match step:
            case Bind(items=items):
                return (yield self.several(items))
            case Branch(cond=cond, then=then, orelse=orelse, slots=slots):
                test = yield self.term(cond)
                first = yield self.block(then, slots)
                return If(test, first, (yield self.block(orelse, slots)))
            case Loop(slots=slots, inits=inits, cond=cond, source=source, item=item, body=body):
                over = None if source is None else (yield self.term(source))
                init = yield self.several(inits)
                inside = slots if item is None else (*slots, item)
                self.enter(inside)
                test = None if cond is None else (yield self.term(cond))
                inner = yield self.block(body, slots)
                self.leave(inside)
                if test is not None:
                    return self.note(While(len(slots), init, test, inner, _hints(slots)), slots)
                assert over is not None
                return self.note(For(len(slots), over, init, inner, _hints(inside)), inside)
        raise AssertionError("no such step")

    def term(self, term: Term) -> Walk[Term]:
        match term:
            case Ref(variable=variable):
                return Var(self.index(variable))
            case ApplyRef(variable=variable, args=args):
                found = []
                for arg in args:
                    found.append((yield self.term(arg)))
                return Apply(self.index(variable), tuple(found))
            case Fn(params=params, block=block):
                body = yield self.routine(params, block)
                return self.note(Lambda(len(params), body, _hints(params)), params)
        children = []
        for child in term.children:
            children.append((yield self.term(child)))
        return term.rebuild(tuple(children)) if children else term


def _hints(variables: Sequence[Variable]) -> tuple[str, ...]:
    return tuple(v.hint for v in variables)
