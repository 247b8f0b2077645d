"""What is advised."""

import re

import pytest

from skmm.inspection._decomposition.advice import explain, gain_of_fusing, recommend
from skmm.inspection._decomposition.debias import MEASURES


def found(redundancy=0.0, first=0.0, second=0.0, synergy=0.0, interaction=0.0):
    total = redundancy + first + second + synergy
    values = (redundancy, first, second, synergy, interaction, total)
    return dict(zip(MEASURES, values, strict=True))


ERRORS = dict.fromkeys(MEASURES, 0.02)


@pytest.mark.parametrize(
    ("values", "fusion"),
    [
        (found(synergy=1, interaction=1), "tensor"),  # exclusive or
        (found(redundancy=0.31, synergy=0.5), "concat"),  # AND
        (found(redundancy=0.5, synergy=1), "concat"),  # a sum
        (found(first=1, second=1), "concat"),
        (found(redundancy=1), "single"),
        (found(first=1), "single"),
        (found(redundancy=0.8, synergy=0.2), "late"),
        (found(redundancy=0.3, first=0.5, synergy=0.15), "late"),
        (found(redundancy=0.5, synergy=0.5, interaction=0.2), "tensor"),
        (found(redundancy=0.01, synergy=0.02), "none"),
        (found(redundancy=-0.01, synergy=0.0), "none"),
    ],
)
def test_the_fusion_fits_the_mix(values, fusion):
    assert recommend(values, ERRORS) == fusion


def test_interaction_within_two_standard_errors_is_taken_for_chance():
    values = found(redundancy=0.5, synergy=0.3, interaction=0.2)
    assert recommend(values, ERRORS) == "tensor"
    assert recommend(values, ERRORS | {"interaction": 0.15}) == "late"


def test_the_gain_is_what_both_tell_beyond_the_better_one():
    assert gain_of_fusing(found(redundancy=0.3, first=0.5, second=0.1, synergy=0.2)) == 0.2 + 0.1


@pytest.mark.parametrize(
    ("fusion", "words"),
    [
        ("none", "no more than chance"),
        ("single", "voice adds 0.20 bits to face: fusing can hardly pay"),
        ("late", "0.20 bits beyond face are to be gained. Fuse late"),
        ("concat", "Each adds to the other: 0.20 bits beyond face. Fuse early"),
        ("tensor", "0.15 bits show in their combination only.*TensorFusion"),
    ],
)
def test_words_say_what_was_found_and_what_to_do(fusion, words):
    values = found(redundancy=0.3, first=0.4, synergy=0.2, interaction=0.15)
    text = explain("face", "voice", values, fusion, 1.5)
    start = "face and voice together tell 0.90 of the 1.50 bits of y; alone face tells 0.70, voice 0.30. "
    assert text.startswith(start)
    assert re.search(words, text)


def test_what_is_below_nothing_is_called_nothing():
    assert "face tells 0.00" in explain("face", "voice", found(first=-0.01), "none", 1)
