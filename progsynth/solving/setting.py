"""What a task is solved in: its vocabulary, its sketch, and the submodules to be trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from progsynth import registry, train
from progsynth.errors import ProgsynthError, TaskError
from progsynth.evaluate import Evaluation, evaluate
from progsynth.grammar.weights import Weights
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_program
from progsynth.lang.term import Hole, Neural, Program, subterms
from progsynth.lang.text import surface
from progsynth.lang.text.parse import parse
from progsynth.lang.types import as_int, fn_of, walk_type
from progsynth.library import journal
from progsynth.library.loading import load
from progsynth.library.store import Library
from progsynth.library.vocabulary import Networks, Vocabulary
from progsynth.search.run import Candidate
from progsynth.task import Example, Task

_SKETCH = "<sketch>"  # what messages call its text


@dataclass(frozen=True, slots=True)
class Setting:
    """A task, the words that its programs may use, and what of them has no weights yet.

    `sketch` is the program with holes, None where all of it is to be found. `trained` are the
    submodules that the sketch declares or the task names, but for those with known weights.
    `weights` are those of a grammar fitted to programs of other tasks. `drafts` are the sketch
    with a submodule in place of each `??neural`, in each way to give it something to read; of
    these the first is then the `sketch`.
    """

    task: Task
    vocabulary: Vocabulary
    sketch: Program | None
    trained: tuple[Neural, ...]
    weights: Weights | None = None
    drafts: tuple[Program, ...] = ()

    def words(self, candidate: Candidate) -> Vocabulary:
        """The vocabulary with the candidate's networks, their decisions found for all examples
        that a search may look at."""
        return self.vocabulary.with_networks(candidate.networks, _rows(self.task))


def evaluate_in(
    words: Vocabulary, program: Program, examples: Sequence[Example], task: Task
) -> Evaluation:
    """The program of these words on examples, graded as the task says."""
    # Few programs get this far: the engine that starts at once is the fastest.
    return evaluate(
        words.opened(program),
        examples,
        words.dsl,
        limits=task.limits,
        tolerance=task.tolerance,
        error=task.error,
        engine="python",
    )


def make_setting(
    task: Task,
    *,
    sketch: str | Program | None = None,
    dsl: DSL | None = None,
    library: Library | None = None,
    networks: Networks | None = None,
) -> Setting:
    """The setting of a task; see `solve` for the options.

    Raises TaskError where the sketch does not fit the task, ProgramError for one that cannot be
    read, ProgsynthError for a network that is not what is declared.
    """
    if dsl is None:
        dsl = task.pack if isinstance(task.pack, DSL) else registry.pack(task.pack)
    pack = dsl.without(*task.withheld) if task.withheld else dsl
    given = task.sketch if sketch is None else sketch
    declared, defined = _names_in(given)
    for submodule in task.submodules:
        other = declared.setdefault(submodule.name, submodule)
        if not same_types(other, submodule):
            raise TaskError(
                f"task '{task.name}': its sketch declares the submodule '{other.name}' with other "
                "types than the task names it with; make them the same, or leave one out"
            )
    known = dict(networks or {})
    _check_networks(known, declared)
    vocabulary = Vocabulary(pack, pack)
    if library is not None:
        vocabulary = load(
            pack,
            library,
            reads=(*task.types, task.result),
            taken={*defined, *known},
            declared=declared,
            rows=_rows(task),
        )
    vocabulary = vocabulary.with_networks(known, _rows(task))
    trained = tuple(n for name, n in declared.items() if name not in vocabulary.networks)
    _check_read(task, trained, vocabulary)
    read = _read(task, given, vocabulary, declared)
    weights = None if library is None else journal.grammar(library, pack.name)
    drafts = _drafts(task, read, given, vocabulary)
    if drafts:
        read = drafts[0]
        trained += tuple(n for n in read.neural if n.name not in (*declared, *vocabulary.networks))
    return Setting(task, vocabulary, read, trained, weights, drafts)


def _drafts(
    task: Task, read: Program | None, given: str | Program, vocabulary: Vocabulary
) -> tuple[Program, ...]:
    """The drafts of a sketch with `??neural` holes; none of one without."""
    if read is None or not any(
        isinstance(term, Hole) and term.kind == "neural"
        for function in read.functions
        for term in subterms(function.body)
    ):
        return ()
    untrained = tuple(n for n in read.neural if n.name not in vocabulary.networks)
    return train.drafts(
        replace(read, neural=untrained),
        vocabulary.dsl,
        result=task.result,
        taken={*vocabulary.networks, *(n.name for n in read.neural)},
        source=given if isinstance(given, str) else "",
        filename=_SKETCH,
    )


def same_types(one: Neural, other: Neural) -> bool:
    """Do the two read and answer values of the same types?"""
    return (one.types, one.result) == (other.types, other.result)


def _rows(task: Task) -> list[tuple[Any, ...]]:
    return [example.inputs for example in (*task.train, *task.validation)]


def _names_in(sketch: str | Program) -> tuple[dict[str, Neural], set[str]]:
    """The submodules that a sketch declares, and the functions that it defines."""
    if isinstance(sketch, Program):
        return {n.name: n for n in sketch.neural}, {f.name for f in sketch.functions}
    declared: dict[str, Neural] = {}
    defined: set[str] = set()
    for item in parse(sketch, _SKETCH).items if sketch else ():
        if isinstance(item, surface.Definition):
            defined.add(item.name)
            continue
        types = [p.type.type for p in item.params if p.type is not None]
        if len(types) == len(item.params):  # if not, reading it as a program will say so
            params = tuple(p.name for p in item.params)
            declared[item.name] = Neural(item.name, params, tuple(types), item.result.type)
    return declared, defined


def _check_read(task: Task, trained: Sequence[Neural], vocabulary: Vocabulary) -> None:
    """A submodule that reads tensors that no program can have is a mistake, mostly of a shape."""
    made = [n.result for n in (*trained, *(w.declaration for w in vocabulary.networks.values()))]
    made += [p.signature.result for p in vocabulary.dsl.primitives.values()]
    known = {part for type_ in (*task.types, *made) for part in walk_type(type_)}
    for submodule in trained:
        for name, type_ in zip(submodule.params, submodule.types, strict=True):
            lost = [t for t in walk_type(type_) if t.name == "tensor" and t not in known]
            if lost:
                raise TaskError(
                    f"task '{task.name}': the submodule '{submodule.name}' reads {name}: {type_}, "
                    f"and the task has no {lost[0]}: its inputs are "
                    f"{', '.join(map(str, task.types))}"
                )


def _check_networks(networks: Mapping[str, Any], declared: Mapping[str, Neural]) -> None:
    for name, network in networks.items():
        if name in declared and not same_types(declared[name], network.declaration):
            raise ProgsynthError(
                f"networks['{name}'] is a network for other types than those that the task or "
                "its sketch declares it with"
            )


def _read(
    task: Task, sketch: str | Program, vocabulary: Vocabulary, declared: Mapping[str, Neural]
) -> Program | None:
    """The sketch as a program; a text may use all submodules known here without declaring them."""
    if not sketch:
        return None
    program = sketch if isinstance(sketch, Program) else None
    if program is None:
        known = {
            name: replace(network.declaration, name=name)
            for name, network in vocabulary.networks.items()
        }
        neural = {**known, **declared}
        own = {n: p for n, p in vocabulary.dsl.primitives.items() if n not in neural}
        pack = replace(vocabulary.dsl, primitives=own)
        program = read_program(str(sketch), pack, _SKETCH, neural=tuple(neural.values()))
    entry = program.entry
    found = fn_of(entry.types, entry.result)
    if as_int(found) != as_int(task.request):
        raise TaskError(
            f"task '{task.name}': the sketch's last function '{entry.name}' is {found}, "
            f"the request is {task.request}; make them the same"
        )
    return program
