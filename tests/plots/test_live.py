"""The picture that is drawn again and again: what was on it before leaves no trace."""

from __future__ import annotations

import pytest

from montecarlo.plots.live import LivePicture
from montecarlo.scenario import load
from montecarlo.study.exploration import Exploration


@pytest.mark.parametrize("log", [False, True])
def test_a_picture_does_not_depend_on_the_one_before(log: bool) -> None:
    rare = Exploration(load("lone-rogues"))
    views = [rare.at({}), rare.run({}, draws=1_000), Exploration(load("bound-electors")).at({"factors.national": 0.2})]
    picture = LivePicture(log=log)
    again = [picture.png(view) for view in [*views, views[0]]]
    assert again[:3] == [LivePicture(log=log).png(view) for view in views]
    assert again[3] == again[0]
    assert len(set(again)) == 3


def test_it_shows_the_distribution_and_the_needed_line() -> None:
    view = Exploration(load("electors-trust")).at({})
    picture = LivePicture(log=False)
    picture.png(view)
    distribution, needed = picture.axes.lines
    values = distribution.get_ydata()
    assert list(values) == list(view.pmf[: len(values)])
    assert set(needed.get_xdata()) == {37}
