"""The loop: tasks are solved, their programs compressed, and what pays is kept for the next round.

    for one in learn(suite, "my.library", rounds=5):
        print(one)

A round notes first what it begins with: the entries in use, and the grammar's weights. Then it
goes on with the tasks that are not solved yet (`efforts`); proposes subroutines, one at a time
(`compress`, whose rewritten programs are run in all engines), and solutions, with a part left
open (`general`) or whole; tries each on tasks that it was not made from (`trial`); refits the
grammar; and writes all that in one transaction, with what is retired (`ending`). The phases are
those of DreamCoder (Ellis et al. 2021), but for its dreams; admission by measured use is ours.

All steps are in the journal, and each depends on the steps before it alone: so a run goes on
where it was, and ends the same with any number of workers and of processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.lang.term import Function
from progsynth.learn.attempt import Attempt
from progsynth.learn.corpus import frontiers_of, solutions
from progsynth.learn.ending import Findings, finish
from progsynth.learn.general import generalised
from progsynth.learn.networks import seeing, take_networks, with_programs
from progsynth.learn.plan import check_packs, in_order, run_of
from progsynth.learn.settings import Settings
from progsynth.learn.state import State, begin, end
from progsynth.learn.trial import Trials, Verdict
from progsynth.learn.units import Bench, Told, Unit
from progsynth.library.compress.compression import Subroutine, compress
from progsynth.library.store import Library
from progsynth.task import Suite, Task


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: the tasks it tried, those it solved, and what became of the library.

    `solved` are all tasks solved so far, in this round and before; `executions` those of the
    attempts, `replayed` those of the trials. `library` is the number of entries in use after it.
    `networks` are those taken into it, and `gradient_steps` those of the attempts.
    """

    number: int
    tried: tuple[str, ...]
    new: tuple[str, ...]
    solved: tuple[str, ...]
    executions: int
    replayed: int
    admitted: tuple[str, ...]
    refused: tuple[str, ...]
    retired: tuple[str, ...]
    library: int
    networks: tuple[str, ...] = ()
    gradient_steps: int = 0

    def __str__(self) -> str:
        trained = ""
        if self.gradient_steps:
            taken = f"{len(self.networks)} networks taken"
            trained = f"; {self.gradient_steps:,} gradient steps, {taken}"
        return (
            f"round {self.number}: tried {len(self.tried)}, solved {len(self.new)} "
            f"({len(self.solved)} in all); subroutines: {len(self.admitted)} admitted, "
            f"{len(self.refused)} refused, {len(self.retired)} retired, {self.library} in use; "
            f"{self.executions:,} executions and {self.replayed:,} of replays{trained}"
        )


def learn(
    suite: Suite,
    library: Library | str | Path,
    *,
    rounds: int = 5,
    settings: Settings | None = None,
    workers: int = 1,
    told: Told | None = None,
) -> Iterator[Round]:
    """The rounds, each when it is over; the library, made where there is none, grows meanwhile.

    The same call again goes on with a run that was stopped, and gives its rounds first; so does
    one in another process at the same time. It ends before `rounds` where there is nothing to try
    that was not tried: all is solved, or neither library nor grammar have changed. `told` hears
    of each attempt. Test examples are never looked at. Raises ProgsynthError.
    """
    if rounds < 1:
        raise ProgsynthError(f"rounds: expected a whole number from 1, found {rounds!r}")
    library = library if isinstance(library, Library) else Library(Path(library))
    settings = settings or Settings()
    check_packs(suite)
    tasks = tuple(replace(task, test=()) for task in in_order(suite, settings))
    with closing(Bench(library, run_of(suite, settings), workers=workers, told=told)) as bench:
        for number in range(1, rounds + 1):
            if end(number) not in bench.look():
                state = begin(number, library, bench, tasks, settings)
                if not state.to_try():
                    return
                state, found = _findings(state, bench, settings, tasks)
                finish(state, found, library, bench, settings, tasks)
            yield _round(number, bench.look()[end(number)])


