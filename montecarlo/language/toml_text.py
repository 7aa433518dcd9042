"""Reading a text file that may be hostile: its size, its encoding, its TOML, and where each key stands.

`tomllib` gives no line numbers, so `line_numbers` finds them in a text that has already been parsed.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from montecarlo.errors import InputError
from montecarlo.language.problems import Path as KeyPath
from montecarlo.language.problems import shown

MOST_BYTES = 2**20
"""Largest scenario or table of electors, in bytes."""

DEEPEST_KEY = 4
"""Most parts a key of a scenario has, as in ``defection.elector.TX-01.probability``."""

# A key of thousands of dotted parts takes tomllib minutes. Possessive quantifiers and the look-behind keep this linear.
_LONG_KEY = re.compile(r"""(?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){31}""")
_STRING_OR_COMMENT = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']++|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|#[^\n]*+",
    re.DOTALL,
)
_LONG_NUMBER = re.compile(r"[0-9][0-9_]{4200,}+")
_REMEDIES = {
    "Cannot overwrite": "this key stands above already, and once is enough",
    "Cannot declare": "this table stands above already; put its keys there",
    "Invalid value": "a text stands in quotes, a decimal number begins with a digit, and true and false are small",
    "Expected newline": "a value ends here; a number has a point and no comma, and each key a line of its own",
    "Invalid statement": "a line is key = value, or the name of a table in brackets",
    "Expected '='": "a key is followed by an equals sign",
}
"""What to do about a fault of syntax, by how the parser's message begins."""

_PART = r"""(?:[A-Za-z0-9_-]++|"[^"]*+"|'[^']*+')"""
_HEADER_OR_KEY = re.compile(rf"\s*+(\[\[?)?+\s*+({_PART}(?:\s*+\.\s*+{_PART})*)\s*+[]=]")


def read_text(path: Path) -> str:
    """Read a file of at most 1 MiB as UTF-8, with or without a byte order mark.

    Raises
    ------
    InputError
        If the file cannot be read, is too large or is not UTF-8.
    """
    try:
        # A pipe or a device could keep the reader waiting for ever.
        reason = "" if path.is_file() else "it is not a file; name one." if path.exists() else "there is no such file."
        data = b"" if reason else _first_bytes(path)
    except (OSError, ValueError) as error:
        raise InputError(f"it cannot be read ({getattr(error, 'strerror', None) or error}).") from None
    if reason:
        raise InputError(reason)
    if len(data) > MOST_BYTES:
        raise InputError("it is larger than 1 MiB, the most that is read.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"line {line}: it is not UTF-8 text; save it with the encoding UTF-8.") from None


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def parse_toml(text: str) -> dict[str, object]:
    """Parse TOML; keys of 32 or more dotted parts and deep nesting are refused.

    Raises
    ------
    InputError
        With the line and column of the first fault.
    """
    if len(text) > MOST_BYTES:
        raise InputError("it is larger than 1 MiB, the most that is read.")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InputError("it holds what is no letter of any script, half of a pair; write it anew as UTF-8.")
    long = _LONG_KEY.search(text)
    if long:
        place = f"line {_line(text, long.start())}"
        raise InputError(f"{place}: a name has 32 or more parts; no key here has more than {DEEPEST_KEY}.")
    try:
        return tomllib.loads(text, parse_float=read_number)
    except RecursionError:
        raise InputError("brackets are nested too deeply; no value here needs more than two levels.") from None
    except ValueError as error:
        raise InputError(_syntax(str(error), text)) from None


def read_number(text: str) -> float:
    """Read a float.

    Raises
    ------
    ValueError
        If only rounding would make it 0.
    """
    value = float(text)
    if value == 0 and re.search(r"[1-9]", re.split(r"[eE]", text)[0]):
        raise ValueError(f"{text[:60]} is nearer to 0 than a number can be; write 0 or a larger one")
    return value


def _syntax(message: str, text: str) -> str:
    """Word a fault of syntax, with the line that it stands on and what to do."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|(end of document))\)", message, re.DOTALL)
    if found is None:
        return _bad_number(message, text)
    what, line, column, _ = found.groups()
    remedy = next((f"; {remedy}" for start, remedy in _REMEDIES.items() if what.startswith(start)), "")
    what = re.sub(r"\(.*\)", "a table", what)[:200]
    if not line:
        return f"at the end: TOML syntax: {what}{remedy}."
    here = shown(text.split("\n")[int(line) - 1].strip())
    return f"line {line}, column {column}: TOML syntax: {what}, in {here}{remedy}."


def _bad_number(message: str, text: str) -> str:
    """Word what cannot be read as a number; the parser does not tell where it stands."""
    small = re.match(r"\S+(?= is nearer to 0)", message)
    found = re.search(rf"(?<![\w.+-]){re.escape(small[0])}", text) if small else _LONG_NUMBER.search(text)
    place = f"line {_line(text, found.start())}: " if found else ""
    return f"{place}{message if small else 'a number has too many digits; no number here needs more than 30'}."


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def line_numbers(text: str) -> dict[KeyPath, int]:
    """Find the line, from 1, of every table and key that stands at the start of a line in a valid TOML text.

    Notes
    -----
    Keys inside inline tables are left to the line of the key that holds them. One pass over the text: a document model
    of 60 kB of dotted keys takes tomlkit a minute.
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    depth = 0
    for number, line in enumerate(_STRING_OR_COMMENT.sub(_masked, text).split("\n"), start=1):
        found = _HEADER_OR_KEY.match(line) if depth == 0 else None
        if found:
            bracket, name = found.groups()
            path = tuple(part.strip("\"'") for part in re.findall(_PART, name))
            whole = path if bracket else table + path
            table = path if bracket else table
            for size in range(1, min(len(whole), DEEPEST_KEY) + 1):
                lines.setdefault(whole[:size], number)
            line = "" if bracket else line[found.end() :]
        depth += sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
    return lines


def _masked(match: re.Match[str]) -> str:
    """Keep a short string, which may be a key, without its brackets; of the rest keep the line breaks only."""
    text = match[0]
    if text[0] == "#" or text[:3] in ('"""', "'''"):
        return "\n" * text.count("\n")
    return re.sub(r"[][{}=]", "_", text)
