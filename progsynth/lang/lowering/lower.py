"""Lowering: a checked surface tree becomes core.

The rules, on which `pretty.normal` relies (variables are written by name here):

* `x = e` is `Let(1, e, rest)`. `a, b = e1, e2` (a tuple literal for as many plain names) is
  `Let(2, Values(e1, e2), rest)`; any other `a, b = e` is `Let(1, e, Let(2, Values(Project(0, it),
  Project(1, it)), rest))`, without the first Let when `e` is a variable. No assignment is
  dropped, used or not: it may fail. `x = e` then `return x` is `Let(1, e, x)`.
* `if`, `while` and `for` statements are `Let(n, If | While | For, rest)` over the n variables
  that they assign and that are live: read afterwards, or (loops) read by the condition or by a
  later iteration before it assigns them. The order is that of their first assignment in the
  text of the statement; n may be 0, with `Values(())`. Other variables that a branch or a loop
  body assigns are local to it.
* A branch or a loop body ends in the values of these variables: `Values(vars)`, or the bare
  variable for n = 1. When the last statement of the block binds exactly these variables in this
  order, the block's value is what that statement binds: `if c: x = 1` `else: x = 2` is
  `Let(1, If(c, 1, 2), rest)`, and `while c: x = x + 1` has the body `x + 1`.
* The `init` of a loop is always the variables' values before it: `Var`s.
* An `if` statement in tail position of a function, where every branch returns, is `If`; what
  follows an `if` of which one branch returns goes into the other branch. Where both may go on
  (and in loops), `return`, `break` and `continue` become boolean variables: see `structure.py`.
* `a and b` is `If(a, b, False)`, `a or b` is `If(a, True, b)`, nested to the right; `x not in s`
  is `not (x in s)` where the pack has no `_ not in _`. `a < b < c` is `If(a < b, b < c, False)`;
  an operand in the middle that is neither a variable nor a constant is bound by a Let (so is
  the one before it), so that it runs once and in order.
* A while condition that needs a Let runs inside the body instead, behind a flag.
* `-5` is one constant (also `-5.0`, `-inf`); an int literal where a float is needed is a float.
* `xs[i] = v` is `xs = put(xs, i, v)`; Python evaluates `v` first, so unless `i` or `v` is a
  variable or a constant, `v` is bound before. `xs[i] += v` is `xs = put(xs, i, xs[i] + v)`, with
  `i` bound before unless it is a variable or a constant. `g[i][j] = v` puts twice.
* `for x in s` over a string is over `chars(s)`, over a dict over `keys(d)`. `for a, b in xs`
  begins its body with `Let(2, Values(Project(0, item), Project(1, item)), ...)`. A `for` with
  `break` or `return` is a While over an index.
* `[e for x in xs if c]` is `map(lambda x: e, filter(lambda x: c, xs))`, only the filter where
  `e` is `x` itself; a second `for` is `flatten(map(lambda x: [...], xs))`; a dict comprehension
  is `dict_of` of a list of pairs. Conditions of one `for` are joined by `and`.
* A function given as an argument is eta-expanded (`map(f, xs)` is `map(lambda x: f(x), xs)`,
  also for primitives), except a function parameter, which is passed as it is. A nested `def` is
  put as a Lambda where it is named, and its body as `Let(n, Values(args), body)` where it is
  called.
"""

from __future__ import annotations

from progsynth.lang.checking.findings import Checked, CheckedFunction
from progsynth.lang.lowering.lower_statement import StatementLowering
from progsynth.lang.term import Function, Program
from progsynth.lang.walk import walk


def lower(checked: Checked) -> Program:
    """The program that a checked text means.

    Raises ProgramError where a value would have to be made up that nothing can write (see
    `StatementLowering.default`).
    """
    return Program(lower_functions(checked), checked.neural)


def lower_functions(checked: Checked) -> tuple[Function, ...]:
    """The functions of a checked text, each calling only earlier ones."""
    return tuple(_function(checked, f) for f in checked.functions)


def _function(checked: Checked, function: CheckedFunction) -> Function:
    signature = function.signature
    body = walk(StatementLowering(checked).function(function))
    doc, classes = function.definition.doc, signature.classes
    return Function(
        function.name, signature.names, signature.types, signature.result, body, doc, classes
    )
