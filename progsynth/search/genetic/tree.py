"""The genome: immutable typed trees, and what they mean as core.

A variable says its type and a number; which of the variables in scope that is, is settled when
the tree is lowered: the numbers of a type count its variables from the innermost outwards and
round again. Where none of the type is in scope, the least value of the type stands in. So a
subtree may be put wherever one of its type stood, and the program stays well-typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from progsynth.lang.infer import Typed
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Build,
    Call,
    For,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    const,
)
from progsynth.lang.types import BOOL, Type
from progsynth.search.genetic.grammar import BINDERS, Grammar, Rule
from progsynth.search.genetic.least import least_rule
from progsynth.search.genetic.scope import Scope


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A node: a rule, its children, and for a variable which one; make it by `node`.

    `size` counts nodes, `depth` is 1 for a leaf. `loops` says whether a loop or a `let` stands
    in it outside lambdas: such a tree is no condition of a `while`. `kinds` are those of the
    loops in it, `idle` whether something in it does nothing (see `is_idle`). `lowered` keeps
    what it was lowered to last: the children of a tree share most of their subtrees with it.
    """

    rule: Rule
    number: int
    children: tuple[Tree, ...]
    size: int
    depth: int
    loops: bool
    kinds: int
    idle: bool
    lowered: list[Lowered] = field(default_factory=list, init=False, repr=False)

    @property
    def type(self) -> int:
        """The number of its type."""
        return self.rule.result


def node(rule: Rule, children: tuple[Tree, ...] = (), number: int = 0) -> Tree:
    """The tree of a rule and its children."""
    if not children:
        return Tree(rule, number, children, 1, 1, False, 0, False)
    size, depth, loops, idle = 1, 0, rule.kind in BINDERS, False
    kinds = _KINDS.get(rule.kind, 0)
    in_lambda = rule.lambdas
    for place, child in enumerate(children):
        size += child.size
        if child.depth > depth:
            depth = child.depth
        kinds |= child.kinds
        idle = idle or child.idle
        loops = loops or (child.loops and not (in_lambda and in_lambda[place]))
    idle = idle or _does_nothing(rule, children)
    return Tree(rule, number, children, size, depth + 1, loops, kinds, idle)


_KINDS = {"while": 1, "for": 2}


