r"""Elections in which the majority is denied, weighed: who is lost in them, beside how likely they are.

A sampler of weights may have drawn more than it tells: with its weight every draw here comes with the effective votes
that each group loses in an election drawn given what the weight is of. Self-normalised, the weights give expectations
given denial.

Electors under common factors are drawn given the factors and given that the majority is denied
(`montecarlo.sampling.conditional_draw`), as their weight is an exact conditional probability.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.kernel.streams import Uniforms
from montecarlo.model import Model
from montecarlo.parts import Cascade, Independent, Pledge
from montecarlo.sampling.conditional_denial import Denial, DenialAlone, DenialByPledge, denial, steps
from montecarlo.sampling.conditional_draw import at_once, drawn_given_counts, drawn_given_tail
from montecarlo.sampling.modes import Function
from montecarlo.sampling.proposal import proposal_for
from montecarlo.sampling.sampler import ElectionSampler, votes_by_group

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def election_sampler(model: Model, *, upheld: bool) -> ElectionSampler:
    """Choose the sampler that fits.

    Raises
    ------
    NotSolvable
        If there is none that tells who is lost.
    """
    sampler: object
    if isinstance(model.coordination, Cascade):
        from montecarlo.sampling.cascade import CascadeSampler

        sampler = CascadeSampler(model, upheld=upheld)
    elif not isinstance(model.dependence, Independent):
        return FactorElections(model, upheld=upheld)
    elif isinstance(model.coordination, Pledge):
        from montecarlo.sampling.pledge import PledgeSampler

        sampler = PledgeSampler(model, upheld=upheld)
    else:
        sampler = None
    if not isinstance(sampler, ElectionSampler):
        kind = type(model.coordination).__name__
        raise NotSolvable(f"Which electors are lost if the majority is denied has no sampler beside {kind}")
    return sampler


class FactorElections:
    """Draws elections under common factors or common odds; see `montecarlo.sampling.sampler.ElectionSampler`.

    Parameters
    ----------
    model : Model
        Electors who act alone or under a `Pledge`.
    upheld : bool
        Whether attempts are cancelled as the law says.

    Raises
    ------
    NotSolvable
        If a part of the model is beyond `montecarlo.sampling.conditional_denial`, or the electors are too many.
    """

    name = "importance"
    block = 128

    def __init__(self, model: Model, *, upheld: bool) -> None:
        self._denial: Denial = denial(model, upheld=upheld)
        self._votes, self._group = model.votes, model.group
        self._proposal = proposal_for(_log_guide(model, upheld=upheld), self._denial.factors.dimensions)

    def elections(self, seed: int, stage: int, block: int, draws: int) -> tuple[Floats, Whole]:
        """Draw the first elections of a block; see `montecarlo.sampling.sampler.ElectionSampler`."""
        given, common = self._denial, self._denial.factors.dimensions + 1
        electors = len(given.votes) if isinstance(given, DenialAlone) else len(self._group)
        uniforms = Uniforms(seed, stage, block)(draws, common + electors + 1)
        points = self._proposal.draw(uniforms[:, :common])
        chances = np.ascontiguousarray(uniforms[:, common:].T)
        if isinstance(given, DenialAlone):
            log_denied = given.log_probability(points)
            here = np.flatnonzero(log_denied > -np.inf)
            lost = np.zeros((len(self._group), draws), dtype=np.bool_)
            lost[:, here] = _drawn_alone(given, points[here], chances[:-1, here])[: len(self._group)]
        else:
            assert isinstance(given, DenialByPledge)
            log_denied, lost = _drawn_pledge(given, points, chances)
        log_weights = log_denied + given.factors.log_density(points) - self._proposal.log_density(points)
        return log_weights, votes_by_group(lost, votes=self._votes, group=self._group)


def _log_guide(model: Model, *, upheld: bool) -> Function:
    """Say about how likely denial is given what is common, times its density.

    A pledge is costly to judge, so it stands for electors who all act, or only those who do so unconditionally, alone.
    """
    ways, pledge = [model], model.coordination
    if isinstance(pledge, Pledge):
        both = np.minimum(model.probability + pledge.conditional, 1.0)
        least = min(max(model.needed, pledge.threshold), model.electors)
        ways = [_alone(model, model.probability, model.needed), _alone(model, both, least)]
    denials = [denial(way, upheld=upheld) for way in ways]

    def guide(points: Floats) -> Floats:
        logs = [each.log_probability(points) for each in denials]
        result: Floats = np.logaddexp.reduce(logs) + denials[0].factors.log_density(points)
        return result

    return guide


def _alone(model: Model, probability: Floats, needed: int) -> Model:
    """Let the electors act alone."""
    return Model(
        probability,
        needed,
        model.votes,
        model.group,
        dependence=model.dependence,
        law=model.law,
        destination=model.destination,
        opponents=model.opponents,
    )


def _drawn_alone(given: DenialAlone, points: Floats, uniforms: Floats) -> NDArray[np.bool_]:
    """Draw whose votes are lost, (n, N), at values of what is common; opponents' who come over are the last."""
    happens, fails = given.factors.chances(points)
    changes, stays = happens * given.valid[:, None], fails + happens * given.void[:, None]
    changed, stayed, ours = changes[given.kind], stays[given.kind], given.ours[:, None]
    lost, kept = np.where(ours, changed, stayed), np.where(ours, stayed, changed)
    return drawn_given_tail(lost, kept, uniforms, votes=given.votes, needed=given.needed)


def _drawn_pledge(given: DenialByPledge, points: Floats, uniforms: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Compute the logarithm of the probability of denial, (N,), and draw whose votes are lost, (n, N).

    The last row of the uniform numbers chooses whether the pledges hold.
    """
    electors, count_all = len(uniforms) - 1, given.pledge.counts == "all"
    least = min(given.pledge.threshold, electors + 1)
    fails, holds = np.zeros((2, given.needed + 1, least + 1))
    fails[-1, :-1] = holds[-1, -1] = 1.0
    denied, lost = np.empty(len(points)), np.empty((electors, len(points)), dtype=np.bool_)
    cells = (electors + 1) * (given.needed + 2) * (least + 2)
    size = min(at_once(cells), len(points))
    room = np.empty(size * cells)
    for start in range(0, len(points), size):
        part = slice(start, start + size)
        types, cancelled = given.types(points[part]), given.cancelled[:, None]
        (less, kept), (more, gone) = (
            drawn_given_counts(
                steps(*types, lost=cancelled, holds=hold, count_all=count_all),
                uniforms[:-1, part],
                ends=ends,
                room=room,
            )
            for hold, ends in ((False, fails), (True, holds))
        )
        lost[:, part] = np.where(uniforms[-1, part] * (less + more) < less, kept, gone)
        denied[part] = less + more
    with np.errstate(divide="ignore"):
        return np.log(denied), lost
