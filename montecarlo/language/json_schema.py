"""A scenario file as a JSON Schema, for editors and other programs; what needs more than one key it does not say."""

from __future__ import annotations

import json
from typing import Any

from montecarlo.language.schema import Settings


def scenario_schema() -> dict[str, Any]:
    """Return the schema of the values of a scenario file, JSON Schema 2020-12."""
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of montecarlo",
        "description": "The values of a scenario's TOML file. What needs the roster `montecarlo validate` checks.",
    }
    return {**told, **{key: value for key, value in Settings.model_json_schema().items() if key not in told}}


def scenario_schema_text() -> str:
    """Return the same as the text of the file that comes with the package."""
    return json.dumps(scenario_schema(), indent=1) + "\n"
