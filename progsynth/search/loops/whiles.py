"""`while` loops: a variable that goes its own way, one that follows it, two that go together.

* led: a variable that goes its own way, and perhaps one that looks at it;
* together: two variables that look at each other.

What the variables become does not depend on the condition. So the steps are looked for first: the
output has to be among the states, on a few examples and then on all. A condition is looked for
only for these (see `stopping`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log2

from progsynth.lang.term import Call, Term, Var, shift
from progsynth.lang.types import BOOL
from progsynth.lang.values import identity_key
from progsynth.search.evidence import bits_of
from progsynth.search.kernels import FAILURES, Kernel
from progsynth.search.loops.cheap import Cheap, Setting
from progsynth.search.loops.ground import ALL_TURNS, TURNS, Found, Ground, Plan, Run
from progsynth.search.loops.stopping import Course
from progsynth.search.loops.terms import Layout, while_term

_ANY = 4  # cost up to which all expressions of both are tried
_LEADERS = 600  # ways of a variable that goes its own way, of one start
_CONDITIONS = 3  # that are proposed for one loop
_CHEAP = 5  # cost of a condition that is tried at once
_TESTS = 1_000  # of these
_LAST = 3_000  # turns
_OTHERS = 24  # outputs that are looked for among the states of other examples
_TICK = 256  # loops between looks at the clock


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a variable becomes: an expression over the kept parameters and these variables."""

    made: Cheap
    states: tuple[int, ...]

    def reading(self, num_kept: int, num_states: int) -> Run:
        """The step as a function of the whole setting."""
        if self.states == tuple(range(num_states)):
            return self.made.run
        run = self.made.run
        places = [*range(num_kept), *(num_kept + s for s in self.states)]
        return lambda setting: run(tuple([setting[p] for p in places]))


def stopped(ground: Ground, plan: Plan, steps: Sequence[Step], goal: int) -> Iterator[Found | None]:
    """The loops with these steps, of which variable `goal` is the output; None now and then.

    Cheap conditions are tried first. Dearer ones are looked for where the output would not be
    met by chance: a counter passes through every number.
    """
    cost = plan.cost + sum(step.made.cost for step in steps)
    if not ground.bears(cost):
        return
    runs = [step.reading(len(plan.kept), len(plan.starts)) for step in steps]
    place = len(plan.kept) + goal
    courses = [_course(ground, plan, runs, place, n, TURNS) for n in ground.cases]
    found = False
    for test in cheap_tests(ground, plan, courses):
        if ground.bears(cost + test.cost) and _is_right(ground, plan, runs, place, test):
            yield Found(loop_of(ground, plan, steps, goal, test), cost + test.cost)
            found = True
    if found or not _is_telling(ground, place, ground.cases, courses, cost):
        return
    courses = []
    for number in ground.order:
        course = _course(ground, plan, runs, place, number, ALL_TURNS)
        if not course.stops:
            return
        courses.append(Course(course.settings[: max(course.stops) + 1], course.stops))
        yield None
    if ground.asked > ground.most_asked:
        return
    for count, dear in enumerate(ground.conditions(plan, courses)):
        if dear is not None and ground.bears(cost + dear.cost):
            yield Found(loop_of(ground, plan, steps, goal, dear), cost + dear.cost)
            found = True
        elif found and not count % _CONDITIONS:
            return
        yield None


def loop_of(ground: Ground, plan: Plan, steps: Sequence[Step], goal: int, test: Cheap) -> Term:
    """The loop as a term."""
    num = len(plan.starts)
    layout = Layout(len(ground.types), num)
    inner = [step.made.placed(layout.places(plan.kept, step.states)) for step in steps]
    asks = test.placed(layout.places(plan.kept, range(num)))
    return while_term([start.term for start in plan.starts], asks, inner, goal)


def _course(
    ground: Ground, plan: Plan, runs: Sequence[Run], place: int, number: int, bound: int
) -> Course:
    """What the loop passes through on an example, up to the last turn at which it is right."""
    settings = ground.run(plan, runs, number, bound)
    stops = stops_of(ground, settings, place, number)
    return Course(settings, stops)


def cheap_tests(ground: Ground, plan: Plan, courses: Sequence[Course]) -> Iterator[Cheap]:
    """Cheap conditions that stop these courses where they may, a few."""
    count = 0
    for test in islice(ground.shelf(plan.kept, plan.types, BOOL).up_to(_CHEAP), _TESTS):
        ground.asked += 1
        if all(_stops(ground, test, course) for course in courses):
            yield test
            count += 1
            if count >= _CONDITIONS:
                return


