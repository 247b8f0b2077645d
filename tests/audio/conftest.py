"""A way to show one bad cell to an extractor."""

import re

import numpy as np
import pandas as pd
import pytest

from skmm import ModalityError
from skmm.audio import MFCCExtractor


@pytest.fixture
def assert_refused():
    """Check that a cell in row 1 is refused, naming modality, row, label, cause and path."""

    def check(cell, *causes, extractor=None):
        good = np.zeros(3_000, dtype=np.float32)
        X = pd.Series([good, cell], index=["a", "b"], name="sound", dtype=object)
        with pytest.raises(ModalityError) as caught:
            (extractor or MFCCExtractor()).fit(X).transform(X)
        message = str(caught.value)
        assert message.startswith("modality 'sound', row 1 (index 'b'): ")
        for cause in causes:
            assert re.search(cause, message), message
        if not isinstance(cell, np.ndarray | list):
            assert str(cell) in message

    return check
