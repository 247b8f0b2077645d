import pytest

from skmm.fusion._weights import check_weights


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
