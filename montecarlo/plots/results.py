"""Whether a picture can be drawn of what it is given."""

from __future__ import annotations

from montecarlo.errors import InputError


def refuse_other(result: object, kinds: type | tuple[type, ...], made_by: str) -> None:
    """Refuse what is no result of the kinds that a picture shows.

    Raises
    ------
    InputError
        Saying which function makes what is wanted.
    """
    if not isinstance(result, kinds):
        raise InputError(f"{type(result).__name__} cannot be drawn here; give what {made_by} returns.")
