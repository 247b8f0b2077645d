"""A multimodal variational autoencoder: codes with uncertainty, and a likelihood."""

import numpy as np
import pandas as pd
import torch
from sklearn.utils.validation import check_is_fitted

from skmm._threads import one_thread
from skmm._validation import (
    Integral,
    Interval,
    Real,
    StrOptions,
    did_you_mean,
    draw_seed,
    refuse_empty,
    validate_params,
)
from skmm.generative._estimator import TRAINING_CONSTRAINTS, GenerativeFusion
from skmm.generative._likelihoods import LIKELIHOODS, check_values, choose_likelihoods
from skmm.generative._scaling import scaled_tensors
from skmm.generative._subsets import MAX_MODALITIES
from skmm.generative._variational_code import VariationalCode


class VariationalFusion(GenerativeFusion):
    r"""Learn a distribution of codes for each sample, whatever modalities it has, without labels.

    A multimodal variational autoencoder. A code z is N(0, I), and given it the modalities are
    independent. An encoder for each modality gives an expert :math:`q_m(z) = N(\mu_m, \sigma_m^2)`, and
    the experts of the modalities that are present make the posterior q. Training makes the evidence
    lower bound large:

    .. math:: \mathrm{E}_q \sum_{m \text{ present}} \log p(x_m \mid z)
              - \beta\, \mathrm{KL}(q \,\Vert\, N(0, I)) .

    Parameters
    ----------
    n_components : int, default=16
        Width of the code.
    mixture : {"poe", "moe", "mopoe"}, default="poe"
        How experts make a posterior:

        - ``"poe"``: their product, with the prior as one more expert [1]_: precisions add,
          :math:`1/\sigma^2 = 1 + \sum_m 1/\sigma_m^2`, so that a missing modality is left out exactly;
        - ``"moe"``: their mixture with equal shares [2]_;
        - ``"mopoe"``: the mixture of the products of all subsets [3]_, for 6 modalities at most.
    likelihoods : str or dict, default="auto"
        ``"gaussian"``, ``"bernoulli"`` (values from 0 to 1) or ``"categorical"`` (one 1 among zeros, or
        shares of 1), for all modalities or by modality. ``"auto"`` is categorical or Bernoulli for
        blocks of zeros and ones, and Gaussian otherwise.
    beta : float, default=1.0
        Weight of the divergence from the prior. With 1 the loss is a bound of the likelihood.
    n_warmup_epochs : int, default=10
        Number of epochs in which that weight rises from 0.
    hidden_dims : tuple of int, default=(64,)
        Widths of the layers of each encoder, with ReLUs between them; decoders have them the other way
        round. With ``()`` all maps are linear.
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
        Draws first weights, order of rows, subsets and codes; and what `sample` and `generate` draw
        unless they are told otherwise.
    verbose : int, default=0
        1 prints a line per epoch with its losses, 2 shows a bar over the epochs.

    Attributes
    ----------
    likelihoods_ : dict of str
        The likelihood of each modality.
    history_ : DataFrame
        ``epoch``, ``train_loss`` and what it is made of, ``reconstruction`` and ``divergence``, in nats
        per row, of every epoch. With ``"poe"`` these are sums over the subsets that it is trained on.
    n_iter_ : int
        Number of epochs.
    network_ : torch.nn.Module
        The trained network.
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    See Also
    --------
    AutoencoderFusion : One code per row and no likelihood; faster.
    sklearn.decomposition.PCA : With one modality and linear maps, the same likelihood.

    Notes
    -----
    Blocks are vectors; pictures and sequences of one length are laid flat. Token ids and sequences of
    several lengths are refused. Columns are standardized for the encoders. A Gaussian modality has one
    variance for all its (standardized) columns, which is learned: with a fixed one the divergence
    outweighs what a code could tell.

    ``transform`` returns the mean of the posterior, and :meth:`posterior` its variance as well.

    *Missing cells* are left out of the posterior and of the likelihood. Without any modality the
    posterior is the prior, and the code 0; such rows teach nothing. A product is trained on single
    modalities and on subsets as well, as it would not have met them otherwise.

    The divergence of a mixture from the prior is replaced by the mean of those of its components, which
    bounds it. :meth:`score_samples` uses the mixture itself, and importance sampling [4]_.

    References
    ----------
    .. [1] M. Wu, N. Goodman, "Multimodal generative models for scalable weakly-supervised learning",
       NeurIPS 2018.
    .. [2] Y. Shi et al., "Variational mixture-of-experts autoencoders for multi-modal deep generative
       models", NeurIPS 2019.
    .. [3] T. Sutter, I. Daunhawer, J. Vogt, "Generalized multimodal ELBO", ICLR 2021.
    .. [4] Y. Burda, R. Grosse, R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.generative import VariationalFusion
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(200, 1))
    >>> X = make_frame(
    ...     left=np.hstack([z, -z]) + 0.3 * rng.normal(size=(200, 2)),
    ...     right=(np.hstack([z, z, z]) > 0).astype(float),
    ... )
    >>> fusion = VariationalFusion(1, lr=0.01, random_state=0).fit(X)
    >>> fusion.likelihoods_
    {'left': 'gaussian', 'right': 'bernoulli'}
    >>> mean, variance = fusion.posterior(X[:3])
    >>> alone = fusion.posterior(X[:3].assign(left=None))[1]
    >>> bool((alone > variance).all())
    True
    >>> fusion.generate(X[:3], "right").shape
    (3, 3)
    """

    _parameter_constraints = TRAINING_CONSTRAINTS | {
        "mixture": [StrOptions({"poe", "moe", "mopoe"})],
        "likelihoods": [StrOptions({"auto", *LIKELIHOODS}), dict],
        "beta": [Interval(Real, 0, None, closed="left")],
        "n_warmup_epochs": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(
        self,
        n_components=16,
        *,
        mixture="poe",
        likelihoods="auto",
        beta=1.0,
        n_warmup_epochs=10,
        hidden_dims=(64,),
        max_epochs=100,
        batch_size=64,
        lr=1e-3,
        weight_decay=0.0,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.mixture = mixture
        self.likelihoods = likelihoods
        self.beta = beta
        self.n_warmup_epochs = n_warmup_epochs
        self.hidden_dims = hidden_dims
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.weight_decay = weight_decay
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def posterior(self, X):
        """Compute what is known of the codes of samples.

        Parameters
        ----------
        X : DataFrame of tensor columns, or array-like of shape (n_samples, n_features)
            As in `fit`.

        Returns
        -------
        mean : ndarray of shape (n_samples, n_components), float32
            As `transform` returns it.
        variance : ndarray of shape (n_samples, n_components), float32
            1 in a row without any modality.
        """
        blocks = self._read_matrices(X)
        self._encode(blocks)  # it looks for codes that are not finite
        with torch.inference_mode(), one_thread():
            mean, variance = self.network_.posterior(*scaled_tensors(blocks, self._scales))
        return mean.numpy(), variance.numpy()

    @validate_params(
        {"n_draws": [Interval(Integral, 1, None, closed="left")]},
        prefer_skip_nested_validation=True,
    )
    def score_samples(self, X, *, n_draws=64):
        """Estimate the log-likelihood of samples by importance sampling from their posteriors.

        Parameters
        ----------
        X : DataFrame of tensor columns, or array-like of shape (n_samples, n_features)
            As in `fit`. Only what is present counts: samples with other modalities have likelihoods that
            cannot be compared.
        n_draws : int, default=64
            Number of codes drawn from each component of a posterior. The estimate is a lower bound on
            average, and closer with more. The draws are the same in every call.

        Returns
        -------
        log_likelihood : ndarray of shape (n_samples,), float64
            In nats; densities are those of the units of X. 0 in a row without any modality.

        Raises
        ------
        ModalityError
            If a value has no probability, such as 2 in a Bernoulli modality.
        """
        blocks = self._read_matrices(X)
        check_values(blocks, self.likelihoods_)
        self._encode(blocks)
        noise = torch.randn(
            n_draws, self._n_features_out, generator=torch.Generator().manual_seed(0)
        )
        tensors, present = scaled_tensors(blocks, self._scales)
        with torch.inference_mode(), one_thread():
            logs = self.network_.log_evidence(tensors, present, noise).numpy().astype(np.float64)
        for m, likelihood in enumerate(self.network_.likelihoods):
            logs = logs + likelihood.log_volume * present[:, m].numpy()
        return logs

    def score(self, X, y=None):
        """Compute the mean log-likelihood of samples, by which a search can choose.

        Parameters
        ----------
        X : DataFrame of tensor columns, or array-like of shape (n_samples, n_features)
            As in `fit`.
        y : Ignored

        Returns
        -------
        log_likelihood : float
        """
        logs = self.score_samples(X)
        refuse_empty(logs)
        return float(logs.mean())

    @validate_params(
        {
            "n_samples": [Interval(Integral, 1, None, closed="left")],
            "random_state": ["random_state"],
        },
        prefer_skip_nested_validation=True,
    )
    def sample(self, n_samples=1, *, random_state=None):
        """Draw samples from the model: codes from the prior, and blocks given the codes.

        Parameters
        ----------
        n_samples : int, default=1
            Number of samples.
        random_state : int, RandomState instance or None, default=None
            None takes the parameter of the model.

        Returns
        -------
        X : DataFrame of tensor columns, or ndarray of shape (n_samples, n_features)
            In the units and the dtypes of the blocks in `fit`.
        """
        check_is_fitted(self)
        generator = self._generator(random_state)
        codes = torch.randn(n_samples, self._n_features_out, generator=generator)
        return self._to_container(self._draw(codes, generator), None)

    @validate_params(
        {
            "n_draws": [Interval(Integral, 1, None, closed="left"), None],
            "random_state": ["random_state"],
        },
        prefer_skip_nested_validation=True,
    )
    def generate(self, X, target, *, n_draws=None, random_state=None):
        """Generate one modality from the others.

        Parameters
        ----------
        X : DataFrame of tensor columns
            As in `fit`; a column of the target is not looked at, and need not be there.
        target : str
            Name of the modality to generate.
        n_draws : int, default=None
            How often to draw a code from the posterior, and a block given the code. None does not draw:
            it returns what is expected for the mean of the posterior.
        random_state : int, RandomState instance or None, default=None
            For the draws; None takes the parameter of the model.

        Returns
        -------
        block : ndarray of shape (n_samples, ...), or (n_draws, n_samples, ...) with draws
            In the units and the dtype of the block in `fit`.

        Raises
        ------
        TypeError
            If X is no frame.
        ValueError
            If there is no such modality, or no other one to generate it from.
        """
        check_is_fitted(self)
        self._check_target(X, target)
        others = X.copy(deep=False)
        others[target] = None
        blocks = self._read_matrices(others)
        codes = self._encode(blocks)
        dtype = self._block_specs[target].dtype
        if n_draws is None:
            return self._as_cells(target, self._decode(codes)[target], dtype)
        generator = self._generator(random_state)
        tensors, present = scaled_tensors(blocks, self._scales)
        draws = []
        for _ in range(n_draws):
            with torch.inference_mode(), one_thread():
                codes = self.network_.draw_codes(tensors, present, generator)
            draws.append(self._as_cells(target, self._draw(codes, generator)[target], dtype))
        return np.stack(draws)

    def _check_target(self, X, target):
        if None in self._scales:
            raise ValueError(
                "the model was fitted on a plain matrix, which is a single modality; fit it on a frame "
                "of blocks to generate one from others"
            )
        if not isinstance(X, pd.DataFrame):
            raise TypeError(
                f"X is a {type(X).__name__}; give a frame with the other modalities, as make_frame "
                "builds it"
            )
        if target not in list(self._scales):
            raise ValueError(
                f"target={target!r}; expected the name of one of the modalities in fit, "
                f"{list(self._scales)}" + did_you_mean(target, self._scales)
            )

    def _learn(self, blocks, y):
        self.likelihoods_ = choose_likelihoods(blocks, self.likelihoods)
        if self.mixture == "mopoe" and len(blocks) > MAX_MODALITIES:
            raise ValueError(
                f"mixture='mopoe' decodes all subsets of the modalities, and there are {len(blocks)}; "
                f"expected {MAX_MODALITIES} at most. Use mixture='poe'"
            )
        return super()._learn(blocks, y)

    def _learn_scales(self, blocks):
        """As the base, but what was never seen, such as a class, can be told from what was."""
        scales = super()._learn_scales(blocks)
        for modality, likelihood in self.likelihoods_.items():
            factor = scales[modality].factor
            if likelihood != "gaussian":
                factor = np.where(factor > 0, factor, len(factor) ** -0.5)
            scales[modality] = scales[modality]._replace(factor=factor)
        return scales

    def _as_cells(self, modality, values, dtype):
        """As the base, but of booleans that stand for one class, one is true."""
        if self.likelihoods_[modality] == "categorical" and dtype.kind == "b":
            values = np.eye(values.shape[1])[values.argmax(axis=1)]
        return super()._as_cells(modality, values, dtype)

    def _describe(self, blocks):
        return super()._describe(blocks) | {
            "likelihoods": list(self.likelihoods_.values()),
            "mixture": self.mixture,
            "beta": float(self.beta),
            "warmup": self.n_warmup_epochs / self.max_epochs,
        }

    def _build(self, **arguments):
        return VariationalCode(scales=list(self._scales.values()), **arguments)

    def _generator(self, random_state):
        random_state = self.random_state if random_state is None else random_state
        return torch.Generator().manual_seed(draw_seed(random_state))

    def _draw(self, codes, generator):
        with torch.inference_mode(), one_thread():
            return self._in_units(self.network_.draw(codes, generator))
