"""Answers of all kinds as JSON objects; what is infinite is None."""

from __future__ import annotations

from math import isfinite
from typing import Any

from montecarlo.estimates import Estimate
from montecarlo.solution import Solution
from montecarlo.study.contributions import Variant


def exact_record(exact: Solution) -> dict[str, Any]:
    """Return an exact answer."""
    return {
        "probability": exact.probability,
        "log10_probability": finite(exact.log10_probability),
        "relative_error_bound": finite(exact.relative_error_bound),
    }


def rare_record(rare: Estimate) -> dict[str, Any]:
    """Return an estimate, without an interval if that is withheld."""
    return {
        "probability": rare.probability,
        "log10_probability": finite(rare.log10_probability),
        "relative_error": finite(rare.relative_error),
        "interval": None if rare.withheld else list(rare.interval()),
        "withheld": rare.withheld,
        "method": rare.method,
        "draws": rare.draws,
        "effective_sample_size": finite(rare.effective_sample_size),
    }


def variant_record(variant: Variant) -> dict[str, Any]:
    """Return the answer to a scenario with something changed."""
    return {
        "name": variant.name,
        "probability": variant.probability,
        "log10_probability": finite(variant.log10_probability),
        "draws": variant.draws,
    }


def finite(number: float) -> float | None:
    """Return a number, or None if it is infinite."""
    return number if isfinite(number) else None
