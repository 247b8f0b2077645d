"""A card tells what a model is, what it reads and gives, and what it was fitted on."""

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skmm
from skmm import LateFusionClassifier, MultimodalFusion
from skmm.datasets import make_multimodal_classification
from skmm.generative import AutoencoderFusion
from skmm.model_selection import FusionComparison
from skmm.nn import DeepFusionClassifier, MultitaskFusion
from skmm.persistence import model_card
from skmm.persistence._data_hash import hash_data
from skmm.privacy import DPSGD
from skmm.retrieval import CrossModalRetriever

MEMBERS = [("a", LogisticRegression()), ("b", LogisticRegression())]


@pytest.fixture(scope="module")
def data():
    X, y = make_multimodal_classification(40, modalities={"a": 9, "b": 5}, random_state=0)
    X.loc[:9, "b"] = None
    return X, y


@pytest.fixture(scope="module")
def late(data):
    return LateFusionClassifier(MEMBERS).fit(*data)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (LateFusionClassifier(MEMBERS), "late fusion"),
        (make_pipeline(MultimodalFusion([("a", StandardScaler())]), Ridge()), "early fusion"),
        (make_pipeline(MultimodalFusion([], fusion=None), DeepFusionClassifier()), "deep fusion"),
        (GridSearchCV(DeepFusionClassifier(), {"lr": [0.1]}), "deep fusion"),
        (MultitaskFusion(), "deep fusion"),
        (AutoencoderFusion(), "fusion without labels"),
        (CrossModalRetriever(), "retrieval across modalities"),
    ],
    ids=str,
)
def test_the_kind_of_fusion_is_told(model, kind):
    assert f"Kind: {kind}." in model_card(model).sections["What it is"]


def test_models_of_others_have_no_kind():
    assert "Kind" not in str(model_card(Ridge()))


def test_parameters_are_told_in_full():
    model = make_pipeline(*[DeepFusionClassifier(embed_dim=7 + number) for number in range(30)])
    text = model_card(model, description="For nothing.").sections["What it is"]
    assert text.startswith("For nothing.\n\n")
    assert all(f"embed_dim={7 + number}" in text for number in range(30))


def test_modalities_are_told_with_their_cells_and_how_often_they_are_missing(data, late):
    X = data[0].assign(n=np.arange(40), t="x", o=pd.Series([[1]] * 39 + ["a"], dtype=object))
    table = model_card(late, X=X).sections["Modalities"]
    assert "| a | arrays of 9, float32 | 0 % |" in table
    assert "| b | arrays of 5, float32 | 25 % |" in table
    assert "| n | int64 | 0 % |" in table
    assert "| t | str | 0 % |" in table
    assert "| o | list or str | 0 % |" in table


def test_without_data_the_model_tells_what_it_reads(late):
    assert model_card(late).sections["Modalities"] == "| modality |\n|---|\n| a |\n| b |"
    numbers = StandardScaler().fit(np.zeros((2, 3)))
    assert model_card(numbers).sections["Modalities"] == "A matrix of 3 columns."
    assert "Modalities" not in model_card(StandardScaler()).sections


def test_classes_are_told(late):
    assert model_card(late).sections["What it gives"] == "One of 3 classes: 0, 1, 2."
    assert "What it gives" not in model_card(Ridge()).sections


def test_many_classes_are_counted(late):
    late = LateFusionClassifier(MEMBERS)
    late.classes_ = np.arange(70)
    text = model_card(late).sections["What it gives"]
    assert text.startswith("One of 70 classes: 0, 1,")
    assert text.endswith("48, 49 and 20 more.")


@pytest.mark.parametrize("classes", [[["a", "b"], ["c"]], {0: ["a", "b"], 1: ["c"]}])
def test_classes_of_several_targets_are_told(classes):
    model = LateFusionClassifier(MEMBERS)
    model.classes_ = classes
    expected = "| target | classes |\n|---|---|\n| 0 | a, b |\n| 1 | c |"
    assert model_card(model).sections["What it gives"] == expected


def test_metrics_are_told(late):
    text = model_card(late, metrics={"accuracy": 0.123456, "n": 3}).sections["How good it is"]
    assert text == "| metric | value |\n|---|---|\n| accuracy | 0.1235 |\n| n | 3 |"


def test_a_comparison_is_told(late):
    results = pd.DataFrame(
        {
            "model": ["a|b", "a|b", "late", "late"],
            "fold": [0, 1, 0, 1],
            "score": [0.4, 0.6, 0.75, 0.85],
            "fit_time": 1.0,
            "score_time": 1.0,
            "search_time": 0.0,
            "n_extractions": 0,
            "model_size": 1,
        }
    )
    comparison = FusionComparison(results, ["a|b"], test_over_train=1.0, score_name="accuracy")
    text = model_card(late, metrics=comparison).sections["How good it is"]
    assert text.startswith("Scores (accuracy) over 2 folds")
    assert "| a\\|b | 0.5 | 0.1414 | 0 |  |" in text
    assert "| late | 0.8 | 0.07071 | 0.3 |" in text


