"""Worker processes: what is sent to them, how they end, and that nothing is left of them.

Jobs are functions of the standard library: a worker can load these wherever the tests run.
"""

from __future__ import annotations

import math
import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from progsynth.errors import UnsupportedError
from progsynth.execute import (
    Done,
    Executor,
    Job,
    Lost,
    Processes,
    Resident,
    Serial,
    Trouble,
    answered,
    cores,
    pack,
    unpack,
)
from progsynth.lang.term import Call, Var, const

GIB = 1 << 30
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: /proc, memory limits")


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with Processes(2, memory=GIB) as made:
        yield made


@pytest.mark.parametrize("kind", ["serial", "processes"])
def test_results_come_in_the_order_of_the_jobs_and_errors_are_values(
    kind: str, request: pytest.FixtureRequest
) -> None:
    executor: Executor = Serial() if kind == "serial" else request.getfixturevalue("processes")
    jobs = [
        Job(time.sleep, (0.2,)),
        Job(operator.add, (1, 2)),
        Job(math.sqrt, (-1,)),
        Job(operator.mul, ("ab", 2)),
    ]
    first, second, third, fourth = executor.map(jobs)
    assert isinstance(first, Done) and first.seconds >= 0.2
    assert isinstance(second, Done) and second.value == 3
    assert isinstance(third, Lost) and third.trouble is Trouble.ERROR
    assert third.message.startswith("ValueError: ")
    assert "Traceback" in third.details
    assert isinstance(fourth, Done) and fourth.value == "abab"


@LINUX
def test_jobs_that_hang_die_or_want_too_much_memory_are_lost_and_the_others_are_not(
    processes: Processes,
) -> None:
    jobs = [
        Job(time.sleep, (60,), seconds=0.3),
        Job(os._exit, (7,)),
        Job(bytearray, (2 * GIB,)),
        Job(operator.add, (1, 2)),
    ]
    hung, died, hungry, right = processes.map(jobs)
    assert isinstance(hung, Lost) and hung.trouble is Trouble.SECONDS
    assert isinstance(died, Lost) and died.trouble is Trouble.DIED
    assert "exit code 7" in died.message
    assert isinstance(hungry, Lost) and hungry.trouble is Trouble.MEMORY
    assert isinstance(right, Done) and right.value == 3


def test_a_worker_has_one_thread_for_numbers(processes: Processes) -> None:
    (ended,) = processes.map([Job(os.getenv, ("OMP_NUM_THREADS",))])
    assert isinstance(ended, Done) and ended.value == "1"


def test_what_cannot_be_sent_is_refused_before_it_is(processes: Processes) -> None:
    with pytest.raises(UnsupportedError, match="cannot be sent to another process"):
        processes.submit(Job(lambda: 1))
    (ended,) = processes.map([Job(sys._getframe)])  # its result cannot be sent back
    assert isinstance(ended, Lost) and "cannot be sent to another process" in ended.message


def test_a_job_that_is_cancelled_or_outlives_its_pool_is_killed() -> None:
    with Processes(1) as pool:
        future, other = pool.submit(Job(time.sleep, (60,))), pool.submit(Job(time.sleep, (60,)))
        future.cancel()
        assert future.cancelled()
    assert other.cancelled()


# ------------------------------------------------------------------------------- residents


def box(**methods: Callable[..., Any]) -> Callable[[], Any]:
    return partial(SimpleNamespace, **methods)


