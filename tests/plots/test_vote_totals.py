"""The data behind the electoral votes of both sides."""

from __future__ import annotations

import numpy as np
from commands import run_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from montecarlo.asking import ask
from montecarlo.plots.vote_totals import plot_vote_totals, words
from montecarlo.scenario import load
from montecarlo.uncertainty import clopper_pearson


def drawn(name: str) -> Axes:
    return plot_vote_totals(run_of(name)[1], ax=Figure().subplots())


def test_both_sides_as_they_were_counted() -> None:
    told = run_of("house-decides")[1]
    leader, opponent = drawn("house-decides").containers
    for bars, counts in ((leader, told.simulation.counts[::-1]), (opponent, told.simulation.tally.opponent_total)):
        points, _, (spans,) = bars.lines
        totals = points.get_xdata().astype(int)
        assert sorted(totals.tolist()) == np.flatnonzero(counts).tolist()
        assert np.array_equal(points.get_ydata(), counts[totals] / 20_000)
        for total, span in zip(totals, spans.get_segments(), strict=True):
            assert np.allclose(span[:, 1], clopper_pearson(int(counts[total]), 20_000), rtol=1e-12, atol=1e-18)
    assert leader.get_label().startswith("Donald Trump, simulated")
    assert opponent.get_label().startswith("Hillary Clinton, simulated")


def test_the_exact_distribution_of_the_leader_and_the_majority() -> None:
    told, ax = run_of("bound-electors")[1], drawn("bound-electors")
    exact = next(line for line in ax.get_lines() if line.get_label() == "Donald Trump, exact")
    totals, shares = exact.get_data()
    assert np.array_equal(shares, told.pmf[306 - totals])
    assert 270 in [line.get_xdata()[0] for line in ax.get_lines()]
    assert "270 are a majority" in [text.get_text() for text in ax.texts]


def test_an_opponent_nobody_goes_over_to_keeps_its_votes() -> None:
    ax = drawn("bound-electors")
    (kept,) = [each for each in ax.collections if each.get_label() == "Hillary Clinton keeps 232"]
    (line,) = kept.get_segments()
    assert line[:, 0].tolist() == [232, 232]
    assert line[1, 1] == 1.0
    assert ax.get_ylim()[0] == line[0, 1] > 0


def test_sides_keep_their_colours_whoever_leads() -> None:
    told = ask(load("election-2020"), draws=64, seed=1)
    ax = plot_vote_totals(told, ax=Figure().subplots())
    party = {bars.get_label().split(",")[0]: bars.lines[0].get_color() for bars in ax.containers}
    other = {bars.get_label().split(",")[0]: bars.lines[0].get_color() for bars in drawn("house-decides").containers}
    assert party["Joe Biden"] == other["Hillary Clinton"]


def test_votes_from_the_other_side_are_not_taken_for_the_leaders_own() -> None:
    text = load("house-decides").replace({"destination.opponent.opponent": 0.1})
    ax = plot_vote_totals(ask(text, draws=64, seed=1), ax=Figure().subplots())
    assert ax.containers[0].get_label().startswith("Donald Trump, own electors only")


def test_the_picture_in_words() -> None:
    told = words(run_of("house-decides")[1])
    seen = np.flatnonzero(run_of("house-decides")[1].simulation.tally.opponent_total)
    assert f"between {seen[0]} and {seen[-1]} in 20,000" in told
    assert "Hillary Clinton keeps 232." in words(run_of("lone-rogues")[1])
