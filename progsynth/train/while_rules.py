"""`while` as a rule of programs whose parts are learnt: its condition and its step are places.

The rules of a pack (`search.typed_rules`) hold no loops with changing state, as enumeration would
drown in them. Where a network stands for the condition a loop can be trained before that is
filled, so here they are rules, at the types of state that a network can read:

    while going(s): s = step(s)                       the state that the loop ends with
    n = 0; while going(s): s = step(s); n = n + 1     how many turns that took

A rule is a call of a name that no program may have; `written_out` makes the loop of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from progsynth.grammar.rules import Argument, Rule, Rules
from progsynth.lang.term import (
    Call,
    Const,
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

ENDS, TURNS = "while.end", "while.turns"  # the names of the calls
COST = 2


def with_whiles(rules: Rules, states: Iterable[Type]) -> Rules:
    """The rules, and those of loops over a state of one of these types."""
    by_type = dict(rules.by_type)
    for state in dict.fromkeys(states):
        args = (
            Argument(state),
            Argument(BOOL, (state,), is_lambda=True),
            Argument(state, (state,), is_lambda=True),
        )
        for name, result in ((ENDS, state), (TURNS, INT)):
            if result in by_type and state in by_type:
                by_type[result] = (*by_type[result], Rule("call", result, name, args, COST))
    return replace(rules, by_type=by_type, _index={}, _fixed={})


def is_bare(rule: Rule, argument: int) -> bool:
    """Has this argument of the rule to be filled before it is trained? That is what a loop begins
    with and its step: where both the step and the condition are networks that know nothing yet,
    training finds neither."""
    return rule.kind == "call" and rule.detail in (ENDS, TURNS) and argument != 1


def written_out(term: Term) -> Term:
    """The term with a `while` in place of each call of such a name."""

    def loop(node: Term, children: tuple[Term, ...]) -> Term:
        if isinstance(node, Call) and node.name in (ENDS, TURNS):
            init, going, step = children
            assert isinstance(going, Lambda) and isinstance(step, Lambda)
            made = _ends if node.name == ENDS else _turns
            return made(init, going.body, step.body)
        same = all(a is b for a, b in zip(children, node.children, strict=True))
        return node if same else node.rebuild(children)

    return fold(term, loop)


def is_no_loop(loop: While, is_open: Callable[[Term], bool]) -> bool:
    """Is a loop of these rules a shorter program in disguise?

    It is where its condition is a literal, where it begins with anything but a variable, and
    where its step leaves the state as it is or does not read it: then it turns once or for ever.
    """
    init, step = loop.init, loop.body
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
