"""What can be moved: keys that do something, over ranges in which nothing is refused."""

from __future__ import annotations

from math import log10

import pytest

from montecarlo.errors import ScenarioError
from montecarlo.scenario import Scenario, load, shipped
from montecarlo.study.controls import Control, controls

COMMON_RATE = """title = "t"
[defection]
probability = 0.001
[common_odds]
alpha = 1.5
beta = 900.0
"""


def by_key(scenario: Scenario) -> dict[str, Control]:
    return {control.key: control for control in controls(scenario)}


def some_values(control: Control) -> list[object]:
    """All choices, or both ends and the middle."""
    if control.kind == "choice":
        return [value for _, value in control.choices]
    values = control.low, (control.low + control.high) / 2, control.high
    if control.kind == "whole":
        return [*map(int, values)]
    return [10.0**value for value in values] if control.logarithmic else [*values]


@pytest.mark.parametrize("name", shipped())
def test_every_key_can_be_set_and_does_something(name: str) -> None:
    scenario = load(name)
    found = controls(scenario)
    assert len({control.key for control in found}) == len(found)
    for control in found:
        assert control.label
        # The weight of an account cannot be moved alone.
        assert control.key.endswith(".weight") or any(
            acts(scenario, control.key, value) for value in some_values(control)
        )


def acts(scenario: Scenario, key: str, value: object) -> bool:
    """Say whether the key may have the value, and makes another model with it."""
    try:
        return scenario.replace({key: value}).digest != scenario.digest
    except ScenarioError:
        return False


def test_what_there_is_always() -> None:
    found = by_key(load("lone-rogues"))
    assert list(found) == ["defection.probability", "factors.national", "law.upheld"]
    base = found["defection.probability"]
    assert (base.kind, base.logarithmic, base.value, base.high) == ("probability", True, 9 / 9110, 0.0)
    assert base.low <= -6.0
    steps = (log10(base.value) - base.low) / base.step
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert (found["factors.national"].value, found["law.upheld"].value) == (0.0, 0.0)


def test_mechanisms_that_a_scenario_has() -> None:
    trust, mover, days = (by_key(load(name)) for name in ("electors-trust", "first-mover", "five-days-left"))
    assert trust["pledge.threshold"].kind == "whole"
    assert (trust["pledge.threshold"].low, trust["pledge.threshold"].high) == (1, 306)
    assert trust["pledge.counts"].choices == (("promises", "conditional"), ("all", "all"))
    assert trust["defection.conditional"].value == 0.05
    assert {"cascade.scale", "cascade.shape", "cascade.rounds", "cascade.visibility"} <= mover.keys()
    assert mover["cascade.rounds"].choices[0] == ("as many as it takes", None)
    assert {"pressure.probability", "pressure.hazard", "pressure.hazard_decay"} <= days.keys()
    assert "pressure.hazard" not in by_key(load("hamilton-2016"))
    tails = by_key(load("divisive-year"))["factors.degrees_of_freedom"]
    assert tails.value == 4
    assert ("Gaussian", None) in tails.choices
    assert "law.cancelled.penalty" in by_key(load("bound-electors"))


def test_a_common_rate_leaves_no_room_for_a_national_factor() -> None:
    found = by_key(Scenario.from_text("t", COMMON_RATE))
    assert "factors.national" not in found
    assert found["common_odds.beta"].logarithmic


def test_what_an_account_sets_itself_is_moved_there() -> None:
    found = by_key(load("hamilton-2016"))
    assert found["account.electors-trust.set.pledge.threshold"].value == 37
    assert found["account.first-mover.set.defection.group.considering.conditional"].value == 0.9
    assert found["account.first-mover.set.cascade.scale"].section == "Account first-mover"
    # An account's choice of no limit would only mean to have what the scenario has.
    assert None not in [value for _, value in found["account.first-mover.set.cascade.rounds"].choices]
    assert [key for key in found if key.endswith(".weight")] == [
        f"account.{name}.weight" for name in ("whip-count", "electors-trust", "first-mover")
    ]
    # Set by two of three accounts, it still acts in the third; nothing that Democrats do matters to the majority.
    assert "defection.group.considering.probability" in found
    assert "defection.group.hamilton.probability" not in found


def test_a_value_outside_the_usual_range_stays_inside() -> None:
    text = 'title = "t"\n[defection]\nprobability = 1e-9\nparty = { R = 0.0 }\n[factors]\nnational = -0.5\n'
    text += "degrees_of_freedom = 7\n"
    found = by_key(Scenario.from_text("t", text))
    assert found["defection.probability"].low <= -9.0
    assert not found["defection.party.R"].logarithmic
    assert found["factors.national"].low == -0.5
    assert found["factors.degrees_of_freedom"].choices[-1] == ("7", 7)


def test_a_slider_that_only_went_to_its_nearest_step_was_not_moved() -> None:
    found = by_key(load("electors-trust"))
    share, base = found["defection.conditional"], found["defection.probability"]
    assert not share.moved(0.05000000000000001)
    assert not share.moved(0.0549)
    assert share.moved(0.06)
    assert not base.moved(base.value * 10**0.004)
    assert base.moved(base.value * 10**0.01)
