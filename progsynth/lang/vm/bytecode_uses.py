"""Which uses of a variable are its last: what is not needed again may be changed in place.

`put` copies a list or table, unless the old one is never used again: that is known for
variables from here, and for the objects themselves from a mark that the VM sets where a second
reference to one is kept. A use is the last only if it is so on every way that the program may
take from there; uses in loops and lambdas of variables from outside never are.

Arguments that are variables count as used when the call happens, behind the arguments that are
evaluated before it. Uses are told apart by the identity of their `Typed`: one that stands in
several places of the tree is the last of none.
"""

from __future__ import annotations

from itertools import count

from progsynth.lang.infer import Typed
from progsynth.lang.term import Apply, Build, Call, Const, For, If, Lambda, Let, Values, Var, While
from progsynth.lang.walk import Walk, walk

Env = tuple[int, ...]  # a number for each variable in scope
Uses = dict[int, tuple[int, ...]]  # variable -> the ids of the terms that may be its last uses


def last_uses(body: Typed, num_params: int) -> frozenset[int]:
    """The ids of the `Typed` variables in a function's body that are last uses."""
    finder = _Finder()
    params = finder.fresh(num_params)
    uses = walk(finder.visit(body, params))
    finder.close(params, uses)
    return frozenset(finder.found - finder.repeated)


class _Finder:
    def __init__(self) -> None:
        self.numbers = count()
        self.found: set[int] = set()
        self.seen: set[int] = set()
        self.repeated: set[int] = set()  # what stands in several places

    def use(self, typed: Typed) -> tuple[int, ...]:
        """A use of a variable, as the only one that may be the last so far."""
        number = id(typed)
        if number in self.seen:
            self.repeated.add(number)
        self.seen.add(number)
        return (number,)

    def fresh(self, number: int) -> Env:
        return tuple(next(self.numbers) for _ in range(number))

    def close(self, variables: Env, uses: Uses) -> None:
        """The variables' scope ends: what may be a last use is one."""
        for variable in variables:
            self.found.update(uses.pop(variable, ()))

    def visit(self, typed: Typed, env: Env) -> Walk[Uses]:
        """The uses in a term."""
        term, children = typed.term, typed.children
        match term:
            case Var(index):
                return {env[-1 - index]: self.use(typed)}
            case Call() | Apply() | Build() | Values():
                return (yield from self.together(children, env))
            case If():
                cond = yield self.visit(children[0], env)
                then = yield self.visit(children[1], env)
                orelse = yield self.visit(children[2], env)
                return _then(cond, _either(then, orelse))
            case Let(number):
                bound = yield self.visit(children[0], env)
                mine = self.fresh(number)
                body = yield self.visit(children[1], env + mine)
                self.close(mine, body)
                return _then(bound, body)
            case While(number):
                mine = self.fresh(number)
                init = yield self.visit(children[0], env)
                cond = yield self.visit(children[1], env + mine)
                body = yield self.visit(children[2], env + mine)
                self.close(mine, body)
                return _then(init, _never(_then(cond, body), mine))
            case For(number):
                source = yield self.visit(children[0], env)
                init = yield self.visit(children[1], env)
                mine = self.fresh(number + 1)
                body = yield self.visit(children[2], env + mine)
                self.close(mine, body)
                return _then(_then(source, init), _never(body, mine))
        uses: Uses = {}
        for child in children:
            uses = _then(uses, (yield self.visit(child, env)))
        return uses

    def together(self, children: tuple[Typed, ...], env: Env) -> Walk[Uses]:
        """The uses of arguments: first those evaluated, then variables and functions."""
        uses: Uses = {}
        late: Uses = {}
        for child in children:
            term = child.term
            if isinstance(term, Var):
                variable = env[-1 - term.index]
                use = self.use(child)
                late[variable] = () if variable in late else use
            elif isinstance(term, Lambda):
                mine = self.fresh(term.arity)
                body = yield self.visit(child.children[0], env + mine)
                self.close(mine, body)
                late.update(dict.fromkeys(body, ()))
            elif not isinstance(term, Const):
                uses = _then(uses, (yield self.visit(child, env)))
        return _then(uses, late)


def _then(first: Uses, second: Uses) -> Uses:
    """The uses of one term and then another; either may be changed by this."""
    if len(first) > len(second):
        first.update(second)
        return first
    for variable, uses in first.items():
        second.setdefault(variable, uses)
    return second


def _either(left: Uses, right: Uses) -> Uses:
    """The uses of one term or another."""
    if len(left) < len(right):
        left, right = right, left
    for variable, uses in right.items():
        left[variable] = left.get(variable, ()) + uses
    return left


def _never(uses: Uses, mine: Env) -> Uses:
    """The uses of a term that may run again, after which its own variables are gone."""
    return {variable: () for variable in uses if variable not in mine}
