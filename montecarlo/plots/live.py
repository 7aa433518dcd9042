"""The distribution of lost votes on one figure that is drawn again and again, quickly enough to follow a slider.

Most of the time that a picture takes goes into its axes. They are kept, and only what is on them is drawn anew.
"""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from montecarlo.plots import style
from montecarlo.plots.distribution import draw_votes
from montecarlo.study.exploration import View


class LivePicture:
    """A figure of votes lost.

    Parameters
    ----------
    log : bool
        Whether the axis of probabilities is logarithmic, so that the tail is seen.

    Attributes
    ----------
    axes : matplotlib Axes
        What is drawn on.
    """

    @style.applied()
    def __init__(self, *, log: bool) -> None:
        self._log = log
        figure = Figure(figsize=(6.6, 3.6), dpi=100)
        figure.set_layout_engine("none")
        self._canvas = FigureCanvasAgg(figure)
        self.axes = figure.add_axes((0.11, 0.15, 0.87, 0.82))

    @style.applied()
    def png(self, view: View) -> bytes:
        """Draw what is seen at some values and return it as a PNG."""
        ax, simulation = self.axes, view.simulation
        for artist in [*ax.lines, *ax.collections, *ax.patches, *ax.texts]:
            artist.remove()
        ax.relim()
        draw_votes(
            ax,
            needed=view.needed,
            pmf=view.pmf,
            counts=None if simulation is None else simulation.counts,
            draws=0 if simulation is None else simulation.draws,
            confidence=view.scenario.run.confidence,
            log=self._log,
        )
        buffer = io.BytesIO()
        # Figure.savefig draws everything twice, to learn the layout first.
        self._canvas.draw()  # type: ignore[no-untyped-call]
        pixels = self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        imsave(buffer, pixels, format="png", pil_kwargs={"compress_level": 1})
        return buffer.getvalue()
