"""The tensor column: pandas' own suite for extension arrays, then what pandas does not ask."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.tests.extension import base
from pandas.tests.extension.conftest import *  # noqa: F403 (the fixtures of that suite)

from skmm.frame import TensorArray, TensorDtype

NULLS = [None, np.nan, float("nan"), np.float64("nan"), pd.NA, pd.NaT]

NOT_A_SCALAR = "pandas takes an array for a list of values, not for the value of one cell"
NO_ORDER = "cells have no order"
NULL_IS_NONE = "the null of the expected frame is NaN, ours is None"
COPY_ON_WRITE = "arrays are copied on write: writing to a view never changes what it was made of"

EXPECTED_FAILURES = {
    "test_argmin_argmax": NO_ORDER,
    "test_argmin_argmax_all_na": NO_ORDER,
    "test_argmin_argmax_empty_array": NO_ORDER,
    "test_argreduce_series[argmax-True-0]": NO_ORDER,
    "test_argreduce_series[argmin-True-2]": NO_ORDER,
    "test_argreduce_series[idxmax-True-0]": NO_ORDER,
    "test_argreduce_series[idxmin-True-2]": NO_ORDER,
    "test_argsort": NO_ORDER,
    "test_argsort_missing": NO_ORDER,
    "test_argsort_missing_array": NO_ORDER,
    "test_combine_le": NO_ORDER,
    "test_compare_array": NOT_A_SCALAR,
    "test_compare_scalar": NOT_A_SCALAR,
    "test_fillna_copy_frame": NOT_A_SCALAR,
    "test_fillna_copy_series": NOT_A_SCALAR,
    "test_fillna_frame": NOT_A_SCALAR,
    "test_fillna_limit_frame": NOT_A_SCALAR,
    "test_fillna_limit_series": NOT_A_SCALAR,
    "test_fillna_no_op_returns_copy": NOT_A_SCALAR,
    "test_fillna_readonly": NOT_A_SCALAR,
    "test_fillna_scalar": NOT_A_SCALAR,
    "test_fillna_series": NOT_A_SCALAR,
    "test_from_dtype": "a list of arrays is a table to DataFrame, not a column",
    "test_groupby_extension_agg": NO_ORDER,
    "test_groupby_extension_apply": NO_ORDER,
    "test_groupby_extension_transform": NO_ORDER,
    "test_invert": "cells have no arithmetic",
    "test_is_monotonic_decreasing": NO_ORDER,
    "test_is_monotonic_increasing": NO_ORDER,
    "test_nargsort": NO_ORDER,
    "test_plot_on_y_axis": "cells are not numbers",
    "test_rank": NO_ORDER,
    "test_rank_method": NO_ORDER,
    "test_rank_missing": NO_ORDER,
    "test_series_constructor_scalar_with_index": NOT_A_SCALAR,
    "test_setitem_2d_values": NOT_A_SCALAR,
    "test_setitem_iloc_scalar_mixed": NOT_A_SCALAR,
    "test_setitem_iloc_scalar_multiple_homogoneous": NOT_A_SCALAR,
    "test_setitem_integer_array[True-integer-array]": NOT_A_SCALAR,
    "test_setitem_integer_array[True-list]": NOT_A_SCALAR,
    "test_setitem_integer_array[True-numpy-array]": NOT_A_SCALAR,
    "test_setitem_loc_iloc_slice": NOT_A_SCALAR,
    "test_setitem_loc_scalar_mixed": NOT_A_SCALAR,
    "test_setitem_loc_scalar_multiple_homogoneous": NOT_A_SCALAR,
    "test_setitem_mask[True-boolean-array-na]": NOT_A_SCALAR,
    "test_setitem_mask[True-boolean-array]": NOT_A_SCALAR,
    "test_setitem_mask[True-numpy-array]": NOT_A_SCALAR,
    "test_setitem_mask_boolean_array_with_na[True]": NOT_A_SCALAR,
    "test_setitem_mask_broadcast": NOT_A_SCALAR,
    "test_setitem_preserves_views": COPY_ON_WRITE,
    "test_setitem_sequence_broadcasts[True]": NOT_A_SCALAR,
    "test_setitem_slice[True]": NOT_A_SCALAR,
    "test_sort_inplace": NO_ORDER,
    "test_sort_inplace_descending": NO_ORDER,
    "test_sort_inplace_na_position": NO_ORDER,
    "test_sort_values": NO_ORDER,
    "test_sort_values_frame": NO_ORDER,
    "test_sort_values_missing": NO_ORDER,
    "test_transpose": COPY_ON_WRITE,
    "test_unstack[frame-index1]": NULL_IS_NONE,
    "test_unstack[frame-index2]": NULL_IS_NONE,
    "test_unstack[frame-index3]": NULL_IS_NONE,
    "test_unstack[series-index1]": NULL_IS_NONE,
    "test_unstack[series-index2]": NULL_IS_NONE,
    "test_unstack[series-index3]": NULL_IS_NONE,
    "test_value_counts": NO_ORDER,
    "test_value_counts_with_normalize": NO_ORDER,
    "test_view": COPY_ON_WRITE,
}


def column_of(*numbers):
    """A column of cells with one number each: the suite wants ``data[0] == data[1]`` to be a bool."""
    cells = [None if number is None else np.array([number]) for number in numbers]
    return TensorArray._from_sequence(cells, dtype="tensor[int64, 1]")


@pytest.fixture
def dtype():
    return TensorDtype((1,), "int64")


@pytest.fixture
def data():
    return column_of(*range(10))


@pytest.fixture
def data_missing():
    return column_of(None, 1)


@pytest.fixture
def data_for_sorting():
    return column_of(1, 2, 0)


@pytest.fixture
def data_missing_for_sorting():
    return column_of(1, None, 0)


@pytest.fixture
def data_for_grouping():
    return column_of(1, 1, None, None, 0, 0, 1, 2)


class TestPandasSuite(base.ExtensionTests):
    @pytest.fixture(autouse=True)
    def _expect_failures(self, request):
        name = request.node.name
        reason = EXPECTED_FAILURES.get(name, EXPECTED_FAILURES.get(name.split("[")[0]))
        if reason is not None:
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
            # Nobody reads these tracebacks through pandas, and laying them out takes ten seconds.
            request.node.repr_failure = lambda error: error.exconly()


def test_every_expected_failure_names_a_test_of_the_suite():
    names = {name.split("[")[0] for name in EXPECTED_FAILURES}
    assert not {name for name in names if not hasattr(base.ExtensionTests, name)}


@pytest.fixture
def pixels():
    return np.arange(5 * 4 * 3, dtype="uint8").reshape(5, 4, 3)


def test_tensor_and_mask_are_those_given(pixels):
    present = np.array([True, False, True, True, True])
    array = TensorArray(pixels, present)
    assert np.shares_memory(array.tensor, pixels)
    assert_array_equal(array.tensor, pixels)
    assert_array_equal(array.present, present)
    assert_array_equal(array.isna(), ~present)


def test_all_samples_are_present_by_default(pixels):
    assert TensorArray(pixels).present.all()


@pytest.mark.parametrize("name", ["tensor", "present"])
def test_what_is_handed_out_is_read_only(pixels, name):
    array = TensorArray(pixels.copy()).copy()
    with pytest.raises(ValueError, match="read-only"):
        getattr(array, name)[0] = 0


def test_a_cell_is_read_only(pixels):
    array = TensorArray(pixels).copy()
    with pytest.raises(ValueError, match="read-only"):
        array[0][0] = 0


@pytest.mark.parametrize("samples", [np.zeros(3), 1.0, np.zeros((0,))])
def test_cells_without_dimension_are_refused(samples):
    with pytest.raises(TypeError, match=r"shape \(\).*at least one dimension"):
        TensorArray(samples)


@pytest.mark.parametrize("dtype", ["U3", "M8[ns]", object])
def test_cells_that_are_not_numbers_are_refused(dtype):
    with pytest.raises(TypeError, match="must be numeric arrays"):
        TensorArray(np.empty((2, 2), dtype=dtype))


@pytest.mark.parametrize("present", [[True], [1, 0, 1, 1, 1], [[True] * 5]])
def test_a_mask_that_does_not_fit_is_refused(pixels, present):
    with pytest.raises(ValueError, match="present must be 5 booleans"):
        TensorArray(pixels, present)


@pytest.mark.parametrize("numpy_dtype", ["bool", "uint8", "int64", "float32", "complex64", ">f4"])
@pytest.mark.parametrize("shape", [(3,), (64, 64, 3), (0, 2)])
def test_a_dtype_is_read_back_from_its_name(shape, numpy_dtype):
    dtype = TensorDtype(shape, numpy_dtype)
    assert pd.api.types.pandas_dtype(str(dtype)) == dtype
    assert hash(dtype) == hash(TensorDtype(shape, numpy_dtype))


def test_the_name_of_a_dtype_tells_type_and_shape():
    assert str(TensorDtype((64, 64, 3), "uint8")) == "tensor[uint8, 64x64x3]"


@pytest.mark.parametrize("name", ["tensor", "tensor[uint8]", "tensor[uint8, ]", "tensor[cat, 3]"])
def test_other_names_are_no_tensor_dtype(name):
    with pytest.raises(TypeError, match="Cannot construct|not understood"):
        TensorDtype.construct_from_string(name)


def test_a_dtype_is_not_made_of_a_number():
    with pytest.raises(TypeError, match="expects a string, got <class 'int'>"):
        TensorDtype.construct_from_string(3)


def test_a_slice_shares_the_pixels(pixels):
    assert np.shares_memory(TensorArray(pixels)[1:3].tensor, pixels)


@pytest.mark.parametrize(
    "key", [[3, 0, 0], np.array([True, False, True, False, True]), slice(None, None, 2)]
)
def test_selection_is_that_of_the_ndarray(pixels, key):
    present = np.array([True, False, True, True, False])
    selected = TensorArray(pixels, present)[key]
    assert_array_equal(selected.tensor, pixels[key])
    assert_array_equal(selected.present, present[key])


def test_take_is_that_of_the_ndarray(pixels):
    assert_array_equal(TensorArray(pixels).take([4, -1, 0]).tensor, pixels[[4, -1, 0]])


def test_take_with_fill_makes_missing_samples(pixels):
    taken = TensorArray(pixels).take([4, -1, 0], allow_fill=True)
    assert taken.present.tolist() == [True, False, True]
    assert_array_equal(taken.tensor[[0, 2]], pixels[[4, 0]])


def test_take_fills_with_a_sample(pixels):
    taken = TensorArray(pixels).take([4, -1], allow_fill=True, fill_value=pixels[2])
    assert_array_equal(taken.tensor, pixels[[4, 2]])
    assert taken.present.all()


def test_take_refuses_positions_before_the_fill(pixels):
    with pytest.raises(ValueError, match="-1 .fill. or more, got -2"):
        TensorArray(pixels).take([0, -2], allow_fill=True)


def test_take_refuses_positions_out_of_range(pixels):
    with pytest.raises(IndexError, match="out of bounds"):
        TensorArray(pixels).take([5])


def test_writing_a_sample_leaves_the_array_given_as_it_was(pixels):
    before = pixels.copy()
    array = TensorArray(pixels)
    array[1] = np.zeros((4, 3), dtype="uint8")
    assert_array_equal(array.tensor[1], 0)
    assert_array_equal(pixels, before)


def test_writing_to_a_slice_leaves_its_base_as_it_was(pixels):
    array = TensorArray(pixels).copy()
    part = array[:2]
    part[0] = np.zeros((4, 3), dtype="uint8")
    part[1] = None
    assert_array_equal(array.tensor, pixels)
    assert array.present.all()


def test_writing_to_the_base_leaves_its_slices_as_they_were(pixels):
    array = TensorArray(pixels).copy()
    part, tensor = array[:2], array.tensor
    array[0] = np.zeros((4, 3), dtype="uint8")
    array[1] = None
    assert_array_equal(part.tensor, pixels[:2])
    assert part.present.all()
    assert_array_equal(tensor, pixels)


def test_writing_to_a_copy_leaves_the_original_as_it_was(pixels):
    array = TensorArray(pixels)
    copied = array.copy()
    copied[0] = None
    copied[1] = np.zeros((4, 3), dtype="uint8")
    assert_array_equal(array.tensor, pixels)
    assert array.present.all()
    assert not np.shares_memory(copied.tensor, pixels)


@pytest.mark.parametrize("null", NULLS, ids=repr)
def test_marking_a_sample_as_missing_does_not_copy_pixels(pixels, null):
    array = TensorArray(pixels)
    array[1] = null
    assert array[1] is None
    assert array.present.tolist() == [True, False, True, True, True]
    assert np.shares_memory(array.tensor, pixels)


def test_writing_a_sample_makes_it_present(pixels):
    array = TensorArray(pixels, [False] * 5)
    array[2] = pixels[0]
    assert array.present.tolist() == [False, False, True, False, False]


def test_one_sample_is_written_to_several_rows(pixels):
    array = TensorArray(pixels)
    array[[0, -1]] = pixels[2]
    assert_array_equal(array.tensor, pixels[[2, 1, 2, 3, 2]])


def test_several_samples_are_written_to_as_many_rows(pixels):
    array = TensorArray(pixels)
    array[1:3] = [pixels[4], None]
    assert_array_equal(array.tensor[1], pixels[4])
    assert array.present.tolist() == [True, True, False, True, True]


def test_a_sample_of_another_shape_is_not_written(pixels):
    with pytest.raises(
        ValueError, match=r"expected a cell of shape \(4, 3\) in row 0, got \(5, 3\)"
    ):
        TensorArray(pixels)[:1] = [np.zeros((5, 3), dtype="uint8")]


def test_a_sample_that_would_lose_its_decimals_is_not_written(pixels):
    array = TensorArray(pixels)
    with pytest.raises(TypeError, match="cannot keep float64 values as uint8"):
        array[0] = np.full((4, 3), 0.5)
    assert_array_equal(array.tensor, pixels)


def test_a_read_only_column_is_not_written(pixels):
    array = TensorArray(pixels)
    array._readonly = True
    with pytest.raises(ValueError, match="Cannot modify read-only array"):
        array[0] = None


def test_a_frame_takes_a_sample_by_at(pixels):
    frame = pd.DataFrame({"image": TensorArray(pixels)}, copy=False)
    frame.at[3, "image"] = pixels[0]
    assert_array_equal(frame["image"].array.tensor, pixels[[0, 1, 2, 0, 4]])


@pytest.mark.parametrize("null", NULLS, ids=repr)
def test_every_null_is_missing_in_a_sequence(pixels, null):
    array = TensorArray._from_sequence([pixels[0], null, pixels[2]])
    assert array.present.tolist() == [True, False, True]
    assert_array_equal(array.tensor[[0, 2]], pixels[[0, 2]])
    assert array[1] is None


def test_empty_and_nan_cells_are_present():
    assert TensorArray(np.full((2, 3), np.nan)).present.all()
    assert TensorArray(np.zeros((2, 0))).present.all()


def test_a_sequence_without_samples_needs_a_dtype():
    with pytest.raises(ValueError, match="no cell is present.*give a dtype"):
        TensorArray._from_sequence([None, None])
    column = TensorArray._from_sequence([None, None], dtype="tensor[uint8, 4x3]")
    assert column.isna().all()
    assert column.tensor.shape == (2, 4, 3)


def test_a_sequence_of_several_shapes_names_the_row(pixels):
    with pytest.raises(ValueError, match=r"shape \(4, 3\) in row 1, got \(4,\)"):
        TensorArray._from_sequence([pixels[0], pixels[0, :, 0]])


def test_columns_without_samples_are_concatenated():
    missing = pd.Series([None, None], dtype="tensor[uint8, 4x3]")
    both = pd.concat([missing, missing], ignore_index=True)
    assert both.dtype == "tensor[uint8, 4x3]"
    assert both.isna().tolist() == [True] * 4


def test_concatenation_keeps_samples_and_mask(pixels):
    parts = [pd.Series(TensorArray(pixels[:2], [True, False])), pd.Series(TensorArray(pixels[2:]))]
    both = pd.concat(parts).array
    assert_array_equal(both.tensor, pixels)
    assert both.present.tolist() == [True, False, True, True, True]


def test_concatenation_of_several_types_follows_numpy(pixels):
    parts = [pd.Series(TensorArray(pixels)), pd.Series(TensorArray(pixels.astype("float32")))]
    assert pd.concat(parts).dtype == TensorDtype((4, 3), np.result_type("uint8", "float32"))


def test_concatenation_of_several_shapes_gives_objects(pixels):
    parts = [pd.Series(TensorArray(pixels)), pd.Series(TensorArray(pixels[:, :2]))]
    both = pd.concat(parts)
    assert both.dtype == object
    assert [cell.shape for cell in both] == [(4, 3)] * 5 + [(2, 3)] * 5


def test_astype_converts_the_samples(pixels):
    converted = TensorArray(pixels, [True] * 4 + [False]).astype("tensor[float32, 4x3]")
    assert_array_equal(converted.tensor[:4], pixels[:4].astype("float32"))
    assert converted.present.tolist() == [True] * 4 + [False]


def test_astype_refuses_another_shape(pixels):
    with pytest.raises(ValueError, match=r"expected a cell of shape \(3, 4\), got \(4, 3\)"):
        TensorArray(pixels).astype("tensor[uint8, 3x4]")


def test_astype_refuses_to_lose_decimals():
    with pytest.raises(TypeError, match="cannot keep float64 values as int8"):
        TensorArray(np.zeros((2, 3))).astype("tensor[int8, 3]")


def test_an_array_of_objects_holds_the_cells(pixels):
    cells = np.asarray(TensorArray(pixels, [True, False, True, True, True]))
    assert cells.shape == (5,)
    assert cells[1] is None
    assert_array_equal(cells[0], pixels[0])


def test_an_array_of_numbers_is_refused_with_a_way_out(pixels):
    with pytest.raises(ValueError, match=r"one float64 each.*column\.array\.tensor"):
        np.asarray(TensorArray(pixels), dtype=float)


def test_an_array_without_copy_is_refused(pixels):
    with pytest.raises(ValueError, match="without a copy"):
        np.asarray(TensorArray(pixels), copy=False)


def test_equal_cells_are_found_and_missing_ones_equal_nothing(pixels):
    left = TensorArray(pixels, [True, True, False, True, True])
    right = TensorArray(pixels[[0, 0, 2, 3, 4]])
    assert (left == right).tolist() == [True, False, False, True, True]
    assert (left != right).tolist() == [False, True, True, False, False]
    assert (left == pixels[3]).tolist() == [False, False, False, True, False]
    assert not (left == None).any()  # noqa: E711
    assert not (left == "cat").any()


def test_columns_of_different_length_are_not_compared(pixels):
    with pytest.raises(ValueError, match="Lengths must match"):
        TensorArray(pixels) == TensorArray(pixels[:2])  # noqa: B015


def test_columns_are_equal_whatever_lies_in_missing_rows():
    samples = np.array([[1.0, np.nan], [2.0, 3.0]])
    column = TensorArray(samples, [True, False])
    assert column.equals(TensorArray(samples * [[1], [1e6]], [True, False]))
    assert not column.equals(TensorArray(samples))
    assert not column.equals(TensorArray(samples * 2, [True, False]))
    assert not column.equals(TensorArray(samples.astype("float32"), [True, False]))
    assert not column.equals(samples)


def test_unique_samples_are_compared_by_content(pixels):
    array = TensorArray(pixels[[0, 1, 0, 2, 1]], [True, True, True, False, True])
    unique = array.unique()
    assert unique.present.tolist() == [True, True, False]
    assert_array_equal(unique.tensor[:2], pixels[:2])
    assert array.duplicated().tolist() == [False, False, True, False, True]
    assert array.duplicated(keep=False).tolist() == [True, True, True, False, True]


def test_cells_are_not_sorted(pixels):
    with pytest.raises(TypeError, match="have no order"):
        pd.Series(TensorArray(pixels)).sort_values()


def test_cells_have_no_arithmetic(pixels):
    with pytest.raises(TypeError, match="does not support ufuncs"):
        pd.Series(TensorArray(pixels)) + np.ones(5)


@pytest.mark.parametrize("show", [repr, str, pd.DataFrame.to_html], ids=["repr", "str", "html"])
def test_a_frame_shows_shapes_and_no_pixels(show):
    frame = pd.DataFrame({"image": TensorArray(np.full((3, 2, 2), 77), [True, False, True])})
    shown = show(frame)
    assert "2x2 int64" in shown
    assert "None" in shown
    assert "77" not in shown


def test_a_series_shows_shapes_and_no_pixels():
    shown = repr(pd.Series(TensorArray(np.full((3, 1), 77))))
    assert "77" not in shown
    assert "dtype: tensor[int64, 1]" in shown


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_column_is_equal(pixels, protocol):
    array = TensorArray(pixels, [True, False, True, True, True])
    again = pickle.loads(pickle.dumps(array, protocol))
    assert again.equals(array)
    assert_array_equal(again.tensor, pixels)


def test_a_pickled_slice_holds_its_own_pixels_only():
    part = TensorArray(np.zeros((1000, 100)))[:2]
    assert len(pickle.dumps(part)) < 10_000


def test_equal_columns_have_equal_hashes(pixels):
    written = TensorArray(pixels).copy()
    written[0] = pixels[0]
    assert joblib.hash(written) == joblib.hash(TensorArray(pixels.copy()))


def test_the_size_in_bytes_counts_pixels_and_mask(pixels):
    assert TensorArray(pixels).nbytes == pixels.nbytes + 5


def _look(frame):
    tensor = frame["image"].array.tensor
    owner = tensor
    while isinstance(owner.base, np.ndarray) and not isinstance(owner, np.memmap):
        owner = owner.base
    return isinstance(owner, np.memmap), tensor.flags.writeable, tensor.sum(), frame.isna().sum()


def test_a_worker_maps_large_columns_read_only_and_sees_equal_samples(global_random_seed):
    tensor = np.random.default_rng(global_random_seed).integers(0, 9, (300, 64, 64))
    column = TensorArray(tensor, np.arange(300) != 7)
    frame = pd.DataFrame({"image": column}, copy=False)
    looks = joblib.Parallel(n_jobs=2, backend="loky")(
        joblib.delayed(_look)(part) for part in [frame, frame.iloc[:200]]
    )
    for part, (is_mapped, is_writeable, total, missing) in zip([300, 200], looks, strict=True):
        assert is_mapped
        assert not is_writeable
        assert total == tensor[:part].sum()
        assert missing["image"] == 1


@pytest.mark.parametrize(
    ("cell", "dtype"),
    [
        (np.array([300, 1], "uint16"), "uint8"),
        (np.array([-1, 1]), "uint8"),
        (np.array([2**63, 1], "uint64"), "int64"),
        (np.array([1e300, 1.0]), "float32"),
        (np.array([1e6, 1.0], "float32"), "float16"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(cell, dtype):
    name = f"tensor[{dtype}, 2]"
    with pytest.raises(TypeError, match="without changing them"):
        pd.Series([cell, None], dtype=name)
    with pytest.raises(TypeError, match="without changing them"):
        pd.Series(TensorArray(cell[None])).astype(name)
    column = pd.Series([np.zeros(2, dtype), None], dtype=name)
    with pytest.raises(TypeError, match="without changing them"):
        column.at[0] = cell


def test_integers_that_fit_are_kept_in_a_smaller_type():
    column = pd.Series(TensorArray(np.zeros((2, 2), "uint8")))
    column.at[0] = np.array([3, 255])
    assert column[0].tolist() == [3, 255]


def test_what_lies_in_a_missing_cell_does_not_keep_a_column_from_being_converted():
    column = pd.Series(TensorArray(np.array([[1, 2], [999, 999]]), [True, False]))
    assert column.astype("tensor[int8, 2]").array.tensor[0].tolist() == [1, 2]


def test_masks_are_not_lost():
    masked = np.ma.masked_array(np.ones((2, 3)), mask=[[0, 0, 1], [0, 0, 0]])
    with pytest.raises(TypeError, match=r"the array is a masked array.*present=~mask"):
        TensorArray(masked)
    column = TensorArray(np.zeros((2, 3)))
    with pytest.raises(TypeError, match="masked array"):
        column[0] = masked[0]
