"""One number for all modalities, or one for each."""

import pytest

from skmm.datasets._levels import level_of_each, noise_levels


def test_a_number_counts_for_every_modality():
    assert level_of_each(0.5, ["a", "b"], parameter="noise") == {"a": 0.5, "b": 0.5}


def test_a_modality_that_a_dict_does_not_name_gets_zero():
    assert list(level_of_each({"b": 2}, ["a", "b"], parameter="noise").items()) == [
        ("a", 0),
        ("b", 2),
    ]


def test_an_unknown_modality_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"noise names the modality 'c'; .* are \['a', 'b'\]"):
        level_of_each({"c": 1}, ["a", "b"], parameter="noise")


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan"), "high", None])
def test_a_level_out_of_range_is_named_with_its_modality(level):
    with pytest.raises(
        ValueError, match=r"missing is .* for modality 'b'; expected a number from 0"
    ):
        level_of_each({"b": level}, ["a", "b"], parameter="missing", upper=1)


def test_an_unlimited_level_must_still_not_be_negative():
    with pytest.raises(
        ValueError, match="noise is -1 for modality 'a'; expected a number of at least"
    ):
        level_of_each({"a": -1}, ["a"], parameter="noise")


def test_noise_multiplies_the_defaults_or_replaces_them_one_by_one():
    defaults = {"image": 20.0, "text": 0.1}
    assert noise_levels(2, defaults) == {"image": 40, "text": 0.2}
    assert noise_levels({"text": 0.5}, defaults) == {"image": 20, "text": 0.5}
    with pytest.raises(ValueError, match="noise names the modality 'sound'"):
        noise_levels({"sound": 1}, defaults)
