"""Noise in texts."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.model_selection._robustness.noise_texts import TEXT_NOISES, drop_token_ids

TEXT = " ".join(f"word{number}" for number in range(500))


def change(noise, cell, level, seed=0):
    return TEXT_NOISES[noise](cell, level, np.random.RandomState(seed))


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(one in rest for one in part)


@pytest.mark.parametrize("noise", TEXT_NOISES)
def test_at_level_1_nothing_is_left_but_an_empty_text(noise):
    assert change(noise, "a cat", 1) == ""


def test_a_share_of_the_words_is_left_out_and_the_others_keep_their_order():
    kept = change("drop_words", TEXT, 0.3).split()
    assert is_subsequence(kept, TEXT.split())
    assert abs(len(kept) / 500 - 0.7) < 0.06


def test_a_share_of_the_characters_is_left_out():
    kept = change("drop_characters", TEXT, 0.3)
    assert is_subsequence(kept, TEXT)
    assert abs(len(kept) / len(TEXT) - 0.7) < 0.04


def test_what_is_lost_is_lost_at_any_higher_level():
    for noise, split in (("drop_words", str.split), ("drop_characters", str)):
        few, many = (split(change(noise, TEXT, level)) for level in (0.3, 0.6))
        assert is_subsequence(many, few)


def test_lists_of_words_stay_lists_of_words():
    words = TEXT.split()
    assert change("drop_words", words, 0.3) == change("drop_words", TEXT, 0.3).split()
    shorter = change("drop_characters", tuple(words), 0.3)
    assert isinstance(shorter, tuple)
    assert len(shorter) == 500
    assert change("drop_block", words, 1) == []


def test_a_block_is_lost_or_kept():
    kept = [change("drop_block", "a cat", 0.3, seed) for seed in range(200)]
    assert set(kept) == {"a cat", ""}
    assert abs(kept.count("a cat") / 200 - 0.7) < 0.1


def test_remaining_token_ids_move_up():
    ids = np.random.default_rng(0).integers(1, 50, size=(100, 20))
    ids[:, 15:] = 0
    fewer = drop_token_ids(ids, 0.4, np.random.RandomState(0))
    for before, after in zip(ids, fewer, strict=True):
        kept = after[after > 0]
        assert_array_equal(after[: len(kept)], kept)
        assert is_subsequence(kept, before)
    assert abs((fewer > 0).mean() / (ids > 0).mean() - 0.6) < 0.05
    assert fewer.dtype == ids.dtype
    assert_array_equal(drop_token_ids(ids, 1, np.random.RandomState(0)), np.zeros_like(ids))
