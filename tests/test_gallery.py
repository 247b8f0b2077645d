"""The examples as they are written; `make docs` runs them and checks what they print, see tests/site."""

import ast
import importlib
from pathlib import Path

import pytest

from tests.test_docs import PUBLIC

ROOT = Path(__file__).parents[1]
EXAMPLES = {path.stem: path for path in sorted((ROOT / "examples").rglob("*.py"))}
DISPLAYS = [(module, name) for module, name in PUBLIC if name.endswith("Display")]


def calls(path):
    """Dotted names of what a file calls."""
    tree = ast.parse(path.read_text())
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


CALLS = {name: calls(path) for name, path in EXAMPLES.items()}


@pytest.mark.parametrize(("module", "name"), DISPLAYS)
def test_every_display_is_drawn_by_an_example(module, name):
    ways = [
        way for way in vars(getattr(importlib.import_module(module), name)) if way[:5] == "from_"
    ]
    drawing = {name, *(f"{name}.{way}" for way in ways)}
    assert any(drawing & called for called in CALLS.values()), f"no example draws a {name}"


@pytest.mark.parametrize(
    "call",
    [
        "ModalityImportanceDisplay.from_importance",
        "ModalityImportanceDisplay.from_contributions",  # the shares, sample by sample
        "skmm.report",
    ],
)
def test_every_kind_of_picture_is_drawn_by_an_example(call):
    assert any(call in called for called in CALLS.values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_a_page_of_the_gallery(name):
    assert name.startswith("plot_")  # others are not run
    text = EXAMPLES[name].read_text()
    assert "\n# %%\n" in text
    assert "__file__" not in text  # which pages of the gallery do not have


def test_every_application_is_in_the_readme():
    text = (ROOT / "README.md").read_text()
    applications = list((ROOT / "examples" / "applications").glob("*.py"))
    assert applications
    for path in applications:
        assert f"]({path.relative_to(ROOT)})" in text


def test_without_recordings_the_sounds_are_made_up_and_it_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SKMM_DATA", str(tmp_path))
    source = EXAMPLES["plot_02_audio_visual_digits"].read_text()
    namespace = {}
    exec(source.partition("# Four of the pairs")[0], namespace)
    assert "sounds: made-up tones of telephones" in capsys.readouterr().out
    assert namespace["pictures"].shape == (1740, 64)
    assert len(namespace["clips"]) == len(namespace["y"]) == 1740
    for speaker in range(6):
        assert set(namespace["y"][namespace["speakers"] == speaker]) == set(range(10))


def test_recordings_go_with_pictures_of_the_same_digit(monkeypatch, real_data, capsys):
    monkeypatch.setenv("SKMM_DATA", str(real_data))
    source = EXAMPLES["plot_02_audio_visual_digits"].read_text()
    namespace = {}
    exec(source.partition("# Four of the pairs")[0], namespace)
    assert "sounds: recordings of people" in capsys.readouterr().out
    names = [Path(path).stem.split("_")[:2] for path in namespace["clips"]]
    assert [(int(digit), speaker) for digit, speaker in names] == list(
        zip(namespace["y"], namespace["speakers"], strict=True)
    )
    images, digits = namespace["load_digits"](return_X_y=True)
    digit_of = {image.tobytes(): digit for image, digit in zip(images, digits, strict=True)}
    assert [digit_of[image.tobytes()] for image in namespace["pictures"]] == list(namespace["y"])
