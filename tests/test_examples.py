"""The examples that need real data; the other one is what ``make demo`` runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "plot_02_audio_visual_digits.py"


def run(data, folder):
    environment = os.environ | {"SKMM_DATA": str(data), "MPLBACKEND": "Agg"}
    return subprocess.run(
        [sys.executable, EXAMPLE], env=environment, cwd=folder, capture_output=True, text=True
    )


def test_without_recordings_it_says_how_to_get_them(tmp_path):
    done = run(tmp_path, tmp_path)
    assert done.returncode == 1
    assert "github.com/Jakobovski/free-spoken-digit-dataset" in done.stderr


@pytest.mark.slow
def test_fusing_beats_the_better_single_modality_at_every_noise_level(real_data, tmp_path):
    done = run(real_data, tmp_path)
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
