"""From features to the chosen model."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skmm import LateFusionClassifier, make_frame
from skmm.cache import FeatureCache
from skmm.model_selection import FusionSearchCV
from skmm.model_selection._folds.extractors import parts_of
from skmm.model_selection._search.search import search_strategies
from tests.tiny_extractors import Spied


@pytest.fixture
def raw():
    """Lists of numbers, which extractors read, and vectors."""
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    cells = [list(row) for row in rng.normal(size=(40, 3)) + 0.7 * y[:, None]]
    return make_frame(numbers=cells, vector=rng.normal(size=(40, 4)) + 0.5 * y[:, None]), y


def make_search(extractor, **options):
    features = [("numbers", extractor), ("vector", "passthrough")]
    options = {"strategies": ["early", "late"], "cv": 3, "random_state": 0} | options
    options.setdefault("learners", [("linear", LogisticRegression())])
    return FusionSearchCV(features, **options)


def search(given, X, y, groups=None):
    members = given._check_members(("drop", "passthrough"))
    return search_strategies(given, members, X, y, groups)


def spied_memories(model):
    return [part.memory for part in parts_of(model) if isinstance(part, Spied)]


def test_every_sample_is_extracted_once_and_nothing_is_left(raw, tmp_path, monkeypatch):
    X, y = raw
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    extractor = Spied(log=tmp_path / "log")
    # With the extractor alone in it the best model has to have one.
    found = search(make_search(extractor, strategies={"both": make_both(extractor)}), X, y)
    lines = (tmp_path / "log").read_text().splitlines()
    assert sorted(lines) == sorted(f"1: {cell}" for cell in X["numbers"])
    assert list((tmp_path / "temporary").iterdir()) == []
    for model in (found.model, extractor):
        assert set(spied_memories(model)) <= {None}


def make_both(extractor):
    member = make_pipeline(extractor, LogisticRegression())
    return LateFusionClassifier([("numbers", member), ("vector", LogisticRegression())], cv=2)


def test_a_given_cache_is_used_and_kept_by_the_model(raw, tmp_path):
    X, y = raw
    cache = FeatureCache(tmp_path / "rows")
    given = make_search(Spied(log=tmp_path / "log"), memory=cache, strategies=[])
    model = search(given.set_params(vector="drop"), X, y).model
    assert cache.info()["entries"] == 40
    assert {memory.path for memory in spied_memories(model)} == {cache.path}
    assert spied_memories(given) == [None]


def test_a_cache_of_its_own_is_the_extractors(raw, tmp_path):
    X, y = raw
    given = make_search(Spied(log=tmp_path / "log", memory=tmp_path / "own"), strategies=[])
    model = search(given.set_params(vector="drop"), X, y).model
    assert set(spied_memories(model)) == {tmp_path / "own"}
    assert Path(tmp_path / "own" / "rows-1").is_dir()


class SpyGroups(GroupKFold):
    seen = []

    def split(self, X, y=None, groups=None):
        self.seen.append(np.asarray(groups))
        return super().split(X, y, groups)


def test_groups_are_kept_together_without_and_within(raw, tmp_path):
    X, y = raw
    groups = np.arange(40) // 4
    SpyGroups.seen.clear()
    late = LateFusionClassifier([("vector", LogisticRegression())], cv=SpyGroups(2))
    given = make_search("drop", strategies={"late": late}, cv=SpyGroups(5))
    search(given, X, y, groups)
    outer, *inner = SpyGroups.seen
    assert len(outer) == 40
    assert [len(np.unique(seen)) for seen in inner[:5]] == [8] * 5


@pytest.mark.parametrize("cv", [None, 3])
def test_a_number_of_folds_keeps_groups_together(raw, cv):
    class Groups(DecisionTreeClassifier):
        """Its only feature is the group."""

        seen = []

        def fit(self, X, y):
            self.groups_ = set(X[:, 0])
            return super().fit(X, y)

        def predict_proba(self, X):
            self.seen.append(self.groups_ & set(X[:, 0]))
            return super().predict_proba(X)

    y, groups = np.arange(40) % 2, np.arange(40) // 4
    features = [("group", "passthrough")]
    given = FusionSearchCV(features, learners=[("spy", Groups())], cv=cv)
    search(given, groups[:, None].astype(float), y, groups)
    assert Groups.seen == [set()] * (5 if cv is None else 3)


def test_in_the_order_of_time_late_fusions_keep_it_too(raw):
    X, y = raw
    folds = list(TimeSeriesSplit(3).split(y))
    given = make_search("passthrough", strategies=["late"], cv=folds)
    given.set_params(features=[("a", "passthrough", "vector"), ("b", "passthrough", "vector")])
    # Groups are not given to inner folds that have no use for them, which would warn.
    found = search(given, X, y, groups=np.arange(40) // 4)
    assert found.results["status"].eq("complete").all()


def test_in_the_order_of_time_groups_still_reach_a_fusion_that_asks_for_them(raw):
    X, y = raw
    late = LateFusionClassifier(
        [("vector", LogisticRegression())], rule="stacking", cv=GroupKFold(2)
    )
    given = make_search("drop", strategies={"late": late}, cv=TimeSeriesSplit(3, gap=1))
    with pytest.warns(UserWarning, match="groups parameter is ignored by TimeSeriesSplit"):
        found = search(given, X, y, groups=np.arange(40) // 4)
    assert found.results["status"].eq("complete").all()


def test_seeds_are_drawn_from_the_random_state(raw, tmp_path):
    X, y = raw
    tree = [("tree", DecisionTreeClassifier(max_features=1))]
    given = make_search("drop", learners=tree)
    one, same, other = (
        search(given.set_params(random_state=seed), X, y).model.named_estimators_["vector"][-1]
        for seed in (0, 0, 1)
    )
    assert one.random_state == same.random_state != other.random_state
    assert tree[0][1].random_state is None


def test_strategies_that_are_not_there_are_refused(raw):
    with pytest.raises(ValueError, match="strategies holds 'erly'.*did you mean 'early'"):
        search(make_search("drop", strategies=["erly"]), *raw)
    with pytest.raises(ValueError, match="strategy 'mine' is 3; expected an estimator"):
        search(make_search("drop", strategies={"mine": 3}), *raw)


def test_a_strategy_that_fails_is_warned_of(raw):
    class Sick(LogisticRegression):
        def fit(self, X, y):
            raise KeyError("hay fever")

    given = make_search("drop", strategies={"sick": Sick()})
    with pytest.warns(FitFailedWarning, match=r"1 of 2 strategies failed: \['sick'\].*'hay fever'"):
        found = search(given, *raw)
    assert found.name == "vector"
    assert found.results["status"].tolist() == ["complete", "failed"]


def test_where_all_strategies_fail_it_is_an_error(raw):
    with pytest.raises(ValueError, match="no strategy could be scored.*vector: failed.*C"):
        search(make_search("drop", learners=[("l", LogisticRegression(C=-1))], strategies=[]), *raw)
