"""Modes are found, points follow the density they are said to have, and weights stay bounded."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtr
from scipy.stats import kstest

from montecarlo.kernel.streams import Uniforms
from montecarlo.sampling.modes import modes_of
from montecarlo.sampling.proposal import Proposal, proposal_for

LEAST_CHANCE = 6e-5
"""Of a false alarm, a test: four standard errors."""


def normal(points):
    return -0.5 * np.square(points).sum(axis=1) - 0.5 * points.shape[1] * np.log(2 * np.pi)


def beyond(points, direction, far):
    """Target of P(direction . x + e > far), e a standard normal."""
    return normal(points) + log_ndtr(points @ direction - far)


def weights(target, proposal, draws, seed=1):
    points = proposal.draw(Uniforms(seed, 0, 0)(draws, proposal.mean.shape[1] + 1))
    logs = target(points) - proposal.log_density(points)
    return np.exp(logs - logs.max()), logs.max()


@pytest.mark.parametrize("dimensions", [1, 2, 5])
@pytest.mark.parametrize("far", [3.0, 15.0, 40.0])
def test_a_tail_of_a_normal_law(dimensions, far):
    direction = np.linspace(0.5, 1.0, dimensions)

    def target(points):
        return beyond(points, direction, far)

    weight, top = weights(target, proposal_for(target, dimensions), 4000)
    expected = np.exp(log_ndtr(-far / np.sqrt(1 + direction @ direction)) - top)
    error = weight.std() / np.sqrt(len(weight))
    assert abs(weight.mean() - expected) < 4 * error
    assert abs(1.02 * weight.mean() - expected) > 4 * error  # weights 2 % too large would be seen
    assert weight.var() < 0.1 * weight.mean() ** 2
    assert weight.max() < 6 * weight.mean()


def test_every_mode_is_found_and_weighed():
    def one(points):
        return normal(points) + np.logaddexp(log_ndtr(points[:, 0] - 12), 20 + log_ndtr(-2 * points[:, 0] - 30))

    def ring(points):  # two groups that can each do it alone
        return normal(points) + np.logaddexp(log_ndtr(2 * points[:, 0] - 20), log_ndtr(2 * points[:, 1] - 20))

    assert sorted(np.sign(mode.place[0]) for mode in modes_of(one, 1)) == [-1, 1]
    places = np.array([mode.place for mode in modes_of(ring, 2)])
    assert (places.max(axis=1) > 7).all()
    assert len(places) == 2
    for target, dimensions in ((one, 1), (ring, 2)):
        weight, _ = weights(target, proposal_for(target, dimensions), 4000)
        assert weight.var() < 0.2 * weight.mean() ** 2


def test_given_starts_are_climbed_from():
    def target(points):
        return beyond(points, np.array([1.0, 1.0]), 20.0)

    (mode,) = modes_of(target, 2, starts=np.array([[3.0, 1.0], [5.0, 6.0]]))
    (known,) = modes_of(target, 2)
    np.testing.assert_allclose(mode.place, known.place, atol=0.02)
    assert mode.place[0] == pytest.approx(mode.place[1], abs=0.02)
    assert mode.curvature[0] == pytest.approx(3.0, rel=0.02)  # 1, and 2 of the direction (1, 1)
    assert mode.curvature[1] == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize("dimensions", [1, 3])
def test_points_follow_the_density(dimensions):
    axes = np.linalg.qr(np.arange(1.0, 1 + 2 * dimensions**2).reshape(2, dimensions, dimensions) ** 1.5)[0]
    mean = np.array([np.zeros(dimensions), np.full(dimensions, 3.0)])
    deviation = np.array([np.full(dimensions, 0.5), 1.0 + np.arange(dimensions)])
    law = Proposal(np.array([0.7, 0.3]), mean, axes, deviation)
    points = law.draw(Uniforms(3, 0, 0)(20000, dimensions + 1))
    along = points @ np.ones(dimensions)
    width = np.sqrt(np.square((axes * deviation[:, None]).transpose(0, 2, 1) @ np.ones(dimensions)).sum(axis=1))
    middle = mean.sum(axis=1)
    cdf = lambda x: law.weight @ ndtr((x - middle[:, None]) / width[:, None])  # noqa: E731
    assert kstest(along, cdf).pvalue > LEAST_CHANCE
    assert kstest(along * 1.1, cdf).pvalue < LEAST_CHANCE
    # The density integrates to 1: against another law that covers it.
    wide = Proposal(np.ones(1), np.ones((1, dimensions)), np.eye(dimensions)[None], np.full((1, dimensions), 4.0))
    trial = wide.draw(Uniforms(4, 0, 0)(40000, dimensions + 1))
    ratio = np.exp(law.log_density(trial) - wide.log_density(trial))
    assert abs(ratio.mean() - 1) < 4 * ratio.std() / 200


def test_one_dimension_is_turned_smoothly():
    law = Proposal(np.array([0.9, 0.1]), np.array([[2.0], [1.0]]), np.ones((2, 1, 1)), np.array([[0.4], [1.0]]))
    chance = np.linspace(1e-9, 1 - 1e-9, 1001)
    points = law.draw(np.stack([chance[::-1], chance], axis=1))[:, 0]
    assert (np.diff(points) > 0).all()
    np.testing.assert_allclose(law.weight @ ndtr((points - law.mean) / law.deviation[:, 0, None]), chance, rtol=1e-9)


def test_what_cannot_happen_gets_a_standard_normal_law():
    law = proposal_for(lambda points: np.full(len(points), -np.inf), 2)
    np.testing.assert_allclose(law.log_density(np.array([[1.0, 2.0]])), normal(np.array([[1.0, 2.0]])))


def test_an_edge_is_no_obstacle():
    """A target that is cut off, as where hardly anything but certainty and impossibility occur."""

    def target(points):
        return normal(points) + np.where(points[:, 0] > 2.0, 0.0, -1e3 * (2.0 - points[:, 0]))

    weight, top = weights(target, proposal_for(target, 1), 20000)
    assert abs(weight.mean() - np.exp(log_ndtr(-2.0) - top)) < 5 * weight.std() / np.sqrt(len(weight))
    assert weight.var() < 2 * weight.mean() ** 2


def test_the_proposal_depends_on_the_target_alone():
    def target(points):
        return beyond(points, np.array([0.5, 1.0]), 9.0)

    first, second = proposal_for(target, 2), proposal_for(target, 2)
    np.testing.assert_array_equal(first.deviation, second.deviation)
    np.testing.assert_array_equal(first.mean, second.mean)
