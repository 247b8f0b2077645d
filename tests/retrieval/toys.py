"""Similarities of four pairs, with published values of every loss and metric."""

import numpy as np

S1 = np.array(
    [[0.5, 0.45, 0.4, 0.1], [0.3, 0.6, 0.55, 0.2], [0.7, 0.9, 0.8, 0.3], [0.6, 0.35, 0.65, 0.25]]
)
LABELS = np.array([0, 1, 0, 1])
