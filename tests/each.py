"""One test of thousands of small cases: as tests of their own each would cost more than it takes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any


def each(names: str, cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Like `pytest.mark.parametrize`, in a single test that goes through every case and reports each that fails.

    For tests that leave nothing behind: fixtures are made once for all cases.
    """
    told = [name.strip() for name in names.split(",")]
    known = list(cases)
    assert known, f"no cases of {names}"

    def through_all(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def through(**fixtures: Any) -> None:
            failures = []
            for case in known:
                values = dict(zip(told, case if len(told) > 1 else (case,), strict=True))
                try:
                    test(**fixtures, **values)
                except Exception as failure:
                    failure.add_note(f"with {', '.join(f'{name} = {value!r}' for name, value in values.items())}")
                    failures.append(failure)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(known)} cases of {names} failed", failures)

        signature = inspect.signature(test)
        rest = [kept for name, kept in signature.parameters.items() if name not in told]
        assert len(rest) == len(signature.parameters) - len(told), f"{test.__name__} takes no {names}"
        through.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
        return through

    return through_all
