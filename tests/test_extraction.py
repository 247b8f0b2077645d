"""Batches, workers, progress, bad samples and the cache, seen through tiny extractors."""

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmm import ModalityError
from skmm.cache import FeatureCache
from skmm.frame import TensorArray
from tests.tiny_extractors import CELLS, Grumbling, Learning, Lengths, Positive, Slow, Spied

NULL = [np.nan, np.nan]
PASSING_OVER = pytest.warns(UserWarning, match="samples cannot be used")


def test_a_bad_cell_is_named_with_its_place():
    column = pd.Series([[1], None, "x"], index=list("uvw"), name="heart", dtype=object)
    for n_jobs in (None, 2):
        with pytest.raises(
            ModalityError, match=r"modality 'heart', row 2 \(index 'w'\): cannot read 'x'"
        ):
            Lengths(n_jobs=n_jobs).transform(column)
    with pytest.raises(ModalityError, match="modality 'numbers', row 1: cannot read 'y'"):
        Lengths().transform([[1], "y"])


def test_a_row_of_another_shape_is_named():
    cells = [[1, 2, 3], [1, 2, 3], [1]]
    with pytest.raises(ModalityError, match=r"row 2: gives features of shape \(1,\), where \(2,\)"):
        Lengths(first=2).transform(cells)
    extractor = Lengths(first=2).fit(cells[:2])
    with pytest.raises(ModalityError, match=r"row 0: gives features of shape \(1,\), where \(2,\)"):
        extractor.transform(cells[2:])


def test_progress_is_shown_when_asked_for(capsys):
    Lengths(verbose=True).fit_transform(CELLS)
    assert "Lengths: 100%" in capsys.readouterr().err
    Lengths().fit_transform(CELLS)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_warning_about_samples_comes_once_per_call_with_its_count(n_jobs):
    extractor = Grumbling(n_jobs=n_jobs).fit(CELLS)
    with pytest.warns(UserWarning, match="how old") as caught:
        extractor.transform(CELLS)
    assert [str(w.message) for w in caught] == ["modality 'numbers': a list, how old (4x)"]


def test_the_cause_of_a_bad_cell_is_kept():
    class Causing(Lengths):
        def _read(self, cell):
            try:
                return [1 / 0]
            except ZeroDivisionError as error:
                raise ModalityError("bad") from error

    with pytest.raises(ModalityError) as caught:
        Causing().fit([[1]])
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_warnings_still_work_after_extraction_in_threads():
    with parallel_config("threading", n_jobs=2), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for _ in range(5):
            Grumbling(batch_size=1, n_jobs=2).transform([[1]] * 20)
    with pytest.warns(UserWarning, match="still here"):
        warnings.warn("still here", stacklevel=1)


def test_a_forking_backend_is_refused_with_the_way_out():
    refusal = pytest.raises(
        ValueError, match=r"Lengths cannot run on joblib's backend 'multiprocessing'.*'loky'"
    )
    with parallel_config("multiprocessing", n_jobs=2), refusal:
        Lengths(n_jobs=None).transform(CELLS)


# -- reading arrays of numbers at once

NUMBERS = np.array([[1, 2], [3, 4], [5, 6]])


@pytest.mark.parametrize("X", [NUMBERS, pd.Series(TensorArray(NUMBERS))], ids=["array", "tensor"])
def test_cells_that_are_one_array_are_read_at_once(X):
    extractor = Positive(batch_size=2)
    assert_array_equal(extractor.transform(X), Lengths().transform(list(NUMBERS)))
    batches = [("_read_batch", cells) for cells in ([[1, 2]], [[1, 2], [3, 4]], [[5, 6]])]
    assert extractor._calls == batches  # the first for the shape of a row


@pytest.mark.parametrize(
    "X", [list(NUMBERS), pd.Series(list(NUMBERS)), [[1, 2], [3]]], ids=["list", "series", "ragged"]
)
def test_other_cells_are_read_one_by_one(X):
    extractor = Positive()
    assert_array_equal(extractor.transform(X), Lengths().transform(X))
    assert {method for method, _ in extractor._calls} == {"_read"}


def test_a_bad_cell_of_an_array_is_found_one_by_one():
    X = pd.Series(TensorArray([[1, 2], [3, 4], [5, -6]]), list("abc"), name="heart")
    with pytest.raises(
        ModalityError, match=r"modality 'heart', row 2 \(index 'c'\): \[ 5 -6\] is negative"
    ):
        Positive(batch_size=3).transform(X)
    extractor = Positive(batch_size=3, on_error="missing")
    with PASSING_OVER:
        block = extractor.transform(X)
    assert_array_equal(block, [[2, 3], [2, 7], NULL])


