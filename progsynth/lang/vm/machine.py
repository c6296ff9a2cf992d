"""The dispatch loop, and the loops over rows and programs around it."""

from __future__ import annotations

from typing import Any

from numba import int64, types

from progsynth.lang.vm import cache
from progsynth.lang.vm import opcodes as op
from progsynth.lang.vm.jit import entry, kernel
from progsynth.lang.vm.kernels_charges import charge_operation, saturated
from progsynth.lang.vm.kernels_decimal import fixed, float_of_text
from progsynth.lang.vm.kernels_grades import graded, near
from progsynth.lang.vm.kernels_memory import (
    Floats,
    Words,
    appended,
    collect,
    copy_out,
    new_sequence,
    new_tuple,
    with_length,
)
from progsynth.lang.vm.kernels_numbers import number_operation, product_overflows
from progsynth.lang.vm.kernels_sequences import sequence_operation
from progsynth.lang.vm.kernels_tables import add_to_index, table_operation
from progsynth.lang.vm.kernels_texts import text_operation
from progsynth.lang.vm.kernels_values import equal, size_of
from progsynth.lang.vm.layout import (
    ADDRESS,
    ADDRESS_BITS,
    CELLS,
    COLLECTIONS,
    CONSTANTS,
    FUEL,
    HEAD,
    HIGH,
    INDEX,
    LOW,
    NEEDS_ROOM,
    NO_CELLS,
    NO_FUEL,
    NO_ROOM,
    NUM_POINTERS,
    OK,
    OUT,
    OUT_HIGH,
    OVERFLOW,
    POINTERS,
    PROGRAM,
    SHARED,
    SLACK,
    SOFT,
    TOP,
    ZERO,
)

# The columns of the table of programs that `run_programs` is given.
(
    CODE_START,  # of the program's code in the joined code
    CONSTANTS_START,
    NUM_CONSTANTS,
    IMAGE_START,  # of its texts and descriptors
    IMAGE_SIZE,
    POINTERS_USED,
    PARAMS_START,  # of the registers of its parameters, in the joined code
    RESULT_IS_REFERENCE,
    RESULT_DESCRIPTOR,
) = range(9)

INT_MIN = -(2**63)


@kernel
def make_list(A: Words, C: Words, pc: int) -> int:
    """Run MAKE_LIST; gives a status."""
    count = C[pc + 3]
    to = new_sequence(A, C[pc + 2], count)
    if to == 0:
        return NEEDS_ROOM
    for i in range(count):
        A[to + HEAD + i] = A[C[pc + 4 + i]]
    A[to + 1] = count
    A[C[pc + 1]] = with_length(to, count)
    return OK


@kernel
def make_tuple(A: Words, C: Words, pc: int) -> int:
    """Run MAKE_TUPLE; gives a status."""
    to = new_tuple(A, C[pc + 2])
    if to == 0:
        return NEEDS_ROOM
    for i in range(C[pc + 3]):
        A[to + 1 + i] = A[C[pc + 4 + i]]
    A[C[pc + 1]] = to
    return OK


@kernel
def new_list(A: Words, C: Words, pc: int) -> int:
    """Run NEW_LIST; gives a status. Room is in the object, so its reference is not the empty 0."""
    to = new_sequence(A, C[pc + 3], A[C[pc + 2]] >> ADDRESS_BITS)
    if to == 0:
        return NEEDS_ROOM
    A[C[pc + 1]] = to
    return OK


@kernel
def comes_again(A: Words, C: Words, pc: int) -> bool:
    """Run TURN: are the registers as they were at an earlier turn of the loop (Brent 1980)?

    Turns are counted in the register; their words are kept at the turns that are powers of two,
    and with them how often was collected: a collection moves objects.
    """
    turns, kept, count = C[pc + 1], C[pc + 2], C[pc + 3]
    A[turns] += 1
    turn = A[turns]
    same = count == 0 or (turn > 1 and A[kept] == A[COLLECTIONS])
    for i in range(count):
        same = same and A[C[pc + 4 + i]] == A[kept + 1 + i]
    if turn & (turn - 1) == 0:
        A[kept] = A[COLLECTIONS]
        for i in range(count):
            A[kept + 1 + i] = A[C[pc + 4 + i]]
    return same


@kernel
def share(A: Words, word: int) -> None:
    """Note that an object may have a second reference from now on."""
    if word != 0:
        A[word & ADDRESS] |= SHARED


