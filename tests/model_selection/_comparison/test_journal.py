"""Results on disk."""

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skmm.model_selection._comparison.journal import Journal, open_journal
from skmm.model_selection._folds.inner_folds import InnerFolds
from skmm.model_selection._folds.shared_folds import Data, Strategy

OF = {"X": "1", "y": "2"}
HASHES = {"a": "aa", "b": "bb"}
RECORD = {"model": "a", "fold": 0, "score": 0.1 + 0.2, "fit_time": 1e-17, "score_time": 2.0}
RECORD |= {"search_time": 0.0, "n_extractions": 7.0, "model_size": 33.0, "candidate": None}
A = [Strategy("a", None)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results.jsonl"


@pytest.fixture
def written(path):
    journal = Journal(path, OF, HASHES)
    journal.add(RECORD)
    journal.add(RECORD | {"fold": 1, "candidate": 4})
    return path


def test_what_was_written_is_found_to_the_last_digit(written):
    found = Journal(written, OF, HASHES).find(A)
    assert found == {("a", 0): RECORD, ("a", 1): RECORD | {"fold": 1, "candidate": 4}}


def test_lines_are_json(written):
    header, *records = map(json.loads, written.read_text().splitlines())
    assert header["of"] == OF
    assert [record["fold"] for record in records] == [0, 1]


def test_what_is_not_a_number_comes_back(path):
    Journal(path, OF, HASHES).add(RECORD | {"n_extractions": np.nan, "model_size": np.nan})
    found = Journal(path, OF, HASHES).find(A)["a", 0]
    assert np.isnan([found["n_extractions"], found["model_size"]]).all()


def test_other_models_are_kept_and_not_found(written):
    journal = Journal(written, OF, HASHES)
    assert journal.find([Strategy("b", None)]) == {}
    journal.add(RECORD | {"model": "b"})
    assert len(Journal(written, OF, {"a": "aa"}).find(A)) == 2
    assert len(Journal(written, OF, {"b": "bb"}).find([Strategy("b", None)])) == 1


@pytest.mark.parametrize("lost", [1, 2, 20, 150])
def test_a_line_that_was_cut_off_is_as_if_it_were_not_there(written, lost):
    whole = written.read_bytes()
    written.write_bytes(whole[:-lost])
    journal = Journal(written, OF, HASHES)
    assert journal.find(A)["a", 0] == RECORD
    assert (("a", 1) in journal.find(A)) == (lost == 1)  # the end of the line only
    journal.add(RECORD | {"fold": 1, "candidate": 4})
    assert len(Journal(written, OF, HASHES).find(A)) == 2


def test_a_line_that_was_changed_does_not_count(written):
    text = written.read_text()
    assert '"model_size": 33.0' in text
    written.write_text(text.replace('"model_size": 33.0', '"model_size": 34.0', 1))
    assert list(Journal(written, OF, HASHES).find(A)) == [("a", 1)]
    assert len(written.read_text().splitlines()) == 2  # and is gone


def test_damage_never_changes_a_result(written, damage):
    content = written.read_bytes()
    for version in damage(content, 200):
        written.write_bytes(version)
        try:
            found = Journal(written, OF, HASHES).find(A)
        except ValueError:
            continue
        for number, record in found.items():
            assert record == RECORD | {"fold": number[1], "candidate": [None, 4][number[1]]}


def test_an_empty_file_is_begun(path):
    path.touch()
    Journal(path, OF, HASHES).add(RECORD)
    assert len(Journal(path, OF, HASHES).find(A)) == 1


@pytest.mark.parametrize("content", [b"hello\n", b'{"score": 1}\n', b"\xff\xfe\n", b"[1]\n{}\n"])
def test_another_file_is_refused_and_left_as_it_is(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match="holds no results of compare_fusions in format 1"):
        Journal(path, OF, HASHES)
    assert path.read_bytes() == content


def test_other_data_are_refused_by_name(written):
    with pytest.raises(ValueError, match="holds results with other y; give another path"):
        Journal(written, OF | {"y": "3"}, HASHES)


def test_another_model_of_the_same_name_is_refused(written):
    with pytest.raises(ValueError, match="another model 'a', .*; rename the model"):
        Journal(written, OF, HASHES | {"a": "ab"})


def test_no_draft_is_left_where_it_cannot_be_written(tmp_path, monkeypatch):
    def refuse(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="disk full"):
        Journal(tmp_path / "results.jsonl", OF, HASHES)
    assert list(tmp_path.iterdir()) == []


DATA = Data(
    np.eye(6), np.arange(6) % 2, None, None, InnerFolds(2, 2, [([0], [1])], stratified=True)
)
FOLDS = [(np.arange(3), np.arange(3, 6))]
TREE = Strategy("tree", DecisionTreeClassifier(), {"max_depth": [1, 2]})


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"data": DATA._replace(X=np.ones((6, 6)))}, "X"),
        ({"data": DATA._replace(y=np.ones(6))}, "y"),
        ({"data": DATA._replace(groups=np.ones(6))}, "groups"),
        ({"data": DATA._replace(scoring="neg_log_loss")}, "scoring"),
        ({"folds": FOLDS[::-1] * 2}, "folds"),
        ({"params": {"sample_weight": np.ones(6)}}, "params"),
    ],
)
def test_whatever_decides_about_results_is_compared(path, change, name):
    given = {"strategies": [TREE], "data": DATA, "folds": FOLDS, "params": None}
    open_journal(path, **given)
    open_journal(path, **given)
    with pytest.raises(ValueError, match=f"with other {name};"):
        open_journal(path, **given | change)


@pytest.mark.parametrize(
    "changed",
    [
        TREE._replace(model=DecisionTreeClassifier(max_depth=4)),
        TREE._replace(model=LogisticRegression()),
        TREE._replace(grid={"max_depth": [1, 3]}),
    ],
)
def test_a_model_is_known_by_parameters_and_grid(path, changed):
    open_journal(path, [TREE], DATA, FOLDS, None).add(RECORD | {"model": "tree"})
    with pytest.raises(ValueError, match="another model 'tree'"):
        open_journal(path, [changed], DATA, FOLDS, None)


def test_other_inner_folds_make_another_search(path):
    open_journal(path, [TREE], DATA, FOLDS, None).add(RECORD | {"model": "tree"})
    inner_folds = InnerFolds(2, 3, [([0], [1])], stratified=True)
    with pytest.raises(ValueError, match="another model 'tree'"):
        open_journal(path, [TREE], DATA._replace(inner_folds=inner_folds), FOLDS, None)


def test_a_model_that_may_change_is_not_found_under_another_hash(written):
    journal = Journal(written, OF, HASHES | {"a": "ab"}, may_change=["a"])
    assert journal.find(A) == {}
    journal.add(RECORD | {"score": 0.5})
    assert list(journal.find(A)) == []  # of what was there when it was opened
    found = Journal(written, OF, HASHES | {"a": "ab"}, may_change=["a"]).find(A)
    assert {key: record["score"] for key, record in found.items()} == {("a", 0): 0.5}
    assert len(Journal(written, OF, HASHES, may_change=["a"]).find(A)) == 2
