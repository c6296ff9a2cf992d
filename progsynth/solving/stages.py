"""A task with submodules and a library with networks: what is known is tried before it is trained.

    frozen   networks of the library as they are: a program is searched for, nothing is trained
    tuned    copies of these, trained on in the programs that the hybrid search proposes
    recipe   new networks, built and trained as others of the library that read the same
    new      new networks, as for a task without a library

Networks that fit a submodule's types are told apart by how sure they are of the task's tensors,
which costs one pass over these; where there are several, the surest few each get a short search on
the task as they read it (`reading`), and the one that comes nearest a long one. Each stage has its
share of what the stages before it have left, in executions and in gradient steps.

After HOUDINI (Valkov et al. 2018), which puts frozen and new modules into one search by types;
that what is cheap comes first, and the order by confidence, is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Any

import progsynth
from progsynth import neural
from progsynth.evaluate import Evaluation
from progsynth.grammar.weights import Weights
from progsynth.lang.primitive import DSL, called_names
from progsynth.library.vocabulary import Vocabulary, tensors_in
from progsynth.search.problem import Method
from progsynth.search.run import Budget, Candidate, Event, Outcome, run
from progsynth.solving.purse import Purse, Weight
from progsynth.solving.reading import Reading, read_by
from progsynth.solving.searches import Beginning
from progsynth.solving.setting import Setting, evaluate_in, same_types
from progsynth.solving.settling import Chosen
from progsynth.task import Example, Task

FROZEN, TUNED, RECIPE, NEW = "frozen", "tuned", "recipe", "new"
STAGES = (FROZEN, TUNED, RECIPE, NEW)
_MOST = 3  # choices of frozen networks that a program is searched for with

# What is tried, in this order, and what each weighs. "short" is for each of several choices of
# frozen networks, the three after it for the one that came nearest. The stage of a trial is what
# stands before the colon. To ask for all but one of the examples that were read with confidence,
# after the short search, was tried and left out: of 24 tasks three more ended in a program that is
# nearly right, and none was found that is not found without.
WEIGHTS: Mapping[str, Weight] = MappingProxyType(
    {
        "frozen: short": Weight(0.04),  # all that was read with confidence has to be right
        "frozen: long": Weight(0.37),  # the same
        "frozen: enough": Weight(0.10),  # the share of all that the task asks for
        "frozen: unread": Weight(0.05),  # over the tensors themselves
        TUNED: Weight(0.16, 0.4),
        RECIPE: Weight(0.10, 0.3),
        NEW: Weight(0.10, 0.3),
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """A task, and what is known beside it: the words it may use, networks among them, and the
    weights of a grammar."""

    task: Task
    words: Vocabulary
    weights: Weights | None = None

    @property
    def frozen(self) -> Setting:
        """The setting in which nothing is trained."""
        return Setting(self.task, self.words, None, (), self.weights)

    @property
    def training(self) -> Setting:
        """The setting in which all submodules of the task are trained; without the networks, and
        the subroutines that call them."""
        submodules = self.task.submodules
        return Setting(self.task, without_networks(self.words), None, submodules, self.weights)


@dataclass(frozen=True, slots=True)
class Staged:
    """How it went: the outcome in the words of `setting`, the stage that it is from, and the
    networks that this one began with, by the names of the submodules they stand for; `search` is
    the name of the search."""

    outcome: Outcome
    setting: Setting
    stage: str
    begun: Mapping[str, str]
    search: str


def has_stages(task: Task) -> bool:
    """Is the task one for stages: with submodules that it names, and without a sketch?"""
    return bool(task.submodules) and not task.sketch


def without_networks(words: Vocabulary) -> Vocabulary:
    """The vocabulary without networks, and without the functions that call some."""
    gone = set(words.networks)
    functions = {}
    for name, function in words.functions.items():  # each after what it calls
        if called_names(function) & gone:
            gone.add(name)
        else:
            functions[name] = function
    dsl = DSL(
        words.dsl.name,
        {name: one for name, one in words.dsl.primitives.items() if name not in gone},
        {name: one for name, one in words.dsl.functions.items() if name not in gone},
        words.dsl.surfaces,
    )
    return replace(words, dsl=dsl, functions=functions, networks={})


def in_stages(
    known: Known,
    budget: Budget,
    *,
    method: str | Method = "bottom_up",
    seed: int = 0,
    device: str = "auto",
    choose: bool = True,
    on_event: Callable[[Event], None] | None = None,
) -> Staged:
    """The first stage that solves the task within its share of the budget, or the best program.

    `method` searches for programs over frozen networks; with `choose` it looks on after the first
    that fits, as `solve` does. Without gradient steps nothing is trained.
    """
    stages = _Stages(known, budget, method, seed, device, choose, on_event)
    return stages.go()


Choice = Mapping[str, str]  # of frozen networks, by the submodules that they stand for


class _Stages:
    """The stages of one task, on their way."""

    def __init__(
        self,
        known: Known,
        budget: Budget,
        method: str | Method,
        seed: int,
        device: str,
        choose: bool,
        on_event: Callable[[Event], None] | None,
    ):
        self.known, self.method, self.seed, self.device = known, method, seed, device
        self.choose, self.on_event = choose, on_event
        self.purse = Purse(budget, WEIGHTS)
        self.found: list[Staged] = []
        self.rejected: list[Candidate] = []
        self.notes: list[str] = []

    def go(self) -> Staged:
        readings = self.readings()
        choices = [choice for choice, _ in readings]
        recipe = self.recipe()
        read = [(choice, one) for choice, one in readings if one is not None]
        plan = ["frozen: short"] * len(read) if len(read) > 1 else []
        plan += ["frozen: long", "frozen: enough"] if read else []
        plan += ["frozen: unread"]
        trains = self.purse.budget.gradient_steps != 0
        plan += [TUNED] if trains and choices else []
        plan += [RECIPE] if trains and recipe is not None else []
        plan += [NEW] if trains else []
        if len(read) > 1:
            near = []
            for choice, one in read:
                passed = self.read(plan, choice, one, one.task())
                if passed is None:
                    return self.over()
                near.append(passed)
            read = [read[near.index(max(near))]]
        for choice, one in read:
            choices = [choice]
            for task in (one.task(), one.whole_task()):
                if self.read(plan, choice, one, task) is None:
                    return self.over()
        if self.unread(plan) or not trains:
            return self.over()
        networks = self.known.words.networks
        if choices:
            start = {slot: networks[name] for slot, name in choices[0].items()}
            if self.trained(plan, choices[0], start=start):
                return self.over()
        if recipe is not None and self.trained(plan, {}, **recipe):
            return self.over()
        self.trained(plan, {})
        return self.over()

    # ---------------------------------------------------------------------- what is known

    def readings(self) -> list[tuple[Choice, Reading | None]]:
        """The choices of networks that fit all submodules, and the task as each reads it; the
        surest first, a few at most."""
        networks = self.known.words.networks
        slots = self.known.task.submodules
        options = [
            [name for name, one in networks.items() if same_types(one.declaration, slot)]
            for slot in slots
        ]
        if not all(options):
            return []
        names = sorted({name for some in options for name in some})
        answers = {name: self.answers(networks[name]) for name in names}
        found: list[tuple[Choice, Reading | None]] = []
        for chosen in product(*options):
            choice = dict(zip((slot.name for slot in slots), chosen, strict=True))
            used = {name: networks[name].declaration for name in dict.fromkeys(chosen)}
            found.append((choice, read_by(self.known.task, used, answers)))
        found.sort(key=lambda some: -some[1].score if some[1] is not None else 0.0)
        return found[:_MOST]

    def answers(self, network: Any) -> dict[int, tuple[Any, float]]:
        """What the network decides on the tensors of the training examples, and how sure it is."""
        rows = [example.inputs for example in self.known.task.train]
        tensors = list({id(x): x for x in tensors_in(rows, network)}.values())
        decided = neural.decided_with_confidence(network, tensors)
        return {id(x): answer for x, answer in zip(tensors, decided, strict=True)}

    def recipe(self) -> dict[str, Any] | None:
        """The recipe and the config of a network that reads what the task's only submodule does,
        unless they are those of a new one."""
        slots = self.known.task.submodules
        if len(slots) != 1:
            return None
        usual = neural.recipe_for(slots[0])
        for name in sorted(self.known.words.networks):
            one = self.known.words.networks[name]
            if one.declaration.types == slots[0].types and one.recipe != usual:
                return {"recipe": one.recipe, "config": one.config}
        return None

    # -------------------------------------------------------------------------- the trials

    def read(self, plan: list[str], choice: Choice, one: Reading, task: Task) -> int | None:
        """Search for a program over what the networks read; how many examples the best is right
        on, None where the task is solved."""
        known = self.known
        frozen = known.frozen
        inner = Setting(task, known.words, None, (), known.weights)

        def composed(candidate: Candidate) -> Candidate:
            return replace(candidate, program=one.composed(candidate.program))

        return self.trial(plan, choice, inner, frozen, self.method, composed)

    def unread(self, plan: list[str]) -> bool:
        """Search for a program over the tensors themselves; is the task solved?"""
        frozen = self.known.frozen
        return self.trial(plan, {}, frozen, frozen, self.method, _same) is None

    def trained(self, plan: list[str], choice: Choice, **options: Any) -> bool:
        """Search for a program and train its networks; is the task solved?"""
        setting = self.known.training
        method = progsynth.hybrid(device=self.device, **options)
        return self.trial(plan, choice, setting, setting, method, _same) is None

    def trial(
        self,
        plan: list[str],
        choice: Choice,
        inner: Setting,
        outer: Setting,
        method: str | Method,
        composed: Callable[[Candidate], Candidate],
    ) -> int | None:
        """Do the first trial of the plan: a search in the inner setting, whose candidates are
        tried, composed, in the outer one."""
        task = self.known.task
        budget = self.purse.part(plan)
        stage = plan.pop(0).partition(":")[0]
        beginning = Beginning(
            inner, method, seed=self.seed, device=self.device, workers=1, wait=True
        )
        chosen = Chosen(inner, beginning, wait=True, choose=self.choose)

        def evaluated(candidate: Candidate, examples: Sequence[Example]) -> Evaluation:
            made = composed(candidate)
            return evaluate_in(outer.words(made), made.program, examples, task)

        with closing(beginning):
            search = chosen(())
            outcome = run(
                search,
                lambda candidate: evaluated(candidate, task.train),
                lambda candidate: evaluated(candidate, task.validation),
                budget,
                accuracy=task.accuracy,
                on_event=self.on_event,
            )
        self.purse.spend(outcome)
        self.rejected += map(composed, outcome.rejected)
        self.notes += (f"{stage}: {note}" for note in outcome.notes)
        if outcome.candidate is not None:
            outcome = replace(outcome, candidate=composed(outcome.candidate))
        self.found.append(Staged(outcome, outer, stage, choice, search.name))
        return None if outcome.solved else _passed(outcome)

    def over(self) -> Staged:
        """The solution, or else the program that came nearest, with what all trials have used."""
        last, purse = self.found[-1], self.purse
        if not last.outcome.solved:
            last = max(reversed(self.found), key=lambda one: _passed(one.outcome))
        outcome = replace(
            last.outcome,
            rejected=tuple(self.rejected),
            seconds=purse.seconds,
            programs=purse.programs,
            executions=purse.executions,
            gradient_steps=purse.gradient_steps,
            notes=tuple(dict.fromkeys(self.notes)),
        )
        return replace(last, outcome=outcome)


def _same(candidate: Candidate) -> Candidate:
    return candidate


def _passed(outcome: Outcome) -> int:
    return outcome.evaluation.passed if outcome.evaluation is not None else 0
