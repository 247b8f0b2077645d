"""The examples but the one that ``make demo`` runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
DIGITS = EXAMPLES / "plot_02_audio_visual_digits.py"
UNLABELED = EXAMPLES / "plot_04_missing_modality_without_labels.py"
SENTIMENT = EXAMPLES / "plot_03_sentiment_of_faces_and_posts.py"
RETRIEVAL = EXAMPLES / "plot_05_find_pictures_by_words.py"
IMPORTANCE = EXAMPLES / "plot_06_which_modality_matters.py"
CHOICE = EXAMPLES / "plot_08_choose_a_fusion.py"
ROBUSTNESS = EXAMPLES / "plot_07_can_fusing_pay.py"


def run(example, data, folder):
    environment = os.environ | {"SKMM_DATA": str(data), "MPLBACKEND": "Agg"}
    return subprocess.run(
        [sys.executable, example], env=environment, cwd=folder, capture_output=True, text=True
    )


def test_without_recordings_it_says_how_to_get_them(tmp_path):
    done = run(DIGITS, tmp_path, tmp_path)
    assert done.returncode == 1
    assert "github.com/Jakobovski/free-spoken-digit-dataset" in done.stderr


@pytest.mark.slow
def test_fusing_beats_the_better_single_modality_at_every_noise_level(real_data, tmp_path):
    done = run(DIGITS, real_data, tmp_path)
    assert done.returncode == 0, done.stderr
    table = done.stdout.partition("gain over the better single modality")[2]
    gains = {
        name.strip(): [float(gain) for gain in row.split()]
        for name, row in re.findall(r"^([a-z, ]+?)((?:\s+-?\d\.\d+)+)$", table, re.MULTILINE)
    }
    assert set(gains) == {"early", "late, product", "late, stacking", "deep"}
    assert all(len(row) == 4 for row in gains.values())
    for strategy in ("early", "late, product"):
        assert min(gains[strategy]) > 0.02, gains


@pytest.mark.slow
def test_face_and_post_together_tell_more_than_each_alone(tmp_path):
    done = run(SENTIMENT, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    found = re.findall(r"test accuracy, ([a-z +]+?) +(\d\.\d+)", done.stdout)
    accuracy = {modalities: float(score) for modalities, score in found}
    assert set(accuracy) == {"image", "text", "image + text"}
    assert accuracy["image + text"] > 0.05 + max(accuracy["image"], accuracy["text"]), accuracy


@pytest.mark.slow
def test_models_without_labels_fill_in_pictures_and_help_where_labels_are_few(tmp_path):
    done = run(UNLABELED, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    error, accuracy = (
        {
            name: float(score)
            for name, score in re.findall(rf"{what}, ([a-z ]+?) +(\d\.\d+)", done.stdout)
        }
        for what in ("error of the picture", "test accuracy")
    )
    assert error["right class"] < error["variational"] < error["training mean"] - 0.05, error
    assert error["right class"] < error["autoencoder"] < error["training mean"] - 0.05, error
    assert set(accuracy) == {"variational", "autoencoder", "adversarial", "blocks", "deep fusion"}
    assert accuracy["variational"] > accuracy["blocks"] + 0.02, accuracy
    assert accuracy["blocks"] > accuracy["deep fusion"], accuracy


def test_words_find_pictures_and_pictures_words(tmp_path):
    done = run(RETRIEVAL, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    found = re.findall(r"recall@10, ([a-z ]+), ([a-z ]+): (\d\.\d+)", done.stdout)
    recall = {(name, direction): float(score) for name, direction, score in found}
    assert len(recall) == 4
    assert min(recall.values()) > 5 * 10 / 500, recall  # of chance
    for direction in ("picture by words", "words by picture"):
        assert recall["networks", direction] > 0.75, recall


@pytest.mark.slow
def test_a_tone_that_tells_nothing_alone_tells_face_and_words_apart(tmp_path):
    done = run(IMPORTANCE, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    found = re.findall(r"^accuracy, ([a-z +]+?) +(\d\.\d+)$", done.stdout, re.MULTILINE)
    accuracy = {modalities: float(score) for modalities, score in found}
    assert len(accuracy) == 8
    assert accuracy["tone"] < 0.3  # of five classes
    assert accuracy["face + words + tone"] > 0.1 + accuracy["face + words"], accuracy
    assert accuracy["words + tone"] < 0.05 + accuracy["words"], accuracy
    rows = re.findall(r"^(face|words)? +(words|tone) +(-?\d\.\d+) .*$", done.stdout, re.MULTILINE)
    interactions = [float(value) for _, _, value in rows]
    assert len(interactions) == 3
    assert interactions[0] < -0.1 < 0.03 < min(interactions[1:]), interactions


@pytest.mark.slow
def test_a_search_finds_a_fusion_and_says_what_it_tried(tmp_path):
    done = run(CHOICE, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    chosen, accuracy = re.search(r"chosen: (.+), test accuracy (\d\.\d+)", done.stdout).groups()
    assert chosen.startswith(("early", "late", "deep"))
    assert float(accuracy) > 0.85
    best_single = re.search(r"best single modality +(\d\.\d+)", done.stdout)[1]
    assert float(accuracy) > float(best_single) + 0.1
    assert done.stdout.count("deep gated") >= 1  # whether there was time for it or not


@pytest.mark.slow
def test_advice_names_the_winner_and_gaps_in_training_make_robust(tmp_path):
    done = run(ROBUSTNESS, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    rows = re.findall(
        r"^(the same|one knows|half each|only together) +(\w+) +(\S+) +(\S+) +(\S+)$",
        done.stdout,
        re.MULTILINE,
    )
    assert len(rows) == 4
    for _, advice, *scores in rows:
        score = dict(zip(["concat", "late", "tensor"], map(float, scores), strict=True))
        named = {"single": "late"}.get(advice, advice)
        assert score[named] >= max(score.values()) - 0.02, rows
    relative = r" +\d\.\d+ +\d\.\d+ +(\d\.\d+) +-?\d\.\d+$"
    plain, dropout = (
        [float(value) for value in re.findall(f"^{name}{relative}", done.stdout, re.MULTILINE)]
        for name in ("deep", "deep, dropout")
    )
    assert len(plain) == 3
    assert all(more > less for less, more in zip(plain, dropout, strict=True))
