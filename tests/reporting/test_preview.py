"""Rows of a frame in a notebook."""

import numpy as np
import pytest

from skmm import ModalityError, make_frame
from skmm.datasets import make_keypad_digits
from skmm.reporting import preview
from tests.browser import ask_page


def test_a_browser_shows_pictures_and_players(tmp_path):
    X, _ = make_keypad_digits(20, missing={"image": 0.5}, random_state=0)
    n_pictures = int(X["image"].notna()[:6].sum())
    path = tmp_path / "preview.html"
    html = preview(X, n_rows=6, sampling_rate={"audio": 8000})._repr_html_()
    path.write_text(f"<!DOCTYPE html><html><body>{html}</body></html>", encoding="utf-8")
    found = ask_page(
        path,
        "({pictures: [...document.images].filter(i => i.naturalWidth == 8).length,"
        " players: document.querySelectorAll('audio').length,"
        " rows: document.querySelectorAll('tbody tr').length,"
        " missing: [...document.querySelectorAll('td span')].length})",
        tmp_path,
    )
    assert found == {"pictures": n_pictures, "players": 6, "rows": 6, "missing": 6 - n_pictures}


def test_one_rate_serves_all_arrays_of_one_axis_and_none_draws_curves():
    X = make_frame(a=np.zeros((3, 400)), b=np.zeros((3, 400)))
    assert preview(X, sampling_rate=8000).html.count("<audio") == 6
    assert preview(X).html.count("<svg") == 6


def test_labels_and_sizes_are_told():
    X = make_frame(text=["a", "b", "c"]).set_axis(["<x>", "y", "z"])
    html = preview(X, n_rows=2).html
    assert "&lt;x&gt;" in html
    assert "<th>z</th>" not in html
    assert "3 rows, 1 modalities" in html
    assert "shown as a table" in repr(preview(X))


def test_a_broken_file_has_a_place(tmp_path):
    path = tmp_path / "broken.wav"
    path.write_bytes(b"nothing")
    X = make_frame(audio=[None, str(path)])
    with pytest.raises(ModalityError, match=r"modality 'audio', row 1 \(index 1\)"):
        preview(X)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"n_rows": 0}, ValueError, "'n_rows' parameter of preview"),
        ({"sampling_rate": -1}, ValueError, "'sampling_rate' parameter of preview"),
        ({"sampling_rate": {"text": "x"}}, ValueError, "sampling_rate is 'x' for modality 'text'"),
        ({"sampling_rate": {"text": 0.5}}, ValueError, "expected at least 1 hertz"),
        (
            {"sampling_rate": {"sound": 8000}},
            ValueError,
            r"names the modality 'sound'; .*\['text'\]",
        ),
    ],
)
def test_values_out_of_range_are_refused(params, error, message):
    with pytest.raises(error, match=message):
        preview(make_frame(text=["a"]), **params)


def test_a_dict_is_refused():
    with pytest.raises(TypeError, match="make_frame"):
        preview({"text": ["a"]})