@kernel
def family_operation(A: Words, F: Floats, C: Words, pc: int) -> int:
    """Run one instruction of any family; gives a status."""
    code = C[pc]
    if code < op.SEQUENCES:
        return number_operation(A, F, C, pc)
    if code == op.NEW_LIST:
        return new_list(A, C, pc)
    if code < op.TEXTS:
        return sequence_operation(A, F, C, pc)
    if code == op.FIXED:
        return fixed(A, F, C[pc + 1], F[C[pc + 2]], A[C[pc + 3]])
    if code == op.FLOAT_OF_TEXT:
        return float_of_text(A, F, C[pc + 1], A[C[pc + 2]])
    if code < op.TABLES:
        return text_operation(A, C, pc)
    if code < op.CHARGES:
        return table_operation(A, F, C, pc)
    return charge_operation(A, F, C, pc)


@kernel
def execute(A: Words, F: Floats, C: Words, start: int) -> int:
    """Run a program to its end or failure; gives the status."""
    pc = start
    fuel = A[FUEL]
    tries, tried = 0, -1  # collections for the instruction at `tried`
    while True:
        code = C[pc]
        status = OK
        if code == op.MOVE:
            A[C[pc + 1]] = A[C[pc + 2]]
            pc += 3
        elif code == op.JUMP:
            pc = start + C[pc + 1]
            tried = -1
        elif code == op.JUMP_IF_NOT:
            pc = pc + 3 if A[C[pc + 1]] != 0 else start + C[pc + 2]
        elif code == op.JUMP_IF:
            pc = pc + 3 if A[C[pc + 1]] == 0 else start + C[pc + 2]
        elif code == op.ADD:
            a, b = A[C[pc + 2]], A[C[pc + 3]]
            c = a + b
            if (c ^ a) & (c ^ b) < 0:
                status = OVERFLOW
            else:
                A[C[pc + 1]] = c
                pc += 4
        elif code == op.SUB:
            a, b = A[C[pc + 2]], A[C[pc + 3]]
            c = a - b
            if (a ^ b) & (a ^ c) < 0:
                status = OVERFLOW
            else:
                A[C[pc + 1]] = c
                pc += 4
        elif code == op.MUL:
            a, b = A[C[pc + 2]], A[C[pc + 3]]
            if product_overflows(a, b):
                status = OVERFLOW
            else:
                A[C[pc + 1]] = a * b
                pc += 4
        elif code == op.FLOORDIV:
            a, b = A[C[pc + 2]], A[C[pc + 3]]
            if b == 0:
                status = ZERO
            elif b == -1:
                if a == INT_MIN:
                    status = OVERFLOW
                else:
                    A[C[pc + 1]] = -a
                    pc += 4
            else:
                A[C[pc + 1]] = a // b
                pc += 4
        elif code == op.MOD:
            a, b = A[C[pc + 2]], A[C[pc + 3]]
            if b == 0:
                status = ZERO
            else:
                A[C[pc + 1]] = 0 if b == -1 else a % b
                pc += 4
        elif code == op.EQ:
            A[C[pc + 1]] = int(A[C[pc + 2]] == A[C[pc + 3]])
            pc += 4
        elif code == op.NE:
            A[C[pc + 1]] = int(A[C[pc + 2]] != A[C[pc + 3]])
            pc += 4
        elif code == op.LT:
            A[C[pc + 1]] = int(A[C[pc + 2]] < A[C[pc + 3]])
            pc += 4
        elif code == op.LE:
            A[C[pc + 1]] = int(A[C[pc + 2]] <= A[C[pc + 3]])
            pc += 4
        elif code == op.NOT:
            A[C[pc + 1]] = 1 - A[C[pc + 2]]
            pc += 3
        elif code == op.JUMP_EQ:
            pc = start + C[pc + 3] if A[C[pc + 1]] == A[C[pc + 2]] else pc + 4
        elif code == op.JUMP_NE:
            pc = start + C[pc + 3] if A[C[pc + 1]] != A[C[pc + 2]] else pc + 4
        elif code == op.JUMP_LT:
            pc = start + C[pc + 3] if A[C[pc + 1]] < A[C[pc + 2]] else pc + 4
        elif code == op.JUMP_LE:
            pc = start + C[pc + 3] if A[C[pc + 1]] <= A[C[pc + 2]] else pc + 4
        elif code == op.FADD:
            F[C[pc + 1]] = F[C[pc + 2]] + F[C[pc + 3]]
            pc += 4
        elif code == op.FSUB:
            F[C[pc + 1]] = F[C[pc + 2]] - F[C[pc + 3]]
            pc += 4
        elif code == op.FMUL:
            F[C[pc + 1]] = F[C[pc + 2]] * F[C[pc + 3]]
            pc += 4
        elif code == op.FDIV:
            if F[C[pc + 3]] == 0.0:
                status = ZERO
            else:
                F[C[pc + 1]] = F[C[pc + 2]] / F[C[pc + 3]]
                pc += 4
        elif code == op.FEQ:
            A[C[pc + 1]] = int(F[C[pc + 2]] == F[C[pc + 3]])
            pc += 4
        elif code == op.FLT:
            A[C[pc + 1]] = int(F[C[pc + 2]] < F[C[pc + 3]])
            pc += 4
        elif code == op.FLE:
            A[C[pc + 1]] = int(F[C[pc + 2]] <= F[C[pc + 3]])
            pc += 4
        elif code == op.LENGTH:
            A[C[pc + 1]] = A[C[pc + 2]] >> ADDRESS_BITS
            pc += 3
        elif code == op.ITEM:
            word, i = A[C[pc + 2]], A[C[pc + 3]]
            length = word >> ADDRESS_BITS
            if i < 0:
                i += length
            if i < 0 or i >= length:
                status = INDEX
            else:
                word = A[(word & ADDRESS) + HEAD + i]
                A[C[pc + 1]] = word
                pc += 4
        elif code == op.NEXT:
            word, i = A[C[pc + 1]], A[C[pc + 2]]
            if i >= word >> ADDRESS_BITS:
                pc = start + C[pc + 4]
            else:
                word = A[(word & ADDRESS) + HEAD + i]
                A[C[pc + 3]] = word
                A[C[pc + 2]] = i + 1
                fuel -= 1
                pc += 5
                tried = -1
                if fuel < 0:
                    status = NO_FUEL
        elif code == op.COUNT:
            i = A[C[pc + 1]]
            if i >= A[C[pc + 2]]:
                pc = start + C[pc + 4]
            else:
                A[C[pc + 3]] = i
                A[C[pc + 1]] = i + 1
                fuel -= 1
                pc += 5
                tried = -1
                if fuel < 0:
                    status = NO_FUEL
        elif code == op.TICK:
            fuel -= 1
            pc += 1
            if fuel < 0:
                status = NO_FUEL
        elif code == op.TURN:
            if comes_again(A, C, pc):
                status = NO_FUEL
            pc += 4 + C[pc + 3]
        elif code == op.USE_CELLS:
            A[CELLS] -= C[pc + 1]
            pc += 2
            if A[CELLS] < 0:
                status = NO_CELLS
        elif code == op.FUEL_OF_LENGTH:
            fuel -= ((A[C[pc + 1]] >> ADDRESS_BITS) * C[pc + 2] + C[pc + 3]) // C[pc + 4]
            pc += 5
            if fuel < 0:
                status = NO_FUEL
        elif code == op.CELLS_OF_LENGTH:
            A[CELLS] -= (A[C[pc + 1]] >> ADDRESS_BITS) * C[pc + 2] + C[pc + 3]
            pc += 4
            if A[CELLS] < 0:
                status = NO_CELLS
        elif code == op.CALL:
            A[C[pc + 2]] = pc + 3
            pc = start + C[pc + 1]
            tried = -1
            fuel -= 1
            if fuel < 0:
                status = NO_FUEL
        elif code == op.RETURN:
            pc = A[C[pc + 1]]
        elif code == op.PUSH:
            word = appended(A, A[C[pc + 1]], A[C[pc + 2]], C[pc + 3])
            if word < 0:
                status = NEEDS_ROOM
            else:
                A[C[pc + 1]] = word
                pc += 4
        elif code == op.PROJECT:
            word = A[A[C[pc + 2]] + 1 + C[pc + 3]]
            A[C[pc + 1]] = word
            pc += 4
        elif code == op.SHARE:
            share(A, A[C[pc + 1]])
            pc += 2
        elif code == op.MAKE_LIST:
            status = make_list(A, C, pc)
            if status == OK:
                pc += 4 + C[pc + 3]
        elif code == op.MAKE_TUPLE:
            status = make_tuple(A, C, pc)
            if status == OK:
                pc += 4 + C[pc + 3]
        elif code == op.END:
            return OK
        elif code == op.FUEL_OF:
            amount = max(A[C[pc + 1]], 0)
            if amount > fuel:
                status = NO_FUEL
            else:
                fuel -= amount
                pc += op.FAMILY_LENGTH
        elif code == op.CELLS_OF:
            amount = max(A[C[pc + 1]], 0)
            if amount > A[CELLS]:
                status = NO_CELLS
            else:
                A[CELLS] -= amount
                pc += op.FAMILY_LENGTH
        elif code == op.SATURATED_LENGTH:
            A[C[pc + 1]] = A[C[pc + 2]] >> ADDRESS_BITS
            pc += op.FAMILY_LENGTH
        elif op.SATURATED_ADD <= code <= op.SATURATED_MAX:
            A[C[pc + 1]] = saturated(code, A[C[pc + 2]], A[C[pc + 3]])
            pc += op.FAMILY_LENGTH
        else:
            A[FUEL] = fuel
            status = family_operation(A, F, C, pc)
            fuel = A[FUEL]
            if status == OK:
                pc += op.FAMILY_LENGTH
        if status != OK:
            if status != NEEDS_ROOM:
                return status
            if tried != pc:
                tried, tries = pc, 0
            if tries == 2:
                return NO_ROOM
            collect(A)
            if tries == 1:
                A[SOFT] = A[HIGH]
            tries += 1


