"""An answer: one scenario, asked twice, exactly where there is an exact answer and by simulation.

This is the record that is shown, saved and compared; `Answer.record` is the object that ``run --json`` prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf, log, log1p, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from montecarlo.estimates import Estimate, Simulation, agreement
from montecarlo.exact.any_dependence import greatest_probability
from montecarlo.model import Mixture, Model
from montecarlo.scenario import Scenario
from montecarlo.solution import Outcomes, Solution
from montecarlo.study.chosen_house import HouseAnswer
from montecarlo.study.contributions import Variant
from montecarlo.study.denial import Denial
from montecarlo.study.if_it_happens import denial_record, elected_if_denied, expected_by_group, usually_lost
from montecarlo.study.records import exact_record, finite, rare_record, variant_record
from montecarlo.uncertainty import Waited, Weighed, normal_quantile

SCHEMA_VERSION: Final = 1
DISAGREEMENT: Final = 5.0
"""An agreement score beyond this is an error: by chance it comes up once in 1.7 million runs."""
FEW_HITS: Final = 100
"""Fewer hits of plain simulation leave an error of more than a tenth."""
RELATIVE_ERROR: Final = 0.02
"""What the sampler of rare events reaches unless it is told."""
_LOG_10: Final = log(10.0)


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of a scenario.

    Attributes
    ----------
    scenario : Scenario
        The question.
    solution : Solution or None
        The exact answer, None if there is none.
    unsolved : str
        Why there is none, else empty; no sentence, as it has no full stop.
    simulation : Simulation
        The simulated answer, of fewer draws than `asked` if it was interrupted.
    rare_event : Estimate or None
        The answer of a sampler of rare events, if plain simulation saw too few of them, or it was asked for.
    denial : Denial or None
        What is lost if the majority is denied; None if neither an exact answer nor a sampler tells.
    contributions, accounts : tuple of Variant
        The answer without each mechanism, and that of each contradictory account; empty if it was interrupted.
    house : HouseAnswer or None
        What follows a contingent election, None if the scenario does not say.
    asked : int
        Draws that were asked for.
    seconds, kernel_seconds : float
        Time the whole took, and the simulation in it.
    """

    scenario: Scenario
    solution: Solution | None
    unsolved: str
    simulation: Simulation
    rare_event: Estimate | None
    denial: Denial | None
    contributions: tuple[Variant, ...]
    accounts: tuple[Variant, ...]
    house: HouseAnswer | None
    asked: int
    seconds: float
    kernel_seconds: float

    @cached_property
    def model(self) -> Model | Mixture:
        """The scenario's model."""
        return self.scenario.model()

    @property
    def confidence(self) -> float:
        """Level of the intervals."""
        return self.scenario.run.confidence

    @property
    def finished(self) -> bool:
        """Whether all draws were made."""
        return self.simulation.draws == self.asked

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The interval of the simulated probability at `confidence`."""
        return self.simulation.interval(self.confidence)

    @cached_property
    def agreement(self) -> float | None:
        """Normal score of the simulation given the exact answer, None without one.

        Where the event is rare it is the score of the sampler made for it.
        """
        exact, rare = self.solution, self.rare_event
        if exact is None:
            return None
        few = self.simulation.hits < FEW_HITS
        if few and rare is not None and not rare.withheld and isinstance(rare.law, Waited | Weighed):
            return rare.law.score(exact.log10_probability * _LOG_10)
        return agreement(
            self.simulation.hits,
            self.simulation.draws,
            exact.probability,
            exact.complement,
            exact.log10_probability,
        )

    @property
    def relative_error(self) -> float:
        """The least relative error that any of the answers has reached."""
        low, high = self.interval
        hits = self.simulation.hits
        plain = (high - low) / 2.0 / self.simulation.probability if hits else inf
        exact = inf if self.solution is None else self.solution.relative_error_bound
        return min(plain, exact, inf if self.rare_event is None else self.rare_event.relative_error)

    @cached_property
    def weighed_agreement(self) -> float | None:
        """Normal score of the simulation given the weighed answer and its own error, None without one."""
        rare, draws = self.rare_event, self.simulation.draws
        if rare is None or rare.withheld or not isinstance(rare.law, Waited | Weighed):
            return None
        share = min(rare.probability, 1.0 - 0.5 / draws)
        exponent = min(rare.log10_probability, log1p(-0.5 / draws) / _LOG_10)
        score = agreement(self.simulation.hits, draws, share, 1.0 - share, exponent)
        error = rare.relative_error / normal_quantile(rare.confidence)
        return score / sqrt(1.0 + draws * share * error**2 / (1.0 - share))

    @property
    def agrees(self) -> bool:
        """Whether simulation, weighed and exact answer, as far as there are any, are as near as chance allows."""
        scores = self.agreement, self.weighed_agreement
        return all(score is None or abs(score) <= DISAGREEMENT for score in scores)

    @cached_property
    def pmf(self) -> NDArray[np.float64]:
        """The exact distribution of lost votes as far as it is known: whole, below `needed`, or empty."""
        return np.zeros(0) if self.solution is None else self.solution.known

    @cached_property
    def any_dependence(self) -> float:
        """The largest probability that any dependence between the same electors could give."""
        return greatest_probability(self.model)

    @cached_property
    def outcomes(self) -> Outcomes:
        """Who has a majority: exactly where possible, else the simulated shares."""
        if self.solution is not None:
            return self.solution.outcomes
        return self.simulation.outcomes

    @cached_property
    def attempted_mean(self) -> float:
        """Expected votes of the leader's electors who attempt to defect, simulated where they move each other."""
        means = [(weight, expected_by_group(part, lawful=False)) for weight, part in self.model.parts]
        known = [weight * float(mean.sum()) for weight, mean in means if mean is not None]
        if len(known) < len(means):
            return float(self.simulation.tally.attempted.sum()) / self.simulation.draws
        return sum(known)

    @cached_property
    def effective_mean(self) -> float:
        """Expected votes that are lost, simulated where electors move each other."""
        return float(self.usually_lost.sum())

    @cached_property
    def usually_lost(self) -> NDArray[np.float64]:
        """The same by state, (G,)."""
        return usually_lost(self.model, self.simulation)

    @property
    def elected_if_denied(self) -> dict[str, float] | None:
        """Who becomes president given that the majority is denied, None if that is not known."""
        third = self.scenario.settings.destination is not None
        return elected_if_denied(self.solution, self.simulation, self.house, third=third)

    def record(self) -> dict[str, Any]:
        """Return the answer as one JSON object; a logarithm, bound or score that is infinite is None."""
        low, high = self.interval
        exact, simulation, outcomes = self.solution, self.simulation, self.outcomes
        denial, roster = self.denial, self.scenario.roster()
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "seed": simulation.seed,
            "needed": simulation.needed,
            "electors": self.model.electors,
            "simulation": {
                "asked": self.asked,
                "draws": simulation.draws,
                "hits": simulation.hits,
                "probability": simulation.probability,
                "interval": [low, high],
                "confidence": self.confidence,
            },
            "exact": None if exact is None else exact_record(exact),
            "rare_event": None if self.rare_event is None else rare_record(self.rare_event),
            "agreement": None if self.agreement is None else {"z": finite(self.agreement)},
            "outcomes": {
                "leader_majority": outcomes.leader_majority,
                "opponent_majority": outcomes.opponent_majority,
                "other_majority": outcomes.other_majority,
                "contingent_election": outcomes.contingent_election,
            },
            "third_place": self.third_place,
            "house": None if self.house is None else self.house.record(),
            "defections": {"attempted_mean": self.attempted_mean, "effective_mean": self.effective_mean},
            "seconds": {"total": self.seconds, "kernel": self.kernel_seconds},
            "given_denial": None if denial is None else denial_record(denial, roster, self.elected_if_denied),
            "any_dependence": self.any_dependence,
            "accounts": [variant_record(each) for each in self.accounts],
            "contributions": [variant_record(each) for each in self.contributions],
            "changes": self.scenario.changes,
        }

    @cached_property
    def third_place(self) -> dict[str, float] | None:
        """Probability that the election is contingent and each alternative surely third, or a tie for it, or nobody.

        Exact where possible, else simulated; None if it is not told where votes go.
        """
        third = self.outcomes.third_place
        if third is None:
            third, tied, nobody = self.simulation.third_place
        else:
            tied, nobody = self.outcomes.third_tied, self.outcomes.third_nobody
        if not third:
            return None
        return {**dict(zip(self.scenario.alternatives, third, strict=True)), "tied": tied, "nobody": nobody}
