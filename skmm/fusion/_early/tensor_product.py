"""All products of features across modalities."""

from itertools import product
from math import prod

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skmm._validation import Integral, Interval
from skmm.fusion._early.block_fusion import BlockFusion, common_dtype
from skmm.fusion._early.blocks import fill


class TensorFusion(BlockFusion):
    r"""Multiply features across modalities: every product of one feature, or none, of each.

    A linear model on it sees interactions, such as a word that matters together with a tone of voice.
    With a one before the features of each modality, the outer product [1]_

    .. math:: z = \mathrm{vec}\left([1; x_1] \otimes \ldots \otimes [1; x_M]\right)

    holds the constant, every feature, every product of two features of two modalities, and so on; its
    width is :math:`\prod_m (d_m + 1)`.

    Parameters
    ----------
    max_features : int, default=100_000
        Largest width; more is an error that states the width.

    Attributes
    ----------
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    See Also
    --------
    SketchFusion : The same products in a width of your choice.
    sklearn.preprocessing.PolynomialFeatures : Products within one block as well.

    Notes
    -----
    Scale the blocks first, by a scaler in each member: products of large features drown the others.
    Columns are in C order of the index tuple: the last modality changes fastest. A missing modality
    has all features 0, which leaves exactly the terms without it; without any modality the constant
    is left. One modality alone only gets its one.

    References
    ----------
    .. [1] A. Zadeh et al., "Tensor fusion network for multimodal sentiment analysis", EMNLP 2017.

    Examples
    --------
    >>> from skmm import make_frame
    >>> from skmm.fusion import TensorFusion
    >>> blocks = make_frame(image=[[2.0, 3.0], [4.0, 5.0]], audio=[[10.0], None])
    >>> fusion = TensorFusion().fit(blocks)
    >>> fusion.get_feature_names_out().tolist()
    ['1', 'audio__0', 'image__0', 'image__0*audio__0', 'image__1', 'image__1*audio__0']
    >>> fusion.transform(blocks)
    array([[ 1., 10.,  2., 20.,  3., 30.],
           [ 1.,  0.,  4.,  0.,  5.,  0.]])
    """

    _parameter_constraints = {"max_features": [Interval(Integral, 1, None, closed="left")]}

    def __init__(self, *, max_features=100_000):
        self.max_features = max_features

    def get_feature_names_out(self, input_features=None):
        """Name the output columns ``1``, ``modality__column``, and their products with ``*``.

        Parameters
        ----------
        input_features : Ignored

        Returns
        -------
        feature_names_out : ndarray of str objects
        """
        check_is_fitted(self)
        factors = [["", *self._column_names(modality)] for modality in self._block_specs]
        names = ["*".join(filter(None, term)) or "1" for term in product(*factors)]
        return np.array(names, dtype=object)

    def _learn(self, blocks, y):
        widths = [block.values.shape[1] + 1 for block in blocks.values()]
        width = prod(widths)
        if width > self.max_features:
            raise ValueError(
                f"the products of all features make {' x '.join(map(str, widths))} = {width} columns, and "
                f"max_features={self.max_features}; use SketchFusion, which has the same products in a "
                "fixed width, or reduce the blocks first"
            )
        return self

    def _fuse(self, blocks):
        dtype = common_dtype(blocks)
        n_rows = len(next(iter(blocks.values())).present)
        fused = np.ones((n_rows, 1), dtype=dtype)
        for block in blocks.values():
            values = fill(block, 0).values
            factor = np.hstack(
                [np.ones((n_rows, 1), dtype=dtype), values.astype(dtype, copy=False)]
            )
            products = fused[:, :, np.newaxis] * factor[:, np.newaxis]
            fused = products.reshape(n_rows, fused.shape[1] * factor.shape[1])
        return fused
