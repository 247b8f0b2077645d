"""How many samples extractors read and describe."""

from threading import Thread

import pytest

from skmm._extraction_count import count_extractions
from tests.tiny_extractors import CELLS, Lengths, Spied


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_every_sample_that_is_present_counts(n_jobs):
    extractor = Lengths(n_jobs=n_jobs).fit(CELLS)
    with count_extractions() as count:
        extractor.transform(CELLS)
    assert count["extractions"] == 4


def test_fit_reads_one_sample_for_the_shape():
    with count_extractions() as count:
        Lengths().fit(CELLS)
    assert count["extractions"] == 1


def test_what_is_in_the_cache_does_not_count(tmp_path):
    cells = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    extractor = Spied(memory=tmp_path / "cache", log=tmp_path / "log")
    with count_extractions() as count:
        for _ in range(3):
            extractor.fit(cells).transform(cells)
    assert count["extractions"] == 3 == len((tmp_path / "log").read_text().splitlines())


def test_a_scope_inside_another_counts_for_both():
    extractor = Lengths().fit(CELLS)
    with count_extractions() as outer:
        extractor.transform(CELLS)
        with count_extractions() as inner:
            extractor.transform(CELLS[:2])
    assert (outer["extractions"], inner["extractions"]) == (6, 2)


def test_another_thread_does_not_count():
    extractor = Lengths().fit(CELLS)
    with count_extractions() as count:
        thread = Thread(target=extractor.transform, args=[CELLS])
        thread.start()
        thread.join()
    assert count["extractions"] == 0


def test_after_an_error_nothing_is_counted_any_more():
    extractor = Lengths().fit(CELLS)
    with pytest.raises(ZeroDivisionError), count_extractions() as count:
        raise ZeroDivisionError
    extractor.transform(CELLS)
    assert count["extractions"] == 0
