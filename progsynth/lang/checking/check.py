"""Checking a surface tree: names and types, with every problem at once.

Each function of the text has its parameters' types written; all else follows by unification,
function by function, each after those that it calls. Operators and overloaded names are
resolved to one primitive or function each (`overload.py`). A mistake makes one message: the
expression that has it fits everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from progsynth.errors import PackError, Problem, ProgramError
from progsynth.lang.checking.check_statement import StatementChecker
from progsynth.lang.checking.checker import CLASSES
from progsynth.lang.checking.findings import Checked, CheckedFunction, Findings
from progsynth.lang.checking.overload import Candidate
from progsynth.lang.checking.scope import used_names
from progsynth.lang.checking.unifier import ERROR, TypeTooLargeError, is_flexible, is_numeric
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Neural
from progsynth.lang.text import surface as s
from progsynth.lang.types import (
    BOOL,
    FLOAT,
    INT,
    MAX_DEPTH,
    WIDER_CLASSES,
    Signature,
    Type,
    as_int,
    depth_of,
    has_class,
    list_of,
    variables,
    walk_type,
)
from progsynth.lang.values import INT_MAX, INT_MIN
from progsynth.lang.walk import walk

MAX_PROBLEMS = 20  # more than these help nobody


def check(module: s.Module, dsl: DSL, neural: Sequence[Neural] = ()) -> Checked:
    """The module with all that checking finds out. Raises ProgramError with every problem.

    The text may use the submodules `neural` without declaring them.
    """
    return _run(_Modules(module, dsl, neural), prelude=False)


def check_prelude(module: s.Module, dsl: DSL) -> Checked:
    """The same for a pack's prelude: each function may call those before it, and share a name.

    Functions that share one are called `name.<head of the first parameter's type>` in core.
    """
    return _run(_Modules(module, dsl), prelude=True)


def _run(checker: _Modules, prelude: bool) -> Checked:
    findings = checker.findings
    try:
        functions = checker.prelude() if prelude else checker.program()
    except TypeTooLargeError:
        findings.problem(
            checker.at, f"a type here is nested more than {MAX_DEPTH} deep or too large"
        )
        functions = ()
    if findings.problems:
        module = checker.module
        raise ProgramError(_ordered(findings.problems), module.source, module.filename)
    return Checked(
        checker.module,
        findings.dsl,
        functions,
        checker.neural,
        findings.types,
        findings.instances,
        findings.nested,
        findings.positions,
        findings.allowed,
        findings.variables,
        findings.results,
    )


def _ordered(problems: list[Problem]) -> list[Problem]:
    """The problems in the order of the text, each once."""
    found = list(dict.fromkeys(sorted(problems, key=lambda p: (p.line, p.column))))
    if len(found) > MAX_PROBLEMS:
        last = Problem(f"and {len(found) - MAX_PROBLEMS} more problems")
        return [*found[:MAX_PROBLEMS], last]
    return found


class _Modules:
    """Checks the functions and declarations of one text."""

    def __init__(self, module: s.Module, dsl: DSL, given: Sequence[Neural] = ()):
        self.module = module
        self.findings = Findings(dsl)
        declared = {i.name for i in module.items if isinstance(i, s.NeuralDeclaration)}
        self.given = tuple(n for n in given if n.name not in declared)
        self.neural: tuple[Neural, ...] = ()
        self.at: s.Node = module
        self.definitions = [i for i in module.items if isinstance(i, s.Definition)]

    # ----------------------------------------------------------------------- programs

    def program(self) -> tuple[CheckedFunction, ...]:
        self.declare_names()
        self.declare_neural()
        if not self.definitions:
            hint = "write at least one: def f(x: int) -> int: return x"
            self.findings.problem(self.module, "the text has no function", hint=hint)
            return ()
        ordered = list(self.called_first())
        self.findings.reported.update(d.name for d in self.definitions)
        ordered.sort(key=lambda d: d is self.definitions[-1])
        found = [self.function(d, d.name) for d in ordered]
        return tuple(f for f in found if f is not None)

    def declare_names(self) -> None:
        """Report names that are taken."""
        seen: dict[str, int] = {}
        given = {n.name for n in self.given}
        for item in self.module.items:
            if item.name in given:
                message = f"'{item.name}' is already a neural submodule, which the task names"
                self.findings.problem(item, message, hint="give the function another name")
            elif item.name in seen:
                message = f"'{item.name}' is defined twice, first in line {seen[item.name]}"
                self.findings.problem(item, message, hint="give one of them another name")
            elif self.findings.dsl.overloads(item.name):
                pack = self.findings.dsl.name
                message = f"'{item.name}' is already a function of the pack '{pack}'"
                self.findings.problem(item, message, hint="give yours another name")
            seen.setdefault(item.name, item.place.line)

    def called_first(self) -> Iterator[s.Definition]:
        """The functions, each after those it calls, the entry last; recursion is reported."""
        by_name = {d.name: d for d in self.definitions}
        entry = self.definitions[-1]
        calls = {d.name: used_names(d) for d in self.definitions}
        state: dict[str, str] = {}
        recursive = False
        for start in self.definitions:
            if start.name in state:
                continue
            path: list[tuple[str, Iterator[str]]] = [(start.name, iter(calls[start.name]))]
            state[start.name] = "open"
            while path:
                name, rest = path[-1]
                called = next((c for c in rest if c in by_name), None)
                if called is None:
                    path.pop()
                    state[name] = "done"
                    yield by_name[name]
                elif called not in state:
                    state[called] = "open"
                    path.append((called, iter(calls[called])))
                elif state[called] == "open":
                    self.recursion(calls[name][called], [n for n, _ in path], called)
                    recursive = True
        for definition in self.definitions[:-1]:
            if entry.name in calls[definition.name] and not recursive:
                self.calls_entry(calls[definition.name][entry.name], definition.name, entry.name)

    def recursion(self, at: s.Name, path: list[str], called: str) -> None:
        cycle = path[path.index(called) :]
        if len(cycle) == 1:
            message = f"'{called}' calls itself: functions cannot be recursive"
        else:
            shown = ", which calls ".join(f"'{n}'" for n in [*cycle[1:], called])
            message = f"'{called}' calls {shown}: functions cannot be recursive"
        hint = "write a while loop with a list of what is still to do, or use fold"
        self.findings.problem(at, message, hint=hint)

    def calls_entry(self, at: s.Name, name: str, entry: str) -> None:
        self.findings.problem(
            at,
            f"'{entry}' is the last function of the text and so the program itself: "
            f"'{name}' cannot call it",
            hint=f"move '{name}' to the end of the text, if that is the program",
        )

    def declare_neural(self) -> None:
        """Note the signatures of neural submodules. In programs a choice is an int."""
        found = []
        for item in self.module.items:
            if not isinstance(item, s.NeuralDeclaration):
                continue
            checker = StatementChecker(self.findings)
            types = tuple(
                ERROR if p.type is None else checker.declared(p.type) for p in item.params
            )
            for param, type_ in zip(item.params, types, strict=True):
                if param.type is None:
                    message = f"the input '{param.name}' of '{item.name}' needs a type"
                    self.findings.problem(param, message, hint="such as tensor[1, 28, 28]")
                elif type_.name in _NOT_READ:
                    hint = "it reads numbers, texts, tensors, and lists and tuples of these"
                    message = f"a network cannot read {type_}"
                    self.findings.problem(param, message, hint=hint)
            result = checker.declared(item.result)
            if result is not ERROR and not _is_answer(result):
                self.findings.problem(
                    item.result,
                    "what a network answers",
                    expected="bool, choice[k], float, list[bool], list[float] or a tensor",
                    found=str(result),
                    hint="an int is a choice[k] of k possible answers, or a float",
                )
            params = tuple(p.name for p in item.params)
            found.append(Neural(item.name, params, types, result))
        self.neural = (*self.given, *found)
        for neural in self.neural:
            params_of = tuple(zip(neural.params, neural.types, strict=True))
            signature = Signature(params_of, as_int(neural.result))
            self.findings.functions[neural.name] = [(neural.name, signature)]
            self.findings.submodules.add(neural.name)

    # ------------------------------------------------------------------------ preludes

    def prelude(self) -> tuple[CheckedFunction, ...]:
        self.declare_neural()
        found = []
        names = [d.name for d in self.definitions]
        taken = set(self.findings.dsl)
        for definition in self.definitions:
            shared = names.count(definition.name) > 1
            instance = self.instance(definition, shared, taken)
            taken.add(instance)
            made = self.function(definition, instance)
            if made is not None:
                found.append(made)
        return tuple(found)

    def instance(self, definition: s.Definition, shared: bool, taken: set[str]) -> str:
        """What core calls a function of a prelude."""
        name = definition.name
        if not shared and name not in taken and not self.findings.dsl.overloads(name):
            return name
        for param in definition.params:
            if param.type is not None:
                name += f".{param.type.type.name}"
            if name not in taken:
                return name
        raise PackError(f"the prelude has two functions '{definition.name}' of the same types")

    # ---------------------------------------------------------------- a single function

    def function(self, definition: s.Definition, instance: str) -> CheckedFunction | None:
        """Check a function and make its signature known to those after it."""
        self.at = definition
        findings = self.findings
        checker = StatementChecker(findings)
        first = (len(findings.types), len(findings.constraints))
        problems = len(findings.problems)
        types, result = walk(checker.function(definition))
        self.settle_types(first[0])
        for inner, frame in checker.frames.items():
            findings.variables[inner] = {
                name: _closed(findings.unifier.resolve(v.type))
                for name, v in frame.variables.items()
            }
            assert frame.result is not None
            findings.results[inner] = _closed(findings.unifier.resolve(frame.result))
        result = findings.unifier.resolve(result)
        result = _closed(result)
        classes = self.settle_classes(first[1])
        clean = len(findings.problems) == problems
        if not clean and definition.result is None:
            result = ERROR
        params = tuple(zip((p.name for p in definition.params), types, strict=True))
        signature = Signature(params, result, classes)
        called = Signature(tuple((n, as_int(t)) for n, t in params), as_int(result), classes)
        entry: Candidate = (instance, called)
        findings.functions.setdefault(definition.name, []).append(entry)
        findings.reported.discard(definition.name)
        return CheckedFunction(instance, definition, signature) if clean else None

    def settle_types(self, start: int) -> None:
        """Put in what is known by now, and test what depends on it."""
        findings = self.findings
        unifier = findings.unifier
        negated = set()
        reported = False
        for node in list(findings.types)[start:]:
            if isinstance(node, s.Unary) and isinstance(node.operand, s.Literal):
                negated.add(node.operand)
            type_ = unifier.resolve(findings.types[node])
            if not (isinstance(node, s.HoleExpression) and any(map(is_flexible, walk_type(type_)))):
                type_ = _closed(type_)
            findings.types[node] = type_
            if depth_of(type_) > MAX_DEPTH and not reported:
                reported = True
                findings.problem(node, f"the type of this is nested more than {MAX_DEPTH} deep")
        for node in list(findings.types)[start:]:
            if isinstance(node, s.Literal) and findings.types[node] == INT:
                self.check_size(node, node in negated)

    def check_size(self, node: s.Literal, negated: bool) -> None:
        assert isinstance(node.value, int)
        value = -node.value if negated else node.value
        if not INT_MIN <= value <= INT_MAX:
            message = f"{node.text or node.value} does not fit in an int of 64 bits"
            self.findings.problem(node, message, hint=f"the largest int is {INT_MAX}")

    def settle_classes(self, start: int) -> tuple[tuple[str, str], ...]:
        """Test the demands for classes of types; those on the function's own variables."""
        needed: dict[str, set[str]] = {}
        for type_, cls, what, node in self.findings.constraints[start:]:
            if self.findings.unifier.is_wrong(type_):
                continue
            found = _closed(self.findings.unifier.resolve(type_))
            if not has_class(found, cls):
                self.findings.problem(
                    node, f"{what} needs a type that is {cls}", found=str(found), hint=CLASSES[cls]
                )
            for part in variables(found):
                needed.setdefault(part, set()).add(cls)
        return tuple((v, next(c for c in WIDER_CLASSES if c in needed[v])) for v in sorted(needed))


_NOT_READ = ("fn", "dict", "graph", "memory")


def _is_answer(type_: Type) -> bool:
    if type_ in (list_of(BOOL), list_of(FLOAT)) or type_.name == "tuple":
        return all(_is_answer(t) for t in type_.types)
    return type_ in (BOOL, FLOAT) or type_.name in ("tensor", "choice")


def _closed(type_: Type) -> Type:
    """The type with int for what nothing determines, which cannot be observed."""
    if is_flexible(type_) or is_numeric(type_):
        return INT
    return Type(type_.name, tuple(_closed(a) if isinstance(a, Type) else a for a in type_.args))