def variable(grammar: Grammar, scope: Scope, position: int) -> Tree:
    """The variable at that position of a scope, counted from the outermost."""
    type_ = scope.types[position]
    number = scope.types[position + 1 :].count(type_)
    return node(grammar.variables[type_], number=number)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A node within a tree: the way there (each node passed, and which child was taken), what is
    in scope there, and whether it stands in the condition of a `while`, where no loop may."""

    way: tuple[tuple[Tree, int], ...]
    tree: Tree
    scope: Scope
    plain: bool


def place_at(root: Tree, index: int, scope: Scope) -> Place:
    """The node number `index`, in the order of a walk that meets parents first."""
    way = []
    tree, plain = root, False
    while index:
        index -= 1
        for place, child in enumerate(tree.children):  # noqa: B007
            if index < child.size:
                break
            index -= child.size
        rule = tree.rule
        way.append((tree, place))
        scope = scope.inside(rule.binds[place])
        if rule.lambdas and rule.lambdas[place]:
            plain = False
        plain = plain or rule.is_condition(place)
        tree = tree.children[place]
    return Place(tuple(way), tree, scope, plain)


def replaced(place: Place, new: Tree) -> Tree:
    """The whole tree with another subtree at the place."""
    for parent, at in reversed(place.way):
        children = parent.children
        new = node(parent.rule, (*children[:at], new, *children[at + 1 :]), parent.number)
    return new


def nodes(tree: Tree) -> Iterator[Tree]:
    """The tree and all trees inside it, parents first, left to right."""
    todo = [tree]
    while todo:
        found = todo.pop()
        yield found
        todo.extend(reversed(found.children))


def is_idle(tree: Tree) -> bool:
    """Does it hold what does nothing: a loop that changes none of its variables, a `while` whose
    condition these cannot change, a test of something against itself?"""
    return tree.idle


def _does_nothing(rule: Rule, children: tuple[Tree, ...]) -> bool:
    """Does a node with these children do nothing?"""
    if rule.kind in _KINDS and _changes_nothing(rule, children):
        return True
    if rule.kind == "while":
        states = rule.args[: rule.detail]
        return not any(_is_own(leaf, states) for leaf in nodes(children[rule.detail]))
    return rule.is_test and _alike(*children)


def _changes_nothing(rule: Rule, children: tuple[Tree, ...]) -> bool:
    """Is what each variable of a loop becomes that variable?"""
    count = rule.detail
    for place, step in enumerate(children[-1 - count : -1]):
        bound = rule.binds[-2]
        same = bound[place + 1 :].count(bound[place])
        if step.rule.kind != "variable" or step.type != bound[place] or step.number != same:
            return False
    return True


def _alike(left: Tree, right: Tree) -> bool:
    """Are they the same leaf?"""
    return left.rule.code == right.rule.code and not left.children and left.number == right.number


def loops_of(tree: Tree) -> tuple[str, ...]:
    """Which kinds of loops are in it."""
    return tuple(kind for kind in sorted(_KINDS) if tree.kinds & _KINDS[kind])


def _is_own(leaf: Tree, states: tuple[int, ...]) -> bool:
    return leaf.rule.kind == "variable" and leaf.number < states.count(leaf.type)


# ------------------------------------------------------------------------------- lowering


class UnboundError(Exception):
    """A variable of a type of which nothing is in scope, and no value can be made."""


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """What a tree means in a scope, and a number that is the same in all processes, by which
    programs are told apart."""

    scope: Scope
    typed: Typed
    name: int


def lower(root: Tree, grammar: Grammar) -> Typed:
    """The core term of a tree with its types. Raises UnboundError."""
    return lowered(root, grammar.scope, grammar).typed


def name_of(root: Tree, grammar: Grammar, scope: Scope | None = None) -> int:
    """The number of what a tree means, in a scope or that of the grammar. Raises UnboundError."""
    return lowered(root, scope or grammar.scope, grammar).name


def lowered(root: Tree, scope: Scope, grammar: Grammar) -> Lowered:
    """What a tree means in a scope. Raises UnboundError."""
    done: list[Lowered] = []
    todo: list[tuple[Tree, Scope, bool]] = [(root, scope, False)]
    while todo:
        tree, scope, expanded = todo.pop()
        rule, children = tree.rule, tree.children
        if expanded:
            split = len(done) - len(children)
            inner = done[split:]
            typed = _LOWER[rule.kind](rule, tuple([one.typed for one in inner]), grammar.types)
            del done[split:]
            made = Lowered(scope, typed, hash((rule.code, *[one.name for one in inner])))
            tree.lowered[:] = (made,)
            done.append(made)
        elif children:
            if tree.lowered and tree.lowered[0].scope is scope:
                done.append(tree.lowered[0])
                continue
            todo.append((tree, scope, True))
            pairs = zip(children, rule.binds, strict=True)
            todo += [(child, scope.inside(bound), False) for child, bound in pairs][::-1]
        elif rule.kind == "variable":
            index = scope.index(rule.result, tree.number)
            if index is None:
                todo.append((least_tree(rule.result, scope, grammar), scope, False))
            else:
                typed = Typed(Var(index), (grammar.types[rule.result],), (), _NONE)
                done.append(Lowered(scope, typed, hash((rule.code, index))))
        else:
            typed = _LOWER[rule.kind](rule, (), grammar.types)
            done.append(Lowered(scope, typed, rule.code))
    return done[0]


def least_tree(type_: int, scope: Scope, grammar: Grammar) -> Tree:
    """The least tree of the type. Raises UnboundError where there is none."""
    chosen: list[Rule] = []
    todo = [(type_, scope, False)]
    while todo:
        wanted, here, start = todo.pop()
        leaves = grammar.leaves[wanted] if start else ()
        rule = leaves[0] if leaves else least_rule(grammar, here, wanted)
        if rule is None:
            raise UnboundError(f"nothing makes a value of type {grammar.types[wanted]}")
        chosen.append(rule)
        inner = enumerate(zip(rule.args, rule.binds, strict=True))
        todo += [(a, here.inside(bound), rule.is_start(p)) for p, (a, bound) in inner][::-1]
    return assembled([(rule, 0) for rule in chosen])


def assembled(preorder: list[tuple[Rule, int]]) -> Tree:
    """The tree whose rules and variables' numbers these are, parents first."""
    done: list[Tree] = []
    for rule, number in reversed(preorder):
        count = len(rule.args)
        children = tuple(done[: -count - 1 : -1]) if count else ()
        if count:
            del done[-count:]
        done.append(node(rule, children, number))
    return done[0]


