"""The base class of extractors, seen through a tiny one."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from skmm import ModalityError
from tests.tiny_extractors import CELLS, Learning, Lengths


def test_a_block_has_a_row_per_sample_and_nan_for_a_null_cell():
    block = Lengths().fit_transform(CELLS)
    assert_array_equal(block, [[2, 3], [1, 3], [np.nan, np.nan], [3, 15], [0, 0]])
    assert block.dtype == np.float32


def test_it_works_without_fit_and_names_columns_after_it():
    extractor = Lengths()
    assert_array_equal(extractor.transform([[1, 2]]), [[2, 3]])
    with pytest.raises(NotFittedError):
        extractor.get_feature_names_out()
    assert list(extractor.fit([[1]]).get_feature_names_out()) == ["lengths0", "lengths1"]
    assert extractor.n_features_out_ == 2


def test_a_modality_missing_everywhere_is_an_error_in_fit_and_nan_afterwards():
    with pytest.raises(ModalityError, match="modality 'numbers': missing in every sample; drop"):
        Lengths().fit([None, None])
    with pytest.raises(ModalityError, match="missing in every sample; fit the extractor first"):
        Lengths().transform([None])
    assert np.isnan(Lengths().fit(CELLS).transform([None, None])).all()


def test_a_failed_fit_leaves_nothing_behind():
    extractor = Lengths().fit(CELLS)
    with pytest.raises(ModalityError):
        extractor.fit(["x"])
    assert extractor.block_shape_ == (2,)


def test_a_block_of_more_dimensions_is_one_column_of_a_frame():
    class Squares(Lengths):
        def _extract(self, samples):
            return [np.full((2, 2), len(sample)) for sample in samples]

    extractor = Squares().set_output(transform="pandas")
    frame = extractor.fit_transform(pd.Series(CELLS, index=list("uvwxy")))
    assert list(frame.columns) == list(extractor.get_feature_names_out()) == ["squares"]
    assert list(frame.index) == list("uvwxy")
    assert frame["squares"].isna().tolist() == [False, False, True, False, False]


def test_what_was_learned_before_a_failure_is_forgotten():
    extractor = Learning().fit([[1], [2]])
    with pytest.raises(ModalityError):
        extractor.set_params(first=1).fit([[1]])
    assert extractor.learned_ == 2
