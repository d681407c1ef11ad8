"""`./run` in a small checkout of its own: what it makes, when, and what it says when it cannot."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

VENV = f".venv-{sys.version.split()[0]}"
ROOT = Path(__file__).parents[2]
BASE = str(Path(getattr(sys, "_base_executable", None) or sys.executable).resolve())
NEEDED = ("hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers")


def requirements(lock: str) -> dict[str, str]:
    """The name of each requirement in a lock, and its lines."""
    entries = re.split(r"(?m)^(?=\S)", lock)
    return {entry.partition("==")[0]: entry for entry in entries if entry.strip()}


@pytest.fixture
def checkout(tmp_path: Path, run: ModuleType) -> Path:
    """A project with one empty module, `./run`, and a lock of the build backend alone."""
    root = tmp_path / "checkout"
    (root / "src" / "small").mkdir(parents=True)
    (root / "src" / "small" / "__init__.py").touch()
    shutil.copy(ROOT / "run", root)
    shutil.copy(ROOT / "requirements-uv.lock", root)
    lock = requirements((ROOT / "requirements.lock").read_text())
    (root / "requirements.lock").write_text("".join(lock[name] for name in NEEDED))
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "small"\nversion = "1"\n'
        '[tool.hatch.build]\ndev-mode-dirs = ["src"]\n'
    )
    # The uv of this checkout serves the small one too, where there is one.
    for uv in (ROOT / ".tools").glob("uv-????????????"):
        (root / ".tools").mkdir(exist_ok=True)
        (root / ".tools" / uv.name).symlink_to(uv)
    return root


def start(checkout: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASE, str(checkout / "run"), *words], cwd=cwd or checkout, capture_output=True, text=True
    )


# ---- The lock ----


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-uv.lock"])
def test_a_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-|#)(?!-hash=sha256:[0-9a-f]{64})", text)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-uv.lock"])
def test_a_lock_has_a_hash_for_everything(name: str) -> None:
    for requirement, entry in requirements((ROOT / name).read_text()).items():
        assert "--hash=sha256:" in entry, requirement


def test_everything_the_project_asks_for_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[<>=~! ]", line)[0] for line in asked}
    assert names <= requirements((ROOT / "requirements.lock").read_text()).keys()


# ---- Starting ----


def test_alone_it_says_what_it_is_for_and_makes_nothing(checkout: Path) -> None:
    done = start(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert "./run pytest" in done.stdout
    assert list(checkout.glob(".venv*")) == []


def test_the_first_start_makes_the_environment_and_the_second_leaves_it_alone(
    checkout: Path, tmp_path: Path
) -> None:
    here = "import os, small; print(os.getcwd())"
    first = start(checkout, "python", "-c", here)
    assert (first.returncode, first.stdout) == (0, f"{checkout}\n"), first.stderr
    assert "making the environment" in first.stderr

    (checkout / VENV / "leftover").touch()
    elsewhere = start(checkout, "python", "-c", here, cwd=tmp_path)
    assert (elsewhere.returncode, elsewhere.stdout, elsewhere.stderr) == (0, f"{tmp_path}\n", "")
    assert (checkout / VENV / "leftover").exists()

    assert start(checkout, "python", "-c", "raise SystemExit(7)").returncode == 7

    unknown = start(checkout, "patholog")
    assert unknown.returncode == 127
    assert 'there is no command "patholog"' in unknown.stderr


@pytest.mark.parametrize("harm", ["never finished", "Python gone", "other lock", "moved here"])
def test_an_environment_that_is_not_whole_or_not_ours_is_made_anew(checkout: Path, harm: str) -> None:
    venv = checkout / VENV
    assert start(checkout, "python", "--version").returncode == 0
    (venv / "leftover").touch()
    match harm:
        case "never finished":
            (venv / "made-for").unlink()
        case "Python gone":
            (venv / "bin" / "python").unlink()
        case "other lock":
            with (checkout / "requirements.lock").open("a") as lock:
                lock.write("\n")
        case "moved here":
            checkout = checkout.rename(checkout.with_name("moved"))
    again = start(checkout, "python", "--version")
    assert again.returncode == 0, again.stderr
    assert "making the environment" in again.stderr
    assert not (checkout / VENV / "leftover").exists()


def test_two_at_once_make_one_environment(checkout: Path) -> None:
    command = [BASE, str(checkout / "run"), "python", "--version"]
    both = [subprocess.Popen(command, stdout=-1, stderr=-1, text=True) for _ in range(2)]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("making the environment with" in stderr for _, stderr in said) == 1


def test_another_python_makes_an_environment_of_its_own(checkout: Path) -> None:
    assert start(checkout, "python", "--version").returncode == 0
    (checkout / VENV / "leftover").touch()
    other = (
        "import runpy, sys; sys.version = '3.99.0 (another)'; sys.argv = ['run', 'python', '--version']; "
        f"runpy.run_path({str(checkout / 'run')!r}, run_name='__main__')"
    )
    done = subprocess.run([BASE, "-c", other], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (checkout / ".venv-3.99.0" / "made-for").exists()
    assert "making" not in start(checkout, "python", "--version").stderr
    assert (checkout / VENV / "leftover").exists()


WAITS = "import sys; print('begun', flush=True); sys.stdin.readline()"


def test_an_environment_in_use_is_not_made_anew_until_the_command_has_ended(checkout: Path) -> None:
    command = [BASE, str(checkout / "run"), "python"]
    using = subprocess.Popen([*command, "-c", WAITS], stdin=-1, stdout=-1, text=True)
    assert using.stdout is not None
    assert using.stdout.readline() == "begun\n"
    (checkout / VENV / "leftover").touch()
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("\n")

    waiting = subprocess.Popen([*command, "--version"], stdout=-1, stderr=-1, text=True)
    assert waiting.stderr is not None
    assert waiting.stderr.readline() == (
        "run: waiting for another ./run that makes the environment, or still uses what must be made anew\n"
    )
    assert (checkout / VENV / "leftover").exists()

    using.communicate("go on\n")
    _, said = waiting.communicate()
    assert (using.returncode, waiting.returncode) == (0, 0), said
    assert "making the environment" in said
    assert not (checkout / VENV / "leftover").exists()


def test_a_command_that_would_wait_for_itself_is_told(checkout: Path) -> None:
    inside = (
        "import pathlib, subprocess, sys; pathlib.Path('requirements.lock').open('a').write('\\n'); "
        "sys.exit(subprocess.run([sys.argv[1], 'run', 'python', '--version']).returncode)"
    )
    done = start(checkout, "python", "-W", "ignore", "-c", inside, BASE)
    assert done.returncode == 1
    assert "the command that this was started from uses it.\nEnd that command first.\n" in done.stderr


# ---- When it cannot ----


def test_an_old_python_is_told_plainly() -> None:
    old = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0); sys.argv = ['run']; "
        f"runpy.run_path({str(ROOT / 'run')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("run: caseseries needs Python 3.11 or newer; this is 3.9.2 (")
    assert "Traceback" not in done.stderr


def test_without_pip_and_ensurepip_the_debian_packages_are_named(
    checkout: Path, run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "has", lambda python, module: False)
    with pytest.raises(run.Failed, match=r"python3-pip \(or python3-venv\)"):
        run.pip_command()


def test_a_python_with_ensurepip_alone_gets_a_pip_in_tools(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(run, "TOOLS", tmp_path)
    monkeypatch.setattr(run, "has", lambda python, module: module == "ensurepip")
    monkeypatch.setattr(run, "told", lambda command, who: asked.append(command))
    assert run.pip_command() == [str(tmp_path / "pip" / "bin" / "python"), "-m", "pip"]
    assert [command[1:3] for command in asked] == [["-m", "venv"]]


def test_where_the_index_cannot_be_reached_the_real_error_is_shown(checkout: Path, tmp_path: Path) -> None:
    shutil.rmtree(checkout / ".tools", ignore_errors=True)
    # Nobody listens on port 9 of this machine.
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    settings |= {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = subprocess.run(
        [BASE, str(checkout / "run"), "python"], env=settings, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "Connection refused" in done.stderr
    assert "going on without uv" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / VENV / "made-for").exists()


def test_what_pip_said_is_shown_without_its_noise(run: ModuleType) -> None:
    said = (
        "WARNING: Location '/wheels' is ignored: it is neither a file nor a directory.\n"
        "WARNING: Retrying (Retry(total=1, connect=None)) after 'Connection refused'\n"
        "WARNING: Retrying (Retry(total=0, connect=None)) after 'Connection refused'\n"
        "ERROR: No matching distribution found\n"
    )
    assert run.plainly(said).splitlines() == said.splitlines()[2:]


# ---- Pip's settings, told to uv ----


def test_the_setting_nearest_to_the_command_counts(run: ModuleType) -> None:
    listed = (
        "global.index-url='far'\ninstall.index-url='nearer'\n:env:.index-url='nearest'\n"
        "download.cert='not ours'\nglobal.find-links='\\none\\ntwo'\n"
    )
    assert run.pip_settings(listed) == {"index-url": "nearest", "find-links": "\none\ntwo"}


def test_pip_and_uv_look_in_the_same_places(run: ModuleType, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    there, missing = wheels.as_uri(), (tmp_path / "missing").as_uri()
    told = run.translate(
        {
            "index-url": "https://one.invalid/simple",
            "extra-index-url": f"https://two.invalid/simple {missing}\n{there}",
            "find-links": f"{wheels} {tmp_path / 'missing'} https://three.invalid/files",
            "cert": str(tmp_path / "missing.pem"),
            "trusted-host": "one.invalid",
            "timeout": "60",
        }
    )
    assert told == {
        "UV_DEFAULT_INDEX": "https://one.invalid/simple",
        "UV_INDEX": f"https://two.invalid/simple {there}",
        "UV_FIND_LINKS": f"{wheels},https://three.invalid/files",
        "UV_INSECURE_HOST": "one.invalid",
        "UV_HTTP_TIMEOUT": "60",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }


def test_what_is_set_for_uv_itself_stands(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX_STRATEGY", "first-index")
    assert "UV_INDEX_STRATEGY" not in run.uv_settings([sys.executable, "-c", "0"])
