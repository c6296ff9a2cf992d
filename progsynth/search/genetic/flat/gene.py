"""What a gene is: a row of WIDTH words, and the numbers that its words may be.

    form, production, target, operand, operand, operand, operand, value

A statement puts what its production makes of the operands into the target, one of the working
registers of the production's result type. An operand is a number among what may be read of its
type: the parameters first, then the working registers, then constants. `value` is the word of a
constant that is the gene's own. A test (IF, WHILE) has a production of type bool and no target;
of a loop over a list or over numbers the target is the register of the item.
"""

from __future__ import annotations

FORM, PRODUCTION, TARGET, OPERANDS, VALUE = 0, 1, 2, 3, 7
MOST_OPERANDS = 4
WIDTH = 8

STATEMENT, IF, WHILE, ELSE, END = range(5)  # forms
CALL, CONSTANT, EACH, COUNT = range(4)  # what a statement's production is; the last two open loops

MAX_DEPTH = 4  # of blocks; one that would be deeper is skipped
MAX_REGISTERS = 62  # working registers of all types: a set of them is a word
