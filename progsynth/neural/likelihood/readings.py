"""The symbolic view of a hybrid program: tensors are replaced by what the submodules read there.

All that a program learns from a tensor is what its submodules answer. So each tensor of an input
is replaced by its reading: the answer of the one submodule that reads tensors of its type, the
tuple of the answers of several, or 0 where none reads it. A call of a submodule becomes the
reading itself, or an item of it, and what is left is an ordinary program that every engine runs
at full speed. A call of a submodule charges nothing, as a primitive without formulas does.

A network whose weights are known is a primitive (`neural.bind`): its answers on the tensors of
the inputs are known, and are read there beside those of the submodules.

The fragment: a submodule reads exactly one tensor, all tensors come from the inputs, and no other
primitive reads them. Anything else raises UnsupportedError.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from progsynth.errors import UnsupportedError
from progsynth.lang import vm
from progsynth.lang.engines import compiled
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.term import (
    Call,
    Function,
    Hole,
    Neural,
    Program,
    Project,
    Term,
    fold,
    subterms,
)
from progsynth.lang.types import BOOL, INT, Type, as_int, tuple_of, walk_type
from progsynth.lang.values import Value
from progsynth.lang.vm import bytecode
from progsynth.lang.vm.code import Code

Row = tuple[Value, ...]
Readers = Mapping[Type, tuple[Neural, ...]]  # of each type of tensor, in order of declaration


# --------------------------------------------------------------------------- who reads what


def readers(neural: Iterable[Neural]) -> Readers:
    """The submodules by the type of tensor that they read. Raises UnsupportedError."""
    found: dict[Type, tuple[Neural, ...]] = {}
    for one in neural:
        if len(one.types) != 1 or one.types[0].name != "tensor":
            shown = ", ".join(map(str, one.types))
            raise UnsupportedError(
                f"neural submodule '{one.name}' reads ({shown}); the likelihood of a program "
                "is known for submodules that read exactly one tensor"
            )
        if has_tensor(one.result):
            raise UnsupportedError(
                f"neural submodule '{one.name}' answers {one.result}; the likelihood of a "
                "program is known for submodules that answer a choice, a bool or floats"
            )
        found[one.types[0]] = (*found.get(one.types[0], ()), one)
    return found


def num_values(neural: Neural) -> int | None:
    """How many values the submodule may answer: k for `choice[k]`, 2 for `bool`; else None."""
    if neural.result == BOOL:
        return 2
    size = neural.result.args[0] if neural.result.name == "choice" else None
    return size if isinstance(size, int) else None


def value_of(neural: Neural, index: int) -> Value:
    """The submodule's answer number `index`: False comes before True."""
    return bool(index) if neural.result == BOOL else index


def has_tensor(type_: Type) -> bool:
    """Does the type hold tensors?"""
    return any(t.name == "tensor" for t in walk_type(type_))


def reading_type(type_: Type, by: Readers) -> Type:
    """The type in the symbolic view: tensors become what is read from them."""
    if type_.name == "tensor":
        answers = [as_int(one.result) for one in by.get(type_, ())]
        if len(answers) == 1:
            return answers[0]
        return tuple_of(*answers) if answers else INT
    args = tuple(reading_type(a, by) if isinstance(a, Type) else a for a in type_.args)
    return Type(type_.name, args)


def called_submodules(program: Program, dsl: DSL) -> tuple[Neural, ...]:
    """The submodules that the program's entry can call, in order of declaration."""
    terms = [t for function in _reached(program, dsl) for t in subterms(function.body)]
    called = {term.name for term in terms if isinstance(term, Call)}
    return tuple(one for one in program.neural if one.name in called)


def known_networks(program: Program, dsl: DSL) -> tuple[Neural, ...]:
    """The networks with known weights that the program's entry can call, by their primitives'
    names: those that read one tensor and answer none."""
    terms = [t for function in _reached(program, dsl) for t in subterms(function.body)]
    called = {term.name for term in terms if isinstance(term, Call)}
    found = (known_network(dsl.primitives[name]) for name in sorted(called & set(dsl.primitives)))
    return tuple(one for one in found if one is not None)


def known_network(primitive: Primitive) -> Neural | None:
    """What network the primitive is, if its answers on the inputs' tensors can be known."""
    network = getattr(primitive.fn, "network", None)
    declared: Neural | None = getattr(network, "declaration", None)
    if declared is None or len(declared.types) != 1:
        return None
    if declared.types[0].name != "tensor" or has_tensor(declared.result):
        return None
    return replace(declared, name=primitive.name)


def _reached(program: Program, dsl: DSL) -> list[Function]:
    """The functions that the entry calls, itself included, and that may meet tensors.

    Those of the pack whose signatures are without tensors cannot look at any.
    """
    own = {f.name: f for f in program.functions}
    found: dict[str, Function] = {}
    todo = [program.entry]
    while todo:
        function = todo.pop()
        if function.name in found:
            continue
        found[function.name] = function
        for term in subterms(function.body):
            if not isinstance(term, Call):
                continue
            if term.name in own:
                todo.append(own[term.name])
            elif term.name in dsl.functions and _takes_tensors(dsl.functions[term.name]):
                todo.append(dsl.functions[term.name])
    return list(found.values())


