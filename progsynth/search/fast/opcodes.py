"""What the compiled bank can do: one number for each operation, and which primitive is which.

`TABLE` gives, for an instance name of the default pack, its operation and the place of the
argument whose type the operation needs (to compare items, say), if any. A primitive that is not
there has no kernel. `meanings` says what of other packs means the same.
"""

from __future__ import annotations

from dataclasses import dataclass

# numbers
(ADD, SUB, MUL, FLOORDIV, MOD, POW, NEG, ABS, MIN, MAX, INT_BOOL, SIGN, CLAMP, ISQRT) = range(14)
(IS_SQUARE, IS_PRIME, SQUARE, IS_EVEN, IS_ODD) = range(14, 19)
NUMBERS_END = 20
# truth values, comparisons and choices
(NOT, EQ, NE, LT, LE, GT, GE, IF, AND, OR, IF_BOTH) = range(20, 31)
LOGIC_END = 32
# sequences to scalars and items
(LEN, ITEM, FIRST_ITEM, LAST_ITEM, IS_EMPTY, PROJECT, ITEM_STR, FIRST_STR, LAST_STR) = range(32, 41)
NTH = 41  # an item, counted from the first only
PART_END = 42  # so far: those that need little of the sequence
(IN, INDEX, COUNT_ITEM, MIN_LIST, MAX_LIST, SUM, PRODUCT, FIND, ANY, ALL, IS_SORTED) = range(42, 53)
(SUM_FLOAT, PRODUCT_FLOAT) = range(53, 55)
READING_END = 56
# sequences to sequences
(SLICE, SLICE_FROM, SLICE_TO, SLICE_BY, SLICE_FROM_BY, SLICE_TO_BY, SLICE_ALL_BY) = range(56, 63)
(CONCAT, REPEAT, REVERSE, APPEND, PUT, INSERT, DELETE, SORT, UNIQUE) = range(63, 72)
(RANGE, RANGE_START, RANGE_STEP, TAIL, INIT, TAKE, DROP, REMOVE, BUILD) = range(72, 81)
(REST, PREPEND) = range(81, 83)  # all but the first, of at least one; append in front
MAKING_END = 84
# sequences of sequences
(ZIP, ZIP_THREE, ENUMERATE, FLATTEN, CHUNKS, WINDOWS, TRANSPOSE) = range(84, 91)
NESTING_END = 96
# text
(CHARS, IN_STR, FIND_STR, COUNT_STR, STARTS_WITH, ENDS_WITH, REPLACE, SPLIT) = range(96, 104)
(WORDS_OF, JOIN, STRIP, UPPER, LOWER, IS_DIGIT, IS_LETTER, IS_UPPER) = range(104, 112)
(IS_LOWER, IS_SPACE, ORD, CHR, STR_INT, INT_STR, STR_BOOL, BEFORE, AFTER) = range(112, 121)
(CAPITALIZE, LINES, PAD_LEFT, PAD_RIGHT) = range(121, 125)
TEXTS_END = 128
# leaves: the aux of a constant is its word, of a variable its place
(VARIABLE, CONSTANT) = range(128, 130)
# calls of lambdas, by what these are called on: items, pairs of items, or their own results
(MAP, FILTER, SORT_BY, FIND_IF, TAKE_WHILE, DROP_WHILE, PARTITION, ANY_FN, ALL_FN) = range(132, 141)
(COUNT_IF, FLAT_MAP, MIN_BY, MAX_BY, SUM_BY, RUNS, MAP_CHARS, FILTER_CHARS) = range(141, 149)
ZIP_WITH = 149
(FOLD, FOLD_RIGHT, SCAN, ACCUMULATE, REDUCE) = range(150, 155)
GROUP_BY = 155  # called on items
# floats, and what is made floats or of them
(ADD_FLOAT, SUB_FLOAT, MUL_FLOAT, DIV_FLOAT, FLOORDIV_FLOAT, MOD_FLOAT) = range(160, 166)
(POW_FLOAT, NEG_FLOAT, ABS_FLOAT, MIN_FLOAT, MAX_FLOAT, SIGN_FLOAT) = range(166, 172)
(CLAMP_FLOAT, SQRT, EXP, LOG, SIN, COS, FLOAT_INT, DIV_INT) = range(172, 180)
(INT_FLOAT, FLOOR, CEIL, ROUND) = range(180, 184)
# dicts
(IN_DICT, ITEM_DICT, GET_DICT, PUT_DICT, DELETE_DICT, ITEMS, KEYS, VALUES) = range(184, 192)
(DICT_OF, COUNTS, MERGE, INVERT) = range(192, 196)
DICTS = 184  # where they begin
FLOATS, WHOLES = 160, 180  # where they begin, and those that give ints

