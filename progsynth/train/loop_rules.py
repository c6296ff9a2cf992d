"""`while` and `for` as rules of programs whose parts are learnt: condition and step are places.

The rules of a pack (`search.typed_rules`) hold no loops with changing state, as enumeration would
drown in them. Where a network stands for the condition, or a submodule is the step, a loop can be
trained as it is, so here they are rules, at the types of state that a network can read:

    while going(s): s = step(s)                       the state that the loop ends with
    n = 0; while going(s): s = step(s); n = n + 1     how many turns that took
    for _ in range(n): s = step(s)                    the state after n turns

A rule is a call of a name that no program may have; `written_out` makes the loop of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from progsynth.grammar.rules import Argument, Rule, Rules
from progsynth.lang.term import (
    Call,
    Const,
    For,
    Lambda,
    Let,
    Term,
    Values,
    Var,
    While,
    const,
    fold,
    free_variables,
    shift,
)
from progsynth.lang.types import BOOL, INT, Type

ENDS, TURNS, TIMES = "while.end", "while.turns", "for.times"  # the names of the calls
LOOPS = (ENDS, TURNS, TIMES)
COST = 2


def with_loops(rules: Rules, states: Iterable[Type]) -> Rules:
    """The rules, and those of loops over a state of one of these types."""
    by_type = dict(rules.by_type)
    for state in dict.fromkeys(states):
        init, step = Argument(state), Argument(state, (state,), is_lambda=True)
        going = Argument(BOOL, (state,), is_lambda=True)
        for name, result, args in (
            (ENDS, state, (init, going, step)),
            (TURNS, INT, (init, going, step)),
            (TIMES, state, (init, Argument(INT), step)),
        ):
            if result in by_type and {a.type for a in args} <= set(by_type):
                by_type[result] = (*by_type[result], Rule("call", result, name, args, COST))
    return replace(rules, by_type=by_type, _index={}, _fixed={})


def is_bare(rule: Rule, argument: int) -> bool:
    """Has this argument of the rule to be filled before it is trained? All have but the condition
    of a `while`: where both its step and its condition are networks that know nothing yet,
    training finds neither, and in the step of a `for` a network is what a submodule would be."""
    return rule.kind == "call" and rule.detail in LOOPS and (rule.detail == TIMES or argument != 1)


def written_out(term: Term) -> Term:
    """The term with a loop in place of each call of such a name."""

    def loop(node: Term, children: tuple[Term, ...]) -> Term:
        if isinstance(node, Call) and node.name in LOOPS:
            init, going, step = children
            assert isinstance(step, Lambda)
            if node.name == TIMES:
                return _times(init, going, step.body)
            assert isinstance(going, Lambda)
            made = _ends if node.name == ENDS else _turns
            return made(init, going.body, step.body)
        same = all(a is b for a, b in zip(children, node.children, strict=True))
        return node if same else node.rebuild(children)

    return fold(term, loop)


def is_no_loop(loop: While | For, is_open: Callable[[Term], bool]) -> bool:
    """Is a loop of these rules a shorter program in disguise?

    It is where its step leaves the state as it is or does not read it, where its condition or its
    number of turns is a literal, and where a `while` begins with anything but a variable: then it
    turns once or for ever, or its condition decides nothing.
    """
    init, step = loop.init, loop.body
    if isinstance(loop, For):
        state, source = Var(1), loop.source  # the item is the innermost variable
        literal = isinstance(source, Call) and all(isinstance(a, Const) for a in source.args)
        return literal or step == state or state.index not in free_variables(step)
    if isinstance(init, Values) and isinstance(step, Values):  # the one that counts its turns
        init, step = init.items[0], step.items[0]
    state = Var(loop.count - 1)
    begins = isinstance(init, Var) or is_open(init)
    reads = state.index in free_variables(step)
    return isinstance(loop.cond, Const) or not begins or not reads or step == state


def _ends(init: Term, going: Term, step: Term) -> Term:
    return While(1, init, going, step)


def _turns(init: Term, going: Term, step: Term) -> Term:
    """The count is the innermost variable, the state the one around it."""
    onwards = Values((shift(step, 1), Call("add.int", (Var(0), const(1)))))
    loop = While(2, Values((init, const(0))), shift(going, 1), onwards)
    return Let(2, loop, Var(0))


def _times(init: Term, count: Term, step: Term) -> Term:
    """The number of the turn is the innermost variable, and nobody reads it."""
    return For(1, Call("range.stop", (count,)), init, shift(step, 1))
