"""What `solve` gives back: the program, how right it is, what it took, and how to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from progsynth import neural
from progsynth.errors import ProgsynthError
from progsynth.evaluate import Evaluation, score
from progsynth.files import write_text
from progsynth.lang.engines import function_of
from progsynth.lang.failure import Failure
from progsynth.lang.primitive import DSL
from progsynth.lang.python.to_python import to_python
from progsynth.lang.term import Program
from progsynth.lang.types import Type, walk_type
from progsynth.lang.values import Value, show
from progsynth.library.admit import add_network, add_program
from progsynth.library.entry import Entry, Provenance
from progsynth.library.store import Library
from progsynth.library.vocabulary import Networks, Vocabulary
from progsynth.plain import conform, plain
from progsynth.search.portfolio import Used
from progsynth.search.proposals.proposed import ProposalReport
from progsynth.solving.saved import make_folder, read_result, require_no_weights, write_result
from progsynth.solving.setting import evaluate_in
from progsynth.task import Example, Task

SHOWN = 5  # failed examples that are printed


@dataclass(frozen=True, slots=True)
class Missed:
    """An example that a program fails: what it was given, what was wanted and what it gave."""

    inputs: tuple[Value, ...]
    expected: Value
    got: Value | Failure

    def __str__(self) -> str:
        given = ", ".join(show(v) for v in self.inputs)
        got = self.got if isinstance(self.got, Failure) else show(self.got)
        return f"({given}): expected {show(self.expected)}, got {got}"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The shares of examples that a program is right on; None where there are none of a kind."""

    training: float
    validation: float | None = None

    @property
    def perfect(self) -> bool:
        """Is everything right?"""
        return self.training == 1.0 and self.validation in (None, 1.0)

    def __str__(self) -> str:
        text = f"right on {self.training:.1%} of the training examples"
        if self.validation is None:
            return text
        return f"{text} and {self.validation:.1%} of those for validation"


@dataclass(frozen=True, slots=True)
class Found:
    """A program with all that it takes to run it."""

    program: Program
    networks: Networks
    vocabulary: Vocabulary
    task: Task

    def function(self) -> Callable[..., Value]:
        """The program as a Python function, of arrays too where it wants tensors."""
        entry, pack = self.program.entry, self.vocabulary.pack
        words = Vocabulary(pack, pack).with_networks(self.networks)
        ready = function_of(words.opened(self.program), words.dsl, limits=self.task.limits)
        if not any(t.name == "tensor" for one in entry.types for t in walk_type(one)):
            return ready

        def call(*args: Any) -> Value:
            named = zip(args, entry.params, entry.types, strict=False)
            given = [_conforming(arg, t, f"argument '{n}' of {entry.name}") for arg, n, t in named]
            return ready(*given, *args[len(given) :])

        call.__name__ = call.__qualname__ = entry.name
        call.__doc__ = entry.doc or None
        return call

    def evaluate(self, examples: Sequence[Example]) -> Evaluation:
        """The program on examples, graded as the task says."""
        pack = self.vocabulary.pack
        rows = [example.inputs for example in examples]
        words = Vocabulary(pack, pack).with_networks(self.networks, rows)
        return evaluate_in(words, self.program, examples, self.task)


def _conforming(value: Any, type_: Type, where: str) -> Value:
    return conform(plain(value, where, arrays=True), type_, where)