# which arguments are opened, as bits: of other operations on sequences, the first
OPENS: dict[int, int] = {
    **dict.fromkeys(range(READING_END, TEXTS_END), 1),
    **dict.fromkeys(range(PART_END), 0),
    **dict.fromkeys(range(PART_END, READING_END), 1),
    **dict.fromkeys((BUILD, RANGE, RANGE_START, RANGE_STEP, CHR, STR_INT, STR_BOOL), 0),
    **dict.fromkeys((CONCAT, ZIP, IN_STR, FIND_STR, COUNT_STR, STARTS_WITH, ENDS_WITH), 3),
    **dict.fromkeys((SPLIT, JOIN, BEFORE, AFTER), 3),
    **dict.fromkeys((REPLACE, ZIP_THREE), 7),
    **dict.fromkeys((PAD_LEFT, PAD_RIGHT), 5),
    **dict.fromkeys(range(DICTS, INVERT + 1), 1),
    IN: 2,
    IN_DICT: 2,
    MERGE: 3,
}

OPENED = tuple(OPENS.get(code, 0) for code in range(200))

# those that take values for equal where their words are, or order floats in a way of their own
BY_WORDS = frozenset(
    (IN, INDEX, COUNT_ITEM, FIND, UNIQUE, REMOVE, RUNS, GROUP_BY, MIN_BY, MAX_BY, IS_SORTED)
)

