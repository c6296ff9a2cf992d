"""The file of records: nothing finished is lost, whatever happens to its last line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from progsynth.bench.record import Record, Score, journal, read_records
from progsynth.errors import ProgsynthError

Make = Callable[..., Record]


def written(path: Path, *records: Record) -> bytes:
    with journal(path) as (lines, _):
        for record in records:
            lines.append(record)
    return path.read_bytes()


def test_a_record_reads_back_as_it_was(tmp_path: Path, record: Make) -> None:
    path = tmp_path / "records.jsonl"
    some = (
        record("a", notes=("x", "y"), program='s = "é\n"'),
        record(
            "b",
            processor_seconds=0.25,
            test=None,
            solved=False,
            right=False,
            program=None,
            cost=None,
            size=None,
        ),
        record("c", test=Score(1, 2), seconds_given=None, executions_given=10),
    )
    text = written(path, *some)
    assert text.count(b"\n") == 3
    assert read_records(path) == (some, b"")
    assert written(path, record("d")).startswith(text)  # append only


def test_records_that_were_once_written_can_be_read(record: Make) -> None:
    """A field that comes later needs a value for records that lack it."""
    first, second = read_records(Path(__file__).parent / "records_1.jsonl")[0]
    assert first == record("a")
    assert (second.key.seed, second.stop_reason, second.test) == (3, "died", None)


@pytest.mark.parametrize("left", [1, 20, -1], ids=["one byte", "some", "all but the last"])
def test_a_torn_last_line_costs_its_own_record_only(
    left: int, tmp_path: Path, record: Make
) -> None:
    path = tmp_path / "records.jsonl"
    whole = written(path, record("a"), record("b"))
    torn = msgspec.json.encode(record("c"))[:left]
    path.write_bytes(whole + torn)
    assert read_records(path) == ((record("a"), record("b")), torn)
    assert path.read_bytes() == whole + torn  # reading changes nothing
    with journal(path) as (lines, known):
        assert known == (record("a"), record("b"))
        lines.append(record("d"))
    assert read_records(path) == ((record("a"), record("b"), record("d")), b"")


def test_a_line_that_lacks_its_end_only_is_kept(tmp_path: Path, record: Make) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(written(path, record("a"), record("b"))[:-1])
    written(path, record("c"))
    assert read_records(path) == ((record("a"), record("b"), record("c")), b"")


@pytest.mark.parametrize("line", [b"{}", b"nonsense", b"\xff", b""])
def test_a_broken_line_in_the_middle_is_an_error(line: bytes, tmp_path: Path, record: Make) -> None:
    path = tmp_path / "records.jsonl"
    first, second = written(path, record("a"), record("b")).splitlines()
    damaged = b"\n".join([first, line, second, b""])
    path.write_bytes(damaged)
    with pytest.raises(ProgsynthError, match=r"records\.jsonl:2: is no record.*take the line out"):
        written(path, record("c"))
    assert path.read_bytes() == damaged


def test_two_runs_cannot_write_to_one_file(tmp_path: Path, record: Make) -> None:
    path = tmp_path / "records.jsonl"
    with journal(path), pytest.raises(ProgsynthError, match="another run is writing to it"):
        written(path, record("a"))
    written(path, record("a"))


def test_a_file_that_cannot_be_opened(tmp_path: Path, record: Make) -> None:
    with pytest.raises(ProgsynthError, match="cannot be opened: Is a directory"):
        written(tmp_path, record("a"))
    with pytest.raises(ProgsynthError, match="cannot be read"):
        read_records(tmp_path / "nothing.jsonl")


def test_what_comes_long_after_the_budget_is_no_success(record: Make) -> None:
    assert record(seconds=10.6, seconds_given=10.0).success
    assert not record(seconds=11.1, seconds_given=10.0).success
    assert record(seconds=1e6, seconds_given=None).success
    assert not record(right=False).success
