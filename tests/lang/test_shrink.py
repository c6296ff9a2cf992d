"""Programs that show a defect are made small."""

from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.agreement.shrink import shrink
from progsynth.lang.term import Build, Call, Function, Let, Program, Var, const, size, subterms
from progsynth.lang.types import INT, list_of
from progsynth.registry import pack


def calls(program: Program, name: str) -> bool:
    terms = (t for f in program.functions for t in subterms(f.body))
    return any(isinstance(t, Call) and t.name == name for t in terms)


def test_what_does_not_matter_goes() -> None:
    noise = Call("add.int", (const(1), const(2)))
    wanted = Call("len.list", (Build("list", (noise, noise)),))
    body = Let(1, noise, Let(1, wanted, Call("mul.int", (Var(0), Var(1)))))
    helper = Function("helper", ("x",), (INT,), INT, Var(0))
    program = Program((helper, Function("f", (), (), INT, body)))
    small = shrink(program, pack(), lambda p: calls(p, "len.list"))
    assert [f.body for f in small.functions] == [Call("len.list", (Build("list", ()),))]


def test_random_programs_shrink_to_the_call_that_matters() -> None:
    source = RandomPrograms(pack())
    program = source.sample(3, focus="sort.list").program
    assert calls(program, "sort.list")
    small = shrink(program, pack(), lambda p: calls(p, "sort.list"))
    assert calls(small, "sort.list")
    assert size(small.entry.body) <= 6


def test_a_program_that_shows_nothing_smaller_stays() -> None:
    program = Program((Function("f", ("xs",), (list_of(INT),), list_of(INT), Var(0)),))
    assert shrink(program, pack(), lambda p: False) is program
