"""Corpora written as s-expressions: `(f a (lam $0))`, in curried form, as Stitch reads them."""

from __future__ import annotations

from collections.abc import Sequence

from progsynth.errors import ProgsynthError
from progsynth.library.compress.abstraction import APPLICATION
from progsynth.library.compress.labelled import Corpus, Forest, Label

LAMBDA = Label("lam", (1,), 1, lazy=(0,))
_SYMBOL = 100  # what a primitive and a variable cost


def read_corpus(tasks: Sequence[Sequence[str]]) -> Corpus:
    """The corpus of tasks with these programs each. Raises ProgsynthError."""
    forest = Forest()
    return Corpus(forest, tuple(tuple((read(p, forest),) for p in task) for task in tasks))


def read(text: str, forest: Forest) -> int:
    """The node of an s-expression. Raises ProgsynthError where it is none."""
    open_: list[list[int]] = [[]]
    lams: list[bool] = []
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()
    for place, token in enumerate(tokens):
        if token == "(":
            open_.append([])
            lams.append(tokens[place + 1 : place + 2] in (["lam"], ["lambda"]))
        elif token == ")" and lams:
            items, is_lambda = open_.pop(), lams.pop()
            if not items or (is_lambda and len(items) != 1):
                raise _wrong(text, "a pair of parentheses holds nothing, or several bodies")
            node = forest.add(LAMBDA, (items[0],)) if is_lambda else items[0]
            for item in items[1:]:
                node = forest.add(APPLICATION, (node, item))
            open_[-1].append(node)
        elif token in ("lam", "lambda") and place and tokens[place - 1] == "(":
            continue
        elif token == ")":
            raise _wrong(text, "a ')' closes nothing")
        elif token[0] == "$" and token[1:].isdigit():
            open_[-1].append(forest.variable(int(token[1:]), _SYMBOL))
        else:
            open_[-1].append(forest.add(Label(token, cost=_SYMBOL)))
    if len(open_) != 1 or len(open_[0]) != 1:
        raise _wrong(text, "expected one term, with every '(' closed")
    return open_[0][0]


def _wrong(text: str, why: str) -> ProgsynthError:
    return ProgsynthError(f"cannot read the s-expression '{text[:80]}': {why}")


def write(forest: Forest, node: int) -> str:
    """The s-expression of a node."""

    def put(one: int, inner: tuple[str, ...]) -> str:
        name = forest.label_of(one).name
        if name != APPLICATION.name:
            return f"(lam {inner[0]})" if inner else name
        head = inner[0]
        bare = forest.label_of(forest.children[one][0]).name == APPLICATION.name
        return f"({head[1:-1] if bare else head} {inner[1]})"

    return forest.fold(node, put)
