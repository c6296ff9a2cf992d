"""A corpus of core programs made shorter by new subroutines.

Once an iteration the search names the subroutine that saves most; it gets a type, a name and a
docstring, the programs are rewritten to call it, type-checked, and run in all engines beside what
they were. A program that differs stays as it was, and a subroutine that then saves nothing is
dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from progsynth.errors import ProgsynthError
from progsynth.lang.agreement.agreement import Engine
from progsynth.lang.engines import Row
from progsynth.lang.infer import IllTypedError, Typed, check_program
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Function, Program, size
from progsynth.lang.types import INT, fn_of, variables
from progsynth.library.compress.abstraction import NODES
from progsynth.library.compress.core_terms import CALLED, Translation, translation
from progsynth.library.compress.labelled import Corpus, Forest
from progsynth.library.compress.saving import rewrite
from progsynth.library.compress.signatures import (
    Instance,
    instance,
    least_general,
    nodes_of,
    with_classes,
)
from progsynth.library.compress.top_down import Effort, Found, Rules, Scope, search
from progsynth.library.compress.verifying import problem_with, rows_for
from progsynth.library.compress.wording import docstring, function_name, parameter_names
from progsynth.library.vocabulary import Vocabulary

Naming = Callable[[Function], str]  # a name for a subroutine, '' for the one it would get


@dataclass(frozen=True, slots=True)
class Frontier:
    """Programs that solve a task, and rows of arguments to run them on.

    Of several programs the shortest counts, before as after: the subroutines decide which it is.
    """

    task: str
    programs: tuple[Program, ...]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Subroutine:
    """A new subroutine: what it saved, its body paid, and the tasks that called it then.

    `pattern` is what `compress` may be told to refuse.
    """

    function: Function
    utility: int
    tasks: tuple[str, ...]
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Compression:
    """What compressing found. Sizes are in nodes of core, of the shortest program of each task.

    `frontiers` are rewritten; their programs are programs of `vocabulary.dsl`, which has the
    subroutines beside the pack, and `vocabulary.closed` writes these out in a program. `notes`
    say which programs were not rewritten, and why, and what was dropped.
    """

    vocabulary: Vocabulary
    subroutines: tuple[Subroutine, ...]
    frontiers: tuple[Frontier, ...]
    before: int
    after: int
    effort: Effort
    notes: tuple[str, ...] = ()

    @property
    def library(self) -> int:
        """The size of the subroutines' bodies."""
        return sum(size(sub.function.body) for sub in self.subroutines)

    @property
    def ratio(self) -> float:
        """How many times shorter the programs are; the subroutines' bodies are not counted."""
        return self.before / self.after if self.after else 1.0

    def text(self, sub: Subroutine) -> str:
        """The subroutine as a definition in the language."""
        return pretty(Program((sub.function,)), self.vocabulary.dsl.without(sub.function.name))

    def __str__(self) -> str:
        saved = self.before - self.after - self.library
        lines = [
            f"{len(self.frontiers)} tasks: {self.before} nodes before, {self.after} after "
            f"({self.ratio:.2f}x), {self.library} in {len(self.subroutines)} subroutines; "
            f"saved in all: {saved}"
        ]
        for sub in self.subroutines:
            lines += ["", f"# saves {sub.utility} in {len(sub.tasks)} tasks"]
            lines += self.text(sub).rstrip().split("\n")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def compress(
    corpus: Sequence[Frontier],
    dsl: DSL,
    *,
    max_arity: int = 2,
    iterations: int = 10,
    functions: bool = True,
    exact: bool = True,
    min_uses: int = 2,
    name: Naming | None = None,
    rules: Rules | None = None,
    engines: Mapping[str, Engine] | None = None,
    max_taken: int | None = None,
    refused: Collection[str] = (),
) -> Compression:
    """The corpus rewritten with at most `iterations` new subroutines of the pack.

    `max_arity`, `functions`, `exact` and `min_uses` say which subroutines are looked for (see
    `top_down.Scope`), `rules` and `max_taken` how (see `top_down.search`). `name` may give a
    subroutine another name. `engines` are those that rewritten programs are run in: all, unless
    given. `refused` are patterns of subroutines that are not wanted. Raises ProgsynthError for a
    task without programs and for a wrong option, IllTypedError for what is not a program of the
    pack, UnsupportedError for a sketch.
    """
    if min_uses < 2:
        raise ProgsynthError(f"min_uses is {min_uses}: a subroutine is for 2 uses or more")
    for frontier in corpus:
        if not frontier.programs:
            raise ProgsynthError(f"the task '{frontier.task}' has no program: leave it out")
    scope = Scope(max_arity, functions, exact, min_uses)
    run = _Run(tuple(corpus), dsl, dsl, scope, name, engines, now=tuple(corpus))
    refused = set(refused)
    most = len(refused) + iterations
    while len(run.taken) < iterations and len(refused) < most:
        words = translation(run.words)
        made = _corpus(run.now, words)
        found = search(
            made,
            scope=scope,
            rules=rules,
            effort=run.effort,
            max_taken=max_taken,
            refused=frozenset(refused),
        )
        if found is None:
            break
        if not run.take(found, made, words):
            refused.add(str(found.abstraction))
    own = {sub.function.name: sub.function for sub in run.taken}
    return Compression(
        Vocabulary(dsl, run.words, own),
        tuple(run.taken),
        run.now,
        _size(corpus),
        _size(run.now),
        run.effort,
        tuple(run.notes),
    )