def _findings(
    state: State, bench: Bench, settings: Settings, tasks: tuple[Task, ...]
) -> tuple[State, Findings]:
    """Solve, take new networks, and compress; gives the state with these among its words."""
    attempts, used = _attempts(state, bench, settings)
    taken = take_networks(attempts, state, bench, settings)
    attempts, state = with_programs(attempts, taken), seeing(state, taken, bench)
    new = {name: one.programs for name, one in attempts.items() if one.solved}
    frontiers = frontiers_of({**state.programs, **new}, tasks, state.words.dsl)
    efforts = {
        name: tuple(
            effort.after(attempts[name].solved, used.get((name, effort.begun), effort.allowed))
            for effort in efforts
        )
        for name, efforts in state.plans.items()
    }
    spent = sum(max(0, count - state.had(name, begun)) for (name, begun), count in used.items())
    found = Findings(attempts, efforts, spent, frontiers, state.words.dsl, (), {}, taken.names)
    solved = [frontier.task for frontier in frontiers]
    trials = Trials(bench, settings, state.number, state.seen, state.tasks, solved)
    return state, _compressed(found, trials, state, settings)


Used = dict[tuple[str, int], int]  # executions, by the task and the round in which a search began


def _attempts(state: State, bench: Bench, settings: Settings) -> tuple[dict[str, Attempt], Used]:
    """How the tasks go that the round is to try, and what each of their searches has used.

    The latest search of a task comes first: where it finds a program the first one is left.
    """
    found: dict[str, Attempt] = {}
    used: Used = {}
    for place, verb in ((-1, "solve"), (0, "go on")):
        units, begun = [], []
        for task in state.to_try():
            efforts = state.plans[task.name]
            effort = efforts[place]
            known = found.get(task.name)
            if effort.over or (place == 0 and (len(efforts) == 1 or (known and known.solved))):
                continue
            options = {
                "executions": effort.allowed,
                "gradient_steps": settings.gradient_steps,
                "search": settings.search,
                "seed": settings.seed,
                "frontier": settings.frontier,
            }
            seen = state.saw[task.name, effort.begun]
            units.append(Unit(f"{state.number} {verb}: {task.name}", task, seen, options))
            begun.append(effort.begun)
        for unit, start, one in zip(units, begun, bench.done(units), strict=True):
            name = unit.task.name
            used[name, start] = one.executions
            if name not in found or one.solved:
                found[name] = one
    return found, used


def _compressed(found: Findings, trials: Trials, state: State, settings: Settings) -> Findings:
    """What was found, its programs rewritten with new subroutines that pay."""
    refused: set[str] = set()
    taken: list[Subroutine] = []
    verdicts: dict[str, Verdict] = {}
    known = {_content(function) for function in state.words.functions.values()}
    frontiers, dsl = found.frontiers, found.dsl

    def pays(sub: Subroutine) -> bool:
        function = sub.function
        if _content(function) in known:
            return False
        known.add(_content(function))
        verdict = trials.verdict(function, sub.tasks, [one.function for one in taken])
        verdicts[function.name] = verdict
        if verdict.pays:
            taken.append(sub)
        return verdict.pays

    while frontiers and len(refused) < settings.subroutines:
        made = compress(frontiers, dsl, max_arity=settings.max_arity, iterations=1, refused=refused)
        if not made.subroutines:
            break
        (sub,) = made.subroutines
        refused.add(sub.pattern)
        if pays(sub):
            frontiers, dsl = made.frontiers, made.vocabulary.dsl
    left = settings.solutions
    for sub in sorted(solutions(frontiers, dsl), key=lambda s: s.tasks[0] not in found.attempts):
        for function in (*generalised(sub.function, dsl, verdicts), sub.function):
            if not left:
                break
            if _content(function) in known:
                continue
            left -= 1
            if pays(replace(sub, function=function)):
                dsl = dsl.extend(function)
                break
    return replace(found, frontiers=frontiers, dsl=dsl, taken=tuple(taken), verdicts=verdicts)


def _content(function: Function) -> tuple[Any, ...]:
    """What makes two subroutines the same, whatever they are called."""
    return function.types, function.result, function.body


def _round(number: int, value: Mapping[str, Any]) -> Round:
    lists = {
        name: tuple(value[name]) for name in ("tried", "new", "admitted", "refused", "retired")
    }
    return Round(
        number,
        solved=tuple(sorted(value["programs"])),
        executions=value["executions"],
        replayed=value["replayed"],
        library=value["library"],
        networks=tuple(value["networks"]),
        gradient_steps=value["gradient_steps"],
        **lists,
    )
