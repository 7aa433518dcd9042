"""Values of a scenario as TOML text, which the standard library reads but does not write.

A table whose name has at most three parts gets a header, a deeper one is written inline. So what an account sets keeps
its order, which counts there: ``set = { pledge = { ... }, "pledge.threshold" = 37 }``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from montecarlo.language.problems import Path
from montecarlo.language.toml_text import DEEPEST_KEY

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_LINE: Final = 120


def format_toml(values: Mapping[str, Any]) -> str:
    """Return the text that `parse_toml` reads as these values: tables, lists, texts, numbers, true and false."""
    return "\n".join(_lines(values, ())).strip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: Path) -> Iterator[str]:
    """Write a table: its values first, then the tables in it, each under a header."""
    inner = [key for key, value in table.items() if isinstance(value, Mapping) and len(path) < DEEPEST_KEY - 1]
    plain = [key for key in table if key not in inner]
    if path and (plain or not inner):
        yield f"\n[{'.'.join(_key(str(part)) for part in path)}]"
    for key in plain:
        yield _assignment(key, table[key])
    for key in inner:
        yield from _lines(table[key], (*path, key))


def _assignment(key: str, value: object) -> str:
    line = f"{_key(key)} = {_value(value)}"
    if len(line) <= _LONGEST_LINE or not isinstance(value, list | tuple):
        return line
    items = "".join(f"    {_value(item)},\n" for item in value)
    return f"{_key(key)} = [\n{items}]"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    """Quote a text; JSON's escapes are TOML's too, which refuses one more character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