@dataclass(slots=True)
class _Run:
    """A run of `compress`: what was taken so far."""

    original: tuple[Frontier, ...]
    pack: DSL
    words: DSL  # the pack with the subroutines taken
    scope: Scope
    name: Naming | None
    engines: Mapping[str, Engine] | None
    now: tuple[Frontier, ...]
    taken: list[Subroutine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    effort: Effort = field(default_factory=Effort)

    def take(self, found: Found, corpus: Corpus, words: Translation) -> bool:
        """Add the subroutine and rewrite the programs that it shortens; False if it saves none."""
        function = self.function(found, corpus, words)
        if function is None:
            self.notes.append(f"'{found.abstraction}' has no type that fits all its uses")
            return False
        label = function.name + CALLED
        changed = rewrite(corpus, found.abstraction, found.matches, label, NODES)
        dsl = self.words.extend(function)
        own = {sub.function.name: sub.function for sub in self.taken} | {function.name: function}
        vocabulary = Vocabulary(self.pack, dsl, own)
        frontiers = []
        for place, (frontier, task) in enumerate(zip(self.now, changed.tasks, strict=True)):
            programs = []
            for number, (program, roots) in enumerate(zip(frontier.programs, task, strict=True)):
                new = self.rebuilt(program, roots, changed.forest, words)
                if function.name in _called(new):
                    first = self.original[place].programs[number]
                    problem = self.problem(new, first, frontier, vocabulary)
                    if problem:
                        self.notes.append(
                            f"a program of '{frontier.task}' does not call '{function.name}': "
                            f"{problem}"
                        )
                    else:
                        program = new
                programs.append(program)
            frontiers.append(replace(frontier, programs=tuple(programs)))
        utility = _size(self.now) - _size(frontiers) - size(function.body)
        if utility <= 0:
            self.notes.append(f"'{function.name}' saves nothing in the programs that may call it")
            return False
        tasks = tuple(
            f.task for f in frontiers if any(function.name in _called(p) for p in f.programs)
        )
        self.taken.append(Subroutine(function, utility, tasks, str(found.abstraction)))
        self.now, self.words = tuple(frontiers), dsl
        return True

    def rebuilt(
        self, program: Program, roots: tuple[int, ...], forest: Forest, words: Translation
    ) -> Program:
        functions = tuple(
            replace(function, body=words.term(forest, root))
            for function, root in zip(program.functions, roots, strict=True)
        )
        return replace(program, functions=functions)

    def problem(
        self, new: Program, first: Program, frontier: Frontier, vocabulary: Vocabulary
    ) -> str:
        """Why the program may not stand for the first one, or ''."""
        try:
            check_program(new, vocabulary.dsl)
        except IllTypedError as error:
            return str(error)
        rows = rows_for(first.entry, frontier.rows, f"rows of {frontier.task}")
        closed = vocabulary.closed(new)
        exact = self.scope.exact
        return problem_with(closed, first, rows, self.pack, exact=exact, engines=self.engines)

    def function(self, found: Found, corpus: Corpus, words: Translation) -> Function | None:
        """The subroutine of what was found; None where it has no type."""
        abstraction = found.abstraction
        body = words.term(abstraction.forest, abstraction.body, abstraction.arity)
        met: Counter[Instance] = Counter()
        for program, own in _programs(self.now, words):
            for typed in check_program(program, self.words).values():
                met.update(self.instances(found, typed, corpus.forest, own))
        ranked = sorted(met, key=lambda one: (-met[one], str(one)))
        for types in (least_general(ranked), ranked[0]):
            if not set(variables(types[-1])) <= set(variables(fn_of(types[:-1], INT))):
                continue  # a function's result cannot be of a type that its arguments do not tell
            params = parameter_names(types[:-1], self.words)
            made = Function("subroutine", params, types[:-1], types[-1], body)
            typed_function = with_classes(made, self.words)
            if typed_function is not None:
                return self.named(typed_function)
        return None

    def instances(
        self, found: Found, typed: Typed, forest: Forest, words: Translation
    ) -> list[Instance]:
        """The types at each place where the abstraction matches."""
        return [
            instance(found.abstraction, one)
            for node, one in nodes_of(typed, forest, words)
            if node in found.matches.uses
        ]

    def named(self, function: Function) -> Function:
        """The function with its name and docstring. Raises ProgsynthError for a name taken."""
        made = replace(
            function,
            name=function_name(function.body, self.words),
            doc=docstring(function, self.words),
        )
        chosen = self.name(made) if self.name else ""
        if chosen and (not chosen.isidentifier() or chosen in self.words):
            raise ProgsynthError(
                f"a subroutine cannot be named {chosen!r}: expected a name that programs can "
                f"call and that the pack does not have; '' takes '{made.name}'"
            )
        return replace(made, name=chosen or made.name)


def _corpus(frontiers: Sequence[Frontier], words: Translation) -> Corpus:
    forest = Forest()
    programs = iter(
        [
            tuple(own.add(function.body, forest) for function in program.functions)
            for program, own in _programs(frontiers, words)
        ]
    )
    return Corpus(forest, tuple(tuple(next(programs) for _ in f.programs) for f in frontiers))


def _programs(
    frontiers: Sequence[Frontier], words: Translation
) -> Iterator[tuple[Program, Translation]]:
    """All programs, each with the translation of its terms."""
    for place, frontier in enumerate(frontiers):
        for number, program in enumerate(frontier.programs):
            yield program, words.of(f"{place}.{number}")


def _size(frontiers: Sequence[Frontier]) -> int:
    """The nodes of the shortest program of each task."""
    return sum(
        min(sum(size(f.body) for f in program.functions) for program in frontier.programs)
        for frontier in frontiers
    )


def _called(program: Program) -> frozenset[str]:
    return frozenset().union(*map(called_names, program.functions))
