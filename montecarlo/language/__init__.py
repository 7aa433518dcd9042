"""The language of scenarios: keys and their types, laws and rosters by name, overrides, and every error of a file."""
