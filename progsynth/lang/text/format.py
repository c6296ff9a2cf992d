"""The canonical style: a text, or a surface tree, printed anew with all its comments.

Four spaces, one space around operators, two blank lines between functions, lines of up to 100
characters, longer ones broken inside brackets. Comments stay where they are: on their own line
before what follows them, or at the end of a line. A comment whose place is gone (within
parentheses that are not needed) moves to a line of its own before its statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from progsynth.lang.text import surface as s
from progsynth.lang.text.document import INDENT, Doc, Group, Item, Notes, flat, print_document
from progsynth.lang.text.parse import parse
from progsynth.lang.text.print_expression import expression_document
from progsynth.lang.walk import Walk, walk


def format_text(text: str, filename: str = "<text>") -> str:
    """The text in the canonical style. Raises ProgramError when it does not parse.

    >>> print(format_text("def f( x:int )->int: return x+1 # one more"), end="")
    def f(x: int) -> int:
        return x + 1  # one more
    """
    return format_module(parse(text, filename))


def format_module(module: s.Module) -> str:
    """The text of a surface tree in the canonical style."""
    printer = _Printer(module)
    walk(printer.module())
    return "\n".join(printer.lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Comment:
    line: int
    column: int
    text: str
    own_line: bool


_END = 1 << 60  # a line after all others


class _Printer:
    """One run: the lines so far, and the comments that are still to come."""

    def __init__(self, module: s.Module):
        self.items = module.items
        self.source = module.source.split("\n")
        self.comments = [self.comment(n, t) for n, t in sorted(module.comments.items())]
        self.next = 0  # the first comment that is not printed yet
        self.lines: list[str] = []
        self.last_line = 0  # the line of the source that was printed last
        self.at_start = True  # nothing printed yet in this block
        self.after_def = False

    def comment(self, line: int, text: str) -> _Comment:
        written = self.source[line - 1].rstrip()
        before = written[: len(written) - len(text)]
        return _Comment(line, len(before) + 1, _spaced(text), not before.strip())

    def take(self, before: int) -> list[_Comment]:
        """The comments on lines before that one, not yet taken."""
        start = self.next
        while self.next < len(self.comments) and self.comments[self.next].line < before:
            self.next += 1
        return self.comments[start : self.next]

    # ---------------------------------------------------------------------- the top level

    def module(self) -> Walk[None]:
        for item in self.items:
            self.top_comments(item.place.line)
            if self.lines and not self.top_comment_just_before(item.place.line):
                self.blank_lines(2)
            self.at_start = True
            if isinstance(item, s.NeuralDeclaration):
                self.header(_neural_document(item), item.place.line, item.place.end_line, 0)
            else:
                following = [i.place.line for i in self.items if i.place.line > item.place.line]
                yield self.definition(item, 0, min(following, default=_END))
            self.after_def = True
        self.top_comments(_END)

    def top_comments(self, before: int) -> None:
        """Print the comments that stand between two items of the top level."""
        for place, comment in enumerate(self.take(before)):
            if self.lines:
                gap = comment.line - self.last_line > 1
                self.blank_lines(2 if not place and self.after_def else int(gap))
            self.lines.append(comment.text)
            self.last_line = comment.line
            self.after_def = False

    def top_comment_just_before(self, line: int) -> bool:
        """Does a comment stand on the line above? Else only blank lines or another item do."""
        if self.after_def:
            return False
        if line - self.last_line > 1:
            self.blank_lines(1)
        return True

    def blank_lines(self, count: int) -> None:
        self.lines.extend([""] * count)

    # -------------------------------------------------------------------------- statements

    def definition(self, node: s.Definition, indent: int, limit: int) -> Walk[None]:
        starts = [*(p.place.end_line for p in node.params), node.place.line]
        starts += [node.result.place.end_line] if node.result else []
        body_line = node.body[0].place.line if node.body else limit
        header = self.header_line(max(starts), body_line)
        self.header(_definition_document(node, header), node.place.line, header, indent)
        if node.doc:
            self.lines += _docstring(node.doc, indent + INDENT)
        yield self.block(node.body, indent + INDENT, limit, node.place.column + 1)

    def header_line(self, first: int, limit: int) -> int:
        """The line on which the ':' of a header stands, at `first` or after."""
        by_line = {c.line: c for c in self.comments[self.next :] if first <= c.line < limit}
        for line in range(first, min(limit, len(self.source) + 1)):
            text = self.source[line - 1]
            if line in by_line:
                text = text[: by_line[line].column - 1]
            if text.rstrip().endswith(":"):
                return line
        return first

    def header(self, doc: Doc, first: int, last: int, indent: int) -> None:
        """Print a simple statement, or the head of a compound one, with its comments."""
        notes = Notes()
        trailing, homeless = "", []
        for comment in self.take(last + 1):
            if comment.line == last and not comment.own_line:
                trailing = f"  {comment.text}"
            elif not notes.attach(doc, comment.line, comment.text, comment.own_line):
                homeless.append(comment)
        for comment in homeless:
            self.element(min(comment.line, first))
            self.lines.append(" " * indent + comment.text)
            self.last_line = first
        self.element(first)
        self.lines.append(print_document(doc, indent, notes) + trailing)
        self.last_line = last

    def element(self, line: int) -> None:
        """Leave a blank line where the source has some before this line."""
        if not self.at_start and line - self.last_line > 1:
            self.blank_lines(1)
        self.at_start = False

    def block(self, body: s.Block, indent: int, limit: int, column: int = 0) -> Walk[None]:
        """Print statements, and the comments after them that are indented as they are.

        `limit` is the line of what follows the block; `column` stands in for an empty body.
        """
        self.at_start = True
        for place, node in enumerate(body):
            following = body[place + 1].place.line if place + 1 < len(body) else limit
            self.own_line_comments(
                self.take(node.place.line), indent, isinstance(node, s.Definition)
            )
            yield self.statement(node, indent, following)
        column = body[0].place.column if body else column
        start = self.next
        while (
            self.next < len(self.comments)
            and self.comments[self.next].line < limit
            and self.comments[self.next].column >= column
        ):
            self.next += 1
        self.own_line_comments(self.comments[start : self.next], indent)
        self.at_start = False

    def own_line_comments(
        self, comments: list[_Comment], indent: int, before_def: bool = False
    ) -> None:
        for comment in comments:
            self.separate(before_def)
            before_def = False
            self.element(comment.line)
            self.lines.append(" " * indent + comment.text)
            self.last_line = comment.line
        self.separate(before_def)

    def separate(self, before_def: bool) -> None:
        """Leave a blank line before and after a nested function."""
        if (before_def or self.after_def) and not self.at_start:
            self.blank_lines(1)
            self.at_start = True  # no further blank line
        self.after_def = False

    def statement(self, node: s.Statement, indent: int, limit: int) -> Walk[None]:
        match node:
            case s.Definition():
                yield self.definition(node, indent, limit)
                self.after_def = True
            case s.IfStatement():
                yield self.if_statement(node, indent, limit)
            case s.WhileStatement(cond=cond, body=body):
                doc = ("while ", *expression_document(cond), ":")
                yield self.compound(doc, node, cond, body, indent, limit)
            case s.ForStatement(target=target, source=source, body=body):
                names = flat(expression_document(target))
                doc = (f"for {names} in ", *expression_document(source), ":")
                yield self.compound(doc, node, source, body, indent, limit)
            case _:
                place = node.place
                self.header(_simple_document(node), place.line, place.end_line, indent)

    def compound(
        self, doc: Doc, node: s.Node, last: s.Node, body: s.Block, indent: int, limit: int
    ) -> Walk[None]:
        header = self.header_line(last.place.end_line, body[0].place.line)
        self.header(doc, node.place.line, header, indent)
        yield self.block(body, indent + INDENT, limit)

    def if_statement(self, node: s.IfStatement, indent: int, limit: int) -> Walk[None]:
        starts = [cond.place.line for cond, _ in node.branches[1:]]
        if node.orelse:
            starts.append(self.else_line(node))
        for place, (cond, body) in enumerate(node.branches):
            following = starts[place] if place < len(starts) else limit
            word = "elif " if place else "if "
            doc = (word, *expression_document(cond), ":")
            if place:
                self.own_line_comments(self.take(cond.place.line), indent)
            yield self.compound(doc, cond if place else node, cond, body, indent, following)
        if node.orelse:
            self.own_line_comments(self.take(starts[-1]), indent)
            self.last_line = starts[-1]
            header = self.header_line(starts[-1], node.orelse[0].place.line)
            self.header(("else:",), starts[-1], header, indent)
            yield self.block(node.orelse, indent + INDENT, limit)

    def else_line(self, node: s.IfStatement) -> int:
        """The line of the word `else`, which the tree does not say."""
        first = node.branches[-1][1][-1].place.end_line
        last = node.orelse[0].place.line
        for line in range(first, min(last, len(self.source)) + 1):
            if re.match(r"\s*else\b", self.source[line - 1]):
                return line
        return last


def _spaced(comment: str) -> str:
    """The comment with a space after its `#`."""
    return comment if re.match(r"#(#*[\s!:]|#*$)", comment) else "# " + comment[1:]


def _simple_document(node: s.Statement) -> Doc:
    match node:
        case s.Assign(target=target, value=value, annotation=annotation):
            head = expression_document(target)
            if annotation is not None:
                head += (f": {annotation.type}",)
            return (*head, " = ", *expression_document(value))
        case s.AugmentedAssign(target=target, symbol=symbol, value=value):
            return (*expression_document(target), f" {symbol}= ", *expression_document(value))
        case s.Return(value=value):
            return ("return ", *expression_document(value))
        case s.ExpressionStatement(value=value):
            return expression_document(value)
        case s.Break():
            return ("break",)
        case s.Continue():
            return ("continue",)
        case s.Pass():
            return ("pass",)
    raise AssertionError(f"no such statement: {type(node).__name__}")


def _parameters(params: tuple[s.Parameter, ...], first: int, last: int) -> Group:
    items = (
        Item(
            (p.name if p.type is None else f"{p.name}: {p.type.type}",),
            p.place.line,
            p.place.end_line,
        )
        for p in params
    )
    return Group("(", ")", tuple(items), first_line=first, last_line=last)


def _definition_document(node: s.Definition, header_line: int) -> Doc:
    group = _parameters(node.params, node.place.line, header_line)
    result = "" if node.result is None else f" -> {node.result.type}"
    return (f"def {node.name}", group, f"{result}:")


def _neural_document(node: s.NeuralDeclaration) -> Doc:
    group = _parameters(node.params, node.place.line, node.place.end_line)
    return (f"neural {node.name}", group, f" -> {node.result.type}")


def _docstring(doc: str, indent: int) -> list[str]:
    """The lines of a docstring."""
    text = doc.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').replace("\r", "\\r")
    if text.endswith('"') and "\n" not in text:
        text = text[:-1] + '\\"'
    first, *rest = text.split("\n")
    margin = " " * indent
    if first[:1].isspace():  # Python strips the first line
        first, rest = "", [first, *rest]
    lines = [margin + '"""' + first, *(margin + line if line else "" for line in rest)]
    if rest:
        return [*lines, margin + '"""']
    return [lines[0] + '"""']
