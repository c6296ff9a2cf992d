"""`progsynth packs`: the language packs, and the primitives and functions of one."""

from __future__ import annotations

import argparse

from progsynth.lang.primitive import DSL, Callee, Primitive, signature_of
from progsynth.registry import pack, packs

_EXAMPLES = """\
examples:
  progsynth packs                  the packs
  progsynth packs default          all that is in a pack
  progsynth packs default sort     what a pack has by that name
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("pack", metavar="PACK", nargs="?", help="the pack to show")
    parser.add_argument("name", metavar="NAME", nargs="?", help="only what has this in its name")


def run(options: argparse.Namespace) -> int:
    """Print the packs, or what is in one."""
    if options.pack is None:
        for name in packs():
            dsl = pack(name)
            print(f"{name}: {len(dsl.primitives)} primitives, {len(dsl.functions)} functions")
        return 0
    dsl = pack(options.pack)
    shown = [n for n in dsl if options.name is None or _matches(dsl, n, options.name)]
    for name in shown:
        _show(dsl, name)
    if not shown:
        print(f"nothing in '{options.pack}' has '{options.name}' in its name")
    return 0 if shown else 1


def _matches(dsl: DSL, name: str, wanted: str) -> bool:
    return wanted in name or wanted in dsl.surface_of(name)


def _show(dsl: DSL, name: str) -> None:
    item: Callee = dsl[name]
    surface = dsl.surface_of(name)
    written = surface if surface == name else f"{surface}   [{name}]"
    print(f"{written}{'' if '_' in surface and ' ' in surface else ' '} {signature_of(item)}")
    for line in item.doc.strip().split("\n"):
        print(f"    {line}".rstrip())
    if isinstance(item, Primitive):
        for left, right in item.examples:
            print(f"    {left} == {right}")
    print()
