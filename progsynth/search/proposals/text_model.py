"""A proposer that asks a language model, which is any function from a prompt to an answer.

The project speaks to no network: what `complete` does with the prompt is its own affair. The
programs are those in the fenced code blocks of the answer; what is wrong with them is part of
the next prompt, as long as there are rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from progsynth.errors import ProgsynthError
from progsynth.search.proposals.proposed import ProposalReport, ProposalRequest, Proposed
from progsynth.search.proposals.texts import MAX_CHARACTERS, programs_in_answer

_EARLIER = 5  # earlier proposals in a prompt, the last of them
_LONGEST = 2000  # characters of one of them, and of what is said of it

_LANGUAGE = """\
The program is written in a small typed language that looks like Python and is not Python:
- a program is one function, or several of which each calls only those above it;
- the types of all parameters and of the result are written: def f(xs: list[int], s: str) -> bool:
- types are int, float, bool, str, list[t], dict[k, v], tuple[t, u];
- there are assignments, if, elif, else, while, for x in xs, return, conditional expressions,
  comprehensions, indexing and slicing, literals of lists, tuples and dicts, and, or, not;
- a lambda stands only as an argument of a call;
- values never change: write xs = append(xs, x), not xs.append(x);
- conditions are of type bool: write len(xs) > 0, not xs;
- there is no import, no method call, no recursion, no class, no try, no f-string, no keyword
  argument, no print; all that can be called is listed below."""

_ANSWER = """\
Answer with one or more fenced code blocks, each of them a whole program that is different from \
the others. The last function of a program is the one that is asked for."""


@dataclass(frozen=True, slots=True)
class TextModel:
    """A proposer made of `complete`, which gives a model's answer to a prompt.

    It is asked up to `rounds` times, each time with what was wrong before. `name` is what
    results call it; at most `examples` of the task's training examples are in a prompt.
    """

    complete: Callable[[str], str]
    name: str = "model"
    rounds: int = 3
    examples: int = 30

    def propose(self, request: ProposalRequest) -> Iterator[Proposed]:
        """The programs of one answer. Raises what `complete` raises."""
        if request.round > self.rounds:
            return
        source = f"{self.name}, round {request.round}"
        answer = self.complete(prompt(request, examples=self.examples))
        if not isinstance(answer, str):
            raise ProgsynthError(
                f"{self.name}: expected the text of an answer, found {type(answer).__name__}"
            )
        found = programs_in_answer(answer, source)
        yield from found
        if len(answer) > MAX_CHARACTERS:
            why = (
                f"an answer of {len(answer):,} characters: only the first {MAX_CHARACTERS:,} of "
                "it were read"
            )
            yield Proposed("", source, finding=why)
        elif not found:
            why = "no program in the answer: expected a fenced code block (```) with a function"
            yield Proposed("", source, finding=why)


def prompt(request: ProposalRequest, *, examples: int = 30) -> str:
    """The text that a model is asked."""
    shown = request.examples[:examples]
    left = len(request.examples) - len(shown)
    parts = [
        f"Write a program for the task '{request.name}'. It begins like this:\n\n"
        f"{request.signature}",
        _listed("These have to hold:", [*shown, *([f"and {left} more"] if left else [])]),
        _LANGUAGE,
        _listed("All that can be called, with types:", request.primitives.split("\n")),
    ]
    if request.earlier:
        parts.append(_told(request.earlier[-_EARLIER:]))
    return "\n\n".join([*parts, _ANSWER]) + "\n"


def _listed(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, "", *(f"    {line}" for line in lines)])


def _told(earlier: Sequence[ProposalReport]) -> str:
    """Earlier proposals with what is wrong with each of them."""
    parts = ["These programs were proposed before, and are wrong:"]
    for report in earlier:
        if report.program:
            parts.append(f"```\n{report.program[:_LONGEST].rstrip()}\n```")
        said = f"right on {report.passed} of {report.total} examples" if report.total else ""
        why = "; ".join(part for part in (said, report.finding[:_LONGEST]) if part)
        parts.append(f"{report.status}: {why}")
    return "\n\n".join(parts)
