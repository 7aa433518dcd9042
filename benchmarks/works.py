"""What is simulated and solved: independent electors, all different, and models of `tests/reference_values.json`.

All have 306 electors, of whom 37 are needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from second_opinion import probability_under_t_factors

from montecarlo.model import Model
from montecarlo.parts import Alone, Cascade, Factors, Independent, Pledge

SEED = 1
ELECTORS, GROUPS, NEEDED = 306, 31, 37

_REFERENCES = Path(__file__).parents[1] / "tests" / "reference_values.json"


@dataclass(frozen=True)
class Work:
    """A model, and what is known of its probability, if anything: how to get it, and where that is from."""

    name: str
    model: Model
    value: Callable[[], float] | None = None
    source: str = ""

    @property
    def linked(self) -> bool:
        """Whether electors depend on each other or move each other: each election takes longer, so fewer are run."""
        return not (isinstance(self.model.dependence, Independent) and isinstance(self.model.coordination, Alone))


@cache
def works() -> dict[str, Work]:
    """Make all works by a short key; those with a known value say where in the reference file it stands."""
    rng = np.random.default_rng(SEED)
    wide, rare = (rng.uniform(*ends, ELECTORS) for ends in ((0.0, 0.1), (0.0005, 0.0015)))
    i, levels = np.arange(1, ELECTORS + 1), np.arange(ELECTORS + 1)
    acting = 0.001 + 0.004 * ((53 * i) % 307) / 307
    pledging, joining = (low + spread * ((71 * i) % 307) / 307 for low, spread in ((0.01, 0.08), (0.05, 0.30)))
    alike, unlike = (1 - np.exp(-((levels / scale) ** 2)) for scale in (60, 50))
    one_factor = Model([0.01] * ELECTORS, NEEDED, dependence=Factors(sqrt(0.1)))
    pledge = Model(acting, NEEDED, coordination=Pledge(pledging, 37))
    pledge_of_all = Model(acting, NEEDED, coordination=Pledge(pledging, 20, counts="all"))
    cascade_alike = Model([0.004] * ELECTORS, NEEDED, coordination=Cascade(0.4, alike))
    cascade = Model(acting, NEEDED, coordination=Cascade(joining, unlike))
    t = _national_and_states(4.0)
    return {
        "wide": _independent("p up to 0.1", wide),
        "rare": _independent("p near 0.001", rare),
        "one factor": _known("one factor", one_factor, "M2-a"),
        "states": _known("national and state factors", _national_and_states(np.inf), "M2-d"),
        "t": Work("t, national and state factors", t, partial(probability_under_t_factors, t), "a second quadrature"),
        "pledge": _known("pledge", pledge, "M3-a"),
        "pledge of all": _known("pledge, all counted", pledge_of_all, "M3-c"),
        "cascade, alike": _known("cascade of equal electors", cascade_alike, "M4-b"),
        "cascade": _known("cascade of different electors, one law", cascade, "M4-e"),
    }


def _independent(chances: str, probability: NDArray[np.float64]) -> Work:
    model = Model(probability, NEEDED, group=np.arange(ELECTORS) * GROUPS // ELECTORS)
    return Work(f"independent electors, {chances}", model)


def _national_and_states(degrees_of_freedom: float) -> Model:
    electors = list(_file()["meta"]["electors_by_state"].values())
    by_state = 0.002 * (1 + np.arange(1, GROUPS + 1) % 7)
    return Model(
        np.repeat(by_state, electors),
        NEEDED,
        group=np.repeat(np.arange(GROUPS), electors),
        dependence=Factors(sqrt(0.05), sqrt(0.10), degrees_of_freedom),
    )


def _known(name: str, model: Model, case: str) -> Work:
    values = {each["id"]: float(each["value"]) for each in _file()["values"]}
    return Work(name, model, lambda: values[case], f"reference value {case}")


@cache
def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_REFERENCES.read_text())
    return loaded