def test_missing_rows_of_an_array_are_not_read():
    X = TensorArray([[1, 2], [-3, 4], [5, 6]], present=[True, False, True])
    extractor = Positive(batch_size=3)
    assert_array_equal(extractor.transform(X), [[2, 3], NULL, [2, 11]])
    assert extractor._calls == [("_read_batch", [[1, 2]]), ("_read_batch", [[1, 2], [5, 6]])]


def test_a_masked_array_is_not_read_at_once():
    with pytest.raises(ModalityError, match="row 0: the cell is a masked array"):
        Positive().transform(np.ma.masked_array(NUMBERS, NUMBERS == 2))


def test_only_what_is_not_in_the_cache_is_read(tmp_path):
    class Kept(Positive):
        def __init__(
            self, *, memory=None, on_error="raise", batch_size=2, n_jobs=None, verbose=False
        ):
            super().__init__(
                on_error=on_error, batch_size=batch_size, n_jobs=n_jobs, verbose=verbose
            )
            self.memory = memory

    Kept(memory=tmp_path).transform(NUMBERS[1:2])
    extractor = Kept(memory=tmp_path, batch_size=3).fit(NUMBERS[1:2])
    repeated = NUMBERS[[0, 1, 2, 0]]
    assert_array_equal(extractor.transform(repeated), Lengths().transform(list(repeated)))
    assert extractor._calls == [("_read_batch", [[1, 2], [5, 6]])]


# -- passing over bad samples


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_bad_samples_become_missing_and_are_listed_with_their_places(n_jobs):
    column = pd.Series(["x", [1, 2], None, "y", [3], "z"], list("uvwxyz"), name="heart")
    extractor = Lengths(on_error="missing", n_jobs=n_jobs)
    first = r"3 of 6 samples .* failures_ .* modality 'heart', row 0 \(index 'u'\): cannot read 'x'"
    with pytest.warns(UserWarning, match=first) as caught:
        block = extractor.transform(column)
    assert len(caught) == 1
    assert_array_equal(block, [NULL, [2, 3], NULL, NULL, [1, 3], NULL])
    places = [(f.modality, f.row, f.index, f.message) for f in extractor.failures_]
    assert places == [
        ("heart", 0, "u", "cannot read 'x'"),
        ("heart", 3, "x", "cannot read 'y'"),
        ("heart", 5, "z", "cannot read 'z'"),
    ]


def test_a_fit_passes_over_bad_samples_and_lists_them_once():
    class Adding(Lengths):
        def _fit_samples(self, samples, rows):
            return {"total_": sum(sum(cell) for _, cell in samples.read(self._read, rows))}

    extractor = Adding(on_error="missing")
    with PASSING_OVER:
        extractor.fit(["x", [1, 2], "y", [3]])
    assert extractor.total_ == 6
    assert extractor.block_shape_ == (2,)
    assert [failure.row for failure in extractor.failures_] == [0, 2]


def test_where_no_sample_can_be_used_the_first_error_is_raised():
    for call in (Learning(on_error="missing").fit, Lengths(on_error="missing").transform):
        with pytest.raises(ModalityError, match="row 1: cannot read 'x'"):
            call([None, "x", "y"])
    with PASSING_OVER:
        block = Lengths(on_error="missing").fit([[1]]).transform(["x"])
    assert_array_equal(block, [NULL])


def test_failures_are_those_of_the_last_call():
    extractor = Lengths(on_error="missing")
    with PASSING_OVER:
        extractor.fit_transform([[1], "x"])
    extractor.transform([[1], [2]])
    assert extractor.failures_ == []
    assert not hasattr(extractor.set_params(on_error="raise").fit([[1]]), "failures_")


def test_a_bad_image_is_null_in_a_frame():
    class Squares(Lengths):
        def _extract(self, samples):
            return [np.full((2, 2), len(sample)) for sample in samples]

    extractor = Squares(on_error="missing").set_output(transform="pandas")
    with PASSING_OVER:
        frame = extractor.fit_transform([[1], "x", None])
    assert frame["squares"].isna().tolist() == [False, True, True]


def test_what_is_no_sample_of_the_same_shape_is_an_error_all_the_same():
    with pytest.raises(ModalityError, match=r"row 1: gives features of shape \(1,\)"):
        Lengths(first=2, on_error="missing").transform([[1, 2], [1]])


# -- with a cache


@pytest.fixture
def spied(tmp_path):
    return Spied(tmp_path / "log", memory=tmp_path / "cache")


