"""All products of features across modalities, compressed to a fixed width."""

from functools import reduce

import numpy as np
from scipy import sparse
from sklearn.base import ClassNamePrefixFeaturesOutMixin

from skmm._validation import Integral, Interval, make_rng
from skmm.fusion._early.block_fusion import BlockFusion, common_dtype
from skmm.fusion._early.blocks import fill


class SketchFusion(ClassNamePrefixFeaturesOutMixin, BlockFusion):
    r"""Multiply features across modalities, in a fixed width: compact bilinear pooling.

    The products of one feature of each modality are too many to write down. Their count sketch [1]_,
    which adds each into one of D cells with a random sign, is found without them: each modality is
    sketched by itself, :math:`y_m[b] = \sum_{i: h_m(i) = b} s_m(i)\, x_{m,i}`, and the sketch of the
    products is the circular convolution of the :math:`y_m`, a product after Fourier transform [2]_ [3]_:

    .. math:: z = \mathcal{F}^{-1}\left(\prod_m \mathcal{F}(y_m)\right), \qquad
              \mathrm{E}\, \langle z, z' \rangle = \prod_m \langle x_m, x_m' \rangle .

    Parameters
    ----------
    n_components : int, default=512
        Width D of the fused block. Inner products are less noisy the wider it is.
    random_state : int, RandomState instance or None, default=None
        Draws the cells and signs.
    signed_sqrt : bool, default=True
        Whether to take the root of the size of each number, and keep its sign: products spread widely.
    normalize : bool, default=True
        Whether to divide each row by its length.

    Attributes
    ----------
    hashes_ : dict of ndarray of shape (n_columns,), int
        The cell h of each column, by modality.
    signs_ : dict of ndarray of shape (n_columns,)
        The sign s of each column, by modality.
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    See Also
    --------
    TensorFusion : The products themselves, those of fewer modalities included.
    sklearn.kernel_approximation.PolynomialCountSketch : Products within one block.

    Notes
    -----
    Scale the blocks first. A missing modality is left out of the product, where zeros would wipe out
    the row; a row without any is 0. Cells and signs are drawn by name, so the order of modalities does
    not matter. One modality alone is a random projection.

    References
    ----------
    .. [1] N. Pham and R. Pagh, "Fast and scalable polynomial kernels via explicit feature maps", KDD
       2013.
    .. [2] Y. Gao et al., "Compact bilinear pooling", CVPR 2016.
    .. [3] A. Fukui et al., "Multimodal compact bilinear pooling for visual question answering and
       visual grounding", EMNLP 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.fusion import SketchFusion
    >>> rng = np.random.default_rng(0)
    >>> blocks = make_frame(image=rng.normal(size=(3, 50)), audio=rng.normal(size=(3, 40)))
    >>> SketchFusion(16, random_state=0).fit_transform(blocks).shape
    (3, 16)
    """

    _parameter_constraints = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "signed_sqrt": ["boolean"],
        "normalize": ["boolean"],
    }

    def __init__(self, n_components=512, *, random_state=None, signed_sqrt=True, normalize=True):
        self.n_components = n_components
        self.random_state = random_state
        self.signed_sqrt = signed_sqrt
        self.normalize = normalize

    @property
    def _n_features_out(self):
        return self.n_components

    def _learn(self, blocks, y):
        rng = make_rng(self.random_state)
        self.hashes_, self.signs_ = {}, {}
        for modality in sorted(blocks, key=str):
            width = blocks[modality].values.shape[1]
            self.hashes_[modality] = rng.randint(0, self.n_components, size=width)
            self.signs_[modality] = rng.choice([-1.0, 1.0], size=width)
        return self

    def _fuse(self, blocks):
        spectra = []
        for modality, block in blocks.items():
            spectra.append(np.fft.rfft(self._sketch(block, modality), axis=1))
            spectra[-1][~block.present] = 1  # the spectrum of a unit impulse
        fused = np.fft.irfft(reduce(_multiply, spectra), n=self.n_components, axis=1)
        fused[~np.any([block.present for block in blocks.values()], axis=0)] = 0
        if self.signed_sqrt:
            fused = np.sign(fused) * np.sqrt(np.abs(fused))
        if self.normalize:
            length = np.sqrt(np.einsum("ij,ij->i", fused, fused))
            fused /= np.where(length > 0, length, 1.0)[:, np.newaxis]
        return fused.astype(common_dtype(blocks), copy=False)

    def _sketch(self, block, modality):
        """Count sketch of a block: each column is added, with its sign, into its cell."""
        values = fill(block, 0).values.astype(np.float64, copy=False)
        cells, signs = self.hashes_[modality], self.signs_[modality]
        into = sparse.csr_array(
            (signs, (cells, np.arange(len(cells)))), shape=(self.n_components, len(cells))
        )
        return np.ascontiguousarray((into @ values.T).T)


def _multiply(one, other):
    """Product of complex numbers by real operations: numpy's own rounds as suits the batch."""
    result = np.empty_like(one)
    result.real = one.real * other.real - one.imag * other.imag
    result.imag = one.real * other.imag + one.imag * other.real
    return result
