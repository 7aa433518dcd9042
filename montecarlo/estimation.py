"""The one estimate asked of every model: a probability to a stated relative error, however small it is."""

from __future__ import annotations

from math import ceil, inf, log, sqrt
from typing import Final, NamedTuple

from montecarlo.engine.executors import Map
from montecarlo.engine.simulation import simulate, whole_number
from montecarlo.errors import InputError, NotSolvable
from montecarlo.estimates import Estimate
from montecarlo.exact.solver import solve
from montecarlo.kernel.streams import fresh_seed
from montecarlo.model import Mixture, Model, checked
from montecarlo.sampling.sampler import BoundedSampler
from montecarlo.sampling.stopping import Progress, hits_for, silent, two_stages, waited
from montecarlo.sampling.strata import strata_of
from montecarlo.uncertainty import Bounded, Counted, Weighed, checked_confidence, normal_quantile

METHODS: Final = ("auto", "exact", "crude", "importance", "cascade")

MOST: Final = {"crude": 20_000_000, "importance": 20_000_000, "cascade": 500_000}
"""Most draws of each method, for a minute or two."""

_PILOT = 20_000
_FEW = 1_000_000
_SURE = 2.5
_LOG_10 = log(10.0)
_REMEDY = "a smaller relative error asks for more draws, and montecarlo.simulate needs no weights"


def estimate(
    model: Model | Mixture,
    relative_error: float = 0.01,
    *,
    confidence: float = 0.95,
    seed: int | None = None,
    method: str = "auto",
    map_: Map = map,
) -> Estimate:
    """Estimate the probability that the majority is denied, to a relative error.

    Parameters
    ----------
    model : Model or Mixture
        The electors.
    relative_error : float
        Half the width of the interval at `confidence`, over the estimate; above 0, below 1.
    confidence : float
        Level of the interval, strictly between 0 and 1.
    seed : int, optional
        At least 0; drawn from the operating system, and recorded in the result, if absent.
    method : {"auto", "exact", "crude", "importance", "cascade"}
        "auto" takes the exact answer where there is one, plain simulation where the event is frequent, else the sampler
        that fits: "importance" for electors who act alone or have pledged, "cascade" for cascades.
    map_ : callable
        The built-in ``map``, or anything that is called like it and yields results in order.

    Returns
    -------
    Estimate
        `reached` says whether the relative error is what was asked for.

    Raises
    ------
    InputError
        For arguments that cannot be used.
    NotSolvable
        If the method asked for cannot do this model.

    Examples
    --------
    >>> found = estimate(Model([0.001] * 306, needed=37), 0.05, seed=1, method="importance")
    >>> found.reached, round(found.log10_probability, 1)
    (True, -63.3)
    """
    if method not in METHODS:
        raise InputError(f"method is {method!r}; it must be one of {', '.join(METHODS)}.")
    asked = _Asked.of(relative_error, confidence)
    if not isinstance(model, Mixture):
        checked(model)
    seed = fresh_seed() if seed is None else whole_number("seed", seed, least=0)
    if method in ("auto", "exact"):
        try:
            solution = solve(model)
        except NotSolvable:
            if method == "exact":
                raise
        else:
            law = Bounded(solution.log10_probability * _LOG_10, solution.relative_error_bound)
            return Estimate(law, "exact", 0, inf, None, *asked)
    if method in ("auto", "crude"):
        wanted = plain_draws(model, relative_error, confidence=confidence, seed=seed, map_=map_)
        if method == "crude" or wanted <= _FEW:
            return _crude(model, asked, draws=min(max(_PILOT, ceil(wanted)), MOST["crude"]), seed=seed, map_=map_)
    return sampled(model, relative_error, confidence=confidence, seed=seed, method=method, map_=map_)


def plain_draws(
    model: Model | Mixture, relative_error: float, *, confidence: float, seed: int, map_: Map = map
) -> float:
    """Say about how many plain elections reach a relative error, parameters as for `estimate`.

    A pilot tells it, whose seed is another, lest its elections be among them.
    """
    asked = _Asked.of(relative_error, confidence)
    hits = max(simulate(model, _PILOT, seed=seed + 1, map_=map_).hits, 0.5)
    return (1.05 + _SURE / sqrt(hits)) * asked.draws_of_equal_weight * (_PILOT / hits - 1.0)


def sampled(
    model: Model | Mixture,
    relative_error: float,
    *,
    confidence: float,
    seed: int,
    method: str = "auto",
    most: int | None = None,
    map_: Map = map,
    progress: Progress = silent,
) -> Estimate:
    """Estimate as `estimate` does, with the sampler that fits even where there is an exact answer.

    `progress` is called with the draws that are made, those that will be, and those that would reach the relative
    error: first as soon as a pilot has told them. Where they are more than `most`, by default `MOST`, as many as that
    are made.

    Raises
    ------
    InputError, NotSolvable
        As for `estimate`.
    """
    asked = _Asked.of(relative_error, confidence)
    strata = strata_of(model)
    if not strata:
        return Estimate(Bounded(-inf, 0.0), "exact", 0, inf, None, *asked)
    names = {each.sampler.name for each in strata}
    if method != "auto" and names != {method}:
        raise NotSolvable(f"method is {method!r}, but the electors need {' and '.join(sorted(names))}", "use 'auto'")
    name = "cascade" if "cascade" in names else "importance"
    limit = MOST[name] if most is None else min(most, MOST[name])
    if all(isinstance(each.sampler, BoundedSampler) for each in strata):
        hits, tossed = waited(strata, hits_for(*asked), most=limit, seed=seed, map_=map_, progress=progress)
        return Estimate(hits, name, tossed, float(hits.hits), seed, *asked)
    found = two_stages(strata, *asked, most=limit, seed=seed, map_=map_, progress=progress)
    withheld = f"{found.distrust}; {_REMEDY}" if found.distrust else ""
    law = Weighed(found.log_mean, found.relative_standard_error)
    return Estimate(law, name, found.draws, found.effective_sample_size, seed, *asked, withheld)


def checked_relative_error(value: float) -> float:
    """Return a relative error that can be asked for.

    Raises
    ------
    InputError
        If it does not lie strictly between 0 and 1.
    """
    if not isinstance(value, int | float) or not 0 < value < 1:
        raise InputError(f"relative_error is {value!r}; it must lie strictly between 0 and 1.")
    return float(value)


class _Asked(NamedTuple):
    """What is asked of an estimate, checked."""

    relative_error: float
    confidence: float

    @classmethod
    def of(cls, relative_error: float, confidence: float) -> _Asked:
        return cls(checked_relative_error(relative_error), checked_confidence(confidence))

    @property
    def draws_of_equal_weight(self) -> float:
        """Draws that are needed of a relative variance of 1."""
        return (normal_quantile(self.confidence) / self.relative_error) ** 2


def _crude(model: Model | Mixture, asked: _Asked, *, draws: int, seed: int, map_: Map) -> Estimate:
    found = simulate(model, draws, seed=seed, map_=map_)
    return Estimate(Counted(found.hits, draws), "crude", draws, float(draws), seed, *asked)