def _stops(ground: Ground, test: Cheap, course: Course) -> bool:
    """Does the condition stop the course where it may?"""
    run = test.run
    try:
        for turn, setting in enumerate(course.settings):
            if not run(setting):
                ground.asked += turn
                return turn in course.stops
    except FAILURES:
        pass
    return False


def _is_right(ground: Ground, plan: Plan, runs: Sequence[Run], place: int, test: Cheap) -> bool:
    """Is the loop with that condition right on all examples?"""
    asks = test.run
    for number in ground.order:
        setting = ground.fixed(plan.kept, number) + tuple(s.values[number] for s in plan.starts)
        kept = setting[: len(plan.kept)]
        try:
            for _ in range(_LAST):
                if not asks(setting):
                    break
                ground.steps += 1
                setting = kept + tuple([run(setting) for run in runs])
        except FAILURES:
            return False
        if not ground.same(setting[place], ground.outputs[number]):
            return False
    return True


def _is_telling(
    ground: Ground, place: int, numbers: Sequence[int], courses: Sequence[Course], cost: int
) -> bool:
    """Do these examples, as parts of all, say more than the loop takes to write down?

    What an example says is by how much rarer the outputs of others are among its states.
    """
    others = [ground.outputs[number] for number in ground.order[:_OTHERS]]
    bits = 0.0
    for number, course in zip(numbers, courses, strict=True):
        met = [setting[place] for setting in course.settings]
        hits = sum(any(ground.same(value, other) for value in met) for other in others)
        rarity = log2((len(others) + 1) / (hits + 1))
        bits += min(rarity, ground.evidence.of(1 << number))
    return bits * len(ground.outputs) / len(courses) >= bits_of(cost)


def stops_of(
    ground: Ground, settings: Sequence[Setting], place: int, number: int
) -> frozenset[int]:
    """The turns after which the variable at that place is the output."""
    output, same = ground.outputs[number], ground.same
    return frozenset(t for t, s in enumerate(settings) if same(s[place], output))


# ------------------------------------------------------------------------------------- led


@dataclass(frozen=True, slots=True, eq=False)
class Leader:
    """A variable that goes its own way, with its values on each of the first few examples."""

    step: Cheap
    ways: tuple[list[Setting], ...]


class Leaders:
    """The ways that a variable of one start goes, by the cost of its step, each way once."""

    def __init__(self, ground: Ground, plan: Plan):
        self.ground, self.plan = ground, plan
        self.shelf = ground.shelf(plan.kept, plan.types, plan.types[0])
        self.seen: set[object] = set()
        self.by_cost: list[list[Leader]] = [[]]

    def at(self, cost: int) -> list[Leader]:
        """Those of that cost."""
        while len(self.by_cost) <= cost:
            self.by_cost.append(list(self._made(len(self.by_cost))))
        return self.by_cost[cost]

    def _made(self, cost: int) -> Iterator[Leader]:
        ground, plan = self.ground, self.plan
        for step in self.shelf.at(cost):
            if len(self.seen) >= _LEADERS:
                return
            if not step.uses >> len(plan.kept) & 1:
                continue
            ground.programs += 1
            ways = tuple([ground.run(plan, [step.run], n, TURNS) for n in ground.cases])
            key = tuple(tuple([identity_key(s[-1]) for s in way]) for way in ways)
            if key not in self.seen and max(map(len, ways)) > 1:
                self.seen.add(key)
                yield Leader(step, ways)


class Followers:
    """What a variable that looks at a leader may become.

    The cheapest are all expressions of both; after these a call of the variable and something of
    the leader: a sum, a list with one item more.
    """

    def __init__(self, ground: Ground, plan: Plan):
        self.ground, self.plan = ground, plan
        self.any = ground.shelf(plan.kept, plan.types, ground.result)
        self.by_cost: dict[int, list[Cheap]] = {}

    def at(self, cost: int) -> list[Cheap]:
        """Those of that cost."""
        found = self.by_cost.get(cost)
        if found is None:
            num = len(self.plan.kept)
            if cost <= _ANY:
                found = [step for step in self.any.at(cost) if step.uses >> num & 3]
            else:
                found = list(self._calls(cost))
            self.by_cost[cost] = found
        return found

    def _calls(self, cost: int) -> Iterator[Cheap]:
        ground, plan, num = self.ground, self.plan, len(self.plan.kept)
        goal = ground.result
        for call in ground.space.instances.get(goal, ()):
            if len(call.params) != 2 or any(p.name == "fn" for p in call.params):
                continue
            for place in (0, 1):
                other = call.params[1 - place]
                if call.params[place] != goal or (place and call.commutative):
                    continue
                kernel = ground.kernels(call.name, call.params)
                shelf = ground.shelf(plan.kept, plan.types[:1], other)
                for of_leader in shelf.at(cost - call.cost - 1):
                    if of_leader.uses >> num & 1:
                        yield _following(call.name, kernel, place, of_leader, cost)


