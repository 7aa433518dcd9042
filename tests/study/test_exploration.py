"""What is seen at moved values: as `solve` and `simulate` say, at once, or the reason why the values are refused."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest

from montecarlo.engine.simulation import simulate
from montecarlo.exact.solver import solve
from montecarlo.scenario import load
from montecarlo.study.exploration import FEW, Exploration


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("electors-trust", {}),
        ("electors-trust", {"defection.conditional": 0.06, "pledge.threshold": 35}),
        ("lone-rogues", {"factors.national": 0.4, "law.upheld": 0.5}),
        ("whip-count", {"defection.probability": 0.05}),
        ("compromise-candidate", {"defection.group.considering.probability": 0.7}),
    ],
)
def test_what_is_seen_is_what_is_solved(name: str, changes: dict[str, object]) -> None:
    scenario = load(name)
    view = Exploration(scenario).at(changes)
    assert view.exact
    assert view.simulation is None
    assert view.needed == 37
    assert view.scenario.digest == scenario.replace(changes).digest
    assert view.probability == pytest.approx(solve(scenario.replace(changes).model()).probability, rel=1e-11)
    assert view.pmf is not None
    assert view.pmf[37:].sum() == pytest.approx(view.probability, rel=1e-9)


def test_what_has_no_exact_answer_is_simulated() -> None:
    view = Exploration(load("hamilton-2016")).at({})
    assert not view.exact
    assert "Cascade under group factors" in view.unsolved
    assert view.simulation is not None
    assert view.simulation.draws == FEW
    assert view.pmf is None
    assert view.probability == view.simulation.probability
    # The opponents, who do not matter to the leader's majority, are left out.
    low, high = simulate(load("hamilton-2016").model(), 20_000, seed=3).interval(0.9999)
    assert low < view.probability < high


def test_once_prepared_the_quick_backend_sees_the_same() -> None:
    exploration, changes = Exploration(load("hamilton-2016")), {"factors.national": 0.4}
    before = exploration.at(changes).simulation
    exploration.prepare()
    after = exploration.at(changes).simulation
    assert before is not None
    assert after is not None
    assert before.backend == "numpy"
    assert after.backend == ("numpy" if find_spec("numba") is None else "numba")
    assert np.array_equal(before.counts, after.counts)


def test_an_exact_answer_that_takes_long_waits_until_it_is_asked_for() -> None:
    exploration = Exploration(load("electors-trust"))
    view, asked = (look({"factors.national": 0.3}) for look in (exploration.at, partial(exploration.run, draws=5_000)))
    assert not view.exact
    assert "too many for an exact answer" in view.unsolved
    assert asked.solution is not None
    assert asked.simulation is not None
    assert asked.simulation.draws == 5_000
    assert asked.probability == asked.solution.probability


def test_of_a_cascade_only_what_lies_below_is_known() -> None:
    view = Exploration(load("first-mover")).at({})
    assert view.exact
    assert view.pmf is not None
    assert len(view.pmf) == 37


def test_weights_of_accounts_are_made_to_sum_to_one() -> None:
    exploration = Exploration(load("whip-count"))
    names = list(exploration.scenario.accounts)
    view = exploration.at({f"account.{names[0]}.weight": 1.0})
    assert np.allclose(list(view.scenario.accounts.values()), [2 / 3, 1 / 3])
    parts = [solve(part) for _, part in exploration.scenario.model().parts]
    expected = (2 * parts[0].probability + parts[1].probability) / 3
    assert view.probability == pytest.approx(expected, rel=1e-9)
    assert "it must be a number from 0 to 1" in exploration.at({f"account.{names[0]}.weight": 1.5}).refusal
    told = exploration.at({f"account.{name}.weight": 0.0 for name in names}).refusal
    assert told == "No account has a weight above 0; give one of them some."


def test_values_that_do_not_go_together_are_refused_with_the_reason() -> None:
    exploration = Exploration(load("electors-trust"))
    view = exploration.at({"defection.conditional": 0.95, "defection.probability": 0.5})
    assert "must not exceed 1" in view.refusal
    assert view.probability is None
    assert view.scenario is exploration.scenario
    assert not view.exact


def test_all_values_have_one_seed_that_of_the_scenario_if_it_has_one() -> None:
    scenario = load("lone-rogues")
    for exploration, seed in ((Exploration(scenario), 1), (Exploration(scenario.replace({"run.seed": 0})), 0)):
        for changes in ({}, {"defection.probability": 0.1}):
            view = exploration.run(changes, draws=1_000)
            assert view.simulation is not None
            assert view.simulation.seed == seed
