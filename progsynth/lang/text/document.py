"""Text that knows where it may be broken into lines: groups within brackets, one item a line.

A document is a sequence of texts and groups. It is printed on one line where it fits; else its
widest groups are broken, until every line fits, and their items likewise. An optional group (an
operation, a tuple without parentheses) gets its brackets only when broken. Comments are kept
beside the document, in `Notes`; a group that holds one is always broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from progsynth.lang.walk import Walk, walk

WIDTH = 100
INDENT = 4
MAX_BROKEN_DEPTH = 30  # groups nested deeper stay on their line: indentation has to end


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item of a group, with the lines of the source that it stands on."""

    doc: Doc
    first_line: int = 0
    last_line: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Items between brackets. With `comma` they are separated by commas, else by spaces."""

    opening: str
    closing: str
    items: tuple[Item, ...]
    comma: bool = True
    optional: bool = False
    first_line: int = 0
    last_line: int = 0
    width: int = field(init=False)

    def __post_init__(self) -> None:
        width = sum(_width(i.doc) for i in self.items)
        width += (len(self.items) - 1) * (1 + self.comma) if self.items else 0
        if not self.optional:
            width += len(self.opening) + len(self.closing)
        object.__setattr__(self, "width", width)


Doc = tuple[str | Group, ...]


def _width(doc: Doc) -> int:
    return sum(p.width if isinstance(p, Group) else _text_width(p) for p in doc)


def _text_width(text: str) -> int:
    return len(text) if "\n" not in text else max(map(len, text.split("\n")))


@dataclass(slots=True)
class Notes:
    """The comments of one document: before an item, behind it, behind and before the brackets."""

    leading: dict[Item, list[str]] = field(default_factory=dict)
    trailing: dict[Item, str] = field(default_factory=dict)
    opening: dict[Group, str] = field(default_factory=dict)
    closing: dict[Group, list[str]] = field(default_factory=dict)
    broken: set[Group] = field(default_factory=set)  # the groups that hold any

    def all_of(self, item: Item) -> list[str]:
        """The comments inside an item, in order."""
        found: list[str] = []
        todo: list[Item | Group | str] = list(reversed(item.doc))
        while todo:
            part = todo.pop()
            if isinstance(part, Item):
                found += self.leading.get(part, [])
                trailing = self.trailing.get(part)
                todo += [trailing] if trailing else []
                todo += reversed(part.doc)
            elif isinstance(part, Group):
                if part in self.broken:
                    found += [self.opening[part]] if part in self.opening else []
                    todo += reversed(self.closing.get(part, []))
                    todo += reversed(part.items)
            elif part.startswith("#"):
                found.append(part)
        return found

    def attach(self, doc: Doc, line: int, text: str, own_line: bool) -> bool:
        """Keep a comment of the source's `line` at its place in the document.

        False when no group of the document reaches over that line.
        """
        path: list[tuple[Item | None, Group]] = []  # groups, each with the item around it
        around: Item | None = None
        while True:
            group = next((g for g in _groups(doc) if g.first_line <= line < g.last_line), None)
            if group is None:
                if around is None:
                    return False
                self.leading.setdefault(around, []).append(text)
                break
            path.append((around, group))
            started = [i for i in group.items if i.first_line <= line]
            if not started or line >= started[-1].last_line:
                self._put(path, len(started), text, own_line)
                break
            around = started[-1]
            doc = around.doc
        self.broken.update(group for _, group in path)
        return True

    def _put(
        self, path: list[tuple[Item | None, Group]], started: int, text: str, own_line: bool
    ) -> None:
        """Keep a comment in the last group of the path, whose first `started` items precede it."""
        around, group = path[-1]
        number = len(group.items)
        # At the edges of an operation that has no brackets of its own there is no place: the
        # comment belongs to the item that the operation is.
        while around is not None and stands_bare(around) and (started in (0, number)):
            path.pop()
            outer, place = path[-1][0], path[-1][1].items.index(around)
            own_line = own_line or started == 0
            around, group = outer, path[-1][1]
            started, number = place + (not own_line), len(group.items)
        if own_line and started < number:
            self.leading.setdefault(group.items[started], []).append(text)
        elif own_line:
            self.closing.setdefault(group, []).append(text)
        elif started:
            item = group.items[started - 1]
            if item in self.trailing:
                self.leading.setdefault(item, []).append(self.trailing[item])
            self.trailing[item] = text
        elif group in self.opening:
            self.leading.setdefault(group.items[0], []).append(text)
        else:
            self.opening[group] = text


def stands_bare(item: Item) -> bool:
    """Is the item an operation, which needs no brackets on lines of its own?"""
    whole = item.doc[0] if len(item.doc) == 1 else ""
    return isinstance(whole, Group) and whole.optional and not whole.comma


def _groups(doc: Doc) -> Iterator[Group]:
    return (part for part in doc if isinstance(part, Group) and part.items)


def flat(doc: Doc) -> str:
    """The document on one line."""
    out: list[str] = []
    todo: list[str | Group] = list(reversed(doc))
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            out.append(part)
            continue
        if not part.optional:
            out.append(part.opening)
            todo.append(part.closing)
        separator = ", " if part.comma else " "
        for place, item in reversed(list(enumerate(part.items))):
            todo.extend(reversed(item.doc))
            if place:
                todo.append(separator)
    return "".join(out)


def print_document(doc: Doc, indent: int = 0, notes: Notes | None = None) -> str:
    """The document, starting at the column `indent`, on as many lines as it needs."""
    printer = _Printer(notes or Notes())
    printer.newline(indent)
    walk(printer.document(doc, indent, "", 0))
    return "\n".join(printer.lines)


class _Printer:
    def __init__(self, notes: Notes):
        self.notes = notes
        self.lines: list[str] = []

    def newline(self, indent: int) -> None:
        self.lines.append(" " * indent)

    def write(self, text: str) -> None:
        self.lines[-1] += text

    def comments(self, texts: list[str], indent: int) -> None:
        """Comments on lines of their own; the next text comes on a new line."""
        for text in texts:
            self.write(text)
            self.newline(indent)

    def document(self, doc: Doc, indent: int, suffix: str, depth: int) -> Walk[None]:
        """Write it from where the last line ends."""
        broken = self.to_break(doc, len(self.lines[-1]), indent, len(suffix))
        for part in doc:
            if isinstance(part, str):
                self.write(part)
            elif part in broken:
                yield self.broken_group(part, indent, depth)
            else:
                self.write(flat((part,)))
        self.write(suffix)

    def to_break(self, doc: Doc, column: int, indent: int, suffix: int) -> set[Group]:
        """The groups to break, so that all lines fit if they can."""
        broken = {g for g in _groups(doc) if g in self.notes.broken}
        while True:
            widest: Group | None = None
            run, candidates = column, list[Group]()
            for part in (*doc, None):
                if isinstance(part, Group) and part not in broken:
                    run += part.width
                    candidates += [part] if part.items else []
                elif isinstance(part, str):
                    run += _text_width(part)
                else:  # a broken group, or the end
                    run += 1 if part else suffix
                    if run > WIDTH and candidates:
                        widest = max(reversed(candidates), key=lambda g: g.width)
                        break
                    run, candidates = indent + 1, []
            if widest is None or len(broken) > MAX_BROKEN_DEPTH:
                return broken
            broken.add(widest)

    def broken_group(self, group: Group, indent: int, depth: int) -> Walk[None]:
        inner = indent + INDENT
        self.write(group.opening)
        if group in self.notes.opening:
            self.write("  " + self.notes.opening[group])
        for item in group.items:
            self.newline(inner)
            yield self.item(item, inner, "," if group.comma else "", depth + 1)
        for text in self.notes.closing.get(group, []):
            self.newline(inner)
            self.write(text)
        self.newline(indent)
        self.write(group.closing)

    def item(self, item: Item, indent: int, suffix: str, depth: int) -> Walk[None]:
        """Write an item from the start of a line, with its comments."""
        self.comments(self.notes.leading.get(item, []), indent)
        if depth >= MAX_BROKEN_DEPTH:
            self.comments(self.notes.all_of(item), indent)
            self.write(flat(item.doc) + suffix)
        elif stands_bare(item) and self.must_break(item.doc, indent + len(suffix)):
            (operation,) = item.doc
            assert isinstance(operation, Group)
            for place, segment in enumerate(operation.items):
                if place:
                    self.newline(indent)
                last = place == len(operation.items) - 1
                yield self.item(segment, indent, suffix if last else "", depth + 1)
        else:
            yield self.document(item.doc, indent, suffix, depth)
        if item in self.notes.trailing:
            self.write("  " + self.notes.trailing[item])

    def must_break(self, doc: Doc, column: int) -> bool:
        """Does it hold comments, or is it too long to start at that column?"""
        if any(g in self.notes.broken for g in _groups(doc)):
            return True
        return column + _width(doc) > WIDTH
