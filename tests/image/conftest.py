"""A way to show one bad cell to an extractor."""

import re

import numpy as np
import pandas as pd
import pytest

from skmm import ModalityError
from skmm.image import PixelExtractor


@pytest.fixture
def assert_refused():
    """Check that a cell in row 1 is refused, naming modality, row, label, cause and path."""

    def check(cell, *causes, extractor=None):
        good = np.zeros((40, 40), dtype=np.uint8)
        X = pd.Series([good, cell], index=["a", "b"], name="photo", dtype=object)
        with pytest.raises(ModalityError) as caught:
            (extractor or PixelExtractor()).fit(X).transform(X)
        message = str(caught.value)
        assert message.startswith("modality 'photo', row 1 (index 'b'): ")
        for cause in causes:
            assert re.search(cause, message), message
        if not isinstance(cell, np.ndarray | list):
            assert str(cell) in message

    return check
