"""One job, in the process that searches: it is given the task without its test examples."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from progsynth import neural, registry
from progsynth.bench.digests import pack_digest, source_digest
from progsynth.bench.methods import method_of
from progsynth.bench.set_up import warm_up
from progsynth.bench.single_call import is_single_call
from progsynth.errors import UnsupportedError
from progsynth.lang.primitive import DSL
from progsynth.lang.term import size
from progsynth.solve import Result, solve
from progsynth.task import Task


@dataclass(frozen=True, slots=True)
class Asked:
    """What a searching process is asked for; it may use so many cores."""

    task: Task
    method: str
    seed: int
    seconds: float | None
    executions: int | None
    programs: int | None
    gradient_steps: int | None
    cores: int
    pack_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a searching process answers; `networks` are those of the program, as bytes.

    `found_by` is the search whose program it is, `training` the share of the training examples
    that it is right on. `processor_seconds` is what the search took of processors, in this
    process and in those that it started: other programs on the machine do not lengthen it.
    `source` is a hash of the sources of the process that makes this.
    """

    solved: bool = False
    stop_reason: str
    error: str = ""
    program: str | None = None
    size: int | None = None
    cost: int | None = None
    single_call: bool = False
    found_by: str = ""
    training: float | None = None
    seconds: float = 0.0
    processor_seconds: float | None = None
    executions: int = 0
    programs: int = 0
    gradient_steps: int = 0
    notes: tuple[str, ...] = ()
    networks: Mapping[str, bytes] = field(default_factory=dict)
    source: str = field(default_factory=source_digest)


PACK_CHANGED = "pack changed"  # why a search did not begin


def attempt(asked: Asked) -> Attempt:
    """Search for the task, in this process."""
    assert not asked.task.test, "a searching process is given no test examples"
    source_digest()  # as they are now: they may be edited while it searches
    changed = _pack_changed(asked)
    if changed:
        return Attempt(stop_reason=PACK_CHANGED, error=changed)
    try:
        search = method_of(asked.method)
        warm_up(asked.method)
        begun = _processor_seconds()
        result = solve(
            asked.task,
            seconds=asked.seconds,
            executions=asked.executions,
            programs=asked.programs,
            gradient_steps=asked.gradient_steps,
            seed=asked.seed,
            search=search,
            workers=asked.cores,
        )
    except UnsupportedError as error:
        return Attempt(stop_reason="unsupported", error=str(error))
    except SystemExit as error:
        return Attempt(stop_reason="died", error=f"the method ended its process: exit({error})")
    return replace(_answer(result), processor_seconds=_processor_seconds() - begun)


def _processor_seconds() -> float:
    """What this process has taken of processors, and those that it has seen end."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _pack_changed(asked: Asked) -> str:
    """What there is to say where the pack is not the one that was frozen."""
    pack = asked.task.pack
    digest = pack_digest(pack if isinstance(pack, DSL) else registry.pack(pack))
    if digest == asked.pack_digest:
        return ""
    name = pack.name if isinstance(pack, DSL) else pack
    return (
        f"the language pack '{name}' was changed since the run began ({asked.pack_digest} then, "
        f"{digest} now): results of two packs are not mixed. Undo the change and run the same "
        "command again, or start anew in another folder"
    )


def _answer(result: Result) -> Attempt:
    core = result.core
    return Attempt(
        solved=result.solved,
        stop_reason=result.stop_reason,
        program=result.program,
        size=None if core is None else sum(size(f.body) for f in core.functions),
        cost=result.cost,
        single_call=result.solved and core is not None and is_single_call(core),
        found_by=result.found_by,
        training=None if result.accuracy is None else result.accuracy.training,
        seconds=result.seconds,
        executions=result.executions,
        programs=result.programs,
        gradient_steps=result.gradient_steps,
        notes=result.notes,
        networks=_networks(result.networks) if result.solved else {},
    )


def _networks(networks: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: neural.to_bytes(network) for name, network in networks.items()}
