"""Values that no encoder takes."""

import numpy as np
import pytest

from skmm.nn._encoders.checks import check_choice, check_count, check_flag


def test_a_choice_that_is_not_there_is_refused_with_the_nearest():
    check_choice("body", "gru", ["gru", "lstm"])
    with pytest.raises(
        ValueError, match=r"body='grru'; expected one of \['gru', 'lstm'\]; did you"
    ):
        check_choice("body", "grru", ["gru", "lstm"])
    with pytest.raises(ValueError, match="body=3; expected one of"):
        check_choice("body", 3, ["gru"])


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "2", None])
def test_a_count_is_an_integer_from_one(value):
    check_count("n_layers", np.int64(2))
    with pytest.raises(ValueError, match=f"n_layers={value!r}; expected an integer from 1"):
        check_count("n_layers", value)


@pytest.mark.parametrize("value", [0, 1, "yes", None])
def test_a_flag_is_true_or_false(value):
    check_flag("bidirectional", False)
    with pytest.raises(ValueError, match=f"bidirectional={value!r}; expected True or False"):
        check_flag("bidirectional", value)
