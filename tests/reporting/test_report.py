"""A report is one page that a browser shows whole, without a network."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skmm
from skmm import LateFusionClassifier, LateFusionRegressor, MultimodalFusion, compare_fusions
from skmm.audio import MFCCExtractor
from skmm.datasets import make_keypad_digits, make_multimodal_regression
from skmm.frame import drop_modalities
from skmm.image import HOGExtractor
from skmm.text import BagOfWordsVectorizer
from tests.browser import ask_page

EXTRACTORS = [
    ("image", HOGExtractor(size=(32, 32))),
    ("audio", MFCCExtractor()),
    ("text", BagOfWordsVectorizer()),
]


@pytest.fixture(scope="module")
def digits():
    X, y = make_keypad_digits(160, random_state=0)
    return drop_modalities(X, rate=0.15, random_state=0), y


@pytest.fixture(scope="module")
def late(digits):
    X, y = digits
    members = [(m, make_pipeline(t, LogisticRegression(max_iter=500))) for m, t in EXTRACTORS]
    return LateFusionClassifier(members, rule="product").fit(X[:100], y[:100])


@pytest.fixture(scope="module")
def page(late, digits, tmp_path_factory):
    X, y = digits
    groups = pd.Series(np.arange(60) % 2, name="speaker")
    path = tmp_path_factory.mktemp("report") / "report.html"
    return skmm.report(late, X[100:], y[100:], path, groups=groups)


def test_a_browser_shows_every_picture_and_follows_every_link(page, tmp_path):
    found = ask_page(
        page,
        "({pictures: [...document.images].map(i => i.naturalWidth),"
        " dead: [...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.hash)).length,"
        " titles: [...document.querySelectorAll('h2')].map(h => h.textContent),"
        " wide: document.documentElement.scrollWidth > innerWidth,"
        " loaded: performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length})",
        tmp_path,
    )
    assert len(found["pictures"]) == 5
    assert min(found["pictures"]) > 100
    assert found["dead"] == found["loaded"] == 0
    assert not found["wide"]
    assert found["titles"] == [
        "The model",
        "The data",
        "What each modality is worth",
        "When modalities are missing",
        "Groups and missing modalities",
        "Predictions",
        "Worst mistakes",
    ]


def test_nothing_is_loaded_from_elsewhere(page):
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!data:image/png;base64,|#section-)', text)
    assert "<script" not in text
    assert "url(" not in text


def test_the_score_is_that_of_the_model(page, late, digits):
    X, y = digits
    score = late.score(X[100:], y[100:])
    assert f"accuracy on 60 samples: {score:.3g}." in page.read_text(encoding="utf-8")


def test_no_figure_stays_open(late, digits, tmp_path):
    X, y = digits
    before = plt.get_fignums()
    skmm.report(late, X[140:], y[140:], tmp_path / "r.html")
    assert plt.get_fignums() == before


def test_a_regressor_has_a_report(tmp_path):
    X, y = make_multimodal_regression(80, modalities={"a": 6, "b": 4}, random_state=0)
    model = LateFusionRegressor([(m, Ridge()) for m in X]).fit(X[:40], y[:40])
    path = skmm.report(model, X[40:], y[40:], tmp_path / "r.html", title="<Numbers>")
    text = path.read_text(encoding="utf-8")
    assert "<h1>&lt;Numbers&gt;</h1>" in text
    assert "Differences by predicted value" in text


def test_a_model_that_takes_no_gaps_has_a_report(tmp_path):
    X, y = make_keypad_digits(60, random_state=0)
    fusion = MultimodalFusion([EXTRACTORS[0], EXTRACTORS[2]])
    model = make_pipeline(fusion, LogisticRegression(max_iter=500)).fit(X, y)
    comparison = compare_fusions({"early": model}, X, y, cv=2)
    path = skmm.report(model, X, y, tmp_path / "r.html", comparison=comparison)
    text = path.read_text(encoding="utf-8")
    assert "permuted among the samples, for it takes no null cells" in text
    assert "When modalities are missing" not in text
    assert "Comparison of strategies" in text


def test_a_failed_report_leaves_the_old_one(late, digits, tmp_path):
    X, y = digits
    path = tmp_path / "r.html"
    path.write_text("old")
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        skmm.report(late, X, y[:5], path)
    assert path.read_text() == "old"


def test_equal_seeds_write_equal_pages(late, digits, tmp_path):
    X, y = digits
    one, two = (
        skmm.report(late, X[140:], y[140:], tmp_path / name, random_state=3).read_bytes()
        for name in "ab"
    )
    assert one == two


def test_the_score_of_a_search_is_called_what_it_is(digits, tmp_path):
    X, y = digits
    texts = LateFusionClassifier(
        [("text", make_pipeline(BagOfWordsVectorizer(), LogisticRegression()))]
    )
    search = GridSearchCV(texts, {"rule": ["mean", "product"]}, scoring="neg_log_loss", cv=2)
    search.fit(X[:100], y[:100])
    page = skmm.report(search, X[100:][["text"]], y[100:], tmp_path / "r.html").read_text("utf-8")
    accuracy = search.best_estimator_.score(X[100:], y[100:])
    assert f"accuracy on 60 samples: {accuracy:.3g}." in page


def test_columns_may_have_numbers_for_names_and_others_be_of_no_use(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = pd.DataFrame(
        {0: rng.normal(size=60) + y, 1: rng.normal(size=60) + y, 2: [None, "note"] * 30}
    )
    late = LateFusionClassifier(
        [("a", LogisticRegression(), [0]), ("b", LogisticRegression(), [1])]
    )
    page = skmm.report(late.fit(X, y), X, y, tmp_path / "r.html").read_text("utf-8")
    assert "When modalities are missing" in page
    assert "Groups" not in page


def test_a_model_that_fails_on_null_cells_in_its_own_way_has_a_report(tmp_path):
    X = pd.DataFrame({"number": np.arange(40.0), "text": ["good", "bad"] * 20})
    parts = make_column_transformer((StandardScaler(), ["number"]), (CountVectorizer(), "text"))
    model = make_pipeline(parts, LogisticRegression()).fit(X, np.arange(40) % 2)
    page = skmm.report(model, X, np.arange(40) % 2, tmp_path / "r.html").read_text("utf-8")
    assert "it takes no null cells" in page


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_a_score_that_few_samples_do_not_have_is_shown_without_intervals(tmp_path):
    X, _ = make_keypad_digits(60, random_state=0)
    y = (np.arange(60) == 7).astype(int)
    texts = ("text", make_pipeline(BagOfWordsVectorizer(), LogisticRegression()))
    model = LateFusionClassifier([texts], rule="mean").fit(X, y)
    page = skmm.report(model, X, y, tmp_path / "r.html", scoring="roc_auc").read_text("utf-8")
    assert "roc_auc on 60 samples" in page


def test_a_folder_that_is_not_there_is_noticed_first(late, digits, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cannot write .*r\.html': there is no folder"):
        skmm.report(late, *digits, tmp_path / "nowhere" / "r.html")


def test_a_model_that_is_not_fitted_is_refused(digits, tmp_path):
    late = LateFusionClassifier([("text", LogisticRegression())])
    with pytest.raises(NotFittedError):
        skmm.report(late, *digits, tmp_path / "r.html")
    with pytest.raises(TypeError, match="use make_frame"):
        skmm.report(late, {"a": [1]}, [1], tmp_path / "r.html")
