r"""Common factors drawn where they make the loss of the majority likely, weighed with its exact chance given them.

Let x be what is common to all electors (`montecarlo.sampling.drawn_factors`), f(x) its density, and T(x) the
probability of denial given x. With g a law around the modes of f(x) T(x) (`montecarlo.sampling.proposal`),

    P = E_g[f(x) T(x) / g(x)]:

nobody's own mind is drawn (Rao-Blackwell; Glasserman and Li 2005, Management Science 51, 1643-1656, for the shift). As
P falls the integrand comes near to a normal law, and the relative variance of the weights stays bounded.

T is a sum over electors who act alone (`montecarlo.sampling.conditional_tail`) or of a joint law under a pledge. An
opponent's elector whose defection comes over to the leader is one more who may stay: she counts 1 if she does, and one
vote more is needed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.errors import NotSolvable
from montecarlo.kernel.streams import Uniforms
from montecarlo.model import Model
from montecarlo.parts import Pledge
from montecarlo.sampling.conditional_denial import denial
from montecarlo.sampling.proposal import proposal_for

Floats = NDArray[np.float64]

_BLOCK: Final = 1024
_SOBOL_BLOCK: Final = 256
_BITS: Final = 52
_LEAST: Final = -650.0
_WIDER: Final = 1.05
_WIDER_SOBOL: Final = 1.35
"""Evenly spread points gain more from weights that vanish at both ends than they lose by a wider law."""


class FactorSampler:
    """Draws weights of electors under common factors or common odds; see `montecarlo.sampling.sampler.Sampler`.

    Parameters
    ----------
    model : Model
        With `Factors` or `CommonOdds`; electors act alone or under a `Pledge`.
    upheld : bool
        Whether attempts are cancelled as the law says.
    sobol : bool
        Draw the factors as points of a Sobol sequence, scrambled anew for each block by a random digital shift. Then
        blocks are independent, not draws: the mean of the weights of a whole block is the unit of which to take a
        mean and a standard error.

    Raises
    ------
    NotSolvable
        If a part of the model is beyond this sampler.
    """

    name: Final = "importance"

    def __init__(self, model: Model, *, upheld: bool, sobol: bool = False) -> None:
        self._denial = denial(model, upheld=upheld)
        self._sobol = sobol
        self.block = _SOBOL_BLOCK if sobol else _BLOCK
        self.proposal = proposal_for(
            self.log_target, self._denial.factors.dimensions, wider=_WIDER_SOBOL if sobol else _WIDER
        )
        if isinstance(model.coordination, Pledge) and self._denial.log_probability(self.proposal.mean).max() < _LEAST:
            raise NotSolvable("The probability is so far below 1e-280 that a Pledge has no digits of it")

    def log_target(self, points: Floats) -> Floats:
        """Compute the logarithm of what is integrated, f(x) T(x).

        Parameters
        ----------
        points : (N, d) float64
            Values of what is common.

        Returns
        -------
        (N,) float64
        """
        return self._denial.log_probability(points) + self._denial.factors.log_density(points)

    def log_weights(self, seed: int, stage: int, block: int, draws: int) -> Floats:
        """Draw the first weights of a block; see `montecarlo.sampling.sampler.Sampler.log_weights`."""
        uniforms = Uniforms(seed, stage, block)
        width = self._denial.factors.dimensions + 1
        points = self.proposal.draw(_shifted(width, uniforms(width))[:draws] if self._sobol else uniforms(draws, width))
        result: Floats = self.log_target(points) - self.proposal.log_density(points)
        return result


def _shifted(width: int, uniforms: Floats) -> Floats:
    """Shift the digits of the first Sobol points by random ones, one number a coordinate (Owen 2023, chapter 17)."""
    shift = (uniforms * 2.0**_BITS).astype(np.uint64)
    return ((_sobol_digits(width) ^ shift).astype(np.float64) + 0.5) * 2.0**-_BITS


@lru_cache(maxsize=4)
def _sobol_digits(width: int) -> NDArray[np.uint64]:
    """Return the first points of a Sobol sequence as whole numbers below 2^52, (256, width)."""
    from scipy.stats.qmc import Sobol

    points = Sobol(width, scramble=False).random(_SOBOL_BLOCK)
    digits: NDArray[np.uint64] = (points * 2.0**_BITS).astype(np.uint64)
    return digits
