"""Where jobs run: in this process, or in worker processes that can be killed."""

from __future__ import annotations

from progsynth.execute.job import Done, Ended, Executor, Job, Lost, Trouble
from progsynth.execute.processes import Processes
from progsynth.execute.resident import Resident, answered
from progsynth.execute.sending import pack, unpack
from progsynth.execute.serial import Serial
from progsynth.execute.starting import cores, is_worker, may_start_workers

__all__ = [
    "Done",
    "Ended",
    "Executor",
    "Job",
    "Lost",
    "Processes",
    "Resident",
    "Serial",
    "Trouble",
    "answered",
    "cores",
    "is_worker",
    "may_start_workers",
    "pack",
    "unpack",
]
