"""Which variables of a text share a name, and what its branches and loops yield.

A loop changes the variables that it starts from, so each state variable shares its name with
the variable that holds its first value; where that one is still needed, it is copied first.
Elsewhere names are shared to read well (`total = total + x`), if no value is lost. Text yields
from a branch or loop the variables that are read later, in the order in which it assigns them:
what nobody reads is taken out, and no name is shared where it would change the order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from progsynth.lang.printing.unnest import (
    Bind,
    Block,
    Branch,
    Loop,
    Ref,
    Routine,
    Step,
    Variable,
    blocks,
    expressions,
    is_free,
    visit_references,
)
from progsynth.lang.term import If, Term
from progsynth.lang.walk import Walk, walk

MAX_STEPS = 400  # in longer functions no name is shared but by copies, which takes no search


class Names:
    """Which variables share a name: a representative for each."""

    def __init__(self) -> None:
        self.roots: dict[Variable, Variable] = {}
        self.members: dict[Variable, list[Variable]] = {}

    def root(self, variable: Variable) -> Variable:
        """The variable that stands for all that have this one's name."""
        return self.roots.get(variable, variable)

    def sharing(self, variable: Variable) -> list[Variable]:
        """All variables with this one's name."""
        root = self.root(variable)
        return self.members.get(root, [root])

    def share(self, a: Variable, b: Variable) -> None:
        """Give both, and all that share their names, one name."""
        first, second = self.root(a), self.root(b)
        if first is not second:
            together = [*self.sharing(a), *self.sharing(b)]
            self.members[first] = together
            self.roots.update((v, first) for v in together)

    def copy(self) -> Names:
        """The same, to be changed apart."""
        made = Names()
        made.roots, made.members = dict(self.roots), dict(self.members)
        return made

    def is_own(self, term: Term, variable: Variable) -> bool:
        """Is the term what stands under the variable's name already?"""
        return isinstance(term, Ref) and self.root(term.variable) is self.root(variable)

    def unchanged(self, block: Block, slots: tuple[Variable, ...]) -> bool:
        """Do the slots have their values at the block's end already, by name?"""
        assert block.end is not None
        return all(self.is_own(e, s) for e, s in zip(block.end, slots, strict=True))


def arrange(routine: Routine, *, by_hint: bool = False) -> Names:
    """Take out what nobody reads, copy where a loop needs it, and say which names are shared.

    With `by_hint`, variables of the same hint share their name where they can; it is for the
    caller to see that they have the same type.
    """
    for block in _all_blocks(routine):
        _take_out_unchanged(block)
    _take_out_unread(routine)
    lives = _Lives(routine)
    names = Names()
    steps = [(block, step) for block in _all_blocks(routine) for step in block.steps]
    search = _Search(routine, lives, names, try_all=len(steps) <= MAX_STEPS)
    for block, step in steps:
        if isinstance(step, Loop):
            search.start(block, step)
    if search.try_all:
        for _, step in reversed(steps):
            search.ends(step)
        for _, step in steps:
            search.update(step)
        if by_hint:
            search.hinted(step for _, step in steps)
    return search.names


def _all_blocks(routine: Routine) -> Iterator[Block]:
    """All blocks of a function and of the functions in it, outer before inner."""
    todo = [routine.block]
    while todo:
        block = todo.pop()
        yield block
        inner: list[Block] = []
        for step in block.steps:
            for term in expressions(step):
                inner += _blocks_of(term)
            inner += blocks(step)
        for term in block.end or ():
            inner += _blocks_of(term)
        todo += reversed(inner)


def _blocks_of(term: Term) -> list[Block]:
    return [fn.block for fn in visit_references(term, lambda _: None)]


# ------------------------------------------------------------------- what nobody reads


def _take_out_unread(routine: Routine) -> None:
    """Remove the slots that are never read from branches and loops."""
    while True:
        read = read_variables(routine)
        changed = False
        for block in list(_all_blocks(routine)):
            for step in block.steps:
                if isinstance(step, Branch | Loop) and step.slots is not None:
                    kept = [n for n, v in enumerate(step.slots) if v in read]
                    if len(kept) < len(step.slots):
                        _keep(step, kept)
                        changed = True
        if not changed:
            return