@kernel
def start_row(A: Words, fuel: int, cells: int) -> None:
    """Empty the memory of a run and fill up its fuel and cells."""
    A[TOP] = A[LOW]
    A[SOFT] = min(A[HIGH], A[LOW] + A[SLACK])
    A[FUEL] = fuel
    A[CELLS] = cells
    for r in range(POINTERS, POINTERS + A[NUM_POINTERS]):
        A[r] = 0


@kernel
def load_program(A: Words, C: Words, K: Words, P: Words, program: int) -> None:
    """Copy a program's constants, texts and descriptors to where it expects them."""
    first = P[program, CONSTANTS_START]
    for i in range(P[program, NUM_CONSTANTS]):
        A[CONSTANTS + i] = K[first + i]
    first = P[program, IMAGE_START]
    for i in range(P[program, IMAGE_SIZE]):
        A[PROGRAM + i] = K[first + i]
    A[NUM_POINTERS] = P[program, POINTERS_USED]


@kernel
def too_large(A: Words, F: Floats, t: int, register: int, cells: int) -> bool:
    """Is the result larger than a run may make? Shared parts count at each use."""
    return size_of(A, F, t, register, cells) > cells


@entry
def run_programs(
    A: Words,
    F: Floats,
    C: Words,
    K: Words,
    P: Words,
    rows: Words,
    expected: Words,
    tolerance: float,
    limits: Any,
    results: Words,
    statuses: Words,
    errors: Any,
    work: Words,
    begin: int,
) -> int:
    """Run every program on every row; gives the number of (program, row) pairs done.

    C and K are the programs' codes and constants, joined, and P the table of them. Begins with
    pair number `begin`, counted through the rows of the first program first, and stops early
    when the part for results is full. Where `expected` is not empty it holds a descriptor's
    address and then a place for each row: then `results` says whether the result equals it,
    and nothing is copied. Where `errors` is not empty either, floats may be off by the tolerance,
    and it gets the graded errors of results (see `kernels_grades`, for `work` as well).
    """
    num_rows = rows.shape[0]
    for pair in range(begin, P.shape[0] * num_rows):
        program, row = pair // num_rows, pair % num_rows
        if pair == begin or row == 0:
            load_program(A, C, K, P, program)
        start_row(A, limits[0], limits[1])
        params = P[program, PARAMS_START]
        for i in range(rows.shape[1]):
            A[C[params + i]] = rows[row, i]
        status = execute(A, F, C, P[program, CODE_START])
        register = C[params + rows.shape[1]]
        if status == OK and too_large(A, F, P[program, RESULT_DESCRIPTOR], register, limits[1]):
            status = NO_CELLS
        if status == OK:
            if errors.shape[0] > 0:
                t, at = expected[0], expected[1 + row]
                right = near(A, F, t, at, register, tolerance)
                results[program, row] = int(right)
                errors[program, row] = 0.0 if right else graded(A, F, t, at, register, work)
            elif expected.shape[0] > 0:
                same = equal(A, F, expected[0], register, expected[1 + row])
                results[program, row] = int(same)
            elif P[program, RESULT_IS_REFERENCE]:
                if A[TOP] - A[LOW] > A[OUT_HIGH] - A[OUT]:
                    return pair
                results[program, row] = copy_out(A, A[register])
            else:
                results[program, row] = A[register]
        statuses[program, row] = status
    return P.shape[0] * num_rows


@entry
def index_dicts(A: Words, F: Floats, dicts: Words) -> None:
    """Fill the hash indexes of encoded dicts: rows of (address, descriptor of the keys)."""
    for i in range(dicts.shape[0]):
        address = dicts[i, 0]
        for number in range(A[address + 1]):
            add_to_index(A, F, address, dicts[i, 1], number)


_WORDS, _TABLE = int64[::1], int64[:, ::1]
_FLOATS, _ERRORS = types.float64[::1], types.float64[:, ::1]
_SIGNATURES = (
    (
        run_programs,
        (
            *(_WORDS, _FLOATS, _WORDS, _WORDS, _TABLE),
            *(_TABLE, _WORDS, types.float64, _WORDS, _TABLE, _TABLE, _ERRORS, _WORDS, int64),
        ),
    ),
    (index_dicts, (_WORDS, _FLOATS, _TABLE)),
)


def load() -> None:
    """Read the entries from the cache, or compile them and keep them there; once a process."""
    missing = [(f, s) for f, s in _SIGNATURES if not f.signatures]  # type: ignore[attr-defined]
    for function, signature in missing:
        function.compile(signature)  # type: ignore[attr-defined]
    if missing and not cache.is_complete():
        cache.mark_complete()