def _takes_tensors(function: Function) -> bool:
    return any(map(has_tensor, (*function.types, function.result)))


# ------------------------------------------------------------------------ the symbolic view


def symbolic(
    program: Program,
    dsl: DSL,
    *,
    neural: Sequence[Neural] | None = None,
    known: Sequence[Neural] = (),
) -> tuple[Program, DSL]:
    """The program over readings in place of tensors, and the pack it runs with.

    `neural` are the submodules that are read, by default those that the program calls: give the
    same ones for programs that shall run on the same rows, and the same `known` networks
    (`known_networks`). Raises UnsupportedError.
    """
    reached = _reached(program, dsl)
    called = called_submodules(program, dsl)
    read = tuple(called if neural is None else neural)
    missing = [one.name for one in called if one not in read]
    if missing:
        raise UnsupportedError(f"the program calls '{missing[0]}', which is not among `neural`")
    by = readers((*read, *known))
    _require_fragment(program, reached, dsl, {one.name for one in known})
    functions = tuple(_function(f, by) for f in program.functions if f in reached)
    in_pack = {f.name: f for f in reached if f.name in dsl.functions and f not in functions}
    changed = {n: new for n, f in in_pack.items() if (new := _function(f, by)) != f}
    if changed:
        whole = {**dsl.functions, **changed}
        dsl = DSL(dsl.name, dsl.primitives, whole, dsl.surfaces)
    return Program(functions), dsl


def _require_fragment(
    program: Program, reached: Sequence[Function], dsl: DSL, known: Collection[str]
) -> None:
    entry = program.entry
    if has_tensor(entry.result):
        raise UnsupportedError(
            f"{entry.name} gives {entry.result}: the likelihood of a program is known for "
            "outputs without tensors"
        )
    for function in reached:
        for term in subterms(function.body):
            if isinstance(term, Hole):
                raise UnsupportedError("a program with a hole (??) has no likelihood: fill it")
            callee = dsl.primitives.get(term.name) if isinstance(term, Call) else None
            if callee is not None and callee.name not in known and _reads_tensors(callee):
                raise UnsupportedError(
                    f"primitive '{callee.name}' {callee.signature} reads tensors itself; "
                    "the symbolic view has only what neural submodules read there"
                )


def _reads_tensors(primitive: Primitive) -> bool:
    return has_tensor(primitive.signature.type)


def _function(function: Function, by: Readers) -> Function:
    """The function over readings, its calls of submodules replaced."""
    items: dict[str, int | None] = {}
    for found in by.values():
        for place, one in enumerate(found):
            items[one.name] = place if len(found) > 1 else None

    def combine(node: Term, children: tuple[Term, ...]) -> Term:
        if isinstance(node, Call) and node.name in items:
            place = items[node.name]
            return children[0] if place is None else Project(place, children[0])
        same = all(a is b for a, b in zip(children, node.children, strict=True))
        return node if same else node.rebuild(children)

    return replace(
        function,
        types=tuple(reading_type(t, by) for t in function.types),
        result=reading_type(function.result, by),
        body=fold(function.body, combine),
    )


# --------------------------------------------------------------------------------- running


def run_programs(
    programs: Sequence[Program],
    types: Sequence[Type],
    rows: Sequence[Row],
    dsls: Sequence[DSL],
    limits: Limits | None = None,
) -> list[list[Value | Failure]]:
    """What each ordinary program gives on each row of arguments of these types.

    All programs that the VM has run there in one call; the Python engine runs the others, and
    the rows that the VM has no memory for.
    """
    found: list[list[Value | Failure]] = [[] for _ in programs]
    codes = _codes(programs, dsls) if vm.available() and vm.ready() and rows else {}
    if codes:
        batch = vm.encode_rows(types, rows)
        for place, values in zip(codes, vm.run_many(list(codes.values()), batch, limits)):
            found[place] = values
    for place, (program, dsl) in enumerate(zip(programs, dsls, strict=True)):
        values = found[place] or [vm.HANDED_OVER for _ in rows]
        left = [n for n, value in enumerate(values) if value is vm.HANDED_OVER]
        if left:
            again = compiled(program, dsl, "python").run([rows[n] for n in left], limits)
            for n, value in zip(left, again, strict=True):
                values[n] = value
        found[place] = values
    return found


def _codes(programs: Sequence[Program], dsls: Sequence[DSL]) -> dict[int, Code]:
    codes: dict[int, Code] = {}
    for place, (program, dsl) in enumerate(zip(programs, dsls, strict=True)):
        try:
            codes[place] = bytecode.compile_program(program, dsl)
        except UnsupportedError:  # what the VM lacks, the Python engine has
            continue
    return codes