def _following(name: str, kernel: Kernel, place: int, other: Cheap, cost: int) -> Cheap:
    """The call of the variable, at that place, and something of the leader."""
    run, width = other.run, other.width
    both = [shift(other.term, 1), Var(0)] if place else [Var(0), shift(other.term, 1)]
    term = Call(name, tuple(both))
    uses = other.uses | 1 << width
    if place:
        return Cheap(cost, uses, width + 1, lambda s: kernel(run(s[:-1]), s[-1]), term)
    return Cheap(cost, uses, width + 1, lambda s: kernel(s[-1], run(s[:-1])), term)


class Led:
    """Loops of a leader, and one variable of the result's type that looks at it."""

    def __init__(self, ground: Ground, leaders: Leaders, plan: Plan):
        self.ground, self.leaders, self.plan = ground, leaders, plan
        self.followers = Followers(ground, plan)

    def at(self, cost: int) -> Iterator[Found | None]:
        """The loops whose starts and steps cost so much."""
        left, ground = cost - self.plan.cost, self.ground
        for own in range(1, left):
            leaders = self.leaders.at(left - own)
            if not leaders:
                continue
            for step in self.followers.at(own):
                for leader in leaders:
                    ground.programs += 1
                    if not ground.programs % _TICK:
                        yield None
                    if self._meets(leader, step):
                        steps = (Step(leader.step, (0,)), Step(step, (0, 1)))
                        yield from stopped(ground, self.plan, steps, 1)

    def _meets(self, leader: Leader, step: Cheap) -> bool:
        """Does the second variable meet the output on the first few examples?"""
        ground, run, start = self.ground, step.run, self.plan.starts[1]
        same, moved = ground.same, False
        for way, number in zip(leader.ways, ground.cases, strict=True):
            now, output = start.values[number], ground.outputs[number]
            met = same(now, output)
            turn = 0
            try:
                for setting in way:
                    turn += 1
                    now = run((*setting, now))
                    if same(now, output):
                        met = moved = True
                        break
                    if not ground.in_proportion(now):
                        break
            except FAILURES:
                pass
            ground.steps += turn
            if not met:
                return False
        return moved


class Alone:
    """Loops of a leader that is the output itself."""

    def __init__(self, ground: Ground, leaders: Leaders):
        self.ground, self.leaders, self.plan = ground, leaders, leaders.plan

    def at(self, cost: int) -> Iterator[Found | None]:
        """The loops whose start and step cost so much."""
        ground = self.ground
        for leader in self.leaders.at(max(0, cost - self.plan.cost)):
            if all(
                stops_of(ground, way, len(self.plan.kept), number)
                for way, number in zip(leader.ways, ground.cases, strict=True)
            ):
                yield from stopped(ground, self.plan, (Step(leader.step, (0,)),), 0)


# -------------------------------------------------------------------------------- together


class Together:
    """Loops of two variables that look at each other."""

    def __init__(self, ground: Ground, plan: Plan):
        self.ground, self.plan = ground, plan
        self.shelves = [ground.shelf(plan.kept, plan.types, type_) for type_ in plan.types]
        self.goals = [g for g, type_ in enumerate(plan.types) if type_ == ground.result]

    def at(self, cost: int) -> Iterator[Found | None]:
        """The loops whose starts and steps cost so much."""
        left, ground = cost - self.plan.cost, self.ground
        num = len(self.plan.kept)
        for own in range(1, left):
            first = [s for s in self.shelves[0].at(own) if s.uses >> (num + 1) & 1]
            second = [s for s in self.shelves[1].at(left - own) if s.uses >> num & 1]
            for a in first:
                for b in second:
                    ground.programs += 1
                    if not ground.programs % _TICK:
                        yield None
                    steps = (Step(a, (0, 1)), Step(b, (0, 1)))
                    for goal in self._met(a, b):
                        yield from stopped(ground, self.plan, steps, goal)

    def _met(self, a: Cheap, b: Cheap) -> list[int]:
        """The variables that meet the output on the first few examples, after a turn on some."""
        ground, plan = self.ground, self.plan
        goals, moved = self.goals, False
        for number in ground.cases:
            settings = ground.run(plan, (a.run, b.run), number, TURNS)
            met = [(g, stops_of(ground, settings, len(plan.kept) + g, number)) for g in goals]
            goals = [g for g, stops in met if stops]
            moved |= any(max(stops, default=0) > 0 for _, stops in met)
            if not goals:
                return []
        return goals if moved else []
