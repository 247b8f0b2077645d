"""What the documentation promises: complete, true and runnable."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest
from numpydoc.docscrape import NumpyDocString

import skmm

ROOT = Path(__file__).parents[1]
MODULES = ["skmm.frame"] + [
    f"skmm.{m.name}" for m in pkgutil.iter_modules(skmm.__path__) if m.ispkg
]
PUBLIC = sorted(
    (module, name) for module in MODULES for name in importlib.import_module(module).__all__
)
PUBLIC += [("skmm", "ModalityError")]


def listed_names():
    """(module, name) pairs in the reference."""
    module, pairs = None, set()
    for line in (ROOT / "docs" / "api.rst").read_text().splitlines():
        if match := re.match(r"\.\. currentmodule:: (\S+)", line):
            module = match[1]
        elif match := re.match(r"(?:   |\.\. py:data:: )(\w+)$", line):
            pairs.add((module, match[1]))
    return pairs


def test_the_reference_lists_every_public_name_and_no_other():
    assert listed_names() == set(PUBLIC)


def test_the_names_of_skmm_itself_are_those_of_its_packages():
    listed = {name for _, name in PUBLIC}
    assert set(skmm.__all__) <= listed


@pytest.mark.parametrize(("module", "name"), [p for p in PUBLIC if not p[1].isupper()])
def test_every_public_name_is_documented_with_an_example(module, name):
    value = getattr(importlib.import_module(module), name)
    doc = NumpyDocString(inspect.getdoc(value))
    assert doc["Summary"]
    takes = [p for p in inspect.signature(value).parameters if p not in ("args", "kwargs")]
    documented = {part.strip().lstrip("*") for p in doc["Parameters"] for part in p.name.split(",")}
    assert set(takes) <= documented | {"modalities"}
    assert doc["Returns"] or doc["Raises"] or inspect.isclass(value)
    assert doc["Examples"]


@pytest.mark.parametrize(
    ("module", "name"),
    [p for p in PUBLIC if inspect.isclass(getattr(importlib.import_module(p[0]), p[1]))],
)
def test_every_public_method_is_documented(module, name):
    cls = getattr(importlib.import_module(module), name)
    for method, value in vars(cls).items():
        if inspect.isfunction(value) and not method.startswith("_"):
            assert inspect.getdoc(value), f"{name}.{method}"


def python_blocks(path):
    return re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL)


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore:lbfgs failed to converge"
)  # the members' features are not scaled
def test_the_example_of_the_readme_runs(capsys):
    matplotlib.use("Agg")
    namespace = {}
    for block in python_blocks(ROOT / "README.md"):
        exec(block, namespace)
    table = namespace["comparison"].table
    assert list(table.index) == ["image", "audio", "text", "early", "late", "deep"]
    p_values = table["p_value"]
    assert p_values[["early", "late", "deep"]].max() < 0.01  # as it says below
    assert "mean_score" in capsys.readouterr().out


def test_the_readme_lists_what_is_there():
    first_cells = re.findall(
        r"^\| (`skmm\.[^|]+) \|", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert set(re.findall(r"`(skmm\.\w+)`", " ".join(first_cells))) == {*MODULES, "skmm.impute"}


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# The readme has a test of its own, and the Chinese quick start all code of the English one.
PAGES = [
    path for path in DOCUMENTS if path.name not in ("README.md", "start.md") and python_blocks(path)
]


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_the_code_of_a_page_runs_from_top_to_bottom(path, tmp_path, monkeypatch, capsys):
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for block in python_blocks(path):
        exec(block, namespace)
        shown = re.findall(r"^print\(.*\)  # (.+)$", block, re.MULTILINE)
        printed = capsys.readouterr().out.splitlines()
        assert [line for line in printed if line in shown] == shown
    plt.close("all")


def test_the_chinese_quick_start_has_all_code_of_the_english_one():
    english, chinese = (python_blocks(ROOT / "docs" / page) for page in ("start.md", "zh/index.md"))
    assert set(english) <= set(chinese)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_and_file_named_exists(path):
    text = path.read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (path.parent / target).exists(), target
    for target in re.findall(r"`((?:examples|tests|docs|skmm)/[\w/.]+)`", text):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_role_names_something_that_exists(path):
    for target in re.findall(r"\{(?:func|class)\}`~?([\w.]+)`", path.read_text()):
        module, _, name = target.rpartition(".")
        assert hasattr(importlib.import_module(module), name), target
