"""Fixtures shared by the tests of text vectorizers."""

import jieba
import numpy as np
import pytest


@pytest.fixture
def texts(global_random_seed):
    """Sixty texts of up to twelve of forty words, some of them empty."""
    rng = np.random.default_rng(global_random_seed)
    words = [f"{letter}{number}" for letter in "abcd" for number in range(10)]
    return [" ".join(rng.choice(words, size=rng.integers(12))) for _ in range(58)] + ["", "a0"]


@pytest.fixture(scope="session")
def oracle(tmp_path_factory):
    """A tokenizer of jieba that reads its dictionary as jieba does, and keeps it in a folder of ours."""
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    return tokenizer
