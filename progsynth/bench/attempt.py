"""One job, in the process that searches: it is given the task without its test examples."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from progsynth import neural, registry
from progsynth.bench.digests import pack_digest
from progsynth.bench.methods import method_of, warm_up
from progsynth.bench.single_call import is_single_call
from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.lang.primitive import DSL
from progsynth.lang.term import size
from progsynth.solve import Result, solve
from progsynth.task import Task


@dataclass(frozen=True, slots=True)
class Asked:
    """What a searching process is asked for. `pid_file` is where it says who it is."""

    task: Task
    method: str
    seed: int
    seconds: float | None
    executions: int | None
    gradient_steps: int | None
    pack_digest: str
    pid_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a searching process answers; `networks` are those of the program, as bytes."""

    solved: bool = False
    stop_reason: str
    error: str = ""
    program: str | None = None
    size: int | None = None
    cost: int | None = None
    single_call: bool = False
    seconds: float = 0.0
    executions: int = 0
    programs: int = 0
    gradient_steps: int = 0
    notes: tuple[str, ...] = ()
    networks: Mapping[str, bytes] = field(default_factory=dict)


class PackChangedError(ProgsynthError):
    """The language pack is not the one that the plan was frozen with."""


def attempt(asked: Asked) -> Attempt:
    """Search for the task, in this process. Raises PackChangedError."""
    assert not asked.task.test, "a searching process is given no test examples"
    asked.pid_file.write_text(str(os.getpid()), encoding="utf-8")
    _check_pack(asked)
    try:
        search = method_of(asked.method)
        warm_up(search)
        result = solve(
            asked.task,
            seconds=asked.seconds,
            executions=asked.executions,
            gradient_steps=asked.gradient_steps,
            seed=asked.seed,
            search=search,
        )
        return _answer(result)
    except UnsupportedError as error:
        return Attempt(stop_reason="unsupported", error=str(error))
    except Exception as error:  # a defect of a method costs its own record, not those of others
        name = "" if isinstance(error, ProgsynthError) else f"{type(error).__name__}: "
        return Attempt(stop_reason="error", error=f"{name}{error}")


def _check_pack(asked: Asked) -> None:
    pack = asked.task.pack
    digest = pack_digest(pack if isinstance(pack, DSL) else registry.pack(pack))
    if digest != asked.pack_digest:
        name = pack.name if isinstance(pack, DSL) else pack
        raise PackChangedError(
            f"the language pack '{name}' was changed since the run began ({asked.pack_digest} "
            f"then, {digest} now): results of two packs are not mixed. Undo the change and run the "
            "same command again, or start anew in another folder"
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
        seconds=result.seconds,
        executions=result.executions,
        programs=result.programs,
        gradient_steps=result.gradient_steps,
        notes=result.notes,
        networks=_networks(result.networks) if result.solved else {},
    )


def _networks(networks: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: neural.to_bytes(network) for name, network in networks.items()}
