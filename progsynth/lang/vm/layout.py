"""Where things lie in the VM's memory: one array of 64-bit words, the arena.

    header | constants | scalars | pointers | program | batch | results | space 0 | space 1

The first words are the machine's own state; then come the registers, in three zones, so that
the collector knows which registers hold references; then what a program brings (texts and
type descriptors), the encoded inputs, copies of the results, and two spaces for the objects
that a run makes (Cheney 1970: live objects are copied from one to the other).

A value is one word: an int, a bool, the bits of a float, or a reference. A reference to a
sequence or a dict is its object's address and, 32 bits higher, its length; the empty one is 0.
The length is in the reference, not in the object: `append` writes behind the end of an object
that others see only the beginning of. A reference to a tuple is an address.

Objects:

    sequence   meta, used, capacity, item ...                     (a str has a code point a word)
    tuple      meta, item ...
    dict       meta, used, capacity, slots, key ..., value ..., slot ...

A slot of a dict's hash index holds the number of an entry plus 1, or 0. Small dicts have none.
"""

from __future__ import annotations

# ------------------------------------------------------------------------- machine state

NULL = 0  # never written: address 0 is the empty sequence
TOP = 1  # the next free word of the current space
SOFT = 2  # an allocation beyond it asks for a collection
LOW, HIGH = 3, 4  # the current space
OTHER_LOW, OTHER_HIGH = 5, 6  # the other space
FUEL = 7  # left in this run
CELLS = 8  # left in this run
OUT, OUT_HIGH = 9, 10  # where the next result is copied to, and the end of that part
NUM_POINTERS = 11  # pointer registers in use
SLACK = 12  # words allocated between collections, at least
COLLECTIONS = 13  # how many there were
SCRATCH = 16  # 16 words that a kernel may use during one instruction
REGISTERS = 64

# ----------------------------------------------------------------------------- registers

MAX_CONSTANTS = 16_000
MAX_SCALARS = 40_000
MAX_POINTERS = 40_000
CONSTANTS = REGISTERS
SCALARS = CONSTANTS + MAX_CONSTANTS
POINTERS = SCALARS + MAX_SCALARS
PROGRAM = POINTERS + MAX_POINTERS
MAX_PROGRAM = 400_000  # words of texts and descriptors that one program may bring
BATCH = PROGRAM + MAX_PROGRAM

# ------------------------------------------------------------------------------- objects

ADDRESS_BITS = 32
ADDRESS = (1 << ADDRESS_BITS) - 1

FLAT, REFERENCES, TUPLE, DICT = 0, 1, 2, 3  # the low two bits of meta: what the items are
KIND = 3
SHARED = 4  # more than one reference may exist: never to be changed in place
KEY_REFERENCES, VALUE_REFERENCES = 8, 16  # of a dict
TUPLE_SIZE_SHIFT, TUPLE_SIZE = 8, 255
TUPLE_MASK_SHIFT = 16  # a bit for each item that is a reference
MAX_TUPLE = 40

HEAD = 3  # words before a sequence's items
DICT_HEAD = 4
SMALL_DICT = 8  # entries up to which a dict is searched from its front

# --------------------------------------------------------------------------- descriptors

# A descriptor is (kind, number of parts, address of each part's descriptor); of D_INT, (kind,
# CATEGORY where two values are just equal or not, else 0).
D_INT, D_FLOAT, D_STR, D_LIST, D_TUPLE, D_DICT = range(6)
CATEGORY = 1
FIRST_REFERENCE = D_STR  # kinds from here on are references

# ------------------------------------------------------------------------------- grading

BLOCK = 64  # characters of a text that one word stands for
SLOTS = 2 * BLOCK  # of the hash table of a block's characters
FOR_EDITS = 2 * SLOTS  # words to work in, besides one for each character of the shorter text

# -------------------------------------------------------------------------------- status

OK = 0  # 1 to 7 are the failure kinds, in the order of `failure.FailureKind`
INDEX, KEY, ZERO, OVERFLOW, DOMAIN, NO_FUEL, NO_CELLS = range(1, 8)
HANDED_OVER = 8  # another engine has to run the row
NEEDS_ROOM = 9  # inside the machine: collect, then run the instruction again
NO_ROOM = 11  # as HANDED_OVER, and more memory may help
NOT_RUN = 10  # the results' part is full: decode it and go on from here