def extractions(spied):
    """What was extracted since this was last asked for."""
    lines = spied.log.read_text().splitlines() if spied.log.exists() else []
    spied.log.unlink(missing_ok=True)
    return sorted(lines)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_search_extracts_each_sample_and_configuration_once(spied, n_jobs):
    X = pd.Series([[number, number % 7] for number in range(40)])
    y = np.arange(40) % 2
    model = make_pipeline(spied, LogisticRegression(max_iter=1000))
    grid = {"logisticregression__C": [0.1, 1, 10, 100, 1000, 1e4], "spied__power": [1, 2]}
    search = GridSearchCV(model, grid, cv=5, n_jobs=n_jobs).fit(X, y)
    assert extractions(spied) == sorted(f"{power}: {list(x)}" for power in (1, 2) for x in X)
    again = GridSearchCV(model, grid, cv=5, n_jobs=n_jobs).fit(X, y)
    assert extractions(spied) == []
    without = GridSearchCV(model.set_params(spied__memory=None), grid, cv=5).fit(X, y)
    for other in (again, without):
        assert_array_equal(
            other.cv_results_["mean_test_score"], search.cv_results_["mean_test_score"]
        )


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_null_cells_and_equal_samples_beside_a_cache(spied, n_jobs):
    cells = [[1, 2], None, [1, 2], [3], [1, 2], None]
    block = spied.set_params(n_jobs=n_jobs).transform(cells)
    assert_array_equal(block, [[2, 3], NULL, [2, 3], [1, 3], [2, 3], NULL])
    assert extractions(spied) == ["1: [1, 2]", "1: [3]"]


def test_a_hit_is_not_read(spied, tmp_path):
    path = tmp_path / "numbers"
    path.touch()

    class Files(Spied):
        def _read(self, cell):
            reads.append(cell)
            return [0]

    reads = []
    files = Files(**spied.get_params())
    assert_array_equal(files.transform([str(path)] * 3), [[1, 0]] * 3)
    assert_array_equal(files.fit_transform([path, str(path)]), [[1, 0]] * 2)
    assert len(reads) == 1


def test_samples_that_cannot_be_named_are_extracted_each_time(spied):
    cells = [range(1, 3), [5]]
    spied.fit([[0]])
    extractions(spied)
    for n_extractions in (2, 1):
        assert_array_equal(spied.transform(cells), [[2, 3], [1, 5]])
        assert len(extractions(spied)) == n_extractions


def test_a_bad_sample_is_named_also_among_cached_ones(spied):
    spied.transform([[1], [2]])
    with pytest.raises(ModalityError, match="modality 'numbers', row 2: cannot read 'x'"):
        spied.set_params(batch_size=5).transform([[1], [2], "x"])


def test_a_bad_sample_is_passed_over_among_cached_ones_and_read_again(spied, tmp_path, monkeypatch):
    class Files(Spied):
        def _read(self, cell):
            return super()._read(cell) if isinstance(cell, list) else list(cell.read_bytes())

    def refuse(path):
        raise ModalityError("locked")

    file = tmp_path / "numbers"
    file.write_bytes(bytes([4]))
    files = Files(**spied.get_params() | {"on_error": "missing", "batch_size": 5})
    with monkeypatch.context() as patch, PASSING_OVER:
        patch.setattr(Path, "read_bytes", refuse)
        block = files.transform([[1], file, [2]])
    assert_array_equal(block, [[1, 1], NULL, [1, 2]])
    assert_array_equal(files.transform([[1], file, [2]]), [[1, 1], [1, 4], [1, 2]])
    assert extractions(files) == ["1: [1]", "1: [2]", "1: [4]"]


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_equal_bad_samples_are_all_listed_beside_a_cache(spied, tmp_path, n_jobs):
    class Files(Spied):
        def _read(self, cell):
            if isinstance(cell, list):
                return cell
            raise ModalityError("bad")

    file = tmp_path / "numbers"
    file.touch()
    files = Files(**spied.get_params() | {"on_error": "missing", "batch_size": 5, "n_jobs": n_jobs})
    column = pd.Series([[1], file, file, [1], file], index=list("abcde"))
    with PASSING_OVER:
        block = files.transform(column)
    assert_array_equal(block, [[1, 1], NULL, NULL, [1, 1], NULL])
    assert [(failure.row, failure.index) for failure in files.failures_] == [
        (1, "b"),
        (2, "c"),
        (4, "e"),
    ]


def test_what_was_extracted_before_a_failure_is_kept(spied):
    with pytest.raises(ModalityError):
        spied.transform([[1], [2], [3], "x"])
    extractions(spied)
    spied.transform([[1], [2], [3], [4]])
    assert extractions(spied) == ["1: [4]"]


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_an_interrupt_ends_it_at_once_and_what_there_is_is_kept(spied, n_jobs):
    spied = Slow(**spied.get_params() | {"n_jobs": n_jobs})
    cells = [[number] for number in range(1000)]  # 50 seconds
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tests.tiny_extractors import Slow\n"
        f"Slow({str(spied.log)!r}, memory={str(spied.memory)!r}, n_jobs={n_jobs}).transform({cells})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not spied.log.exists() or len(spied.log.read_text().splitlines()) < 20:
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does, workers included
    message = process.communicate(timeout=10)[1]
    assert process.returncode != 0
    assert "KeyboardInterrupt" in message
    done = len(extractions(spied))
    assert done < 200
    spied.set_params(n_jobs=None).transform(cells[:8])
    assert extractions(spied) == []


