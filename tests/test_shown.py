"""Results that notebooks show as tables."""

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from skmm import LateFusionClassifier, compare_fusions
from skmm._shown import ShownAsTable
from skmm.datasets import make_multimodal_classification
from skmm.inspection import (
    information_decomposition,
    modality_importance,
    modality_interactions,
)
from skmm.model_selection import missing_modality_curve


def test_numbers_have_three_digits_and_gaps_are_empty():
    class Result(ShownAsTable):
        table = pd.DataFrame({"score": [0.123456, None]}, index=["<early>", "late"])

    html = Result()._repr_html_()
    assert "<td>0.123</td>" in html
    assert "<td></td>" in html
    assert "&lt;early&gt;" in html


@pytest.fixture(scope="module")
def results():
    X, y = make_multimodal_classification(80, modalities={"a": 6, "b": 4}, random_state=0)
    late = LateFusionClassifier([(name, LogisticRegression()) for name in X], rule="mean")
    fitted = late.fit(X, y)
    return [
        compare_fusions({"late": late}, X, y, cv=2),
        modality_importance(fitted, X, y, n_repeats=2, random_state=0),
        modality_interactions(fitted, X, y, n_repeats=2, random_state=0),
        missing_modality_curve(fitted, X, y, n_repeats=2, random_state=0),
        information_decomposition(X, y, random_state=0),
    ]


def test_results_are_shown_as_their_tables(results):
    for result in results:
        assert repr(result).startswith(type(result).__name__ + "\n")
        html = result._repr_html_()
        assert html.count("<tr") >= len(result.table) + 1, type(result)
        for column in result.table.columns:
            assert f"<th>{column}</th>" in html, type(result)


def test_results_are_written_as_their_tables():
    class Result(ShownAsTable):
        table = pd.DataFrame({"score": [0.123456, None]}, index=["early", "late"])

    assert repr(Result()) == "Result\n       score\nearly  0.123\nlate        "
