"""Programs with weights mean what they mean when the networks' decisions are known."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from progsynth.errors import ProgramFailure, ProgsynthError, TaskError
from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.neural import decide as deciding
from progsynth.neural.bind import Bound, as_primitive, bind
from progsynth.neural.decide import Decision, decide, frozen, tensors_of
from progsynth.neural.modality import encode
from progsynth.neural.network import Network, make_network
from progsynth.registry import pack

PACK = pack()
NEURAL = """
neural digit(image: tensor[1, 4, 4]) -> choice[10]
neural dark(image: tensor[1, 4, 4]) -> bool
neural grow(x: float) -> float
neural merge_both(image: tensor[1, 4, 4], x: float) -> tensor[2]
"""
PROGRAMS = {
    "sum": """
def f(xs: list[tensor[1, 4, 4]]) -> int:
    return sum(map(digit, xs))
""",
    "if": """
def f(xs: list[tensor[1, 4, 4]]) -> int:
    found = 0
    for x in xs:
        if dark(x):
            found = found + digit(x)
        else:
            found = found - 1
    return found
""",
    "while": """
def f(xs: list[tensor[1, 4, 4]]) -> int:
    i = 0
    while i < len(xs) and not dark(xs[i]):
        i = i + 1
    return i
""",
}


def program(text: str) -> Program:
    return read_program(NEURAL + text, PACK)


def networks(text: str = PROGRAMS["sum"]) -> dict[str, Network]:
    return {n.name: make_network(n, seed=15 + i) for i, n in enumerate(program(text).neural)}


def bound(text: str) -> Bound:
    return bind(program(text), networks(), PACK, device="cpu")


def image_lists(*lengths: int) -> list[list[Any]]:
    drawn = np.random.default_rng(0)
    return [[drawn.normal(size=(1, 4, 4)).astype(np.float32) for _ in range(n)] for n in lengths]


def answers(name: str, images: Sequence[Any]) -> list[Any]:
    """The slow twin: one image at a time, straight from the network's outputs."""
    own = networks()[name]
    found = []
    for image in images:
        with torch.no_grad():
            (outputs_K,) = own(torch.from_numpy(image)[None])
        found.append(bool(outputs_K > 0) if name == "dark" else int(outputs_K.argmax()))
    return found


def expected(kind: str, images: Sequence[Any]) -> int:
    digits, darks = answers("digit", images), answers("dark", images)
    if kind == "sum":
        return sum(digits)
    if kind == "if":
        return sum(d if dark else -1 for d, dark in zip(digits, darks, strict=True))
    return darks.index(True) if True in darks else len(darks)


@pytest.mark.parametrize("kind", PROGRAMS)
@pytest.mark.parametrize("engine", ["auto", "interpreter", "python"])
def test_a_program_sees_the_decisions(kind: str, engine: str) -> None:
    lists = image_lists(3, 0, 1, 5, 4)
    wanted = [expected(kind, images) for images in lists]
    assert bound(PROGRAMS[kind]).run([(xs,) for xs in lists], engine=engine) == wanted
    assert len(set(wanted)) > 2, "the images tell the answers apart"


def test_the_pack_has_each_submodule_that_is_called_as_a_primitive() -> None:
    made = bound(PROGRAMS["while"])
    assert set(made.dsl.primitives) - set(PACK.primitives) == {"dark"}
    assert str(made.dsl.primitives["dark"].signature) == "(image: tensor[1, 4, 4]) -> bool"
    lists = image_lists(4, 2)
    wanted = [expected("while", images) for images in lists]
    assert run_rows(made.plain, [(xs,) for xs in lists], made.dsl) == wanted


def test_all_images_are_decided_in_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    forward = Network.forward

    def counted(self: Network, *inputs_B: torch.Tensor) -> torch.Tensor:
        batches.append(len(inputs_B[0]))
        return forward(self, *inputs_B)

    monkeypatch.setattr(Network, "forward", counted)
    lists = image_lists(3, 2, 4)
    bound(PROGRAMS["sum"]).run([(xs,) for xs in [*lists, lists[0]]])
    assert batches == [9], "each image once, however often it is met"


