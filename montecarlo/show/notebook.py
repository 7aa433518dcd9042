"""A window on a scenario for notebooks: sliders and menus for its keys, the answer in numbers and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from montecarlo.errors import InputError
from montecarlo.scenario import Scenario, load
from montecarlo.study.exploration import Exploration

if TYPE_CHECKING:
    from montecarlo.show.sliders import Explorer


def explorer(scenario: Scenario | str) -> Explorer:
    """Return a widget that shows a scenario, with sliders and menus for what it assumes.

    Parameters
    ----------
    scenario : Scenario or str
        What to look at: a scenario, the name of a shipped one, or a path.

    Returns
    -------
    Explorer
        To be the last line of a notebook's cell.

    Raises
    ------
    InputError
        If the scenario cannot be used, or ipywidgets is not installed.
    """
    try:
        import ipywidgets  # noqa: F401 - asked for here, so that what is missing is told in a sentence
    except ModuleNotFoundError:
        raise InputError("The explorer needs ipywidgets; pip install 'montecarlo[notebooks]' brings it.") from None
    from montecarlo.show.sliders import Explorer

    return Explorer(Exploration(scenario if isinstance(scenario, Scenario) else load(scenario)))
