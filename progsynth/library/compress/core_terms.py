"""Core as labelled terms, and back.

A label is a node of core without its children; its children are the node's, but for `Apply`,
whose function is a child too. What is private to a program (its own functions and submodules) and
calls of function parameters may be in arguments, never in the body of an abstraction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from progsynth.errors import UnsupportedError
from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
    For,
    Hole,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    fold,
)
from progsynth.library.compress.labelled import Forest, Label

CALLED = "()"  # ends the labels of calls


@dataclass(slots=True)
class Translation:
    """Labels of core terms, and a term for each label, to rebuild others from.

    `known` are the names that any program may call; others are those of the program `owner`.
    """

    known: Callable[[str], bool]
    owner: str = ""
    terms: dict[str, Term] = field(default_factory=dict)

    def of(self, owner: str) -> Translation:
        """The same for the terms of that program."""
        return Translation(self.known, owner, self.terms)

    def label(self, term: Term) -> Label:
        """The label of the term's top node."""
        made = self._label(term)
        self.terms.setdefault(made.name, bare(term))
        return made

    def _label(self, term: Term) -> Label:
        binds, count = term.binds, len(term.children)
        match term:
            case Const(value, type_):
                return Label(f"{type_.name}:{value!r}", inert=True)
            case Var(index):
                return Label(f"${index}", inert=True, index=index)
            case Call(name, _):
                fixed = self.known(name)
                own = "" if fixed else f"@{self.owner}"
                return Label(name + own + CALLED, binds, fails=True, fixed=fixed)
            case Apply(_, args):
                return Label(f"apply/{len(args)}", (0, *binds), 1, fails=True, fixed=False)
            case Lambda(arity, _):
                return Label(f"lambda/{arity}", binds, lazy=(0,), inert=True, function=True)
            case Build(kind, _):
                return Label(f"{kind}/{count}", binds, fails=kind == "dict")
            case Project(position, _):
                return Label(f"item/{position}", binds)
            case If():
                return Label("if", binds, lazy=(1, 2), values=-1)
            case Values():
                return Label(f"values/{count}", binds, values=count)
            case Let(number, _, _):
                return Label(f"let/{number}", binds, values=-1)
            case While(number):
                return Label(f"while/{number}", binds, lazy=(1, 2), fails=True, values=number)
            case For(number):
                return Label(f"for/{number}", binds, lazy=(2,), fails=True, values=number)
            case Hole():
                raise UnsupportedError("a sketch cannot be compressed: fill its holes first")
        raise AssertionError(f"no such term: {type(term).__name__}")

    def add(self, term: Term, forest: Forest) -> int:
        """The node of a term."""

        return fold(term, lambda node, children: self.top(node, children, forest))

    def top(self, term: Term, children: tuple[int, ...], forest: Forest) -> int:
        """The node of a term whose children have these nodes."""
        if isinstance(term, Apply):
            children = (forest.add(self.label(Var(term.index))), *children)
        return forest.add(self.label(term), children)

    def term(self, forest: Forest, node: int, count: int = 0) -> Term:
        """The term of a node; `#0`, `#1`, ... are the `count` outermost variables.

        In the term's own scope the last parameter is `Var(0)`.
        """
        done: list[Term] = []
        todo = [(node, 0, False)]
        while todo:
            one, depth, ready = todo.pop()
            label, children = forest.label_of(one), forest.children[one]
            if children and not ready:
                todo.append((one, depth, True))
                inner = [(c, depth + b, False) for c, b in zip(children, label.binds)]
                todo += reversed(inner)
                continue
            split = len(done) - len(children)
            made = tuple(done[split:])
            del done[split:]
            done.append(self._rebuilt(label, made, depth, count))
        return done[0]

    def _rebuilt(self, label: Label, children: tuple[Term, ...], depth: int, count: int) -> Term:
        if label.name[0] == "#":
            name, _, number = label.name[1:].partition("/")
            index = depth + count - 1 - int(name)
            return Apply(index, children) if number else Var(index)
        if label.index >= 0:
            return Var(label.index)
        if label.name.startswith("lambda/"):
            return Lambda(int(label.name[7:]), children[0])
        known = self.terms.get(label.name)
        if known is None:  # a call that was put in
            return Call(label.name.removesuffix(CALLED), children)
        if isinstance(known, Apply):
            function = children[0]
            assert isinstance(function, Var)
            return Apply(function.index, children[1:])
        return known.rebuild(children) if children else known


def bare(term: Term) -> Term:
    """The term's top node without hints of names, which are those of one place."""
    match term:
        case Let(count, bound, body):
            return Let(count, bound, body)
        case While(count, init, cond, body):
            return While(count, init, cond, body)
        case For(count, source, init, body):
            return For(count, source, init, body)
    return term


def translation(dsl: DSL) -> Translation:
    """A translation of programs in this pack."""
    return Translation(lambda name: name in dsl)
