"""Fill in a modality by what a variational autoencoder expects, or draws, given the others."""

import numpy as np

from skmm.fusion._early.blocks import to_frame
from skmm.generative._gan_filler import seeds_of_rows
from skmm.generative._variational import VariationalFusion
from skmm.impute import side_by_side


class VaeFiller:
    """One model of all modalities, a product of experts.

    Parameters
    ----------
    n_draws : int
        How many draws there are, of which :meth:`fill` returns the mean. One is not drawn: it is what
        the mean of the posterior stands for.
    seed : int
    **params
        Parameters of :class:`VariationalFusion`.
    """

    def __init__(self, *, n_draws, seed, **params):
        self.n_draws = n_draws
        self.seed = seed
        self.params = params

    def fit(self, blocks):
        """Train the model on all rows."""
        model = VariationalFusion(**self.params, device="cpu", random_state=self.seed)
        self.model = model.fit(to_frame(blocks, None))
        return self

    def fill(self, blocks, name, rows):
        """Say what a modality is in some rows, (n_rows, d)."""
        draws = [self.draw(blocks, name, rows, number) for number in range(self.n_draws)]
        return np.mean(draws, axis=0)

    def draw(self, blocks, name, rows, number):
        """Say what a modality may be in some rows, (n_rows, d); each draws for itself."""
        frame = to_frame(blocks, None).iloc[rows]
        if self.n_draws == 1:
            return self.model.generate(frame, name)
        sources = side_by_side(blocks, name)
        draws = [
            self.model.generate(frame.iloc[[row]], name, n_draws=1, random_state=seed)[0, 0]
            for row, seed in enumerate(seeds_of_rows(sources[rows], self.seed, number))
        ]
        return np.stack(draws)