def test_data_are_told_by_their_hashes(data, late):
    X, y = data
    text = model_card(late, X=X, y=y).sections["What it was fitted on"]
    assert f"| X | 40 | `{hash_data(X)}` |" in text
    assert f"| y | 40 | `{hash_data(y)}` |" in text
    assert "What it was fitted on" not in model_card(late).sections


def test_versions_are_told(late):
    text = model_card(late).sections["Versions"]
    assert f"| skmm | {skmm.__version__} |" in text
    assert "torch" not in text
    assert "| torch | " in model_card(DeepFusionClassifier()).sections["Versions"]


def test_the_card_is_markdown_to_be_changed_and_saved(late, tmp_path):
    card = model_card(make_pipeline(StandardScaler(), late))
    card.sections["Who to ask"] = "Ä."
    assert str(card).startswith("# StandardScaler, LateFusionClassifier\n\n## What it is\n\n")
    assert str(card).endswith("\n\n## Who to ask\n\nÄ.\n")
    assert card._repr_markdown_() == str(card)
    assert "Who to ask" in repr(card)
    card.save(tmp_path / "card.md")
    assert (tmp_path / "card.md").read_text(encoding="utf-8") == str(card)


def test_the_card_of_what_is_no_estimator_is_refused():
    with pytest.raises(TypeError, match="model is a dict; expected an estimator"):
        model_card({})


@pytest.mark.parametrize("metrics", [0.9, {"accuracy": "good"}, [0.9]])
def test_metrics_that_are_no_numbers_are_refused(late, metrics):
    with pytest.raises(TypeError, match=r"metrics is .*expected a dict of numbers"):
        model_card(late, metrics=metrics)


def test_a_card_needs_no_skops(late, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops.io", None)
    assert str(model_card(late))


@pytest.fixture(scope="module")
def private(data):
    model = DeepFusionClassifier(privacy=DPSGD(3.0, delta=1e-3), max_epochs=1)
    return model.fit(*data)


def test_what_private_training_has_spent_is_told(data, private):
    section = model_card(private).sections["What it tells of single samples"]
    assert f"| DeepFusionClassifier | {private.epsilon_:.4g} | 0.001 |" in section
    assert section.count("\n| ") == 2  # the head, and one row
    assert "of these estimators alone" in section
    assert "Not trained privately" not in section
    assert (
        "What it tells of single samples" not in model_card(LateFusionClassifier(MEMBERS)).sections
    )


def test_who_was_not_trained_privately_beside_others_is_named(data, private):
    late = LateFusionClassifier([("a", clone(private)), ("b", LogisticRegression())], rule="mean")
    section = model_card(late.fit(*data)).sections["What it tells of single samples"]
    assert "| DeepFusionClassifier | " in section
    assert section.count("\n| ") == 2
    assert "Not trained privately: LogisticRegression." in section


@pytest.mark.parametrize("ensemble", [True, False])
def test_private_estimators_are_found_wherever_they_are(data, private, ensemble):
    X, y = data
    model = CalibratedClassifierCV(clone(private), cv=2, ensemble=ensemble).fit(X, y)
    section = model_card(model).sections["What it tells of single samples"]
    assert section.count("| DeepFusionClassifier | ") == (2 if ensemble else 1)
    assert "Not trained privately: _SigmoidCalibration." in section


def test_a_frozen_private_estimator_counts_once(private):
    section = model_card(FrozenEstimator(private)).sections["What it tells of single samples"]
    assert section.count("\n| ") == 2


class _Counted(dict):
    n_read = 0

    def values(self):
        for value in super().values():
            self.n_read += 1
            yield value


def test_lists_that_hold_themselves_and_vocabularies_are_no_obstacle(private):
    model = make_pipeline(StandardScaler(), private)
    model.circle_ = [private]
    model.circle_.append(model.circle_)
    model.vocabulary_ = _Counted({str(number): number for number in range(5000)})
    section = model_card(model).sections["What it tells of single samples"]
    assert section.count("\n| ") == 2
    assert model.vocabulary_.n_read < 10


def test_an_epsilon_of_another_kind_is_not_one_of_privacy(data):
    X, y = data
    late = LateFusionClassifier([("a", GaussianNB()), ("b", GaussianNB())], rule="mean").fit(X, y)
    assert hasattr(late.named_estimators_["a"], "epsilon_")  # added to variances
    assert "What it tells of single samples" not in model_card(late).sections
