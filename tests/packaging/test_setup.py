"""Set-up does what is missing, once, says so on standard error, and stops with one clear line where it may not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.scripts import PACKAGING, ROOT, script
from tests.support.waiting import PATIENCE

DEV = PACKAGING / "dev.py"
POSIX = os.name == "posix"


def run_dev(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(DEV), *arguments],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def a_finished_environment(folder: Path) -> Path:
    """A real, empty environment, stamped as set-up stamps one: all that set-up looks at the second time."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    environment = script("environment")
    (folder / environment.STAMP).write_text(environment._wanted(folder), encoding="utf-8")
    return folder


@pytest.mark.parametrize("arguments", [(), ("dance",)])
def test_an_unknown_command_is_an_error_and_says_what_there_is(arguments: Sequence[str]) -> None:
    done = run_dev(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "demo" in done.stderr
    assert "huiban ARGS" in done.stderr


def test_help_is_no_error() -> None:
    done = run_dev("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage:" in done.stdout


def test_what_is_set_up_is_used_as_it_is_without_a_word(tmp_path: Path) -> None:
    venv = a_finished_environment(tmp_path / "venv")
    done = run_dev("setup", HUIBAN_VENV=str(venv), HOME=str(tmp_path / "nowhere"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_program_s_exit_status_and_output_are_its_own(tmp_path: Path) -> None:
    venv = a_finished_environment(tmp_path / "venv")
    done = run_dev("huiban", "explain", HUIBAN_VENV=str(venv))  # an environment without packages: it fails by itself
    assert done.returncode != 0
    assert "huiban set-up" not in done.stderr


def test_a_changed_lock_or_a_moved_environment_is_set_up_again(tmp_path: Path) -> None:
    environment = script("environment")
    venv = a_finished_environment(tmp_path / "venv")
    assert environment._stamped(venv)
    stamp = venv / environment.STAMP
    whole = stamp.read_text(encoding="utf-8")
    stamp.write_text("0" * 64 + whole[64:], encoding="utf-8")
    assert not environment._stamped(venv)
    stamp.write_text(whole, encoding="utf-8")
    moved = venv.rename(tmp_path / "elsewhere")
    assert not environment._stamped(moved)
    assert not environment._stamped(tmp_path / "never made")


def test_an_environment_whose_python_is_gone_or_another_is_set_up_again(tmp_path: Path) -> None:
    """On Windows its program is a copy that stays when Python itself is removed: its settings say where that lay."""
    environment = script("environment")
    venv = a_finished_environment(tmp_path / "venv")
    settings = venv / "pyvenv.cfg"
    whole = settings.read_text(encoding="utf-8")
    base = environment._told(venv, "home")
    assert Path(base).is_dir()
    settings.write_text(whole.replace(base, str(tmp_path / "removed")), encoding="utf-8")
    assert not environment._stamped(venv)
    settings.write_text(whole.replace(f"version = {environment._told(venv, 'version')}", "version = 3.11.0"), "utf-8")
    assert not environment._stamped(venv)
    settings.write_text(whole, encoding="utf-8")
    assert environment._stamped(venv)


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run_dev("setup", HUIBAN_VENV=str(tmp_path / "file" / "venv"))
    assert done.returncode == 1
    assert "HUIBAN_VENV" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_set_ups_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGING)!r}); import environment, pathlib\n"
        f"with environment._alone(pathlib.Path({str(tmp_path)!r})):\n"
        "    print('in', flush=True); sys.stdin.read()\n"
    )
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "in\n"
        with subprocess.Popen([sys.executable, "-c", code], **pipes) as second:
            assert second.stdout is not None
            assert second.stderr is not None
            assert "another set-up is at work" in second.stderr.readline()
            first.communicate("")
            assert second.stdout.readline() == "in\n"  # only now
            second.communicate("")
            assert second.returncode == 0


def test_a_mirror_named_in_pip_s_configuration_is_handed_to_uv() -> None:
    environment = script("environment")
    python = Path(sys.executable) if _has_pip() else Path(getattr(sys, "_base_executable", sys.executable))
    variables = {
        "PATH": os.environ["PATH"],
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "https://mirror.invalid/simple",
    }
    settings = environment._uv_settings(python, variables)
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.invalid/simple"
    assert "UV_DEFAULT_INDEX" not in environment._uv_settings(python, {**variables, "UV_DEFAULT_INDEX": "theirs"})


def _has_pip() -> bool:
    return subprocess.run([sys.executable, "-c", "import pip"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("home", ["missing", ""])
def test_without_a_home_folder_downloads_are_cached_beside_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    for name in ("HOME", "USERPROFILE"):  # as Windows calls it
        monkeypatch.setenv(name, home and str(tmp_path / home))
    with script("environment")._caches(tmp_path) as variables:
        assert Path(variables["UV_CACHE_DIR"]).is_relative_to(tmp_path)
        assert Path(variables["PIP_CACHE_DIR"]).is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian packages")
def test_one_who_may_not_install_is_told_the_line_to_type() -> None:
    code = (
        "import system, talk, sys\n"
        "try: system.need(['libegl1', 'xvfb'], 'the desktop')\n"
        "except talk.SetupError as error: print(error); sys.exit(1)\n"
    )
    with tempfile.TemporaryDirectory() as name:  # not tmp_path: an account without rights must be able to read it
        folder = Path(name)
        folder.chmod(0o755)
        for module in ("system.py", "talk.py"):
            shutil.copy(PACKAGING / module, folder)
        (folder / "apt-get").symlink_to("/bin/false")  # apt is here, but it is not ours to use
        python = shutil.which("python3", path="/usr/bin:/bin") or sys.executable  # one that every account may run
        done = subprocess.run(
            [python, "-c", code],
            env={"PATH": str(folder), "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            user="nobody" if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1, done.stderr
    assert "sudo apt-get install -y --no-install-recommends libegl1 xvfb" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the dynamic loader of Linux")
def test_a_library_that_is_not_there_is_noticed() -> None:
    system = script("system")
    assert system._loads("libc.so.6")
    assert not system._loads("libnobody-has-this.so.1")


def test_locks_are_exact_hashed_and_name_no_registry() -> None:
    for lock in ("requirements.lock", "bootstrap.lock"):
        text = (PACKAGING / lock).read_text(encoding="utf-8")
        assert "://" not in text
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry[:80]
            assert "--hash=sha256:" in entry, entry[:80]


def test_what_the_project_declares_is_in_the_lock() -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *declared["dependencies"],
        *(line for extra in declared["optional-dependencies"].values() for line in extra),
    ]
    wanted = {_normal(re.split(r"[><=\[; ]", line, maxsplit=1)[0]) for line in lines}
    lock = (PACKAGING / "requirements.lock").read_text(encoding="utf-8")
    assert wanted <= {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)", lock, re.MULTILINE)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
