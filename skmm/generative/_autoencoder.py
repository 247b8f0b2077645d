"""One code for all modalities, learned by an autoencoder."""

from skmm._validation import Interval, Real
from skmm.generative._estimator import TRAINING_CONSTRAINTS, GenerativeFusion
from skmm.generative._joint_code import JointCode


class AutoencoderFusion(GenerativeFusion):
    r"""Squeeze all modalities through one code, learned without labels by a joint autoencoder.

    An encoder f reads all blocks side by side, and a decoder :math:`g_m` for each modality is to bring it
    back [1]_. Some of the modalities present are hidden from the encoder in training, and are to be
    brought back all the same, so that the code of a row says what its modalities share:

    .. math:: z = f(x_1, \ldots, x_M), \qquad
              \min \frac{1}{n} \sum_{\text{rows}} \sum_{m \text{ present}} \lVert x_m - g_m(z) \rVert^2 .

    Parameters
    ----------
    n_components : int, default=16
        Width of the code.
    hidden_dims : tuple of int, default=(64,)
        Widths of the layers of the encoder, with ReLUs between them; decoders have them the other way
        round. With ``()`` all maps are linear.
    modality_dropout : float in [0, 1), default=0.2
        Share of the modalities that are hidden in training, but never all that a row has.
    noise : float, default=0.0
        Standard deviation of the noise on what the encoder sees in training, in that of a column: a
        denoising autoencoder [2]_.
    max_epochs : int, default=100
        Number of passes over the rows.
    batch_size : int, default=64
        Number of rows per step; -1 takes all.
    lr : float, default=1e-3
        Learning rate of Adam.
    weight_decay : float, default=0.0
        Decoupled decay of all weights.
    device : str, default="auto"
        Where to train: "cpu", "cuda", or "auto", which is a GPU if there is one. Codes are computed on
        the CPU.
    random_state : int, RandomState instance or None, default=None
        Draws first weights, order of rows, what is hidden, and noise.
    verbose : int, default=0
        1 prints a line per epoch with its losses, 2 shows a bar over the epochs.

    Attributes
    ----------
    history_ : DataFrame
        ``epoch`` and ``train_loss`` of every epoch.
    n_iter_ : int
        Number of epochs.
    network_ : torch.nn.Module
        The trained network.
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    See Also
    --------
    VariationalFusion : Codes with uncertainty, and a likelihood.
    AdversarialFusion : Codes that do not tell which modality they come from.
    sklearn.decomposition.PCA : What it is without hidden layers, dropout and noise.

    Notes
    -----
    Blocks are vectors; pictures and sequences of one length are laid flat. Token ids and sequences of
    several lengths are refused. Columns are standardized, and each block divided by the root of its
    number of columns, so that every modality weighs the same.

    *Missing cells* are zeros for the encoder, which is the mean, beside a mask that says so; they do not
    count in the loss. A row without any modality teaches nothing; its code is that of an average row.

    *Linear case.* With ``hidden_dims=()`` and ``modality_dropout=0`` the optimum reconstructs as
    principal component analysis of the scaled blocks side by side does.

    Codes are computed row by row: they do not depend on the other rows of X.

    References
    ----------
    .. [1] J. Ngiam et al., "Multimodal deep learning", ICML 2011.
    .. [2] P. Vincent et al., "Stacked denoising autoencoders", Journal of Machine Learning Research 11,
       2010.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.generative import AutoencoderFusion
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(200, 2))
    >>> X = make_frame(left=z @ rng.normal(size=(2, 5)), right=z @ rng.normal(size=(2, 4)))
    >>> fusion = AutoencoderFusion(2, lr=0.01, random_state=0)
    >>> fusion.fit_transform(X).shape
    (200, 2)
    >>> gaps = X.copy()
    >>> gaps.loc[:9, "right"] = None
    >>> filled = fusion.impute(gaps)
    >>> error = filled["right"].array.tensor[:10] - X["right"].array.tensor[:10]
    >>> bool(np.square(error).mean() < 0.1 * X["right"].array.tensor.var())
    True
    """

    _parameter_constraints = TRAINING_CONSTRAINTS | {
        "modality_dropout": [Interval(Real, 0, 1, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        n_components=16,
        *,
        hidden_dims=(64,),
        modality_dropout=0.2,
        noise=0.0,
        max_epochs=100,
        batch_size=64,
        lr=1e-3,
        weight_decay=0.0,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.hidden_dims = hidden_dims
        self.modality_dropout = modality_dropout
        self.noise = noise
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.weight_decay = weight_decay
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def _describe(self, blocks):
        return super()._describe(blocks) | {
            "modality_dropout": float(self.modality_dropout),
            "noise": float(self.noise),
        }

    def _build(self, **arguments):
        return JointCode(**arguments)
