"""The rules of a problem's programs, for grammars and guides: made of the space that the
bottom-up search enumerates, with lets besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from progsynth import registry
from progsynth.grammar.rules import Argument, Rule, Rules
from progsynth.lang.primitive import DSL
from progsynth.lang.term import const
from progsynth.lang.types import BOOL, Type
from progsynth.search.constants import mine
from progsynth.search.problem import Problem
from progsynth.search.space import IF_COST, LITERAL_COST, LOGIC_COST, Constant, Instance, Space
from progsynth.search.universe import make_space
from progsynth.task import Example, Task

LET_COST = 2


def rules_for(problem: Problem, *, max_lets: int = 1) -> Rules:
    """The rules of a problem's programs: its pack at the types that matter, mined constants."""
    whole = is_whole(problem)  # of a hole in a sketch no values are known
    examples = list(map(Example, problem.inputs, problem.outputs)) if whole else []
    only = registry.forms(problem.dsl.name).constants
    constants = mine(problem.types, problem.result, examples, problem.constants, only=only)
    return make_rules(
        problem.dsl,
        problem.types,
        problem.result,
        constants,
        allowed=problem.allowed,
        max_lets=max_lets,
    )


def is_whole(problem: Problem) -> bool:
    """Is what is searched for the whole program, so that its inputs are known?"""
    return problem.types == problem.entry_types and not problem.wrap(const(0), 0).filled


def rules_of_task(task: Task, dsl: DSL, *, max_lets: int = 1) -> Rules:
    """The rules of a task's programs in a pack: what grammars are fitted with."""
    only = registry.forms(dsl.name).constants
    constants = mine(task.types, task.result, task.train, task.constants, only=only)
    return make_rules(dsl, task.types, task.result, constants, max_lets=max_lets)


def make_rules(
    dsl: DSL,
    params: tuple[Type, ...],
    result: Type,
    constants: Iterable[Constant],
    *,
    allowed: tuple[str, ...] = (),
    max_lambdas: int = 1,
    max_lets: int = 1,
) -> Rules:
    """The rules of programs from `params` to `result` over the pack; see `make_space`."""
    space = make_space(dsl, params, result, constants, allowed=allowed, max_nesting=max_lambdas)
    return rules_of_space(space, params, result, max_lets=max_lets)


def rules_of_space(
    space: Space, params: tuple[Type, ...], result: Type, *, max_lets: int = 1
) -> Rules:
    """The same programs as rules, and those with so many lets around each other."""
    types = dict.fromkeys((*space.least, result))
    bound = tuple(t for t in dict.fromkeys((result, *params)) if t in types)
    by_type: dict[Type, list[Rule]] = {
        inner: [] for type_ in types for inner in (type_, *type_.types)
    }
    for type_ in types:
        for rule in _at(space, type_, bound if max_lets else ()):
            by_type[rule.result].append(rule)
    kinds = {*space.forms.kinds, "constant", "call"}
    frozen = {t: tuple(r for r in some if r.kind in kinds) for t, some in by_type.items()}
    return Rules(params, result, frozen, space.max_nesting, max_lets)


def _at(space: Space, type_: Type, bound: Sequence[Type]) -> Iterator[Rule]:
    """The rules of a type, variables apart; of a tuple those of its items as well."""
    for constant in space.constants:
        if constant.type == type_:
            yield Rule("constant", type_, constant.value, cost=constant.cost)
    extra = space.surcharge(type_) + LITERAL_COST
    if type_.name in ("list", "dict"):
        yield Rule("empty", type_, type_.name, cost=extra)
    for instance in space.instances.get(type_, ()):
        yield _call(instance)
    own = Argument(type_)
    if type_.name == "list":
        item = Argument(type_.types[0])
        yield Rule("list", type_, args=(item,), cost=extra)
        yield Rule("list", type_, args=(item, item), cost=extra)
    if type_.name == "tuple" and type_.types:
        yield Rule("tuple", type_, args=tuple(map(Argument, type_.types)), cost=extra)
        for place, item_type in enumerate(type_.types):
            yield Rule("project", item_type, place, (own,), LITERAL_COST)
    condition = Argument(BOOL)
    if type_ == BOOL:
        yield Rule("and", type_, args=(own, own), cost=LOGIC_COST)
        yield Rule("or", type_, args=(own, own), cost=LOGIC_COST)
    yield Rule("if", type_, args=(condition, own, own), cost=IF_COST)
    for state in bound:
        yield Rule("let", type_, args=(Argument(state), Argument(type_, (state,))), cost=LET_COST)


def _call(instance: Instance) -> Rule:
    args = tuple(
        Argument(param.types[-1], param.types[:-1], True) if param.name == "fn" else Argument(param)
        for param in instance.params
    )
    mirrored = instance.commutative
    return Rule("call", instance.result, instance.name, args, instance.cost, mirrored)
