import numpy as np
import pytest

from skmm import ModalityError
from skmm.audio._checks import check_finite, check_length


@pytest.mark.parametrize("n_samples", [100, 150, 200])
def test_lengths_within_the_limits_are_accepted(n_samples):
    check_length(n_samples, 100, min_seconds=1.0, max_seconds=2.0, source="the clip")


@pytest.mark.parametrize(
    ("n_samples", "cause"),
    [
        (0, "the clip has no samples.*None"),
        (99, "lasts 0.99 s. Expected at least min_seconds=1"),
        (201, "lasts 2.01 s. Expected at most max_seconds=2"),
    ],
)
def test_other_lengths_are_refused_with_the_limit(n_samples, cause):
    with pytest.raises(ModalityError, match=cause):
        check_length(n_samples, 100, min_seconds=1.0, max_seconds=2.0, source="the clip")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e10])
def test_samples_that_cannot_be_computed_with_are_counted(value):
    clip = np.zeros(9, dtype=np.float32)
    clip[2:4] = value
    with pytest.raises(ModalityError, match=r"the clip has 2 of 9 samples"):
        check_finite(clip, source="the clip")


def test_a_length_that_the_header_does_not_tell_is_refused():
    with pytest.raises(ModalityError, match="the header of 'a.flac' does not say how long it is"):
        check_length(2**63 - 1, 8000, max_seconds=600.0, source="'a.flac'")
