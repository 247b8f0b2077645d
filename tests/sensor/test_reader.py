import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skmm import ModalityError
from skmm.sensor import SensorStatisticsExtractor, SensorWindowExtractor
from skmm.sensor._reader import read_recording

each_extractor = pytest.mark.parametrize(
    "extractor",
    [SensorStatisticsExtractor(("mean", "slope")), SensorWindowExtractor()],
    ids=lambda extractor: type(extractor).__name__,
)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "float16", "float32", "float64"])
def test_numbers_of_every_type_are_read(dtype):
    recording = read_recording(np.array([[0, 1], [1, 0]], dtype=dtype))
    assert_array_equal(recording, [[0.0, 1.0], [1.0, 0.0]])
    assert recording.dtype == np.float64


@pytest.mark.parametrize(
    "cell", [[1, 2], (1.0, 2.0), np.array([1, 2]), pd.Series([1, 2]), [[1], [2]]]
)
def test_one_channel_is_one_column(cell):
    assert_array_equal(read_recording(cell), [[1.0], [2.0]])


def test_a_recording_is_a_contiguous_copy():
    cell = np.ones((4, 3), order="F")
    recording = read_recording(cell)
    assert recording.flags.c_contiguous
    assert not np.shares_memory(recording, cell)


def test_the_layout_of_a_cell_does_not_matter(recordings):
    for recording in recordings:
        assert_array_equal(read_recording(np.asfortranarray(recording)), recording)


def test_files_of_numbers_are_read(tmp_path):
    values = np.array([[1.5, 2], [3, 4]])
    np.save(tmp_path / "a.npy", values)
    np.savetxt(tmp_path / "b.csv", values, delimiter=",")
    assert_array_equal(read_recording(tmp_path / "a.npy"), values)
    assert_array_equal(read_recording(str(tmp_path / "b.csv")), values)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.npy", b""),
        ("text.npy", b"no numbers at all"),
        ("short.npy", None),
        ("pickle.npy", None),
        ("empty.csv", b""),
        ("ragged.csv", b"1,2\n1,2,3\n"),
        ("binary.csv", b"\xff\xfe\x00\xd8"),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, content):
    path = tmp_path / name
    if name == "short.npy":
        np.save(path, np.ones(100))
        content = path.read_bytes()[:-8]
    if name == "pickle.npy":
        np.save(path, np.array([{}], dtype=object), allow_pickle=True)
        content = path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(ModalityError, match=f"cannot read '.*{name}': .*Expected an .npy file"):
        read_recording(path)


def test_a_header_line_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(ModalityError, match=r"cannot read .*a\.csv': .*without a header line"):
        read_recording(tmp_path / "a.csv")


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.xml").write_text("1")
    with pytest.raises(ModalityError, match=r"only \.npy and \.csv files are read"):
        read_recording(tmp_path / "a.xml")


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(ModalityError, match=r"cannot read 'nowhere\.npy'"):
        read_recording("nowhere.npy")


@pytest.mark.parametrize("cell", [["1", "2"], [1j], [None, 1.0], b"12", {"x": 1}, {1, 2}])
def test_a_cell_without_real_numbers_is_refused(cell):
    with pytest.raises(ModalityError, match="values of type .* where real numbers are expected"):
        read_recording(cell)


@pytest.mark.parametrize("cell", [5.0, [], np.zeros((0, 3)), np.zeros((3, 0)), np.zeros((2, 2, 2))])
def test_a_cell_of_another_shape_is_refused(cell):
    with pytest.raises(ModalityError, match=r"has shape \(.*where \(n_steps,\) or .*use None"):
        read_recording(cell)


def test_steps_of_different_width_are_refused():
    with pytest.raises(ModalityError, match="the list in the cell does not make an array"):
        read_recording([[1, 2], [3]])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e31])
def test_a_bad_value_is_named_with_its_channel_and_count(value):
    cell = np.ones((5, 3))
    cell[2:4, 1] = value
    with pytest.raises(ModalityError, match="channel 1 has 2 of 5 values that are NaN.*None"):
        read_recording(cell)


def test_a_channel_of_nan_is_bad_data_and_not_missing():
    with pytest.raises(ModalityError, match="channel 0 has 3 of 3 values that are NaN"):
        read_recording([np.nan] * 3)


def test_gaps_are_filled_as_numpy_interpolates(recordings):
    for recording in recordings[:5]:
        cell = recording.copy()
        cell[1::3, 0] = cell[:1, 1] = cell[-1:, 2] = np.nan
        cell[0, 0] = recording[0, 0]
        known = ~np.isnan(cell)
        if known.any(axis=0).all():
            steps = np.arange(len(cell))
            expected = [
                np.interp(steps, steps[k], x[k]) for k, x in zip(known.T, cell.T, strict=True)
            ]
            assert_array_equal(read_recording(cell, gaps="interpolate"), np.transpose(expected))


