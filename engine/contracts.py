"""Building blocks of every declared choice: hyper-parameters, catalogues, and kernels with explicit signatures.

A kernel reaches the training loop as a plain address (`Kernel.address`), so the loop compiles once, every kernel is
cached on disk separately, and swapping one during a run costs nothing.
"""

from __future__ import annotations

import contextlib
import difflib
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar, get_args

import numpy as np
from llvmlite import ir
from numba import cfunc, njit, types
from numba.core.caching import FunctionCache
from numba.core.cgutils import alloca_once_value
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

# Full fastmath would let the compiler assume that NaN never occurs, so divergence would go unnoticed.
OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": {"contract"}}

# Inlined functions are never called from Python and are cached with the kernels that use them.
_PIECE: dict[str, Any] = {**OPTIONS, "cache": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

Floats = types.CPointer(types.float64)
Ints = types.CPointer(types.int64)

# theta (n,), grad (n,) out, stream, constants, work -> loss
OBJECTIVE = types.float64(Floats, Floats, Ints, Floats, Floats)
# base learning rate, t from 0, knobs, loss of the previous update, memory -> learning rate of update t
SCHEDULE = types.float64(types.float64, types.int64, Floats, types.float64, Floats)
# theta (n,) in place, grad (n,), slots (slots * n + scalars,) in place, hyper, learning rate, t from 1, n, and
# context: what else a step may know or ask for (see optimizers.context)
STEP = types.void(Floats, Floats, Floats, Floats, types.float64, types.int64, types.int64, Ints)

_INT64 = ir.IntType(64)

Value = float | int | bool | str | tuple[float, ...]
Tier = Literal["basic", "more", "expert"]  # who needs it: everyone, many, or few
TIERS: tuple[Tier, ...] = get_args(Tier)
Check = Callable[[], None]  # called between the pieces of long work, which what it raises ends


def no_check() -> None:
    """Lets work go on to its end."""


class SettingError(ValueError):
    """An invalid setting: names it, its value, and what is allowed.

    `where` is the path of the setting (`run[2].optimizer.beta1`); without it the message is the sentence alone. It may
    hold names from a file, so what cannot be printed is replaced.
    """

    def __init__(self, sentence: str, where: str = "") -> None:
        where = "".join(sign if sign.isprintable() else "?" for sign in where)
        super().__init__(f"{where}: {sentence}" if where else sentence)
        self.sentence = sentence
        self.where = where

    def at(self, place: str) -> SettingError:
        """The same error with `place` prepended to its path."""
        joint = "" if not place or not self.where or self.where.startswith("[") else "."
        return SettingError(self.sentence, f"{place}{joint}{self.where}")


@dataclass(frozen=True, slots=True)
class Hyper:
    """Declaration of one hyper-parameter, from which its check, file entry and control are made.

    low and high are the allowed range, inclusive; slider is the part of it that a slider covers. kind `list` holds up
    to LIST_LENGTH numbers; kind `choice` is one of `options`, which a kernel reads as its index and people see as
    `titles`, if these are other words. A panel shows basic ones, and any that differs from its default; the others on
    request, expert ones last.
    """

    name: str
    symbol: str
    default: Value
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    kind: Literal["real", "integer", "switch", "list", "choice"] = "real"
    slider: tuple[float, float] | None = None
    unit: str = ""
    help: str = ""
    options: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    tier: Tier = "more"

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")

    @property
    def width(self) -> int:
        """How many numbers it takes in a kernel's array of knobs."""
        return LIST_LENGTH + 1 if self.kind == "list" else 1

    @property
    def range(self) -> str:
        if self.kind == "switch":
            return "true or false"
        if self.kind == "choice":
            return f"one of {', '.join(self.options)}"
        span = f"[{self.low:g}, {self.high:g}]"
        return f"up to {LIST_LENGTH} numbers in {span}" if self.kind == "list" else span

    def check(self, value: object) -> Value:
        """The value converted to this knob's type.

        A NumPy scalar is a number, and an array a list. Raises SettingError if the value has another type, is not
        finite, or is out of range.
        """
        value = native(value)
        if self.kind == "switch":
            if isinstance(value, bool):
                return value
            raise self._refusal(value)
        if self.kind == "choice":
            if isinstance(value, str) and value in self.options:
                return value
            raise self._refusal(value)
        if self.kind == "list":
            if not isinstance(value, list | tuple) or len(value) > LIST_LENGTH:
                raise self._refusal(value)
            return tuple(self._number(native(item), whole=True) for item in value)
        return self._number(value, whole=self.kind == "integer")

    def pack(self, value: Value) -> list[float]:
        """The numbers a kernel reads: for a list its length, then its items, padded with zeros."""
        if isinstance(value, tuple):
            return [float(len(value)), *value, *[0.0] * (LIST_LENGTH - len(value))]
        if isinstance(value, str):
            return [float(self.options.index(value))]
        return [float(value)]

    def _number(self, value: object, whole: bool) -> float | int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refusal(value)
        # Check the range first: it keeps infinity and NaN from int().
        if not self.low <= value <= self.high or (whole and value != int(value)):
            raise self._refusal(value)
        try:
            return int(value) if whole else float(value)
        except OverflowError:
            raise self._refusal(value) from None

    def _refusal(self, value: object) -> SettingError:
        whole = "a whole number " if self.kind == "integer" else ""
        verb = "be" if self.kind in ("switch", "list", "choice") else f"be {whole}in" if whole else "lie in"
        return SettingError(f"{self.title} must {verb} {self.range}, got {shown(value, 60)}")


LIST_LENGTH = 8


class Entry(Protocol):
    """An entry of a catalogue: a key for files, a title for display, knobs, and how early a list offers it."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def knobs(self) -> tuple[Hyper, ...]: ...
    @property
    def tier(self) -> Tier: ...


E = TypeVar("E", bound=Entry)
F = TypeVar("F", bound=Callable[..., Any])


class Catalogue(Mapping[str, E], Generic[E]):
    """All declared choices of one kind, in order of declaration; filled at import."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, E] = {}

    def add(self, entry: E) -> E:
        """Add a declaration.

        Raises ValueError if its key or a knob's name is taken, a tier is unknown, or a knob's range is invalid.
        """
        names = [knob.name for knob in entry.knobs]
        if entry.key in self._entries or len(set(names)) < len(names):
            raise ValueError(f"{self.kind} {entry.key} is declared twice or names a knob twice")
        if any(tier not in TIERS for tier in (entry.tier, *(knob.tier for knob in entry.knobs))):
            raise ValueError(f"{self.kind} {entry.key}: a tier is one of {', '.join(TIERS)}")
        for knob in entry.knobs:
            if not knob.low <= knob.high or (knob.log and knob.low <= 0.0 and knob.slider is None):
                raise ValueError(f"{self.kind} {entry.key}: bad range of {knob.name}")
            knob.check(knob.default)
        self._entries[entry.key] = entry
        return entry

    def remove(self, key: str) -> None:
        """Take a declaration back, as a notebook does before it declares another version. Raises SettingError."""
        _ = self[key]
        del self._entries[key]

    def offered(self, keys: Iterable[str] | None = None) -> tuple[str, ...]:
        """These keys (without any, all of them) as a list offers them: basic entries first, expert ones last."""
        return tuple(sorted(self if keys is None else keys, key=lambda key: TIERS.index(self[key].tier)))

    def __getitem__(self, key: str) -> E:
        try:
            return self._entries[key]
        except (KeyError, TypeError):
            near = difflib.get_close_matches(str(key)[:40], self._entries, 3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(self._entries)}"
            raise SettingError(f"unknown {self.kind} {str(key)[:40]!r}; {hint}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries


class Kernel:
    """A function with an explicit C signature, compiled (or loaded from the cache) on first use."""

    everyone: list[Kernel | Routine] = []

    def __init__(self, function: Callable[..., Any], signature: Any) -> None:
        self.name = function.__name__
        self.module = function.__module__
        self._function = function
        self._signature = signature
        self._compiled: Any = None
        Kernel.everyone.append(self)

    @property
    def address(self) -> int:
        if self._compiled is None:
            with COMPILING:
                if self._compiled is None:
                    self._compiled = _compiled(
                        lambda options: cfunc(self._signature, **options)(self._function), self._function
                    )
        return int(self._compiled.address)

    def prepare(self) -> None:
        _ = self.address


class Routine:
    """A compiled function called from Python; releases the GIL. Compiled on the first call."""

    def __init__(self, function: Callable[..., Any], signature: Any) -> None:
        self.name = function.__name__
        self.module = function.__module__
        self.__doc__ = function.__doc__
        self._function = function
        self._signature = signature
        self._compiled: Any = None
        Kernel.everyone.append(self)

    def prepare(self) -> None:
        if self._compiled is None:
            with COMPILING:
                if self._compiled is None:
                    compiled = _compiled(
                        lambda options: njit(self._signature, nogil=True, **options)(self._function),
                        self._function,
                    )
                    compiled.disable_compile()
                    self._compiled = compiled

    def __call__(self, *arguments: Any) -> Any:
        if self._compiled is None:
            self.prepare()
        return self._compiled(*arguments)


COMPILING = threading.RLock()  # Numba has one compiler per process


def is_compiling() -> bool:
    """Whether another thread is compiling a kernel, or loads one from the cache: neither can be interrupted."""
    if not COMPILING.acquire(blocking=False):
        return True
    COMPILING.release()
    return False


def _compiled(make: Callable[[dict[str, Any]], Any], function: Callable[..., Any]) -> Any:
    """The result of `make` with OPTIONS; a damaged or unwritable cache only costs time.

    Numba passes on whatever a broken cache file raises (numba/numba#10434), so on failure the function's cache index is
    cleared and it is compiled again, finally without the cache, where real errors surface.
    """
    with contextlib.suppress(Exception):
        return make(OPTIONS)
    with contextlib.suppress(Exception):
        FunctionCache(function).flush()
        return make(OPTIONS)
    return make({**OPTIONS, "cache": False})


def routines_in(*modules: str) -> list[Routine]:
    """The routines that these modules declare, as far as they are imported."""
    return [made for made in Kernel.everyone if isinstance(made, Routine) and made.module in modules]


def kernel(signature: Any) -> Callable[[Callable[..., Any]], Kernel]:
    """Decorator for an optimizer's step, a schedule or an objective."""
    return lambda function: Kernel(function, signature)


def routine(signature: Any) -> Callable[[Callable[..., Any]], Routine]:
    """Decorator for a compiled entry point that takes arrays."""
    return lambda function: Routine(function, signature)


def inline(function: F) -> F:
    """Decorator for a function that LLVM inlines into the kernels that call it."""
    inlined: F = njit(forceinline=True, **_PIECE)(function)
    return inlined


def inline_ir(function: F) -> F:
    """Decorator: like `inline`, but inlined by Numba before compilation; for functions that only pass arguments on."""
    inlined: F = njit(inline="always", **_PIECE)(function)
    return inlined


def standalone(function: F) -> F:
    """Decorator for a function that is not inlined into its callers; it must also call `noinline`."""
    kept: F = njit(forceinline=False, **_PIECE)(function)  # otherwise it inherits forceinline from its caller
    return kept


def caller(signature: Any, count: int) -> Callable[..., tuple[Any, Any]]:
    """Typing and code generation of a call through an address (see the call_* intrinsics)."""

    def declare() -> tuple[Any, Any]:
        def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
            result = signature.return_type
            returned = ir.VoidType() if result == types.void else context.get_value_type(result)
            called = ir.FunctionType(returned, [context.get_value_type(kind) for kind in signature.args])
            value = builder.call(builder.inttoptr(arguments[0], called.as_pointer()), arguments[1:])
            return context.get_dummy_value() if result == types.void else value

        assert count == len(signature.args)
        return signature.return_type(types.int64, *signature.args), generate

    return declare


@intrinsic
def call_objective(typing_context, address, theta, grad, stream, constants, work):  # type: ignore[no-untyped-def]
    """Call the OBJECTIVE kernel at an address, inside another kernel."""
    return caller(OBJECTIVE, 5)()


@intrinsic
def call_schedule(typing_context, address, base, t, knobs, loss, memory):  # type: ignore[no-untyped-def]
    """Call the SCHEDULE kernel at an address, inside another kernel."""
    return caller(SCHEDULE, 5)()


@intrinsic
def call_step(typing_context, address, theta, grad, slots, hyper, rate, t, n, context):  # type: ignore[no-untyped-def]
    """Call the STEP kernel at an address, inside another kernel."""
    return caller(STEP, 8)()


@intrinsic
def pointer(typing_context, array):  # type: ignore[no-untyped-def]
    """The address of an array's first item, for a kernel's pointer arguments."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return make_array(array)(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate


@intrinsic
def address_of(typing_context, pointer):  # type: ignore[no-untyped-def]
    """The address (int64) that a kernel's pointer holds."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.ptrtoint(arguments[0], _INT64)

    return types.int64(pointer), generate


@intrinsic
def floats_at(typing_context, address):  # type: ignore[no-untyped-def]
    """The float64 memory at an address, as a pointer."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.DoubleType().as_pointer())

    return Floats(types.int64), generate


@intrinsic
def integers_at(typing_context, address):  # type: ignore[no-untyped-def]
    """The int64 memory at an address, as a pointer."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], _INT64.as_pointer())

    return Ints(types.int64), generate


class _VolatileLoad(ir.instructions.LoadInstr):
    """A load that LLVM neither hoists out of a loop nor merges with another."""

    def descr(self, buf: list[str]) -> None:
        written: list[str] = []
        super().descr(written)
        buf.append("".join(written).replace("load ", "load volatile ", 1))


@intrinsic
def is_raised(typing_context, address):  # type: ignore[no-untyped-def]
    """Whether the flag (an int64) at an address is set by now, by whatever thread; address 0 is never set."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        (place,) = arguments
        flag = alloca_once_value(builder, ir.Constant(_INT64, 0))
        with builder.if_then(builder.icmp_signed("!=", place, ir.Constant(_INT64, 0)), likely=True):
            load = _VolatileLoad(builder.block, builder.inttoptr(place, _INT64.as_pointer()), typ=_INT64)
            builder._insert(load)
            builder.store(load, flag)
        return builder.icmp_signed("!=", builder.load(flag), ir.Constant(_INT64, 0))

    return types.boolean(types.int64), generate


def shown(value: object, length: int = 40) -> str:
    """The repr of a value for an error message, at most `length` characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an int of too many digits; lists within lists within lists
        text = f"something too large to show ({type(value).__name__})"
    return text if len(text) <= length else f"{text[: length - 1]}…"


def native(value: Any) -> Any:
    """A NumPy scalar as Python's own number or text, an array as lists of them; anything else as it is."""
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, np.str_):
        return str(value)
    return native(value.tolist()) if isinstance(value, np.ndarray) and value.dtype != object else value


def numbers_of(values: object) -> np.ndarray:
    """Values as an array of floats that lie one after another. Raises SettingError if they are no numbers."""
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise SettingError(f"must be an array of numbers, got {shown(values)}") from None


def finite(value: object) -> bool:
    """Whether a value from outside is a finite number (and not a bool)."""
    value = native(value)
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
