"""The house rules: imports go down, files and functions stay small, nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "montecarlo"
LONGEST_FILE, LONGEST_FUNCTION = 350, 40

# From the ground up; a module may import from its own floor's room and from every floor below.
FLOORS = (
    ("errors",),
    ("arrays", "data", "solution", "language.problems"),
    ("parts",),
    ("model", "house", "language.values", "language.thresholds", "language.toml_text"),
    ("language.schema", "language.overrides", "language.toml_output"),
    ("language.elector_table", "language.accounts", "language.json_schema"),
    ("language.roster",),
    ("language.roster_checks", "language.mechanism_checks", "language.assembly"),
    ("language.validation",),
    ("scenario",),
    ("uncertainty",),
    ("kernel.streams", "kernel.normal", "estimates"),
    ("kernel.plan", "kernel.student", "kernel.common_odds"),
    ("kernel.coins",),
    ("kernel.linked_plan",),
    ("kernel", "exact"),
    ("engine",),
    ("sampling.weights", "sampling.sampler"),
    ("sampling",),
    ("estimation",),
    ("show.numbers",),
    ("study",),
    ("answer",),
    ("asking",),
    ("manifest",),
    ("store",),
    ("saved_sweeps",),
    ("show.words",),
    ("plots",),
    ("show",),
    ("cli",),
    ("__main__",),
)
HEAVY = ("scipy", "matplotlib", "numba", "rich", "jinja2", "ipywidgets")


def modules() -> dict[str, Path]:
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imports(path: Path) -> set[str]:
    """Names of the package's modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    known = modules()
    return {name.removeprefix("montecarlo.") for name in found if "." in name} & set(known)


def floor(name: str) -> int:
    # A room itself holds nothing but its modules.
    if name in {"language", "kernel", "sampling", "engine", "exact", "plots", "show"}:
        return 0
    for number, rooms in enumerate(FLOORS):
        if any(name == room or name.startswith(f"{room}.") for room in rooms):
            return number
    raise AssertionError(f"{name} stands on no floor")


def room(name: str) -> str:
    return name.split(".")[0]


@pytest.mark.parametrize("name", [name for name in modules() if name])
def test_imports_go_down(name: str) -> None:
    for other in imports(modules()[name]):
        if room(other) == room(name):
            assert floor(other) <= floor(name), f"{name} imports {other}"
        else:
            assert floor(other) < floor(name), f"{name} imports {other}, which does not stand below it"


def test_nothing_inside_imports_the_package_itself() -> None:
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import) and name:
                assert "montecarlo" not in {alias.name for alias in node.names}, path
            if isinstance(node, ast.ImportFrom):
                assert node.module != "montecarlo", path


def test_no_circles() -> None:
    graph = {name: imports(path) - {name} for name, path in modules().items() if name}
    while graph:
        free = {name for name, below in graph.items() if not below & set(graph)}
        assert free, f"circle among {sorted(graph)}"
        graph = {name: below for name, below in graph.items() if name not in free}


@pytest.mark.parametrize("path", sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]), ids=str)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_only_the_store_writes() -> None:
    """No other module opens a file for writing."""
    for name, path in modules().items():
        text = path.read_text()
        if name != "store":
            assert ".write_text(" not in text, name
            assert ".write_bytes(" not in text, name
            assert 'open("w' not in text, name


def test_only_one_module_makes_streams() -> None:
    for name, path in modules().items():
        if name != "kernel.streams":
            text = path.read_text()
            assert "SeedSequence(" not in text, name
            assert "default_rng" not in text, name
            assert "np.random" not in text, name


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import montecarlo", ("numpy", "pydantic", *HEAVY)),
        ("import montecarlo.cli", ("numpy", "pydantic", *HEAVY)),
        ("from montecarlo.scenario import load; load('hamilton-2016').model()", HEAVY),
        ("import montecarlo as mc; mc.solve(mc.Model([0.1] * 40, 20))", ("matplotlib", "numba", "rich", "pydantic")),
        ("import montecarlo as mc; mc.simulate(mc.Model([0.1] * 40, 20), 1000)", ("scipy.stats", *HEAVY)),
    ],
)
def test_nothing_heavy_before_it_is_needed(statement: str, absent: tuple[str, ...]) -> None:
    code = f"{statement}\nimport sys\nprint(*[name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_public_names_are_all_there() -> None:
    import montecarlo

    for name in montecarlo.__all__:
        assert getattr(montecarlo, name).__name__ == name
    assert set(montecarlo.__all__) <= set(dir(montecarlo))
    assert sorted(montecarlo.__all__) == montecarlo.__all__
    assert set(montecarlo.__all__) == set(montecarlo._PLACES)
    with pytest.raises(AttributeError, match="has no attribute 'samples'"):
        _ = montecarlo.samples