def read_variables(routine: Routine, names: Names | None = None) -> set[Variable]:
    """The variables whose values are read.

    A value that is only handed on, from slot to slot, is read if the last of them is. With
    `names`, `if c: x = e` hands on the `x` that it leaves as it is; without, every choice reads.
    """
    read, handed = _reads_and_hands(routine, names)
    todo = list(read)
    while todo:
        for variable in handed.pop(todo.pop(), ()):
            if variable not in read:
                read.add(variable)
                todo.append(variable)
    return read


def _reads_and_hands(
    routine: Routine, names: Names | None
) -> tuple[set[Variable], dict[Variable, list[Variable]]]:
    """The variables that are read, and for each one those whose values it is only handed."""
    read: set[Variable] = set()
    handed: dict[Variable, list[Variable]] = {}

    def hand(slot: Variable, term: Term) -> None:
        visit_references(term, handed.setdefault(slot, []).append)

    slots_of: dict[Block, tuple[Variable, ...]] = {}
    for block in _all_blocks(routine):  # outer before inner
        terms: list[Term] = []
        assigned: list[tuple[Variable, Term]] = []  # one variable by one statement
        pairs = list(zip(slots_of.get(block, ()), block.end or (), strict=False))
        if block not in slots_of:
            terms += block.end or ()
        for step in block.steps:
            found = expressions(step)
            if isinstance(step, Branch | Loop) and step.slots is not None:
                slots_of.update((inner, step.slots) for inner in blocks(step))
            if isinstance(step, Loop):
                pairs += zip(step.slots, step.inits, strict=True)
                found = tuple(t for t in (step.source, step.cond) if t is not None)
            if isinstance(step, Bind) and len(step.items) == 1:
                assigned.append((step.variables[0], step.items[0]))
            else:
                terms += found
        for slot, end in pairs:
            if isinstance(end, Ref):
                hand(slot, end)
            elif len(block.end or ()) == 1:
                assigned.append((slot, end))
            else:
                terms.append(end)
        for variable, item in assigned:
            if names is not None and isinstance(item, If) and names.is_own(item.orelse, variable):
                terms += (item.cond, item.then)
                hand(variable, item.orelse)
            else:
                terms.append(item)
        for term in terms:
            visit_references(term, read.add)
    return read, handed


def reads_of(routine: Routine) -> Counter[Variable]:
    """How often the value of each variable is read."""
    reads: Counter[Variable] = Counter()

    def note(variable: Variable) -> None:
        reads[variable] += 1

    for block in _all_blocks(routine):
        for step in block.steps:
            for term in expressions(step):
                visit_references(term, note)
        for term in block.end or ():
            visit_references(term, note)
    return reads


def _take_out_unchanged(block: Block) -> None:
    """Bind before a loop what the loop carries along and never changes."""
    for step in list(block.steps):
        if not isinstance(step, Loop):
            continue
        ends = step.body.end or ()
        for slot, init, end in list(zip(step.slots, step.inits, ends, strict=True)):
            if isinstance(end, Ref) and end.variable is slot:
                _keep(step, [n for n, v in enumerate(step.slots) if v is not slot])
                block.steps.insert(block.steps.index(step), Bind((slot,), (init,)))


def _keep(step: Branch | Loop, kept: list[int]) -> None:
    """Keep only the slots of these numbers."""
    slots = step.slots
    assert slots is not None
    for block in blocks(step):
        assert block.end is not None
        ends = dict(enumerate(block.end))
        costly = [n for n, e in ends.items() if n in kept or not is_free(e)]
        if len(costly) > len(kept):
            held = {n: Variable(slots[n].hint, slots[n].frame) for n in costly}
            block.steps.append(Bind(tuple(held.values()), tuple(ends[n] for n in costly)))
            ends = {n: Ref(v) for n, v in held.items()}
        block.end = tuple(ends[n] for n in kept)
    step.slots = tuple(slots[n] for n in kept)
    if isinstance(step, Loop):
        step.inits = tuple(step.inits[n] for n in kept)


# ------------------------------------------------------------------ when values are needed


class _Arm:
    """One of the blocks of a branch, of which only one runs; `outer` is the arm around it."""

    __slots__ = ("branch", "outer")

    def __init__(self, branch: Branch, outer: _Arm | None):
        self.branch = branch
        self.outer = outer


class _Span:
    """A time in which a value is needed: where it begins, and when and in which arm it is used."""

    __slots__ = ("arm", "begin", "end", "uses")

    def __init__(self, begin: float, end: float, arm: _Arm | None):
        self.begin = begin
        self.end = end
        self.arm = arm
        self.uses: list[tuple[float, _Arm | None]] = []


