"""Which kind of sample a block holds, and which values a sample may hold."""

import numpy as np
import pandas as pd
import pytest

from skmm import ModalityError
from skmm.nn._inputs.blocks import Block
from skmm.nn._inputs.kinds import as_kind, kind_of, n_channels


def block(tensor, present=None, name="a"):
    tensor = np.asarray(tensor)
    present = np.ones(len(tensor), dtype=bool) if present is None else np.asarray(present)
    return Block(tensor, present, name, pd.Index(list("uvwxyz")[: len(tensor)]))


@pytest.mark.parametrize(
    ("tensor", "kind"),
    [
        (np.zeros((2, 3)), "vector"),
        (np.zeros((2, 3), dtype=bool), "vector"),
        (np.zeros((2, 3), dtype=np.uint8), "tokens"),
        (np.zeros((2, 3), dtype=int), "tokens"),
        (np.zeros((2, 3, 4)), "sequence"),
        (np.zeros((2, 3, 8, 8)), "image"),
    ],
)
def test_shape_and_dtype_choose_the_kind(tensor, kind):
    assert kind_of(block(tensor)) == kind


def test_channels_that_come_last_are_refused():
    with pytest.raises(ModalityError, match=r"\(channels, height, width\); use PixelExtractor"):
        kind_of(block(np.zeros((2, 32, 32, 3))))


def test_samples_of_four_dimensions_are_refused_unless_flattened():
    volumes = block(np.zeros((2, 3, 4, 4, 4)))
    with pytest.raises(ModalityError, match="a torch module that does, or.*{'a': 'vector'}"):
        kind_of(volumes)
    assert kind_of(volumes, is_free=True) == "array"
    assert as_kind(volumes, "array").tensor is volumes.tensor
    assert as_kind(volumes, "vector").tensor.shape == (2, 192)


@pytest.mark.parametrize(
    ("shape", "kind", "expected"),
    [
        ((2, 3, 4), "vector", (2, 12)),
        ((2, 5, 6), "image", (2, 1, 5, 6)),
        ((2, 5), "sequence", (2, 5, 1)),
    ],
)
def test_a_kind_brings_its_axes(shape, kind, expected):
    assert as_kind(block(np.zeros(shape)), kind).tensor.shape == expected


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((2, 3), "tokens"), ((2, 3), "image"), ((2, 3, 4, 5), "sequence"), ((2, 3, 4, 5, 6), "image")],
)
def test_a_kind_that_does_not_fit_is_refused(shape, kind):
    with pytest.raises(ModalityError, match=f"modality 'a'.*cannot be read as {kind}; expected"):
        as_kind(block(np.zeros(shape)), kind)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2), (4, 3, 5, 5), (4, 3, 5, 5, 2)])
def test_a_bad_number_is_named_with_its_row(shape, bad):
    tensor = np.zeros(shape)
    tensor[2, ..., 0] = bad
    kind = {2: "vector", 3: "sequence", 4: "image", 5: "array"}[len(shape)]
    with pytest.raises(ModalityError, match=r"modality 'a', row 2 \(index 'w'\): the sample holds"):
        as_kind(block(tensor), kind)


def test_a_bad_number_in_a_missing_sample_is_fine():
    tensor = np.zeros((3, 2))
    tensor[1] = np.nan
    assert as_kind(block(tensor, [True, False, True]), "vector").tensor is not None


def test_steps_of_nan_at_the_end_are_padding():
    tensor = np.zeros((3, 4, 2))
    tensor[1, 2:] = np.nan
    as_kind(block(tensor), "sequence")


@pytest.mark.parametrize("where", [(1, 1), (1, 3, 0), (1, slice(None))])
def test_any_other_nan_in_a_sequence_is_refused(where):
    tensor = np.zeros((3, 4, 2))
    tensor[where] = np.nan
    with pytest.raises(ModalityError, match=r"row 1 \(index 'v'\)"):
        as_kind(block(tensor), "sequence")


@pytest.mark.parametrize("bad", [-1, 10_000_000])
def test_integers_that_are_no_ids_are_refused(bad):
    with pytest.raises(ModalityError, match=r"row 1 \(index 'v'\): integers are read as ids"):
        as_kind(block([[1, 2], [3, bad]]), "tokens")


def test_pixels_are_bytes_or_near_zero_to_one():
    pixels = np.random.default_rng(0).normal(0.5, 0.2, size=(3, 3, 8, 8))
    as_kind(block(pixels), "image", pixels=True)
    as_kind(block(np.full((3, 3, 8, 8), 255, dtype=np.uint8)), "image", pixels=True)
    pixels[1, 0, 0, 0] = 255
    as_kind(block(pixels, [True, False, True]), "image", pixels=True)
    with pytest.raises(
        ModalityError, match=r"row 1 \(index 'v'\): values go from .* to 255, and a"
    ):
        as_kind(block(pixels), "image", pixels=True)
    with pytest.raises(ModalityError, match="modality 'a': holds int64 values, and a pretrained"):
        as_kind(block(np.zeros((3, 3, 8, 8), dtype=int)), "image", pixels=True)


def test_pixels_that_are_missing_everywhere_may_be_of_any_dtype():
    nothing = block(np.zeros((2, 3, 8, 8), dtype=np.int8), [False, False])
    assert as_kind(nothing, "image", pixels=True).tensor.shape == (2, 3, 8, 8)


@pytest.mark.parametrize(
    ("tensor", "kind", "expected"),
    [
        (np.zeros((2, 7)), "vector", 7),
        (np.zeros((2, 3, 5, 6)), "image", 3),
        (np.zeros((2, 5, 6)), "sequence", 6),
        ([[0, 4], [9, 0]], "tokens", 10),
        (np.zeros((2, 3, 4, 5, 6)), "array", 1),
    ],
)
def test_the_width_of_a_kind(tensor, kind, expected):
    assert n_channels(block(tensor), kind, np.arange(2)) == expected


def test_ids_of_missing_samples_and_of_other_rows_do_not_count():
    ids = block([[0, 4], [9, 0], [7, 7]], [True, False, True])
    assert n_channels(ids, "tokens", np.array([0, 1])) == 5
