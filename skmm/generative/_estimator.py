"""What the generative fusions share: blocks to codes, codes to blocks, and what is saved."""

import numpy as np
import pandas as pd
import torch
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skmm._device import resolve_device
from skmm._threads import one_thread
from skmm._validation import Integral, Interval, Options, Real, draw_seed
from skmm.fusion._early.block_fusion import BlockFusion, as_matrices
from skmm.fusion._early.blocks import Block, check_shape, to_frame
from skmm.fusion._early.scales import undo_scale
from skmm.generative._scaling import as_cells, learn_scales, scaled_tensors
from skmm.generative._training import Rows, train
from skmm.nn._training.sizes import check_sizes, no_larger_than
from skmm.nn._training.state import check_versions, current_versions, load_weights, weights_of
from skmm.nn._training.training import seed_scope

TRAINING_CONSTRAINTS = {
    "n_components": [Interval(Integral, 1, None, closed="left")],
    "hidden_dims": [tuple, list],
    "max_epochs": [Interval(Integral, 1, None, closed="left")],
    "batch_size": [Interval(Integral, 1, None, closed="left"), Options(Integral, {-1})],
    "lr": [Interval(Real, 0, None, closed="neither")],
    "weight_decay": [Interval(Real, 0, None, closed="left")],
    "device": [str],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


class GenerativeFusion(ClassNamePrefixFeaturesOutMixin, BlockFusion):
    """Base class of the estimators that learn one code for all modalities, and blocks from codes.

    A subclass gives ``_describe(blocks)``, the arguments of its network as plain values, and
    ``_build(**arguments)``. A network has ``players()`` to be trained, ``encode(blocks, present)`` and
    ``decode(codes)``.
    """

    def reconstruct(self, X):
        """Decode the codes of samples: each block as the model sees it, whether it is missing or not.

        Parameters
        ----------
        X : DataFrame of tensor columns, or array-like of shape (n_samples, n_features)
            As in `fit`.

        Returns
        -------
        X_reconstructed : DataFrame of tensor columns, or ndarray of shape (n_samples, n_features)
            In the units and the dtypes of the blocks in `fit`, with the index of X.
        """
        return self._to_container(self._decode(self._encode(self._read_matrices(X))), X)

    def inverse_transform(self, Z):
        """Decode codes.

        Parameters
        ----------
        Z : array-like of shape (n_samples, n_features_out)
            Codes as `transform` returns them.

        Returns
        -------
        X : DataFrame of tensor columns, or ndarray of shape (n_samples, n_features)
            Blocks in the units and the dtypes of those in `fit`.
        """
        check_is_fitted(self)
        codes = check_array(Z, dtype=np.float32)
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"Z has {codes.shape[1]} columns, and a code has {self._n_features_out}; give codes as "
                "transform returns them"
            )
        return self._to_container(self._decode(torch.from_numpy(codes.copy())), Z)

    def impute(self, X):
        """Fill in the modalities that are missing, from those that are there.

        Parameters
        ----------
        X : DataFrame of tensor columns, or array-like of shape (n_samples, n_features)
            As in `fit`.

        Returns
        -------
        X_filled : DataFrame of tensor columns, or ndarray of shape (n_samples, n_features)
            The modalities of `fit`, with the index of X. Cells that are there come back to the bit. A
            row without any modality gets what the code of an average row stands for.
        """
        blocks = self._read_blocks(X)
        decoded = self._decode(self._encode(as_matrices(blocks)))
        filled = {}
        for modality, block in blocks.items():
            values, absent = block.values.copy(), ~block.present
            values[absent] = self._as_cells(modality, decoded[modality][absent], values.dtype)
            filled[modality] = Block(values, np.ones(len(values), dtype=bool))
        return filled[None].values if None in filled else to_frame(filled, _index_of(X))

    @property
    def history_(self):
        """DataFrame with a row per epoch: its number, the training loss and what it is made of."""
        check_is_fitted(self)
        return pd.DataFrame(self._history)

    @property
    def _n_features_out(self):
        return self._arguments["n_components"]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _learn(self, blocks, y):
        scales = self._learn_scales(blocks)
        tensors, present = scaled_tensors(blocks, scales)
        taught = present.any(dim=1)
        tensors, present = [tensor[taught] for tensor in tensors], present[taught]
        self._scales = scales
        self._arguments = self._describe(blocks)
        device = resolve_device(self.device)
        seed = draw_seed(self.random_state)
        with seed_scope(seed, device), one_thread():
            network = self._build(**self._arguments).to(device)
            rows = Rows([tensor.to(device) for tensor in tensors], present.to(device))
            self._history = train(
                network.players(),
                rows,
                max_epochs=self.max_epochs,
                batch_size=self.batch_size,
                lr=self.lr,
                weight_decay=self.weight_decay,
                generator=torch.Generator().manual_seed(seed),
                verbose=self.verbose,
            )
            # Whatever trained it, the CPU uses it: a row is then the same everywhere.
            self.network_ = network.cpu().eval()
        self.n_iter_ = len(self._history)
        return self

    def _learn_scales(self, blocks):
        return learn_scales(blocks)

    def _describe(self, blocks):
        """Collect the arguments of the network: plain values, for they are saved."""
        return {
            "widths": [block.values.shape[1] for block in blocks.values()],
            "n_components": int(self.n_components),
            "hidden_dims": [_check_width(width) for width in self.hidden_dims],
        }

    def _fuse(self, blocks):
        return self._encode(blocks).numpy()

    def _read_blocks(self, X):
        check_is_fitted(self)
        blocks = self._read(X, reset=False)
        for modality, block in blocks.items():
            check_shape(block, self._block_specs[modality].shape, modality)
        return blocks

    def _read_matrices(self, X):
        return as_matrices(self._read_blocks(X))

    def _encode(self, blocks):
        """Codes of blocks given as matrices, a float32 Tensor (n_samples, n_features_out)."""
        # What overflows is found out by its code.
        with torch.inference_mode(), one_thread(), np.errstate(over="ignore", invalid="ignore"):
            codes = self.network_.encode(*scaled_tensors(blocks, self._scales))
        bad = ~codes.isfinite().all(dim=1)
        if bad.any():
            raise ValueError(
                f"the code of row {int(bad.int().argmax())} is not finite; expected values of the size "
                "of those in fit"
            )
        return codes

    def _decode(self, codes):
        """Blocks that codes stand for, by modality, as float64 matrices in the units of the user."""
        with torch.inference_mode(), one_thread():
            return self._in_units(self.network_.decode(codes))

    def _in_units(self, decoded):
        return {
            modality: undo_scale(values.numpy().astype(np.float64), self._scales[modality])
            for modality, values in zip(self._scales, decoded, strict=True)
        }

    def _as_cells(self, modality, values, dtype):
        return as_cells(values, self._block_specs[modality].shape, dtype)

    def _to_container(self, decoded, X):
        """Blocks as what `fit` was given: a frame of tensor columns, or a matrix of floats."""
        cells = {
            modality: self._as_cells(modality, values, self._block_specs[modality].dtype)
            for modality, values in decoded.items()
        }
        if None in cells:
            return cells[None]
        n_rows = len(next(iter(cells.values())))
        blocks = {m: Block(values, np.ones(n_rows, dtype=bool)) for m, values in cells.items()}
        return to_frame(blocks, _index_of(X))

    def __getstate__(self):
        state = dict(super().__getstate__())
        network = state.pop("network_", None)
        if network is not None:
            state["_weights"] = weights_of(network)
        return state | {"_versions": current_versions()}

    def __setstate__(self, state):
        state = dict(state)
        check_versions(state.pop("_versions", None))
        weights = state.pop("_weights", None)
        super().__setstate__(state)
        if weights is not None:
            with no_larger_than(weights):
                check_sizes(lambda: self._build(**self._arguments), weights)
                with seed_scope(0, "cpu"):
                    network = self._build(**self._arguments)
            load_weights(network, weights)
            self.network_ = network.eval()


def _check_width(width):
    if not isinstance(width, Integral) or isinstance(width, bool) or width < 1:
        raise ValueError(f"hidden_dims holds {width!r}; expected integers from 1, as in (64,)")
    return int(width)


def _index_of(X):
    return X.index if isinstance(X, pd.DataFrame) else None
