"""The house of skmm: who may import whom, what an import costs, and what is nowhere to be found."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skmm"
FLOOR = {
    "_validation": 0,
    "_optional": 0,
    "_padding": 0,
    "_public": 0,
    "_parallel": 0,
    "_device": 0,
    "_threads": 0,
    "_fork": 0,
    "_compiled": 0,
    "_atomic": 0,
    "_axes": 1,
    "_shown": 0,
    "_versions": 0,
    "frame": 1,
    "cache": 1,
    "_files": 1,
    "_targets": 1,
    "_tensor": 1,
    "_input": 1,
    "datasets": 1,
    "_samples": 1,
    "_extraction_count": 0,
    "_extraction": 2,
    "_extractor": 2,
    "image": 2,
    "audio": 2,
    "text": 2,
    "sensor": 2,
    "fusion": 3,
    "impute": 3,
    "distributed": 3,
    "privacy": 3,
    "generative": 4,
    "nn": 4,
    "retrieval": 4,
    "inspection": 5,
    "model_selection": 5,
    "persistence": 5,
    "realtime": 5,
    "reporting": 6,
}
SAME_FLOOR = {
    ("frame", "_tensor"),
    ("_input", "frame"),
    ("_input", "_tensor"),
    ("_samples", "frame"),
    ("_samples", "_tensor"),
    ("_extractor", "_extraction"),
    ("cache", "_files"),
    ("generative", "nn"),
    ("impute", "fusion"),
    ("persistence", "model_selection"),
    ("realtime", "model_selection"),
    ("retrieval", "nn"),
} | {
    (package, module)
    for package in ("datasets", "image", "audio", "text", "sensor")
    for module in ("frame", "_tensor", "_extractor", "_extraction")
}
SOURCES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {
    "torch",
    "skorch",
    "gensim",
    "librosa",
    "matplotlib",
    "soundfile",
    "skimage",
    "PIL",
    "lmdb",
    "jieba",
    "faiss",
    "dask",
    "distributed",
    "ray",
    "opacus",
}


def house_part(path):
    relative = path.relative_to(PACKAGE).with_suffix("")
    return relative.parts[0]


def imports(path, module_level):
    """Names of imported modules: those run at import time, or all of them."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if module_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_only_from_lower_floors(path):
    part = house_part(path)
    if part == "__init__":
        return
    for target in imports(path, module_level=False):
        if not target.startswith("skmm."):
            continue
        other = target.split(".")[1]
        allowed = other == part or FLOOR[other] < FLOOR[part] or (part, other) in SAME_FLOOR
        assert allowed, f"{path.relative_to(ROOT)} imports {target}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_inside_functions_below_floor_four(path):
    part = house_part(path)
    allowed = {"torch", "skorch"} if FLOOR.get(part) == 4 else set()
    heavy = {name.split(".")[0] for name in imports(path, module_level=True)} & HEAVY
    assert heavy <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_private_names_of_scikit_learn_come_through_one_door(path):
    private = [
        name
        for name in imports(path, module_level=False)
        if name and name.startswith("sklearn.") and "._" in name
    ]
    assert not private or house_part(path) == "_validation", private


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_unpickles_sets_threads_or_seeds_globally(path):
    forbidden = re.compile(
        r"pickle\.loads?\(|torch\.load\(|joblib\.load\(|set_num_threads\(|np\.random\.seed\(|\bprint\("
        r"|^\s*assert\b|except:\s|\bTODO\b",
        re.MULTILINE,
    )
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):  # docstrings may show what code must not do
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    found = set(forbidden.findall(ast.unparse(tree)))
    if path.name == "_fork.py":  # for processes that would hang otherwise
        found -= {"set_num_threads("}
    assert not found


def run_python(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.mark.parametrize(
    "package",
    [
        "skmm",
        "skmm.frame",
        "skmm.cache",
        "skmm.datasets",
        "skmm.image",
        "skmm.audio",
        "skmm.text",
        "skmm.sensor",
        "skmm.distributed",
    ]
    + [
        "skmm.fusion",
        "skmm.inspection",
        "skmm.model_selection",
        "skmm.persistence",
        "skmm.privacy",
        "skmm.realtime",
    ],
)
def test_import_is_light(package):
    code = f"import sys, {package}; print(sorted({HEAVY!r} & set(sys.modules)))"
    assert run_python(code) == "[]"


def test_every_part_of_the_house_has_a_floor():
    assert {house_part(path) for path in SOURCES} - {"__init__"} == set(FLOOR)


PACKAGES = sorted(f"skmm.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("package", ["skmm", "skmm.frame", *PACKAGES])
def test_public_names_come_from_one_place(package):
    module = importlib.import_module(package)
    assert list(module.__all__) == sorted(module.__all__)
    for name in module.__all__:
        home = getattr(getattr(module, name), "__module__", package)  # a constant has none
        if package != "skmm":
            assert home == package or "._" in home, home


def test_every_module_is_mirrored_by_a_test():
    absent = []
    for path in SOURCES:
        relative = path.relative_to(PACKAGE)
        test = ROOT / "tests" / relative.parent / f"test_{relative.stem.lstrip('_')}.py"
        if relative.stem != "__init__" and not test.exists():
            absent.append(str(relative))
    assert not absent


def test_there_are_no_upper_pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + sum(project["optional-dependencies"].values(), [])
    assert not [requirement for requirement in wanted if re.search(r"<|==|~=", requirement)]


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert importlib.import_module("skmm").__version__ == project["version"]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'skmm' has no attribute 'nonsense'"):
        importlib.import_module("skmm").nonsense  # noqa: B018


def test_public_names_are_listed_by_dir():
    skmm = importlib.import_module("skmm")
    assert set(skmm.__all__) <= set(dir(skmm))
    importlib.import_module("skmm.fusion")  # what is loaded is listed once
    assert skmm.__dir__() == sorted(set(skmm.__dir__()))


def test_packages_are_loaded_when_first_used(monkeypatch):
    skmm = importlib.import_module("skmm")
    monkeypatch.delattr(skmm, "realtime", raising=False)
    assert skmm.realtime.__name__ == "skmm.realtime"
    assert "realtime" in dir(skmm)
    with pytest.raises(AttributeError, match="module 'skmm' has no attribute 'realtme'"):
        _ = skmm.realtme
