"""How all pictures look: colours that every kind of colour vision tells apart, one style, files alike to the byte.

The style is applied by context (`applied`, also a decorator), so that a user's own settings are neither needed nor
changed. Text is never read as mathematics: titles and names come from scenarios, and may hold a dollar sign.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, floor, inf, log10
from typing import TYPE_CHECKING, Any, Final, Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from montecarlo.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.legend import Legend
    from matplotlib.typing import ColorType

# Okabe and Ito, "Color Universal Design", 2008.
BLACK: Final = "#000000"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
YELLOW: Final = "#F0E442"
BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#595959"
"""For what stands behind: as text it is still seven times darker than the paper."""

EXACT: Final = VERMILION
SIMULATED: Final = BLUE

WIDTH: Final = 7.2
"""Inches: shown 600 pixels wide, letters of 9 points are still 10 pixels high."""
SMALL: Final = 9.5
"""Size of the smallest letters, in points."""

STYLE: Final[Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 11.0,
    "axes.titlesize": 11.0,
    "axes.labelsize": 11.0,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.unicode_minus": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": BLACK,
    "ytick.labelcolor": BLACK,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "grid.color": "#E0E0E0",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "lines.linewidth": 1.8,
    "figure.constrained_layout.use": True,
    "figure.dpi": 150.0,
    "savefig.dpi": 150.0,
    "savefig.facecolor": "white",
    "text.parse_math": False,
    "text.usetex": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "montecarlo",
    "pdf.fonttype": 42,
}

FileFormat = Literal["png", "svg", "pdf"]

# Dates and versions are left out, so that the same picture is the same file.
_METADATA: Final[dict[FileFormat, dict[str, None]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
MISSING: Final = "Glyph .* missing"
"""Begins what matplotlib warns of where a font lacks a letter."""
_LACKING: Final = "The font of the pictures, DejaVu Sans, lacks some letters of this one; they are drawn as boxes."
_DARK: Final = 0.18
"""Relative luminance below which white letters are read more easily than black ones."""
_DECADES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_MOST_TICKS: Final = 7
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@contextmanager
def applied() -> Iterator[None]:
    """Apply the style to what is drawn inside; as a decorator, to what a function draws."""
    with matplotlib.rc_context(STYLE):
        yield


def axes(ax: Axes | None, *, height: float = 4.2) -> Axes:
    """Return `ax`, or the axes of a new pyplot figure if it is None, which notebooks show of themselves.

    Raises
    ------
    InputError
        If `ax` is something else, or has three dimensions.
    """
    if ax is not None:
        if not isinstance(ax, Axes) or ax.name != "rectilinear":
            raise InputError(f"ax is of the type {type(ax).__name__}; it must be the flat Axes of a matplotlib figure.")
        return ax
    from matplotlib import pyplot

    with applied():
        return pyplot.subplots(figsize=(WIDTH, height), dpi=100)[1]


def new_figure(width: float = WIDTH, height: float = 4.2) -> Figure:
    """Return an empty figure of so many inches, unknown to pyplot; draw on it while the style is applied."""
    with applied():
        return Figure(figsize=(width, height))


def file_bytes(figure: Figure, file_format: FileFormat) -> bytes:
    """Return the figure as a file, the same bytes for the same picture; warns of letters that the font lacks."""
    buffer = io.BytesIO()
    with applied(), warnings.catch_warnings(record=True) as told:
        warnings.filterwarnings("always", message=MISSING)
        figure.savefig(buffer, format=file_format, metadata=_METADATA[file_format])
    sentences = [_LACKING if re.match(MISSING, str(each.message)) else each.message for each in told]
    for sentence in dict.fromkeys(sentences):
        warnings.warn(sentence, stacklevel=2)
    return buffer.getvalue()


def power_of_ten(exponent: float) -> str:
    """Return 10**exponent, a whole multiple of a power of ten, for an axis: 1, 0.5, 0.01, 10⁻³, 2·10⁻⁵, 10⁻⁶⁴."""
    whole = floor(exponent + 1e-9)
    mantissa = round(10.0 ** (exponent - whole))
    if -3 < whole <= 3:
        return f"{mantissa * 10.0**whole:g}"
    power = f"10{str(whole).translate(_SUPERSCRIPT)}"
    return power if mantissa == 1 else f"{mantissa}·{power}"


def power_ticks(low: float, high: float) -> list[float]:
    """Return decimal logarithms for ticks between two, at most eight: at decades, or at 1, 2, 5 where those are few."""
    if high - low < 2.0:
        finer = [whole + log10(digit) for whole in range(floor(low), ceil(high) + 1) for digit in (1, 2, 5)]
        return [each for each in finer if low <= each <= high]
    step = next(step for step in _DECADES if (high - low) / step < _MOST_TICKS)
    return [float(step * each) for each in range(ceil(low / step), floor(high / step) + 1)]


def label_powers(axis: Axis, *, most: float = inf) -> None:
    """Label a logarithmic axis, whose limits are set, at powers of ten up to `most`, without mathematics."""
    low, high = axis.get_view_interval()
    ticks = power_ticks(log10(low), log10(min(high, most)))
    axis.set_ticks([10.0**each for each in ticks], [power_of_ten(each) for each in ticks])
    axis.set_minor_locator(NullLocator())


def legend_below(ax: Axes, *, columns: int = 1) -> Legend:
    """Put the legend below the axes, where nothing is drawn; each label stands there once."""
    handles, labels = ax.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    return ax.legend(
        list(once.values()), list(once), loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=4.0, ncols=columns
    )


def ink_on(colour: ColorType) -> str:
    """Return black or white, whichever is read more easily on a colour."""
    return "white" if luminance(colour) < _DARK else BLACK


def luminance(colour: ColorType) -> float:
    """Return the relative luminance of a colour as the Web Content Accessibility Guidelines define it."""
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
