"""Which of several programs that fit is the answer: weighed in the setting of a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Term
from progsynth.lang.values import identity_key
from progsynth.search.evidence import evidence
from progsynth.search.laws import broken, laws, shifted
from progsynth.search.likely import bits_of_term
from progsynth.search.problem import Problem
from progsynth.search.renamed import Changed, renamed, separators, words_of
from progsynth.search.run import Candidate, Outcome, Search
from progsynth.search.settle import Judge, Patience, Settling, Weighed
from progsynth.search.telling import spread
from progsynth.search.varied import varied
from progsynth.solving.problem import make_problem
from progsynth.solving.result import Result
from progsynth.solving.setting import Setting, evaluate_in
from progsynth.solving.usual import usual_bottom_up, waiting_bottom_up
from progsynth.task import Example

_ODD = 24.0  # bits by which one that is wrong on all changed inputs is less likely
_FAILING = 6.0  # and one that fails on all varied ones
_LAWLESS = 12.0  # and one that breaks on all shifted ones what all examples keep
_SURE = 2.0  # bits that the examples say for each bit of a program that nothing else vouches for
_PER_LEVEL = 5.0  # bits of a program, at least, for each unit of a bottom-up search's costs
_BY_COST = ("bottom_up", "bottom_up_python", "portfolio")  # those whose level is a cost
_ADDED = 6  # changed examples of a kind that a second search is given
SHOWN = 5  # alternatives that a result has


class Chosen:
    """Begins the search that `begin` makes, so that it chooses among several programs that fit,
    if it shall.

    One that trains networks, or is content with a share of the examples, is left as it is: there
    to fit is no matter of yes or no.
    """

    def __init__(
        self,
        setting: Setting,
        begin: Callable[[tuple[Term, ...]], Search],
        *,
        wait: bool,
        choose: bool = True,
        patience: Patience | None = None,
    ):
        self._choose = choose
        self._setting = setting
        self._begin = begin
        self._wait = wait
        self._patience = patience
        self._made: Settling | None = None

    def __call__(self, seeds: tuple[Term, ...]) -> Search:
        """The search; it may begin from the bodies `seeds`."""
        search, task = self._begin(seeds), self._setting.task
        if not self._choose or self._setting.trained or task.accuracy < 1.0:
            return search
        judge = _Weighing(self._setting, search.name, self._wait).judge()
        self._made = Settling(search, judge, self._patience)
        return self._made

    @property
    def fits(self) -> tuple[Candidate, ...]:
        """The programs met that fit the training examples, the likeliest first."""
        return () if self._made is None else tuple(fit.candidate for fit in self._made.fits)

    def described(self, result: Result, outcome: Outcome) -> Result:
        """The result with other programs that fit, those that do something else on inputs like
        the examples', the likeliest first."""
        if self._made is None or not outcome.solved or outcome.candidate is None:
            return result
        words = self._setting.vocabulary
        taken = outcome.candidate.program
        known = {f.weighed.behaviour for f in self._made.fits if f.candidate.program == taken}
        texts: list[str] = []
        for fit in self._made.fits:
            if fit.weighed.behaviour not in (None, *known) and len(texts) < SHOWN:
                known.add(fit.weighed.behaviour)
                texts.append(pretty(words.closed(fit.candidate.program), words.pack))
        return replace(result, alternatives=tuple(texts))


@dataclass(frozen=True)
class _Weighing:
    """How fits are weighed in the setting."""

    setting: Setting
    search: str
    wait: bool

    def judge(self) -> Judge:
        """It, with what changed inputs there are."""
        task, words = self.setting.task, self.setting.vocabulary
        rows = [e.inputs for e in task.train]
        changed = renamed(rows, [e.output for e in task.train])
        wanted = [one.output for one in changed]
        kept, others = laws(rows, [e.output for e in task.train]), varied(rows)
        more = shifted(rows) if kept else ()
        inputs = [*(one.inputs for one in changed), *others, *more]
        first, last = len(wanted), len(wanted) + len(others)
        known, seen = separators(rows), words_of(rows)
        by_cost = self.search in _BY_COST
        said = evidence([e.output for e in task.train]).of((1 << len(rows)) - 1)

        def weigh(candidate: Candidate, bound: float) -> Weighed:
            program = words.opened(candidate.program)
            bits = bits_of_term(program.entry.body, words.dsl, known, seen)
            if bits >= bound:
                return Weighed(bits)
            outputs = run_rows(program, inputs, words.dsl, task.limits, engine="python")
            odd = _share([out != want for out, want in zip(outputs, wanted, strict=False)])
            failing = _share([isinstance(out, Failure) for out in outputs[first:last]])
            lawless = broken(kept, [*others, *more], outputs[first:])
            weight = bits + _ODD * sqrt(odd) + _FAILING * failing + _LAWLESS * sqrt(lawless)
            sure = odd == lawless == 0.0 and said >= _SURE * bits
            vouched = odd == lawless == 0.0 and bool(wanted)
            return Weighed(weight, odd, sure, vouched, tuple(map(_key, outputs)))

        return Judge(
            lambda candidate: evaluate_in(words, candidate.program, task.train, task),
            weigh,
            lambda level: _PER_LEVEL * (level - 1) if by_cost else float("-inf"),
            lambda candidate: self._second(candidate, changed),
            task.accuracy,
        )

    def _second(self, candidate: Candidate, changed: tuple[Changed, ...]) -> Search | None:
        """A search given some of the changed examples as well, those first that the program
        is wrong on."""
        setting = self.setting
        if setting.sketch is not None:
            return None
        task, words = setting.task, setting.vocabulary
        examples = [Example(one.inputs, one.output) for one in changed]
        right = evaluate_in(words, candidate.program, examples, task).right
        # Those that it is wrong on, and some of the others, which it may only be right on by luck.
        added = [
            example
            for wanted in (False, True)
            for example in spread([e for e, r in zip(examples, right, strict=True) if r is wanted])[
                :_ADDED
            ]
        ]
        problem: Problem = make_problem(setting)
        more = replace(
            problem,
            inputs=(*problem.inputs, *(e.inputs for e in added)),
            outputs=(*problem.outputs, *(e.output for e in added)),
        )
        return (waiting_bottom_up if self.wait else usual_bottom_up)(more, 0)


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


def _key(output: object) -> object:
    return str(output) if isinstance(output, Failure) else identity_key(output)
