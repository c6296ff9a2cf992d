"""Closed sub-programs and their values on the examples.

A part of a program is closed when no hole is left in it. Its value on each example is computed
once, by one kernel call on the values of its arguments, as in the bottom-up bank; a part that
uses the parameters of a lambda around it has no such values, and is only ready to run. Equal
parts are one object, so that partial programs share them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import itemgetter
from typing import Any

from progsynth.grammar.rules import Rule, Scope, made_term
from progsynth.lang.failure import Fail, FailureKind, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Term
from progsynth.search.bodies import is_plain, key_of
from progsynth.search.kernels import FAIL, FAILURES, Kernel, Kernels

Values = tuple[Any, ...]
Run = Callable[[Values], Any]  # of the values of the variables in sight


class Closed:
    """A closed part: its rule and arguments, and what is known of its values.

    `row` has its value on each example, None where it uses variables of a lambda around it;
    `fails` has a bit for each example on which it fails. `uses` has a bit for each variable, by
    its position, that is a lambda's. `key` is what only parts of equal rows share. `run` gives
    its value from those of the variables in sight. `cost` is in whole numbers, as rules have it.
    """

    __slots__ = ("args", "cost", "fails", "key", "number", "row", "rule", "run", "scope", "uses")

    def __init__(
        self, rule: Rule, args: tuple[Closed, ...], scope: Scope, number: int, run: Run, uses: int
    ):
        self.rule = rule
        self.args = args
        self.scope = scope
        self.number = number
        self.run = run
        self.uses = uses
        self.cost: int = rule.cost + sum([arg.cost for arg in args])
        self.row: Values | None = None
        self.key: Hashable = None
        self.fails = 0


class Env:
    """The values of the variables bound outside lambdas, for each example: parameters and lets.

    `number` tells environments apart, 0 is that of the parameters alone; `fails` has a bit for
    each example on which what a let binds fails.
    """

    __slots__ = ("fails", "leaves", "number", "rows")

    def __init__(self, rows: Sequence[Values], number: int, fails: int):
        self.rows = rows
        self.number = number
        self.fails = fails
        self.leaves: dict[int, Closed] = {}  # what lets bind, by the variable's position


class Workshop:
    """Makes closed parts; `rows` None leaves out their values, where the inputs are not known.

    `executions` counts the parts computed times the examples, `values` the parts that are kept;
    beyond `max_values` parts are made anew each time they are met.
    """

    def __init__(
        self,
        dsl: DSL,
        limits: Limits,
        rows: Sequence[Values] | None,
        num_params: int,
        *,
        max_values: int,
    ):
        self.kernels = Kernels(dsl, limits)
        self.largest = limits.cells
        self.known_rows = rows is not None
        self.num_params = num_params
        self.max_values = max_values
        self.env = Env(rows or (), 0, 0)
        self.executions = 0
        self.parts = 0
        self._leaves: dict[tuple[Scope, Rule], Closed] = {}
        self._made: dict[tuple[int, ...], Closed] = {}
        self._kernels: dict[int, Kernel] = {}
        self._envs: dict[tuple[int, int], Env] = {}

    @property
    def full(self) -> bool:
        """Is there no room for more parts?"""
        return len(self._made) >= self.max_values

    def leaf(self, rule: Rule, scope: Scope, env: Env) -> Closed:
        """The part of a rule without arguments."""
        if rule.kind == "variable" and rule.detail in env.leaves:
            return env.leaves[rule.detail]
        found = self._leaves.get((scope, rule))
        if found is None:
            found = self._leaves[scope, rule] = self._leaf(rule, scope)
        return found

    def _leaf(self, rule: Rule, scope: Scope) -> Closed:
        detail, uses, values = rule.detail, 0, self.env.rows
        row: list[Any] = []
        if rule.kind == "variable":
            run: Run = itemgetter(detail)
            if detail >= self.num_params:
                uses = 1 << detail
            else:
                row = [value[detail] for value in values]
        elif rule.kind == "call":
            run = _called(self._kernel(rule))
            row = list(_row("call", run, [values], 0))
        else:
            given: Any = ([] if detail == "list" else {}) if rule.kind == "empty" else detail
            run = _Given(given)
            row = [given] * len(values)
        made = self._new(rule, (), scope, run, uses)
        if not uses and self.known_rows:
            self._set_row(made, tuple(row))
        return made

    def bound(self, value: Closed, scope: Scope, env: Env) -> Env:
        """The environment in which a let's variable, the last of its scope, has that value."""
        found = self._envs.get((value.number, env.number))
        if found is None:
            row = value.row or ()
            rows = [(*outer, one) for outer, one in zip(env.rows, row, strict=True)]
            found = Env(rows, 1 + len(self._envs), env.fails | value.fails)
            position = len(scope.visible) - 1
            rule = Rule("variable", value.rule.result, position)
            leaf = self._new(rule, (), scope, itemgetter(position), 0)
            leaf.row, leaf.key, leaf.fails = value.row, value.key, value.fails
            found.leaves = {**env.leaves, position: leaf}
            if not self.full:
                self._envs[value.number, env.number] = found
        return found

    def close(self, rule: Rule, args: tuple[Closed, ...], scope: Scope, env: Env) -> Closed:
        """The part of a rule over closed arguments."""
        tag = env.number if env.fails else 0
        key = (tag, id(rule), *[arg.number for arg in args])  # rules live as long as this does
        found = self._made.get(key)
        if found is None:
            found = self._closed(rule, args, scope, env)
            if not self.full:
                self._made[key] = found
        return found

    def _closed(self, rule: Rule, args: tuple[Closed, ...], scope: Scope, env: Env) -> Closed:
        kernel = self._kernel(rule)
        uses = 0
        for arg in args:
            uses |= arg.uses
        uses &= (1 << len(scope.visible)) - 1  # what is bound inside is no more to be seen
        made = self._new(rule, args, scope, self._runner(rule, kernel, args, scope), uses)
        if self.known_rows and not uses:
            self.executions += len(env.rows)
            columns = [
                self._callables(arg, env) if argument.is_lambda else arg.row
                for arg, argument in zip(args, rule.args, strict=True)
            ]
            self._set_row(made, _row(rule.kind, kernel, columns, env.fails))
        return made

    def _new(
        self, rule: Rule, args: tuple[Closed, ...], scope: Scope, run: Run, uses: int
    ) -> Closed:
        self.parts += 1
        return Closed(rule, args, scope, self.parts, run, uses)

    def _set_row(self, made: Closed, row: Values) -> None:
        made.row = row
        type_ = made.rule.result
        if is_plain(type_):
            made.key = row
        else:
            key = key_of(type_)
            made.key = tuple([FAIL if value is FAIL else key(value) for value in row])
        if FAIL in row:
            made.fails = sum(1 << place for place, value in enumerate(row) if value is FAIL)

    def _callables(self, body: Closed, env: Env) -> list[Callable[..., Any]]:
        """The body of a lambda as a function for each example."""
        run = self._bounded(body)
        return [_applied(run, values) for values in env.rows]

    def _bounded(self, body: Closed) -> Run:
        """The body; where it gives texts or lists, larger ones than any use has are a failure:
        what a fold hands back to it may double each time."""
        if body.rule.result.name not in ("list", "str"):
            return body.run
        run, largest = body.run, self.largest

        def bounded(values: Values) -> Any:
            found = run(values)
            if len(found) > largest:
                raise Fail(FailureKind.MEMORY)
            return found

        return bounded

    def _kernel(self, rule: Rule) -> Kernel:
        found = self._kernels.get(id(rule))
        if found is None:
            if rule.kind == "call":
                found = self.kernels(rule.detail, tuple(argument.type for argument in rule.args))
            else:
                found = _KERNELS[rule.kind](rule)
            self._kernels[id(rule)] = found
        return found

    def _runner(self, rule: Rule, kernel: Kernel, args: tuple[Closed, ...], scope: Scope) -> Run:
        """The part as a function of the values of the variables in sight."""
        runs = [
            self._function(arg) if argument.is_lambda else arg.run
            for arg, argument in zip(args, rule.args, strict=True)
        ]
        special = _RUNNERS.get(rule.kind)
        if special is not None:
            return special(*runs)
        if len(runs) == 1:
            (only,) = runs
            return lambda values: kernel(only(values))
        if len(runs) == 2:
            left, right = runs
            return lambda values: kernel(left(values), right(values))
        return lambda values: kernel(*[run(values) for run in runs])

    def _function(self, body: Closed) -> Run:
        run = self._bounded(body)
        return lambda values: _applied(run, values)