def test_large_batches_go_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = image_lists(5, 6)
    rows = [(xs,) for xs in lists]
    whole = bound(PROGRAMS["sum"]).run(rows)
    monkeypatch.setattr(deciding, "CHUNK", 3 * 16)
    assert bound(PROGRAMS["sum"]).run(rows) == whole


def test_what_was_not_foreseen_is_computed_when_it_is_asked_for() -> None:
    made = bound("def f(x: float) -> float:\n    return grow(grow(x) + 1.0)\n")
    network = networks()["grow"]

    def grow(x: float) -> float:
        with torch.no_grad():
            return float(network(torch.tensor([[x]]))[0, 0])

    found = made.run([(0.5,), (-2.0,)])
    assert found == pytest.approx([grow(grow(x) + 1.0) for x in (0.5, -2.0)], rel=1e-5)


def test_a_submodule_may_read_several_inputs_and_give_a_tensor() -> None:
    made = bound("def f(x: tensor[1, 4, 4], y: float) -> tensor[2]:\n    return merge_both(x, y)\n")
    ((image,),) = image_lists(1)
    (found,) = made.run([(image, 0.5)])
    with torch.no_grad():
        wanted = networks()["merge_both"](torch.from_numpy(image)[None], torch.tensor([[0.5]]))[0]
    assert found.dtype == np.float32 and not found.flags.writeable
    np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-6)
    assert made.run([(image, 0.5)], Limits(cells=2)) == [Failure(FailureKind.MEMORY)]


def test_failures_are_values_and_every_engine_charges_alike() -> None:
    (images,) = image_lists(3)
    seen = answers("digit", images)[0]
    made = bound(
        f"def f(xs: list[tensor[1, 4, 4]]) -> int:\n    return 1 // (digit(xs[0]) - {seen})\n"
    )
    wanted = [Failure(FailureKind.INDEX), Failure(FailureKind.ZERO)]
    assert made.run([([],), (images,)]) == wanted
    total = bound(PROGRAMS["sum"])
    for fuel in range(8):
        found = {
            engine: total.run([(images,)], Limits(fuel=fuel), engine=engine)
            for engine in ("interpreter", "python")
        }
        assert found["interpreter"] == found["python"]
    assert total.run([(images,)], Limits(fuel=1)) == [Failure(FailureKind.FUEL)]


def test_a_bound_program_keeps_the_weights_that_it_was_given() -> None:
    given = networks()
    made = bind(program(PROGRAMS["sum"]), given, PACK, device="cpu")
    rows = [(xs,) for xs in image_lists(3, 5, 4)]
    before = made.run(rows)
    with torch.no_grad():
        given["digit"].last.bias += torch.linspace(0, 100, 10)
    assert made.run(rows) == before
    assert bind(program(PROGRAMS["sum"]), given, PACK, device="cpu").run(rows) == [27, 45, 36]
    assert all(p.requires_grad for p in given["digit"].parameters()), "training may go on"


def test_it_can_be_sent_to_another_process() -> None:
    made = bound(PROGRAMS["sum"])
    rows = [(xs,) for xs in image_lists(3, 5)]
    assert pickle.loads(pickle.dumps(made)).run(rows) == made.run(rows)  # noqa: S301


# ------------------------------------------------------------------------------ primitives


def test_a_network_as_a_primitive() -> None:
    network = networks()["digit"]
    (images,) = image_lists(5)
    made = as_primitive(network, name="read", doc="The digit.", tensors=images[:3])
    assert str(made.signature) == "(image: tensor[1, 4, 4]) -> int"
    assert (made.name, made.doc) == ("read", "The digit.")
    assert [made.fn(image) for image in images] == answers("digit", images)
    copies = [np.array(image) for image in images]
    assert [made.fn(image) for image in copies] == answers("digit", images)


