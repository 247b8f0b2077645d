import pytest

from skmm.fusion._weights import check_weights, share_gains


def test_weights_come_by_name_or_in_order():
    assert check_weights({"b": 1, "a": 2}, ["a", "b"]) == {"a": 2.0, "b": 1.0}
    assert check_weights([2, 1], ["a", "b"]) == {"a": 2.0, "b": 1.0}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 2, 3], "3 weights for 2 modalities"),
        ({"a": 1, "c": 1}, r"weights are for \['a', 'c'\], and the modalities are \['a', 'b'\]"),
        ([1, -1], "at least 0"),
        ([0, 0], "not all 0"),
        ([1, float("nan")], "finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        check_weights(weights, ["a", "b"])


def test_weights_may_name_modalities_that_are_dropped():
    assert check_weights({"a": 2, "b": 1, "c": 3}, ["a", "c"], ["a", "b", "c"]) == {
        "a": 2.0,
        "c": 3.0,
    }
    assert check_weights([2, 1, 3], ["a", "c"], ["a", "b", "c"]) == {"a": 2.0, "c": 3.0}
    with pytest.raises(ValueError, match="weights are for"):
        check_weights({"a": 2, "d": 1}, ["a"], ["a", "b"])


def test_the_weight_of_an_only_modality_does_not_matter():
    assert check_weights({"a": 0, "b": 1}, ["a"], ["a", "b"]) == {"a": 1.0}


def test_gains_are_shared_and_losses_count_as_nothing():
    assert share_gains({"a": 3, "b": -5, "c": 1}) == {"a": 0.75, "b": 0.0, "c": 0.25}


def test_without_gains_all_weights_are_equal():
    with pytest.warns(UserWarning, match="nothing helps; all weights are equal"):
        assert share_gains({"a": 0, "b": -1}, "nothing helps") == {"a": 0.5, "b": 0.5}