@dataclass(frozen=True, slots=True)
class Result:
    """What `solve` found: a program, or the best partial one, and what it took.

    `program` is its text, `core` its tree, `python` stand-alone Python that defines `entry`;
    all None where not even a partial program was found, `python` also where the program has
    no such form (`notes` say why). `networks` are the weights of the neural submodules that it
    declares, by name. `accuracy` is the share of examples it is right on, `validation` counts
    the validation examples passed. `filled` says what was put into each hole of a sketch.
    `failed` lists the examples that the program fails, `rejected` the programs that fitted the
    training examples but not those for validation. `alternatives` are other programs that fit
    the training examples, the likeliest first. `advice` says what to try next. `proposals` says
    what became of each program that was proposed. `search` is the method that ran,
    `found_by` the search whose program it is: one of those of a portfolio, for each of which
    `searches` says what it has used, or the stage of a task with submodules (`stages`).
    """

    task: str
    solved: bool
    stop_reason: str
    program: str | None
    core: Program | None
    python: str | None
    entry: str | None
    cost: int | None
    validation: tuple[int, int]
    seconds: float
    programs: int
    executions: int
    search: str
    seed: int
    version: str
    filled: tuple[str, ...] = ()
    failed: tuple[Missed, ...] = ()
    rejected: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    level: int = 0
    gradient_steps: int = 0
    accuracy: Accuracy | None = None
    alternatives: tuple[str, ...] = ()
    proposals: tuple[ProposalReport, ...] = ()
    found_by: str = ""
    searches: tuple[Used, ...] = ()
    networks: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _found: Found | None = field(default=None, repr=False, compare=False)

    @property
    def module(self) -> Any:
        """The program as a trained `nn.Module` (`neural.ProgramModule`): its networks, by name,
        are its submodules, and it gives the program's outputs on rows of arguments.

        Raises ProgsynthError where there is no program.
        """
        found, task = self._program, self._program.task
        return neural.ProgramModule(
            found.program,
            found.networks,
            found.vocabulary.pack,
            limits=task.limits,
            tolerance=task.tolerance,
        )

    def save(self, folder: str | Path) -> None:
        """Write the result into a folder, which is made: `result.json`, with program, scores and
        settings, and the weights of each network, with its config, as `<name>.safetensors`.

        Of the examples that fail the first few are kept. Raises ProgsynthError.
        """
        found = self._program
        failed = [(missed.inputs, missed.expected, missed.got) for missed in self.failed]
        pack, record = found.vocabulary.pack, self.as_json()
        write_result(Path(folder), record, found.task, pack, failed, self.networks)

    def export(self, path: str | Path) -> tuple[Path, ...]:
        """Write the program as Python that needs no progsynth; the files.

        `path` is the file, `<name>.py`, or a folder for `<entry>.py`; folders are made. With
        networks, their trained weights go into `<name>.safetensors` beside it, and the file,
        which says each network layer by layer, needs torch, NumPy and safetensors.
        Raises UnsupportedError for a network that is a module of one's own and for what
        `to_python` does not write, ProgsynthError where a file cannot be written.
        """
        found = self._program
        path = Path(path)
        file = path if path.suffix == ".py" else path / f"{found.program.entry.name}.py"
        make_folder(file.parent)
        pack = found.vocabulary.pack
        if found.program.neural:
            require_no_weights(file, self.networks)
            return neural.write_standalone(found.program, found.networks, pack, file)
        write_text(file, to_python(found.program, pack))
        return (file,)

    @classmethod
    def load(cls, folder: str | Path, *, dsl: DSL | None = None) -> Result:
        """The result that `save` wrote, ready to run; `dsl` is its pack, where that is no
        registered one. Raises ProgsynthError."""
        kept = read_result(Path(folder), dsl)
        record, shares = kept.record, kept.record["accuracy"]
        texts: dict[str, Any] = {name: tuple(record[name]) for name in _TEXTS}
        return cls(
            **{name: record[name] for name in _SCALARS},
            **texts,
            core=kept.program,
            validation=(record["validation"]["passed"], record["validation"]["total"]),
            accuracy=shares and Accuracy(**shares),
            failed=tuple(Missed(*row) for row in kept.failed),
            proposals=tuple(ProposalReport(**report) for report in record["proposals"]),
            searches=tuple(Used(**used) for used in record["searches"]),
            networks=kept.networks,
            _found=Found(kept.program, kept.networks, Vocabulary(kept.pack, kept.pack), kept.task),
        )

    @property
    def function(self) -> Callable[..., Value]:
        """The program as a Python function; with its weights, where it has neural submodules.

        Arguments are converted as those of tasks are: where a tensor is wanted it may be a
        NumPy array, a torch tensor or nested lists; one array may stand for a list of them.
        Raises ProgsynthError where there is no program.
        """
        return self._program.function()

    def evaluate(self, examples: Sequence[Example]) -> Evaluation:
        """The program on other examples of the task, with its weights: `task.test`, say."""
        return self._program.evaluate(examples)

    def score(self, examples: Sequence[Example]) -> float:
        """What the task's metric says of the program on other examples of the task."""
        wanted = [example.output for example in examples]
        return score(self._program.task.metric, wanted, self.evaluate(examples))

    def add_to(self, library: Library, *, name: str = "", doc: str = "") -> Entry:
        """The program as a subroutine of the library, where its networks go too.

        `name` is that of its function, if left out. What it has from that library stays what it
        is there. Raises LibraryError, and ProgsynthError where the task is not solved.
        """
        found = self._solved()
        return add_program(
            library,
            found.program,
            found.vocabulary,
            name=name,
            doc=doc,
            networks=self.networks,
            provenance=self.provenance,
        )

    def add_networks_to(self, library: Library, *, doc: str = "") -> tuple[Entry, ...]:
        """The networks that the solution uses as entries of the library, by their submodules'
        names; those from that library stay what they are there."""
        known = self._solved().vocabulary.entries_in(library)
        return tuple(
            known.get(name)
            or add_network(library, network, name=name, doc=doc, provenance=self.provenance)
            for name, network in self.networks.items()
        )

    @property
    def provenance(self) -> Provenance:
        """Where it is from, for a library: networks were trained in its program."""
        named = ("program", "search", "seconds", "executions", "gradient_steps", "accuracy")
        record = self.as_json()
        figures = {name: record[name] for name in named}
        return Provenance(self.task, self.seed, self.version, figures)

    @property
    def _program(self) -> Found:
        if self._found is None:
            raise ProgsynthError(
                f"task '{self.task}' has no program, not even a partial one; to try: "
                + "; ".join(self.advice)
            )
        return self._found

    def _solved(self) -> Found:
        if not self.solved:
            raise ProgsynthError(
                f"task '{self.task}' is not solved: only solutions are added to a library"
            )
        return self._program

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object; of the networks, what they are, without their weights."""
        accuracy = self.accuracy
        return {
            "task": self.task,
            "solved": self.solved,
            "stop_reason": self.stop_reason,
            "program": self.program,
            "python": self.python,
            "entry": self.entry,
            "cost": self.cost,
            "accuracy": accuracy
            and {"training": accuracy.training, "validation": accuracy.validation},
            "validation": {"passed": self.validation[0], "total": self.validation[1]},
            "seconds": round(self.seconds, 3),
            "programs": self.programs,
            "executions": self.executions,
            "gradient_steps": self.gradient_steps,
            "search": self.search,
            "seed": self.seed,
            "version": self.version,
            "networks": sorted(self.networks),
            "filled": list(self.filled),
            "failed": [str(missed) for missed in self.failed],
            "rejected": list(self.rejected),
            "alternatives": list(self.alternatives),
            "advice": list(self.advice),
            "notes": list(self.notes),
            "level": self.level,
            "proposals": [report.as_json() for report in self.proposals],
            "found_by": self.found_by,
            "searches": [asdict(used) for used in self.searches],
        }

    def __str__(self) -> str:
        effort = f"{self.seconds:.2f} s, {self.programs:,} programs"
        if self.gradient_steps:
            effort += f", {self.gradient_steps:,} gradient steps"
        lines = []
        if self.accuracy is not None and not self.accuracy.perfect:
            lines.append(f"# {self.accuracy}")
        if self.solved:
            lines = [f"# {self.task}: solved in {effort}; cost {self.cost}", *lines]
            lines += [f"# hole {n}: {text}" for n, text in enumerate(self.filled, 1)]
            return "\n".join([*lines, (self.program or "").rstrip("\n")])
        lines = [f"# {self.task}: not solved ({self.stop_reason}) in {effort}", *lines]
        if self.program is not None:
            lines += ["# The best partial program:", self.program.rstrip("\n"), "# It fails:"]
            lines += [f"#   {missed}" for missed in self.failed[:SHOWN]]
            if len(self.failed) > SHOWN:
                lines.append(f"#   and {len(self.failed) - SHOWN} more")
        lines += [f"# note: {note}" for note in self.notes]
        lines += [f"# To try: {advice}" for advice in self.advice]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


# The fields of a result that its record has as they are, and those that are tuples of texts.
_SCALARS = (
    *("task", "solved", "stop_reason", "program", "python", "entry", "cost", "seconds"),
    *("programs", "executions", "search", "seed", "version", "level", "gradient_steps"),
    "found_by",
)
_TEXTS = ("filled", "rejected", "alternatives", "advice", "notes")
