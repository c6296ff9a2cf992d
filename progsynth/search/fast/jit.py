"""How the bank's kernels are compiled: as the VM's are, with a folder of their own on disk.

Machine code is optimised anew at each kernel that calls it, so that time to compile grows with
the depth of calls: what is called from one place only is `inlined` by Numba instead.
"""

from __future__ import annotations

from typing import Any, cast

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.types import unliteral  # type: ignore[attr-defined]
from numba.extending import intrinsic

from progsynth.lang.vm import jit
from progsynth.lang.vm.jit import Kernel
from progsynth.search.fast import cache

__all__ = [
    "Kernel",
    "as_bits",
    "as_float",
    "entry",
    "inlined",
    "kernel",
    "load",
    "pair",
    "peek",
    "poke",
    "prefetch",
    "store",
]

_BYTE, _INT = ir.IntType(8), ir.IntType(32)


def kernel(function: Kernel) -> Kernel:
    """The function compiled once, at its first use, to be called by kernels only.

    Numba compiles a function for each kind of arguments, for each literal among them too. Here
    all integers are longs.
    """
    made: Any = jit.kernel(function)
    specialise = made.get_call_template
    made.get_call_template = lambda args, kws: specialise(tuple(map(_general, args)), kws)
    return cast(Kernel, made)


def _general(type_: Any) -> Any:
    plain = unliteral(type_)
    return types.int64 if isinstance(plain, types.Integer) else plain


def inlined(function: Kernel) -> Kernel:
    """The function as a part of each kernel that calls it: not compiled on its own."""
    made: Kernel = numba.njit(nogil=True, error_model="numpy", inline="always", _nrt=False)(
        function
    )
    return made


def entry(function: Kernel) -> Kernel:
    """The function compiled at its first use or read from the cache, to be called by Python."""
    return jit.entry_in(str(cache.folder()), function, allocates=False)


def _address(context: Any, builder: Any, signature: Any, args: Any, width: Any) -> Any:
    """A pointer to items of `width` that starts at the array's data, and the index."""
    array = context.make_array(signature.args[0])(context, builder, args[0])
    at = builder.bitcast(array.data, width.as_pointer())
    return builder.gep(at, [args[1]])


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def prefetch(typingctx: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of `array[index]`: it comes while other work goes on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        item = context.get_data_type(signature.args[0].dtype)
        at = builder.bitcast(_address(context, builder, signature, args, item), _BYTE.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _INT, _INT, _INT])
        called = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(called, [at, _INT(0), _INT(3), _INT(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def load(typingctx: Any, array: Any, index: Any, bits: Any) -> Any:
    """The `index`-th signed number of so many bits in the array's memory."""
    width = ir.IntType(bits.literal_value)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = _address(context, builder, signature, args, width)
        return builder.sext(builder.load(at, typ=width), ir.IntType(64))

    return types.int64(array, types.int64, bits), generate


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def store(typingctx: Any, array: Any, index: Any, bits: Any, value: Any) -> Any:
    """Write the `index`-th number of so many bits in the array's memory."""
    width = ir.IntType(bits.literal_value)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = _address(context, builder, signature, args, width)
        builder.store(builder.trunc(args[3], width), at)
        return context.get_dummy_value()

    return types.void(array, types.int64, bits, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def peek(typingctx: Any, array: Any, index: Any) -> Any:
    """`array[index]` of 32-bit words, as a long; the index is not negative."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = _address(context, builder, signature, args, _INT)
        return builder.sext(builder.load(at, typ=_INT), ir.IntType(64))

    return types.int64(array, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def poke(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """`array[index] = value`, of 32-bit words; the index is not negative."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = _address(context, builder, signature, args, _INT)
        builder.store(builder.trunc(args[2], _INT), at)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def as_float(typingctx: Any, bits: Any) -> Any:
    """The float of these 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def as_bits(typingctx: Any, value: Any) -> Any:
    """The 64 bits of a float."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic  # type: ignore[untyped-decorator]
def pair(typingctx: Any, array: Any, index: Any) -> Any:
    """The two 32-bit words from `array[index]` on, as one long."""
    long = ir.IntType(64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        at = _address(context, builder, signature, args, _INT)
        return builder.load(builder.bitcast(at, long.as_pointer()), align=4, typ=long)

    return types.int64(array, types.int64), generate