def test_gaps_become_a_straight_line_and_ends_are_held():
    cell = [np.nan, 1.0, np.nan, np.nan, 4.0, np.nan]
    expected = [[1.0], [1.0], [2.0], [3.0], [4.0], [4.0]]
    assert_array_equal(read_recording(cell, gaps="interpolate"), expected)


def test_a_cell_with_gaps_is_left_alone():
    cell = np.array([1.0, np.nan, 3.0])
    cell.flags.writeable = False
    read_recording(cell, gaps="interpolate")
    assert_array_equal(cell, [1.0, np.nan, 3.0])


def test_a_channel_of_nan_cannot_be_interpolated():
    cell = np.ones((3, 2))
    cell[:, 1] = np.nan
    with pytest.raises(ModalityError, match="channel 1 has 3 of 3 values that are NaN"):
        read_recording(cell, gaps="interpolate")


@pytest.mark.parametrize("value", [np.inf, 1e31])
def test_what_is_no_gap_is_refused_beside_gaps(value):
    with pytest.raises(ModalityError, match="channel 0 has 1 of 3 values that are NaN, infinite"):
        read_recording([1.0, np.nan, value], gaps="interpolate")


def test_another_number_of_channels_is_refused():
    with pytest.raises(ModalityError, match=r"shape \(2, 9\), where \(n_steps, 2\) is.*transpose"):
        read_recording(np.ones((2, 9)), n_channels=2)


@each_extractor
def test_a_bad_recording_is_named_with_its_row(extractor):
    column = pd.Series([[1.0, 2.0], [1.0, np.nan]], index=["a", "b"], name="wrist")
    with pytest.raises(ModalityError, match=r"modality 'wrist', row 1 \(index 'b'\): channel 0"):
        extractor.fit_transform(column)


@each_extractor
def test_gaps_are_filled_on_request(extractor):
    filled = [np.repeat(np.linspace(0, i + 4, 9)[:, np.newaxis], 2, axis=1) for i in range(3)]
    gappy = [recording.copy() for recording in filled]
    for recording in gappy:
        recording[3:6, 0] = np.nan
    expected = clone(extractor).fit_transform(filled)
    block = clone(extractor).set_params(gaps="interpolate").fit_transform(gappy)
    assert_allclose(block, expected, rtol=1e-6)


@each_extractor
def test_an_unknown_way_to_fill_gaps_is_refused(extractor):
    with pytest.raises(ValueError, match="The 'gaps' parameter of Sensor"):
        clone(extractor).set_params(gaps="drop").fit([[1.0]])


@each_extractor
def test_the_channels_of_fit_are_expected_afterwards(extractor):
    extractor.fit([np.ones((9, 2)), np.ones((4, 2))])
    with pytest.raises(ModalityError, match=r"modality 'sensor', row 1: .*shape \(2, 9\)"):
        extractor.transform([np.ones((9, 2)), np.ones((2, 9))])


@each_extractor
def test_a_refit_may_have_other_channels(extractor):
    for n_channels in (2, 3):
        extractor.fit([np.ones((4, n_channels))])
        assert extractor.n_channels_ == n_channels


@each_extractor
def test_no_recording_at_all_is_refused(extractor):
    with pytest.raises(ModalityError, match="modality 'sensor': missing in every sample"):
        extractor.fit([None, np.nan])


def test_a_blank_line_is_a_step_without_a_value(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1\n2\n\n4\n")
    with pytest.raises(ModalityError, match="channel 0 has 1 of 4 values that are NaN"):
        read_recording(path)
    assert read_recording(path, gaps="interpolate").ravel().tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
def test_damaged_files_are_read_or_refused(tmp_path, suffix, damage, bounded):
    path = tmp_path / f"a{suffix}"
    values = np.random.default_rng(0).normal(size=(6, 2))
    np.save(path, values) if suffix == ".npy" else np.savetxt(path, values, delimiter=",")
    for version in damage(path.read_bytes(), 150):
        path.write_bytes(version)
        with bounded(megabytes=100, seconds=5):
            finite = is_finite_or_refused(path)
        assert finite


def is_finite_or_refused(path):
    try:
        return np.isfinite(read_recording(path)).all()
    except ModalityError:
        return True


@pytest.mark.parametrize("shape", [(10**12,), (10**6, 10**6), (2**40, 2**40), (-1, 3), (0, 3)])
def test_an_npy_file_that_promises_too_much_is_refused(tmp_path, shape, bounded):
    path = tmp_path / "a.npy"
    with open(path, "wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(bytes(800))
    with bounded(megabytes=100, seconds=5), pytest.raises(ModalityError):
        read_recording(path)