def _arms(arm: _Arm | None) -> Iterator[_Arm]:
    while arm is not None:
        yield arm
        arm = arm.outer


def _over(span: _Span, other: _Span) -> bool:
    """Is `span` not needed once `other` begins, but in other arms of a branch?"""
    if span.begin > other.begin:
        return False
    for arm in _arms(other.arm):
        if any(a.branch is arm.branch for a in _arms(span.arm)):
            return all(a is not arm for a in _arms(span.arm))
        if all(
            clock <= other.begin or any(a.branch is arm.branch and a is not arm for a in _arms(at))
            for clock, at in span.uses
        ):
            return True
    return False


class _Lives:
    """For each variable the spans of the text in which its value is still needed."""

    def __init__(self, routine: Routine):
        self.spans: dict[Variable, list[_Span]] = {}
        self.home: dict[Variable, int] = {}  # in how many loops it gets its value
        self.loops: list[list[Variable]] = []  # of each open loop, what it uses from outside
        self.starts: dict[Loop, float] = {}  # when what it starts from would be copied
        self.clock = 0.0
        self.arm: _Arm | None = None
        walk(self.routine(routine))

    def apart(self, a: Variable, b: Variable) -> bool:
        """Is neither needed while the other is? They may meet at a moment."""
        return all(
            p.begin >= q.end or q.begin >= p.end or _over(p, q) or _over(q, p)
            for p in self.spans.get(a, ())
            for q in self.spans.get(b, ())
        )

    def begin(self, variable: Variable, home: int) -> None:
        span = _Span(self.clock, self.clock + 0.5, self.arm)
        self.spans.setdefault(variable, []).append(span)
        self.home[variable] = home

    def use(self, variable: Variable) -> None:
        self.needed(variable)
        home = self.home[variable]
        if home < len(self.loops):
            self.loops[home].append(variable)

    def needed(self, variable: Variable) -> None:
        span = self.spans[variable][-1]
        span.end = max(span.end, self.clock)
        span.uses.append((self.clock, self.arm))

    def terms(self, terms: tuple[Term, ...]) -> Walk[None]:
        for term in terms:
            for function in visit_references(term, self.use):
                yield self.routine(Routine(function.params, function.block, function.frame))

    def routine(self, routine: Routine) -> Walk[None]:
        for param in routine.params:
            self.begin(param, len(self.loops))
        yield self.block(routine.block)

    def block(self, block: Block) -> Walk[None]:
        for step in block.steps:
            if isinstance(step, Loop):
                yield self.loop(step)
            else:
                yield self.terms(expressions(step))
                start = end = self.clock
                for inner in blocks(step):  # only one of them runs
                    assert isinstance(step, Branch)
                    self.clock = start + 1
                    self.arm = _Arm(step, self.arm)
                    yield self.block(inner)
                    self.arm = self.arm.outer
                    end = max(end, self.clock)
                self.clock = end
                given = step.variables if isinstance(step, Bind) else step.slots or ()
                for variable in given:
                    self.begin(variable, len(self.loops))
            self.clock += 1
        yield self.terms(block.end or ())
        self.clock += 1

    def loop(self, step: Loop) -> Walk[None]:
        self.clock += 1
        self.starts[step] = self.clock - 0.5
        yield self.terms((*(() if step.source is None else (step.source,)), *step.inits))
        inside = len(self.loops) + 1
        for slot in step.slots:
            self.begin(slot, inside)
        self.clock += 1
        self.loops.append([])
        yield self.terms(() if step.cond is None else (step.cond,))
        if step.item is not None:
            self.begin(step.item, inside)
        yield self.block(step.body)
        for variable in self.loops.pop():  # needed in the next turn again
            self.needed(variable)
        self.clock -= 1  # the moment at which the body's end gives the slots their values
        for slot in step.slots:
            self.begin(slot, inside - 1)
        self.clock += 1


# -------------------------------------------------------------------- the names to share


