"""Tables of raw samples, as they come from files."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Paths of pictures of several sizes, and texts; two pictures are missing."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    paths = [str(folder / f"{number}.png") for number in range(13)]
    for number, path in enumerate(paths):
        Image.fromarray(rng.integers(0, 256, (20 + number, 24, 3), dtype=np.uint8)).save(path)
    texts = [f"cat dog{number % 4}" for number in range(13)]
    labels = [f"r{number:02d}" for number in range(13)]
    X = pd.DataFrame({"image": paths, "text": texts}, index=labels)
    X.loc[["r03", "r12"], "image"] = None
    return X