class _Given:
    """A run that gives the same value always."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __call__(self, values: Values) -> Any:
        return self.value


def _called(kernel: Kernel) -> Run:
    return lambda values: kernel()


def _applied(run: Run, values: Values) -> Callable[..., Any]:
    return lambda *args: run(values + args)


# ----------------------------------------------------------------------------- kernels, by kind


def _lazily_chosen(test: Any, then: Any, orelse: Any) -> Any:
    return FAIL if test is FAIL else (then if test else orelse)


def _lazily_and(left: Any, right: Any) -> Any:
    return FAIL if left is FAIL else (right if left else False)


def _lazily_or(left: Any, right: Any) -> Any:
    return FAIL if left is FAIL else (True if left else right)


def _in_let(bound: Any, body: Any) -> Any:
    return FAIL if bound is FAIL else body


_KERNELS: dict[str, Callable[[Rule], Kernel]] = {
    "if": lambda rule: _lazily_chosen,
    "and": lambda rule: _lazily_and,
    "or": lambda rule: _lazily_or,
    "let": lambda rule: _in_let,
    "list": lambda rule: lambda *items: list(items),
    "tuple": lambda rule: lambda *items: items,
    "project": lambda rule: itemgetter(rule.detail),
}
_LAZY = ("if", "and", "or", "let")


def _run_if(test: Run, then: Run, orelse: Run) -> Run:
    return lambda values: then(values) if test(values) else orelse(values)


def _run_and(left: Run, right: Run) -> Run:
    return lambda values: right(values) if left(values) else False


def _run_or(left: Run, right: Run) -> Run:
    return lambda values: True if left(values) else right(values)


def _run_let(bound: Run, body: Run) -> Run:
    return lambda values: body((*values, bound(values)))


_RUNNERS: dict[str, Callable[..., Run]] = {
    "if": _run_if,
    "and": _run_and,
    "or": _run_or,
    "let": _run_let,
}


def _row(kind: str, kernel: Kernel, columns: Sequence[Any], broken: int) -> Values:
    """The value on each example; FAIL where an argument that is needed fails, or the call.

    On the examples `broken` nothing is computed: what a let around it binds fails there.
    """
    if kind in _LAZY:
        return tuple(map(kernel, *columns))
    if not broken and not any(FAIL in column for column in columns):
        try:
            return tuple(map(kernel, *columns))
        except FAILURES:
            pass
    row: list[Any] = []
    for place, args in enumerate(zip(*columns, strict=True)):
        value: Any = FAIL
        if not broken >> place & 1 and not any(arg is FAIL for arg in args):
            try:
                value = kernel(*args)
            except FAILURES:
                pass
        row.append(value)
    return tuple(row)


# -------------------------------------------------------------------------------------- terms


def closed_term(part: Closed) -> Term:
    """The part as a term, where the variables of its scope are bound."""
    done: list[Term] = []
    todo: list[tuple[Closed, bool]] = [(part, False)]
    while todo:
        node, expanded = todo.pop()
        if not expanded and node.args:
            todo.append((node, True))
            todo += [(arg, False) for arg in reversed(node.args)]
            continue
        split = len(done) - len(node.args)
        made = made_term(node.rule, done[split:], len(node.scope.visible))
        del done[split:]
        done.append(made)
    return done[0]
