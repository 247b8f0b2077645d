"""Codes that modalities share because an opponent cannot tell them apart."""

import torch

from skmm._threads import one_thread
from skmm._validation import Interval, Real, StrOptions
from skmm.generative._estimator import TRAINING_CONSTRAINTS, GenerativeFusion
from skmm.generative._gan_code import GanCode
from skmm.generative._health import measure_collapse, warn_if_unhealthy
from skmm.generative._reversal_code import ReversalCode
from skmm.generative._scaling import scaled_tensors


class AdversarialFusion(GenerativeFusion):
    r"""Bring the codes of modalities together by a game against a discriminator, without labels.

    Each modality has an encoder and a decoder, and decoders are to bring back all modalities of a row
    from the codes of some of them. Beside it a discriminator plays against the encoders:

    - ``method="reversal"`` [1]_: it guesses which modality a code comes from, and its gradient is turned
      round on its way to the encoders. The code of a row is the mean of the codes that are there.
    - ``method="gan"``: for each modality a generator G makes a code of its embedding and noise, and a
      discriminator D tells it from a "real" one, an autoencoder's code of the embeddings of the *other*
      modalities (nearest published work [2]_). D makes
      :math:`-\log \sigma(D(\text{real})) - \log(1 - \sigma(D(\text{fake})))` small, and G
      :math:`-\log \sigma(D(\text{fake}))` [3]_. The code of a row is
      :math:`[G_1, \ldots, G_M]`, with zeros where a modality is missing.

    Parameters
    ----------
    n_components : int, default=16
        Width of the code of a modality; with ``"gan"`` that of a row is M times as wide.
    method : {"reversal", "gan"}, default="reversal"
        Which game is played.
    adversarial_weight : float, default=1.0
        How much the game counts for encoders and generators.
    reconstruction_weight : float, default=1.0
        How much the squared error of the decoders counts.
    regularization : {"r1", "spectral"} or None, default="r1"
        What keeps discriminators in hand: a penalty on their gradient at real codes (with
        ``"reversal"``, at all codes) [4]_, or weights that do not stretch [5]_.
    modality_dropout : float in [0, 1), default=0.2
        Share of the modalities that are hidden from decoders in training, but never all that a row has.
    noise : float, default=0.1
        Standard deviation of the noise on the embeddings that generators start from in training; only
        for ``"gan"``.
    hidden_dims : tuple of int, default=(64,)
        Widths of the layers of encoders, generators and discriminators, with ReLUs between them;
        decoders have them the other way round.
    max_epochs : int, default=200
        Number of passes over the rows. There is no loss to stop early by.
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
    discriminator_accuracy_ : float
        How often the discriminator is right about the rows of `fit` after training, modalities counting
        alike. Chance is 1/M with ``"reversal"`` and 1/2 with ``"gan"``: near it, codes are alike. NaN
        with one modality, which plays no game.
    mode_collapse_ : dict of float
        By modality, how little varies of what is generated from it alone: 1 less the variance of
        the decoded blocks as a share of that of the data. 1 is a collapse; a code that is narrow or
        knows little of the other modalities has its share, too.
    history_ : DataFrame
        ``epoch``, ``train_loss``, ``reconstruction``, ``discriminator_loss``,
        ``discriminator_accuracy``, and with ``"gan"`` ``generator_loss``, of every epoch. At the balance
        of ``"gan"`` the losses are 2 log 2 and log 2, and that of ``"reversal"`` is log M.
    n_iter_ : int
        Number of epochs.
    network_ : torch.nn.Module
        The trained network.
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    Warns
    -----
    ConvergenceWarning
        If the game is not healthy after training: the discriminator has won, or what is generated from
        a modality does not vary.

    See Also
    --------
    AutoencoderFusion : The same reconstruction without a game.
    VariationalFusion : Codes with uncertainty, and a likelihood.

    Notes
    -----
    Blocks are vectors; pictures and sequences of one length are laid flat. Token ids and sequences of
    several lengths are refused. Columns are standardized, and each block divided by the root of its
    number of columns, so that every modality weighs the same.

    *Missing cells* do not count in losses and games. A row without any modality teaches nothing; its
    code is that of an average row with ``"reversal"``, and 0 with ``"gan"``.

    ``transform`` adds no noise. A discriminator near chance is one that this training has beaten: a new
    one, trained on the finished codes, may still tell them apart.

    References
    ----------
    .. [1] Y. Ganin et al., "Domain-adversarial training of neural networks", Journal of Machine Learning
       Research 17, 2016.
    .. [2] G. Sahu, O. Vechtomova, "Adaptive fusion techniques for multimodal data", EACL 2021.
    .. [3] I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014.
    .. [4] L. Mescheder, A. Geiger, S. Nowozin, "Which training methods for GANs do actually converge?",
       ICML 2018.
    .. [5] T. Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.generative import AdversarialFusion
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(200, 2))
    >>> X = make_frame(left=z @ rng.normal(size=(2, 5)), right=np.tanh(z @ rng.normal(size=(2, 4))))
    >>> fusion = AdversarialFusion(2, lr=0.005, random_state=0).fit(X)
    >>> fusion.transform(X).shape
    (200, 2)
    >>> bool(fusion.discriminator_accuracy_ < 0.75)
    True
    >>> sorted(fusion.mode_collapse_)
    ['left', 'right']
    """

    _parameter_constraints = TRAINING_CONSTRAINTS | {
        "method": [StrOptions({"reversal", "gan"})],
        "adversarial_weight": [Interval(Real, 0, None, closed="left")],
        "reconstruction_weight": [Interval(Real, 0, None, closed="left")],
        "regularization": [StrOptions({"r1", "spectral"}), None],
        "modality_dropout": [Interval(Real, 0, 1, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        n_components=16,
        *,
        method="reversal",
        adversarial_weight=1.0,
        reconstruction_weight=1.0,
        regularization="r1",
        modality_dropout=0.2,
        noise=0.1,
        hidden_dims=(64,),
        max_epochs=200,
        batch_size=64,
        lr=1e-3,
        weight_decay=0.0,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.method = method
        self.adversarial_weight = adversarial_weight
        self.reconstruction_weight = reconstruction_weight
        self.regularization = regularization
        self.modality_dropout = modality_dropout
        self.noise = noise
        self.hidden_dims = hidden_dims
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.weight_decay = weight_decay
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @property
    def _n_features_out(self):
        n_codes = len(self._arguments["widths"]) if self._arguments["method"] == "gan" else 1
        return n_codes * self._arguments["n_components"]

    def _learn(self, blocks, y):
        super()._learn(blocks, y)
        tensors, present = scaled_tensors(blocks, self._scales)
        with torch.inference_mode(), one_thread():
            self.discriminator_accuracy_ = self.network_.judge(tensors, present)
            collapse = measure_collapse(self.network_, tensors, present)
        self.mode_collapse_ = dict(zip(blocks, collapse, strict=True))
        chance = 0.5 if self.method == "gan" else 1 / len(blocks)
        warn_if_unhealthy(self.method, self.discriminator_accuracy_, chance, self.mode_collapse_)
        return self

    def _describe(self, blocks):
        described = super()._describe(blocks) | {
            "method": self.method,
            "adversarial_weight": float(self.adversarial_weight),
            "reconstruction_weight": float(self.reconstruction_weight),
            "regularization": self.regularization,
            "modality_dropout": float(self.modality_dropout),
        }
        return described | ({"noise": float(self.noise)} if self.method == "gan" else {})

    def _build(self, method, **arguments):
        return (GanCode if method == "gan" else ReversalCode)(**arguments)
