"""Genetic search over hybrid programs: structure by evolution, weights by gradients.

The genetic search proposes generations; its scorer trains them (see `scorer`). A behaviour that
climbed the last rung of training and is right on enough of the training rows is handed out, in
the form of the cheapest program known of it, and made simpler first: `sum(map(lambda x: 9 -
digit(x), xs))` fits as well as the same without `9 -`, with a network that numbers the digits
backwards; the program with less in it is the better explanation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from progsynth.errors import UnsupportedError
from progsynth.lang.term import Function, Program, Term, size
from progsynth.neural import device as devices
from progsynth.neural.architecture import Recipe
from progsynth.neural.config import Config
from progsynth.neural.likelihood.readings import readers
from progsynth.search.genetic import GeneticSearch, Settings
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.simplify import simplify
from progsynth.train.breeding import favour_submodules
from progsynth.train.encoded import EncodedSearch, encoded
from progsynth.train.finishing import finished
from progsynth.train.near import near_search
from progsynth.train.occam import cheaper_term
from progsynth.train.pool import Member, Networks, rank
from progsynth.train.schedule import Schedule
from progsynth.train.scorer import TrainingScorer

_FIRST_SIZE = 12  # nodes of random programs
_CHANCES = 2  # of a program that validation rejected
_ENUMERATED = 300_000  # executions, to find the cheapest program of a behaviour


def hybrid(
    *,
    recipe: Recipe | None = None,
    config: Config | None = None,
    start: Networks | None = None,
    device: str = "auto",
    population: int = 200,
    max_size: int = 20,
    fresh: float = 0.3,
    schedule: Schedule | None = None,
    alone: bool = False,
) -> Method:
    """The method for `solve(task, search=...)` where neural submodules are to be trained.

    `recipe` is that of all networks, None that of the `config`, by what they read; the config
    also says how they are trained, None as the schedule does; `start` are networks, by the names
    of their submodules, that candidates begin with copies of, in place of new ones; `population`
    and `max_size` (nodes) are of the genetic search, `fresh` the share of each generation that has
    no parents (large, as tables and bounds make it cheap to try programs); `schedule` says how
    much training candidates get. Where submodules read states, or several values, the search is
    `near_search`, and says so in its notes. `alone` is the genetic search without others: none
    enumerates cheaper programs of what was found, and none takes its place. The method raises
    UnsupportedError for a task that names no submodule, or, alone, submodules that it cannot serve.
    """
    settings = Settings(
        population=population,
        max_size=max_size,
        first_size=min(max_size, _FIRST_SIZE),
        fresh=fresh,
        fits=0.0,
    )

    def method(problem: Problem, seed: int) -> Search:
        if not problem.neural:
            raise UnsupportedError(
                "the hybrid search trains neural submodules, and the task has none: declare one "
                "in a sketch (neural digit(image: tensor[1, 8, 8]) -> choice[10]), or use "
                'search="genetic"'
            )
        declared = {one.name: one for one in problem.neural}
        given = problem
        problem, encoding = encoded(given)
        try:
            readers(problem.neural)
        except UnsupportedError as error:  # states, or several values
            if alone:
                raise
            near = near_search(config=config, device=device)(given, seed)
            near.because = str(error)
            return near
        scorer = TrainingScorer(
            problem,
            seed,
            schedule=schedule or Schedule(),
            recipe=recipe,
            config=config,
            start=start,
            device=devices.choose(device),
            declared=declared,
        )
        search = HybridSearch(problem, seed, scorer, settings, alone=alone)
        return EncodedSearch(search, encoding) if encoding.types else search

    return method


class HybridSearch:
    """A genetic search whose scorer trains; it hands out what was trained to the end."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        scorer: TrainingScorer,
        settings: Settings,
        *,
        alone: bool = False,
    ):
        self.name = "genetic" if alone else "hybrid"
        self.alone = alone
        self.problem = problem
        self.scorer = scorer
        self.genetic = GeneticSearch(problem, seed, settings=settings, scorer=scorer)
        favour_submodules(self.genetic, problem)

    # -------------------------------------------------------------------------- protocol

    @property
    def exhausted(self) -> bool:
        """Evolution goes on as long as it is asked."""
        return self.genetic.exhausted

    @property
    def level(self) -> int:
        """Generations."""
        return self.genetic.level

    @property
    def notes(self) -> tuple[str, ...]:
        """What was looked at, told apart, left out by its bound, and trained."""
        counts, members = self.scorer.counts, self.scorer.members.values()
        least = self.scorer.least
        left_out = sum(m.is_trainable and not m.rung and m.behaviour.bound < least for m in members)
        unsupported = (
            (f"{counts.unsupported:,} programs read tensors in a way that has no likelihood",)
            if counts.unsupported
            else ()
        )
        return (
            f"{counts.programs:,} distinct well-typed programs",
            f"{len(members):,} of different outcomes",
            f"{left_out:,} left out: no networks bring them to {least:.3f} of the examples",
            f"{counts.trained:,} trained, in {counts.gradient_steps:,} gradient steps",
            *unsupported,
            *(f"{n:,} ended in training: {cause}" for cause, n in sorted(counts.ended.items())),
            *self.genetic.notes,
        )

    def ask(self, allowance: Allowance) -> Batch:
        """One generation, or part of one; with what is right on enough of the examples, if any."""
        counts, bounds = self.scorer.counts, self.scorer.bounds
        before = (counts.programs, counts.executions, counts.gradient_steps)
        bounds.gradient_steps, bounds.clock = allowance.gradient_steps, allowance.clock
        bounds.deadline = allowance.end
        with devices.threads(1):
            self.genetic.ask(allowance)
            ready = [finished(self.simpler(m), self.scorer) for m in self.ready()]
            found = [self.scorer.complete(member.candidate) for member in ready]
        return Batch(
            tuple(found),
            counts.programs - before[0],
            counts.executions - before[1],
            counts.gradient_steps - before[2],
        )

    def tell(self, results: Told) -> None:
        """What was handed out in vain is trained again from fresh weights, a few times."""
        self.genetic.tell(results)
        for candidate, _ in results:
            member = self.scorer.member(candidate.program)
            if member is not None and member.is_trainable and member.rejected < _CHANCES:
                self.scorer.start_over(member, rejected=True)

    def partial(self) -> tuple[Candidate, ...]:
        """The program that is right on most rows, of those that were trained or need it not."""
        members = self.scorer.members.values()
        runnable = [m for m in members if m.candidate.networks or not m.is_trainable]
        return tuple(m.candidate for m in sorted(runnable, key=rank)[:1])

    # --------------------------------------------------------------------------- handing out

    def ready(self) -> list[Member]:
        """The members to be handed out now: the cheapest first."""
        members = [m for m in self.scorer.members.values() if self.is_ready(m)]
        members.sort(key=lambda m: (m.candidate.cost, *rank(m)))
        for member in members[:1]:
            self.scorer.members[member.behaviour.key] = replace(member, final=True)
        return members[:1]

    def is_ready(self, member: Member) -> bool:
        """Is it trained to the end, right often enough, and not yet handed out?"""
        rungs = len(self.scorer.schedule.rungs)
        trained = member.rung >= rungs or not member.is_trainable
        return trained and not member.final and member.fit >= self.problem.accuracy

    def simpler(self, member: Member) -> Member:
        """The member, or one of a simpler program that is right often enough after training."""
        found = [self.cheapest(member)]

        def fits(program: Program) -> bool:
            other = self.tried(program, found[0])
            if other is None or other.fit < self.problem.accuracy:
                return False
            found[0] = other
            return True

        simplify(self.body_of(found[0].candidate), self.problem.dsl, fits)
        return found[0]

    def cheapest(self, member: Member) -> Member:
        """The member with the cheapest program of its behaviour that enumeration finds."""
        scorer, program = self.scorer, member.candidate.program
        if self.alone:
            return member
        try:
            term, executions = cheaper_term(
                scorer.problem, member.view, program, executions=_ENUMERATED
            )
        except UnsupportedError:  # outside the fragment of the enumeration
            return member
        scorer.counts.executions += executions
        if term is not None:
            cost = member.candidate.cost - size(program.entry.body) + size(term)
            scorer.meet([self.problem.wrap(term, max(1, cost))])
        return scorer.members[member.behaviour.key]

    def tried(self, body: Program, old: Member) -> Member | None:
        """A simpler body as a member, trained to the end if it can reach the accuracy asked for."""
        term = body.entry.body
        cost = old.candidate.cost - size(_term(old.candidate)) + size(term)
        candidate = self.problem.wrap(term, max(1, cost))
        scorer = self.scorer
        scorer.meet([candidate])
        member = scorer.member(candidate.program)
        if member is None or member.behaviour.bound < self.problem.accuracy:
            return None
        if member.fit >= self.problem.accuracy or not member.is_trainable:
            return member
        given = old.heritage
        names = [n.name for n in member.view.neural]
        if all(name in given for name in names):  # mostly they serve the simpler one as well
            inherited = {name: given[name] for name in names}
            found = self.trained(member, inherited, old)
            if found is not None and found.fit >= self.problem.accuracy:
                return found
        return self.trained(member, scorer.fresh(member.view), old)

    def trained(self, member: Member, networks: Networks, old: Member) -> Member | None:
        """The member after training from these networks alone; None where `old` is far better."""
        member = self.scorer.start_over(member, rejected=False)
        for rung in range(len(self.scorer.schedule.rungs)):
            if rung and member.score < old.score / 2:
                return None
            self.scorer.train([(member, member.candidate.networks or networks)], rung=rung)
            member = self.scorer.members[member.behaviour.key]
        return member

    def body_of(self, candidate: Candidate) -> Program:
        """What was searched for, as a program of its own: a function of the problem's types."""
        names = tuple(f"x{n}" for n in range(len(self.problem.types)))
        body = Function("body", names, self.problem.types, self.problem.result, _term(candidate))
        others: Sequence[Function] = candidate.program.functions[:-1]
        return Program((*others, body), candidate.program.neural)


def _term(candidate: Candidate) -> Term:
    """What was searched for: the filling of the sketch's hole, or the whole body."""
    return candidate.filled[0].term if candidate.filled else candidate.program.entry.body