_NONE: Mapping[str, Type] = {}
_Types = tuple[Type, ...]


def _typed(rule: Rule, types: _Types, term: Term, children: tuple[Typed, ...]) -> Typed:
    return Typed(term, (types[rule.result],), children, _NONE)


def _constant(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    return _typed(rule, types, const(rule.detail), ())


def _empty(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    return _typed(rule, types, Build(rule.detail, ()), ())


def _call(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    given = tuple(
        child
        if function is None
        else Typed(Lambda(len(bound), child.term), (function,), (child,), _NONE)
        for child, function, bound in zip(children, rule.lambdas, rule.binds, strict=True)
    )
    term = Call(rule.detail, tuple(g.term for g in given))
    return Typed(term, (types[rule.result],), given, rule.by)


def _if(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    cond, then, orelse = children
    return _typed(rule, types, If(cond.term, then.term, orelse.term), children)


def _and(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    return _if(rule, (*children, Typed(FALSE, (BOOL,), (), _NONE)), types)


def _or(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    return _if(rule, (children[0], Typed(TRUE, (BOOL,), (), _NONE), children[1]), types)


def _build(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    return _typed(rule, types, Build(rule.kind, tuple(c.term for c in children)), children)


def _project(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    return _typed(rule, types, Project(rule.detail, children[0].term), children)


def _let(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    bound, body = children
    return _typed(rule, types, Let(1, bound.term, body.term), children)


def _several(some: tuple[Typed, ...]) -> Typed:
    """Several values at once; one is itself."""
    if len(some) == 1:
        return some[0]
    return Typed(Values(tuple(s.term for s in some)), tuple(s.type for s in some), some, _NONE)


def _while(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    count = rule.detail
    init, step = _several(children[:count]), _several(children[count + 1 : -1])
    cond, result = children[count], children[-1]
    loop = Typed(
        While(count, init.term, cond.term, step.term), init.types, (init, cond, step), _NONE
    )
    return _typed(rule, types, Let(count, loop.term, result.term), (loop, result))


def _for(rule: Rule, children: tuple[Typed, ...], types: _Types) -> Typed:
    count = rule.detail
    source, result = children[0], children[-1]
    init, step = _several(children[1 : count + 1]), _several(children[count + 1 : -1])
    loop = Typed(
        For(count, source.term, init.term, step.term), init.types, (source, init, step), _NONE
    )
    return _typed(rule, types, Let(count, loop.term, result.term), (loop, result))


_LOWER: Mapping[str, Callable[[Rule, tuple[Typed, ...], _Types], Typed]] = {
    "constant": _constant,
    "empty": _empty,
    "call": _call,
    "if": _if,
    "and": _and,
    "or": _or,
    "list": _build,
    "tuple": _build,
    "project": _project,
    "let": _let,
    "while": _while,
    "for": _for,
}