def test_a_long_column_is_looked_up_piece_by_piece(spied, monkeypatch):
    monkeypatch.setattr("skmm._extraction._LOOKED_UP_AT_ONCE", 3)
    cells = [[number] for number in range(10)]
    for kept in (cells[:5], cells):
        assert_array_equal(spied.transform(kept)[:, 1], np.ravel(kept))
    assert len(extractions(spied)) == 10


def test_progress_counts_what_was_found_as_done(spied, capsys):
    spied.set_params(verbose=True).fit([[1]])
    spied.transform([[1], [2]])
    assert "2/2" in capsys.readouterr().err


def test_a_cache_that_cannot_be_used_is_warned_of_once_per_call(spied, tmp_path):
    (tmp_path / "cache").touch()  # a file, where a folder is expected
    with pytest.warns(UserWarning, match="modality 'numbers': the feature cache") as caught:
        block = spied.transform([[1], [2], [3], [4]])
    assert len(caught) == 1
    assert_array_equal(block, [[1, 1], [1, 2], [1, 3], [1, 4]])


def test_a_path_and_a_cache_are_the_same_memory(spied):
    spied.transform([[1]])
    spied.set_params(memory=FeatureCache(spied.memory)).transform([[1]])
    assert len(extractions(spied)) == 1
    assert spied.memory.info()["misses"] == 1


def test_what_was_learned_is_part_of_the_key(spied):
    class Padded(Spied):
        _learned = ("length_",)

        def _fit_samples(self, samples, rows):
            return {"length_": max(len(samples.cells[row]) for row in rows)}

        def _extract(self, samples):
            return [[*sample, *[0] * self.length_][: self.length_] for sample in samples]

    padded = Padded(**spied.get_params())
    assert_array_equal(padded.fit_transform([[1, 2], [3]]), [[1, 2], [3, 0]])
    assert_array_equal(padded.fit_transform([[3], [4]]), [[3], [4]])


def test_a_new_version_of_the_features_is_extracted_anew(spied):
    class Newer(Spied):
        pass

    Newer(**spied.get_params()).transform([[1]])
    Newer._feature_version = 2
    Newer(**spied.get_params()).transform([[1]])
    assert len(extractions(spied)) == 2


class Counting(Spied):
    """Writes down how many samples it is given at a time."""

    def _extract(self, samples):
        with open(self.log, "a") as file:
            file.write(f"{len(samples)}\n")
        return [[len(sample)] for sample in samples]


def test_every_worker_is_given_something_to_do(spied):
    counting = Counting(spied.log, batch_size=100).fit(CELLS)
    for n_jobs, sizes in ((None, ["9"]), (2, ["4", "5"]), (4, ["3", "3", "3"])):
        extractions(spied)
        counting.set_params(n_jobs=n_jobs).transform([[1]] * 9)
        assert extractions(spied) == sizes


def test_no_more_rows_than_are_claimed_quickly_are_extracted_at_a_time(spied, monkeypatch):
    monkeypatch.setattr("skmm._extraction._CLAIMED_AT_A_TIME", 3)
    counting = Counting(spied.log, batch_size=100, memory=spied.memory).fit(CELLS)
    extractions(spied)
    counting.transform([[number] for number in range(7)])
    assert extractions(spied) == ["1", "3", "3"]


class Batching(Lengths):
    """Reads many cells at once, unless there is an odd one among them."""

    def _read(self, cell):
        if cell == [13]:
            raise ModalityError("unlucky")
        return [*cell, 0]

    def _read_batch(self, cells):
        if [13] in list(cells):
            raise ModalityError("somewhere")
        return list(cells) if len(cells) > 1 else None


def test_cells_are_read_at_once_or_one_by_one_to_find_the_bad_one():
    cells = [[1, 2], [3], [4, 5], [6]]
    assert_array_equal(Batching().transform(cells), [[2, 3], [1, 3], [2, 9], [1, 6]])
    assert_array_equal(Batching(batch_size=1).transform(cells)[:, 0], [3, 2, 3, 2])
    with pytest.raises(ModalityError, match="row 3: unlucky"):
        Batching().transform([*cells[:3], [13]])
    with PASSING_OVER:
        block = Batching(on_error="missing").transform([*cells[:3], [13]])
    assert_array_equal(block, [[2, 3], [1, 3], [3, 9], NULL])