NO_LAMBDA, ON_ITEMS, ON_CHARS, ON_PAIRS, ON_RESULTS = range(5)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation; `typed` is the argument whose type it needs, `calls` what a lambda gets.

    `order` has for each of its arguments the place that a primitive has it at, where these
    differ.
    """

    code: int
    typed: int = -1
    calls: int = NO_LAMBDA
    order: tuple[int, ...] = ()


def _calls(code: int, typed: int = -1) -> Operation:
    return Operation(code, typed, ON_ITEMS)


TABLE: dict[str, Operation] = {
    "add.int": Operation(ADD),
    "sub.int": Operation(SUB),
    "mul.int": Operation(MUL),
    "floordiv.int": Operation(FLOORDIV),
    "mod.int": Operation(MOD),
    "pow.int": Operation(POW),
    "neg.int": Operation(NEG),
    "abs.int": Operation(ABS),
    "min.int": Operation(MIN),
    "max.int": Operation(MAX),
    "int.bool": Operation(INT_BOOL),
    "sign.int": Operation(SIGN),
    "clamp.int": Operation(CLAMP),
    "isqrt": Operation(ISQRT),
    "add.float": Operation(ADD_FLOAT),
    "sub.float": Operation(SUB_FLOAT),
    "mul.float": Operation(MUL_FLOAT),
    "div.float": Operation(DIV_FLOAT),
    "floordiv.float": Operation(FLOORDIV_FLOAT),
    "mod.float": Operation(MOD_FLOAT),
    "pow.float": Operation(POW_FLOAT),
    "neg.float": Operation(NEG_FLOAT),
    "abs.float": Operation(ABS_FLOAT),
    "min.float": Operation(MIN_FLOAT),
    "max.float": Operation(MAX_FLOAT),
    "sign.float": Operation(SIGN_FLOAT),
    "clamp.float": Operation(CLAMP_FLOAT),
    "sqrt": Operation(SQRT),
    "exp": Operation(EXP),
    "log": Operation(LOG),
    "sin": Operation(SIN),
    "cos": Operation(COS),
    "float.int": Operation(FLOAT_INT),
    "div.int": Operation(DIV_INT),
    "int.float": Operation(INT_FLOAT),
    "floor": Operation(FLOOR),
    "ceil": Operation(CEIL),
    "round": Operation(ROUND),
    "sum.float": Operation(SUM_FLOAT),
    "product.float": Operation(PRODUCT_FLOAT),
    "not": Operation(NOT),
    "eq": Operation(EQ, 0),
    "ne": Operation(NE, 0),
    "lt": Operation(LT, 0),
    "le": Operation(LE, 0),
    "gt": Operation(GT, 0),
    "ge": Operation(GE, 0),
    "len.list": Operation(LEN),
    "len.str": Operation(LEN),
    "item.list": Operation(ITEM),
    "item.str": Operation(ITEM_STR),
    "in.list": Operation(IN),
    "index.list": Operation(INDEX),
    "count.list": Operation(COUNT_ITEM),
    "min.list": Operation(MIN_LIST, 0),
    "max.list": Operation(MAX_LIST, 0),
    "sum.int": Operation(SUM),
    "product.int": Operation(PRODUCT),
    "is_empty.list": Operation(IS_EMPTY),
    "is_empty.str": Operation(IS_EMPTY),
    "first.list": Operation(FIRST_ITEM),
    "last.list": Operation(LAST_ITEM),
    "first.str": Operation(FIRST_STR),
    "last.str": Operation(LAST_STR),
    "find.list": Operation(FIND),
    "any.list": Operation(ANY),
    "all.list": Operation(ALL),
    "is_sorted": Operation(IS_SORTED, 0),
    "append": Operation(APPEND),
    "put.list": Operation(PUT),
    "insert": Operation(INSERT),
    "delete.list": Operation(DELETE),
    "sort.list": Operation(SORT, 0),
    "unique.list": Operation(UNIQUE),
    "range.stop": Operation(RANGE),
    "range.start": Operation(RANGE_START),
    "range.step": Operation(RANGE_STEP),
    "remove": Operation(REMOVE),
    "zip.two": Operation(ZIP),
    "zip.list": Operation(ZIP_THREE),
    "enumerate.list": Operation(ENUMERATE),
    "flatten": Operation(FLATTEN),
    "chunks": Operation(CHUNKS),
    "windows": Operation(WINDOWS),
    "transpose": Operation(TRANSPOSE),
    "map": _calls(MAP),
    "filter": _calls(FILTER),
    "sort_by": _calls(SORT_BY, 0),
    "find_if": _calls(FIND_IF),
    "take_while": _calls(TAKE_WHILE),
    "drop_while": _calls(DROP_WHILE),
    "partition": _calls(PARTITION),
    "any.fn": _calls(ANY_FN),
    "all.fn": _calls(ALL_FN),
    "count_if": _calls(COUNT_IF),
    "flat_map": _calls(FLAT_MAP),
    "min_by": _calls(MIN_BY, 0),
    "max_by": _calls(MAX_BY, 0),
    "sum_by": _calls(SUM_BY),
    "runs": _calls(RUNS),
    "map_chars": Operation(MAP_CHARS, -1, ON_CHARS),
    "filter_chars": Operation(FILTER_CHARS, -1, ON_CHARS),
    "zip_with": Operation(ZIP_WITH, -1, ON_PAIRS),
    "fold": Operation(FOLD, -1, ON_RESULTS),
    "scan": Operation(SCAN, -1, ON_RESULTS),
    "accumulate": Operation(ACCUMULATE, -1, ON_RESULTS),
    "reduce": Operation(REDUCE, -1, ON_RESULTS),
    "group_by": _calls(GROUP_BY),
    "len.dict": Operation(LEN),
    "is_empty.dict": Operation(IS_EMPTY),
    "in.dict": Operation(IN_DICT),
    "item.dict": Operation(ITEM_DICT),
    "get.dict": Operation(GET_DICT),
    "put.dict": Operation(PUT_DICT),
    "delete.dict": Operation(DELETE_DICT),
    "items": Operation(ITEMS),
    "keys": Operation(KEYS),
    "values": Operation(VALUES),
    "dict_of": Operation(DICT_OF),
    "counts": Operation(COUNTS),
    "merge": Operation(MERGE),
    "invert": Operation(INVERT),
    "chars": Operation(CHARS),
    "in.str": Operation(IN_STR),
    "find.str": Operation(FIND_STR),
    "count.str": Operation(COUNT_STR),
    "starts_with": Operation(STARTS_WITH),
    "ends_with": Operation(ENDS_WITH),
    "replace": Operation(REPLACE),
    "split": Operation(SPLIT),
    "words": Operation(WORDS_OF),
    "join": Operation(JOIN),
    "strip": Operation(STRIP),
    "upper": Operation(UPPER),
    "lower": Operation(LOWER),
    "is_digit": Operation(IS_DIGIT),
    "is_letter": Operation(IS_LETTER),
    "is_upper": Operation(IS_UPPER),
    "is_lower": Operation(IS_LOWER),
    "is_space": Operation(IS_SPACE),
    "ord": Operation(ORD),
    "chr": Operation(CHR),
    "str.int": Operation(STR_INT),
    "int.str": Operation(INT_STR),
    "str.bool": Operation(STR_BOOL),
    "before": Operation(BEFORE),
    "after": Operation(AFTER),
    "capitalize": Operation(CAPITALIZE),
    "lines": Operation(LINES),
    "pad_left": Operation(PAD_LEFT),
    "pad_right": Operation(PAD_RIGHT),
    "sort.str": Operation(SORT),
    "unique.str": Operation(UNIQUE),
    **{
        f"{name}.{head}": Operation(code)
        for head in ("list", "str")
        for name, code in (
            ("slice", SLICE),
            ("slice_from", SLICE_FROM),
            ("slice_to", SLICE_TO),
            ("slice_by", SLICE_BY),
            ("slice_from_by", SLICE_FROM_BY),
            ("slice_to_by", SLICE_TO_BY),
            ("slice_all_by", SLICE_ALL_BY),
            ("concat", CONCAT),
            ("repeat", REPEAT),
            ("reverse", REVERSE),
            ("tail", TAIL),
            ("init", INIT),
            ("take", TAKE),
            ("drop", DROP),
        )
    },
}