@pytest.fixture
def residents() -> Iterator[Callable[..., Resident]]:
    made: list[Resident] = []

    def make(*args: Any, **options: Any) -> Resident:
        made.append(Resident(*args, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_resident_keeps_its_state_between_calls(residents: Callable[..., Resident]) -> None:
    numbers = residents(list, ([3],))
    for value in (1, 2):
        numbers.call("append", value)
        assert isinstance(numbers.answer(30.0), Done)
    numbers.call("sort")
    assert isinstance(numbers.answer(30.0), Done)
    numbers.call("copy")
    assert answered([numbers], 30.0) == [numbers]
    ended = numbers.answer()
    assert isinstance(ended, Done) and ended.value == [1, 2, 3]


@LINUX
def test_a_resident_may_stand_back(residents: Callable[..., Resident]) -> None:
    own = os.nice(0)
    one = residents(box(nice=os.nice), nice=3)
    one.call("nice", 0)
    ended = one.answer(30.0)
    assert isinstance(ended, Done) and ended.value == min(19, own + 3)


def test_what_a_resident_cannot_be_made_of_is_the_answer_to_the_first_call(
    residents: Callable[..., Resident],
) -> None:
    wrong = residents(math.sqrt, (-1,))
    wrong.call("anything")
    ended = wrong.answer(30.0)
    assert isinstance(ended, Lost) and ended.trouble is Trouble.ERROR
    assert wrong.closed


def test_a_resident_that_hangs_is_killed_at_its_limit(residents: Callable[..., Resident]) -> None:
    one = residents(box(sleep=time.sleep, pid=os.getpid))
    one.call("pid")
    assert isinstance(one.answer(30.0), Done)
    one.call("sleep", 60, seconds=0.3)
    assert one.answer(0.1) is None
    ended = one.answer(30.0)
    assert isinstance(ended, Lost) and ended.trouble is Trouble.SECONDS
    assert one.closed


@LINUX
def test_a_resident_that_is_killed_or_out_of_memory_says_so(
    residents: Callable[..., Resident],
) -> None:
    killed, hungry = residents(box(sleep=time.sleep)), residents(box(take=bytearray), memory=GIB)
    killed.call("sleep", 60)
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    hungry.call("take", 2 * GIB)
    one, other = killed.answer(30.0), hungry.answer(30.0)
    assert isinstance(one, Lost) and one.trouble is Trouble.DIED
    assert "SIGKILL" in one.message
    assert isinstance(other, Lost) and other.trouble is Trouble.MEMORY


# ------------------------------------------------------------------ scripts and interrupts

_JOB = "from progsynth.execute import *; import operator, os, time\n"
_ADD = "with Processes(1) as pool: print(list(pool.map([Job(operator.add, (1, 2))]))[0].value)\n"
_OWN = """
print("starting")
def double(x): return 2 * x
def main():
    try:
        with Processes(1) as pool: print(list(pool.map([Job(double, (4,))]))[0].value)
    except Exception as error:
        print(type(error).__name__, error)
"""


def script(folder: Path, text: str, *, as_file: bool) -> str:
    file = folder / "script.py"
    file.write_text(text)
    command = [sys.executable, str(file)] if as_file else [sys.executable, "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_workers_start_from_a_command_line_and_from_a_script_without_a_guard(
    tmp_path: Path,
) -> None:
    text = _JOB + 'print("once")\n' + _ADD
    assert script(tmp_path, text, as_file=False) == "once\n3\n"
    assert script(tmp_path, text, as_file=True) == "once\n3\n"


def test_a_script_s_own_functions_need_a_guard_and_the_error_says_so(tmp_path: Path) -> None:
    guarded = _JOB + _OWN + 'if __name__ == "__main__": main()\n'
    # The worker loads the script as a module, which is why it says that it starts.
    assert script(tmp_path, guarded, as_file=True).endswith("8\n")
    found = script(tmp_path, _JOB + _OWN + "main()\n", as_file=True)
    assert found.startswith("starting\nUnsupportedError it refers to what the running script")
    assert 'if __name__ == "__main__":' in found


@LINUX
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_or_a_kill_leaves_no_worker_behind(how: signal.Signals) -> None:
    code = _JOB + (
        "import signal\n"  # started in the background, a process ignores interrupts
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "one = Resident(list); one.call('copy')\n"
        "one.answer(30)\n"
        "with Processes(1) as pool:\n"
        "    print(one.pid, next(pool.map([Job(os.getpid)])).value, flush=True)\n"
        "    pool.submit(Job(time.sleep, (60,))).result()\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    workers = [int(text) for text in running.stdout.readline().split()]
    assert len(workers) == 2
    group = os.killpg if how is signal.SIGINT else os.kill  # Ctrl-C reaches all of them
    group(running.pid, how)
    running.wait(30)
    running.stdout.close()
    end = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(map(alive, workers))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_terms_are_sent_with_the_hashes_of_where_they_arrive() -> None:
    term = Call("add.int", (Var(0), const(2)))
    found = unpack(pack(term))
    assert found == term and hash(found) == hash(term)
    code = "from progsynth.execute import unpack; from progsynth.lang.term import *; "
    code += f"print(unpack({pack(term)!r}) in {{Call('add.int', (Var(0), const(2)))}})"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "True\n"


def test_packing_is_undone_by_unpacking() -> None:
    value = ({"a": [1, 2.5]}, None)
    assert unpack(pack(value)) == value
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UnsupportedError, match="nested too deep"):
        pack(deep)
    while deep:  # a list is freed by recursion
        deep = deep[0]
    assert cores() >= 1
