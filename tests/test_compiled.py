"""How compiled functions are kept, in processes of their own: each reads the cache only once."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "skmm"
MODULE = """
from skmm._compiled import compiled


@compiled(error_model="numpy")
def ratio(a, b):
    return a / b


@compiled()
def double(a):
    return 2 * a
"""
CALL = "import module; print(module.ratio(1.0, 0.0), sum(module.ratio.stats.cache_hits.values()))"
TINY_FILES = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); " + (
    "resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99)); "
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run code beside a module of one kernel; return its output, and what it warned of."""
    (tmp_path / "module.py").write_text(MODULE)
    (tmp_path / "no_folder").touch()
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{PACKAGE.parent}")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no_folder"))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)

    def call(code=CALL):
        command = [sys.executable, "-W", "always", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        return done.stdout.strip(), done.stderr

    return call


def test_the_next_process_loads_what_one_has_compiled(run):
    assert run() == ("inf 0", "")
    assert run() == ("inf 1", "")


def test_where_nobody_may_write_each_process_compiles_and_says_so_once(run, tmp_path):
    (tmp_path / "__pycache__").touch()  # not even root can make a folder of this name
    for _ in range(2):
        output, warned = run(CALL + "; print(module.double(2))")
        assert output.split() == ["inf", "0", "4"]
        assert warned.count("UserWarning") == 1
        assert re.search("no locator available.*NUMBA_CACHE_DIR to a folder", warned)


def test_a_folder_that_the_user_names_is_used(run, tmp_path, monkeypatch):
    (tmp_path / "__pycache__").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    assert run() == ("inf 0", "")
    assert run() == ("inf 1", "")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are those of POSIX")
def test_a_full_disk_is_warned_of(run):
    output, warned = run(TINY_FILES + CALL)
    assert output == "inf 0"
    assert re.search("cannot be kept on disk.*File too large.*NUMBA_CACHE_DIR", warned)


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_a_damaged_file_is_written_anew(run, tmp_path, suffix, content):
    run()
    (damaged,) = (tmp_path / "__pycache__").glob(f"*ratio*{suffix}")
    damaged.write_bytes(content)
    assert run() == ("inf 0", "")
    assert run() == ("inf 1", "")


def test_all_kernels_work_in_a_package_that_is_read_only(run, tmp_path):
    copy = tmp_path / "skmm"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in {path.parent for path in copy.rglob("*.py")}:
        (folder / "__pycache__").touch()
    kernels = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in PACKAGE.rglob("*.py")
        if "@compiled(" in path.read_text()
    ]
    assert len(kernels) >= 3
    call = "print(skmm.sensor._kernels.correlate_channels(numpy.eye(3)[None]).shape, skmm.__file__)"
    output, _ = run(f"import numpy, {', '.join(kernels)}; {call}")
    assert output == f"(1, 3) {copy / '__init__.py'}"


def test_no_kernel_is_kept_in_another_way():
    pattern = re.compile(r"jit\([^)]*cache")
    assert not [path for path in PACKAGE.rglob("*.py") if pattern.search(path.read_text())]
