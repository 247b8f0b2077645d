"""The examples but the one that ``make demo`` runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
DIGITS = EXAMPLES / "plot_02_audio_visual_digits.py"
SENTIMENT = EXAMPLES / "plot_03_sentiment_of_faces_and_posts.py"


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
