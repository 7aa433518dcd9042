"""The built wheel, installed away from the repository, brings scenarios and data along."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(line, check=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_scenarios_data_and_the_type_marker(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"montecarlo/configs/{path.name}" for path in (ROOT / "configs").glob("*.toml")} <= names
    assert {f"montecarlo/data/{path.name}" for path in (ROOT / "montecarlo" / "data").glob("*.csv")} <= names
    assert {"montecarlo/py.typed", "montecarlo/show/report.html.jinja"} <= names
    assert not [name for name in names if name.startswith("tests/") or "__pycache__" in name]


def test_it_runs_from_elsewhere(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    code = (
        "import montecarlo, montecarlo.scenario as s; print(montecarlo.__file__); print(*s.shipped()); "
        "print(s.load('lone-rogues').roster().needed)"
    )
    line = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(place)!r}); {code}"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
    where, names, needed = done.stdout.splitlines()
    assert where.startswith(str(place))
    assert {"bound-electors", "hamilton-2016", "lone-rogues"} <= set(names.split())
    assert needed == "37"