def test_what_was_foreseen_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    (images,) = image_lists(3)
    made = as_primitive(networks()["digit"], tensors=images)
    monkeypatch.setattr(Network, "forward", None)
    assert [made.fn(image) for image in images] == answers_before(images)


def answers_before(images: Sequence[Any]) -> list[Any]:
    with torch.no_grad():
        x_B = encode(images, program(PROGRAMS["sum"]).neural[0].types[0])
        network = networks()["digit"]
        features = network.bodies[0](network.normaliser(x_B, 0))
        return network.head.decide(network.last(network.hidden(features)))


def test_packs_with_other_weights_have_other_digests() -> None:
    first, second = networks()["digit"], networks()["digit"]
    assert PACK.extend(as_primitive(first)).digest == PACK.extend(as_primitive(second)).digest
    with torch.no_grad():
        second.last.bias += 1
    assert PACK.extend(as_primitive(first)).digest != PACK.extend(as_primitive(second)).digest


def test_no_rows_are_no_decisions() -> None:
    assert decide(networks()["digit"], []) == []
    assert bound(PROGRAMS["sum"]).run([]) == []


def test_a_decision_of_another_value_at_the_same_place_is_not_taken() -> None:
    (images,) = image_lists(2)
    known = {id(images[1]): (images[0], 99)}
    decision = Decision(frozen(networks()["digit"]), known)
    assert decision(images[1]) == answers("digit", images)[1]


def test_tensors_are_found_wherever_they_are() -> None:
    own = program("def f(x: dict[str, tuple[int, list[tensor[2]]]]) -> int:\n    return 1\n")
    (type_,) = own.entry.types
    wanted = type_.types[1].types[1].types[0]
    a, b, c = (np.full(2, i, np.float32) for i in range(3))
    found = tensors_of({"x": (1, [a, b]), "y": (2, []), "z": (3, [c])}, type_, wanted)
    assert [id(v) for v in found] == [id(a), id(b), id(c)]
    assert (
        tensors_of(
            [1, 2],
            read_program("def f(x: list[int]) -> int:\n    return 1\n", PACK).entry.types[0],
            wanted,
        )
        == []
    )


# ------------------------------------------------------------------------- as a function


def test_a_program_as_a_function_of_plain_data() -> None:
    made = bound(PROGRAMS["sum"])
    (images,) = image_lists(3)
    wanted = expected("sum", images)
    assert made.function(images) == wanted
    assert made.function(np.stack(images)) == wanted
    assert made.function([image.tolist() for image in images]) == wanted
    assert made.function(torch.from_numpy(np.stack(images))) == wanted


def test_wrong_arguments_are_told() -> None:
    made = bound(PROGRAMS["sum"])
    with pytest.raises(ProgsynthError, match=r"takes 1 argument\(s\) .*, found 2"):
        made.function([], [])
    with pytest.raises(TaskError, match=r"argument 'xs' of f, item 0: expected .*, found"):
        made.function(np.zeros((3, 1, 5, 5)))
    with pytest.raises(ProgramFailure, match="position outside"):
        bound("def f(xs: list[tensor[1, 4, 4]]) -> int:\n    return digit(xs[0])\n").function([])


def test_a_network_that_is_missing_or_another_is_told() -> None:
    own = program(PROGRAMS["sum"])
    with pytest.raises(ProgsynthError, match="'digit', which has no network: expected one for"):
        bind(own, {}, PACK)
    with pytest.raises(ProgsynthError, match="did you mean 'digit2'"):
        bind(own, {"digit2": networks()["digit"]}, PACK)
    with pytest.raises(ProgsynthError, match=r"is a neural dark\(.*\) -> bool, the program declar"):
        bind(own, {"digit": networks()["dark"]}, PACK)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("kind", PROGRAMS)
def test_on_a_gpu_the_decisions_are_the_same(kind: str) -> None:
    lists = image_lists(3, 0, 1, 5, 4)
    made = bind(program(PROGRAMS[kind]), networks(), PACK, device="cuda")
    assert made.run([(xs,) for xs in lists]) == [expected(kind, images) for images in lists]
