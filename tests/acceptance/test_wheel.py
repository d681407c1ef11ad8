"""The wheel as a reader gets it: built, installed where nothing else is, and run in an empty folder."""

import hashlib
import re
import subprocess
import sys
import zipfile
from importlib.metadata import requires
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = tmp_path.glob("*.whl")
    return built


def asked_for(name: str) -> set[str]:
    """What a package asks for, and what that asks for, on this machine."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for line in requires(ahead.pop()) or ():
            asked = Requirement(line)
            asked_name = canonicalize_name(asked.name)
            if asked_name not in found and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
                found.add(asked_name)
                ahead.append(asked_name)
    return found


def locked(lock: Path, names: set[str]) -> list[str]:
    """The entries of the lock for these names."""
    return [
        entry for entry in re.split(r"(?m)^(?=\S)", lock.read_text()) if entry.partition("==")[0] in names
    ]


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    source = ROOT / "src"
    files = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    assert {name for name in files if "__pycache__" not in name} <= packed
    assert "caseseries/studies/naymagon-2022/protocol.toml" in packed
    assert "caseseries/studies/naymagon-2022/patients.csv" in packed
    assert "caseseries/py.typed" in packed
    assert "caseseries-0.1.0.dist-info/licenses/LICENSE" in packed
    assert not any(name.startswith(("tests/", "docs/")) for name in packed)


def test_the_wheel_runs_the_founding_study_where_nothing_else_is_installed(
    wheel: Path, run: ModuleType, tmp_path: Path
) -> None:
    venv = tmp_path / "empty"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lines = [
        f"caseseries @ {wheel.as_uri()} --hash=sha256:{digest}\n",
        *locked(run.LOCK, asked_for("caseseries")),
    ]
    wanted = tmp_path / "wheel.txt"
    wanted.write_text("".join(lines))
    run.TOOLS.mkdir(exist_ok=True)
    with run.one_at_a_time():
        pip = run.pip_command()
        uv = run.uv_command(pip)
    run.make_venv(venv)
    run.install(venv, pip, uv, "--require-hashes", "--no-deps", "-r", str(wanted))

    caseseries = str(venv / "bin" / "caseseries")
    folder = tmp_path / "folder"
    folder.mkdir()
    told = subprocess.run([caseseries, "--help"], cwd=folder, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")
    assert "run" in told.stdout

    done = subprocess.run([caseseries, "run", "naymagon-2022"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list(folder.rglob("report.html"))) == 1
