"""How kernels are compiled, and when what was compiled before is used again.

numba keeps compiled code on disk for as long as the file a kernel is written in stays the same. But a kernel is made
of more: of constants and of functions that other files have, as they are when it is compiled. When one of those
changes alone, as an update of a checkout does it, the code on disk would go on with what was. So all that a kernel
names counts here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeVar, cast

import numba
import numpy as np

__all__ = ["OPTIONS", "compiler", "is_kept", "made_of", "may_compile"]

_F = TypeVar("_F", bound=Callable[..., Any])

# How all that a kernel is made of is compiled. To look for a divisor of 0 before every division, as Python does, would
# keep loops from taking several numbers at once; kernels divide by none.
OPTIONS: Mapping[str, Any] = {"nogil": True, "error_model": "numpy"}


def compiler(**options: Any) -> Callable[[_F], _F]:
    """A decorator that compiles a function with numba, to run without the GIL and to be kept on disk; `options` are
    those of `numba.njit`, beside `OPTIONS`."""
    options = {**OPTIONS, **options}
    compile_it = numba.njit(cache=True, **options)

    def compiled(function: _F) -> _F:
        kernel = compile_it(function)
        index = _index_of(kernel)
        if index is not None:  # what the code on disk is compared with
            index._source_stamp = (index._source_stamp, made_of(function), repr(sorted(options.items())))
        return cast(_F, kernel)

    return compiled


def may_compile() -> bool:
    """Whether numba compiles: `NUMBA_DISABLE_JIT` tells it not to."""
    return not vars(numba.config)["DISABLE_JIT"]


def is_kept(kernel: Any) -> bool:
    """Whether compiled code of a kernel as it is now is on disk; False for anything else."""
    index = _index_of(kernel)
    return index is not None and bool(index._load_index())


def _index_of(kernel: Any) -> Any:
    """The index of a kernel's code on disk: a field of numba's own, as there is no door to it; None where numba keeps
    none, or is told to compile nothing."""
    return getattr(getattr(kernel, "_cache", None), "_cache_file", None)


@cache
def made_of(function: Any) -> str:
    """A digest of a function and of all that it names, functions that it calls as well."""
    function = getattr(function, "py_func", function)
    digest = hashlib.blake2b(digest_size=16)
    for part in (function.__code__.co_code, *_words(function.__code__), *_named(function)):
        digest.update(part if isinstance(part, bytes) else part.encode("utf-8", "backslashreplace"))
        digest.update(b"\0")
    return digest.hexdigest()


def _words(code: CodeType) -> list[str]:
    """The names and constants of a function's code."""
    return [*code.co_names, *(repr(constant) for constant in code.co_consts if not isinstance(constant, CodeType))]


def _named(function: FunctionType) -> list[str | bytes]:
    """What stands behind the names of a function's globals, and behind those it asks modules of this package for."""
    names, scopes = function.__code__.co_names, [function.__globals__]
    for name in names:
        value = function.__globals__.get(name)
        if isinstance(value, ModuleType) and _is_ours(value.__name__, function):
            scopes.append(vars(value))
    found = list[str | bytes]()
    for name in names:
        for scope in scopes:
            if name in scope:
                found += [name, _told(scope[name], function)]
    return found


def _told(value: Any, function: FunctionType) -> str | bytes:
    """A value as bytes or text that change with it; of what libraries have, the name."""
    if isinstance(value, np.ndarray):
        return value.tobytes() + str((value.dtype, value.shape)).encode()
    if isinstance(value, bool | int | float | str | bytes | tuple | np.generic | None):
        return repr(value)
    plain = getattr(value, "py_func", value)
    if isinstance(plain, FunctionType) and _is_ours(plain.__module__, function):
        return made_of(plain)
    return f"{getattr(value, '__module__', '')} {getattr(value, '__qualname__', '')} {getattr(value, '_fields', '')}"


def _is_ours(module: str, function: FunctionType) -> bool:
    return module.partition(".")[0] == function.__module__.partition(".")[0]