class _Search:
    """Tries which names may be shared."""

    def __init__(self, routine: Routine, lives: _Lives, names: Names, try_all: bool):
        self.routine = routine
        self.lives = lives
        self.names = names
        self.try_all = try_all

    def fits(self, names: Names, a: Variable, b: Variable) -> bool:
        """May the two share a name, as far as values and functions go?"""
        ones, others = names.sharing(a), names.sharing(b)
        if ones is others or names.root(a) is names.root(b):
            return True
        kinds = [v.kind for v in (*ones, *others)]
        return (
            a.frame is b.frame
            and "item" not in kinds
            and kinds.count("parameter") < 2
            and all(self.lives.apart(v, w) for v in ones for w in others)
        )

    def share(self, pairs: list[tuple[Variable, Variable]]) -> bool:
        """Share the names of all pairs, if that is possible and keeps every order."""
        names = self.names.copy()
        for a, b in pairs:
            if not self.fits(names, a, b):
                return False
            names.share(a, b)
        if not _keeps_order(self.routine, names):
            return False
        self.names = names
        return True

    def start(self, block: Block, loop: Loop) -> None:
        """Let a loop start from its variables, or from copies of them."""
        copied: list[tuple[Variable, Term]] = []
        for slot, init in zip(loop.slots, loop.inits, strict=True):
            assert isinstance(init, Ref)
            if not (self.try_all and self.share([(init.variable, slot)])):
                copied.append((slot, init))
        if not copied:
            return
        made = {slot: Variable(slot.hint, slot.frame) for slot, _ in copied}
        place = block.steps.index(loop)
        block.steps.insert(place, Bind(tuple(made.values()), tuple(i for _, i in copied)))
        loop.inits = tuple(
            Ref(made[s]) if s in made else i for s, i in zip(loop.slots, loop.inits, strict=True)
        )
        for slot, variable in made.items():  # copied before the source of the loop is evaluated
            first = self.lives.spans[slot][0]
            self.lives.spans[variable] = [_Span(self.lives.starts[loop], first.begin, first.arm)]
            self.names.share(slot, variable)

    def ends(self, step: Step) -> None:
        """Let the blocks of a step give the slots their values by name alone."""
        slots = step.slots if isinstance(step, Branch | Loop) else None
        if not slots:
            return
        for block in blocks(step):
            refs = [e.variable for e in block.end or () if isinstance(e, Ref)]
            if len(refs) == len(slots):
                self.share(list(zip(refs, slots, strict=True)))

    def update(self, step: Step) -> None:
        """Let `t = e if c else x` be `if c: x = e`, where x is not needed any more."""
        if isinstance(step, Bind) and len(step.items) == 1 and isinstance(step.items[0], If):
            other = kept_by(step.items[0])
            if other is not None:
                self.share([(other, step.variables[0])])

    def hinted(self, steps: Iterable[Step]) -> None:
        """Let variables of one hint follow each other under one name."""
        last = {(p.frame, p.hint): p for p in self.routine.params}
        for step in steps:
            given = step.variables if isinstance(step, Bind) else step.slots or ()
            for variable in given:
                key = (variable.frame, variable.hint)
                if variable.hint and key in last:
                    self.share([(last[key], variable)])
                last[key] = variable


def kept_by(choice: If) -> Variable | None:
    """The variable that is the value of one branch, where the other one is no variable."""
    refs = [b for b in (choice.then, choice.orelse) if isinstance(b, Ref)]
    return refs[0].variable if len(refs) == 1 else None


def _keeps_order(routine: Routine, names: Names) -> bool:
    """Does each branch and loop assign its slots, in their order?"""
    return all(
        walk(_assigned(block, None, names)) is not None
        for block in (routine.block, *_function_blocks(routine))
    )


def _function_blocks(routine: Routine) -> Iterator[Block]:
    for block in _all_blocks(routine):
        terms = [t for s in block.steps for t in expressions(s)] + [*(block.end or ())]
        for term in terms:
            yield from _blocks_of(term)


Order = dict[Variable, None]


def _assigned(block: Block, slots: tuple[Variable, ...] | None, names: Names) -> Walk[Order | None]:
    """The names that a block assigns, in order; None if a step in it breaks its slots' order."""
    found: Order = {}
    for step in block.steps:
        inner: Order = {}
        if isinstance(step, Bind):
            inner = dict.fromkeys(map(names.root, step.variables))
        else:
            item = step.item if isinstance(step, Loop) else None
            inner = {} if item is None else {names.root(item): None}
            for part in blocks(step):
                given = yield _assigned(part, step.slots, names)
                if given is None:
                    return None
                inner |= given
            wanted = [names.root(s) for s in step.slots or ()]
            if [n for n in inner if n in set(wanted)] != wanted:
                return None
        found |= inner
    if slots is not None and not names.unchanged(block, slots):
        found |= dict.fromkeys(map(names.root, slots))
    return found
