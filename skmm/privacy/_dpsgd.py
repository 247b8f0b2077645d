"""How much privacy training is to keep."""

from sklearn.base import BaseEstimator

from skmm._validation import Interval, Real, StrOptions


class DPSGD(BaseEstimator):
    """Train with differential privacy, by stochastic gradient descent with clipped, noisy gradients [1]_.

    For ``privacy=`` of :class:`~skmm.DeepFusionClassifier` and :class:`~skmm.DeepFusionRegressor`;
    needs the extra ``privacy``, which brings opacus. The gradient of each sample is scaled down to
    `max_grad_norm`, and to the sum over a batch normal noise is added that hides any one of them.
    How much noise there has to be follows from `epsilon`, the number of samples, ``batch_size`` and
    ``max_epochs``.

    Parameters
    ----------
    epsilon : float
        How much the model may tell of one sample at most, above 0: adding or leaving out a row of X
        and y changes the probability of any model by a factor of ``exp(epsilon)`` at most, but for
        `delta`. Values up to about 1 protect strongly, values above 10 hardly [3]_.
    delta : float, default=None
        Probability with which that may fail; below 1 / n_samples. None is ``n_samples ** -1.1`` [3]_.
    max_grad_norm : float, default=1.0
        To which norm the gradient of a sample, all weights taken together, is scaled down.
    accountant : {"rdp", "prv"}, default="rdp"
        How the privacy spent is added up, by opacus. ``"rdp"`` [2]_ is quick and on the safe side;
        ``"prv"`` [4]_ is tighter, and needs up to a tenth less noise. It takes seconds to minutes
        where epsilon is above 10.

    See Also
    --------
    anonymize : Take what identifies people out of the data itself.

    Notes
    -----
    Epsilon covers all of a fitted model. What is learned from the samples in other ways than by noisy
    gradients is therefore turned off: numbers are not standardized, priors of classes are equal, and
    losses are not recorded. A gradient that is not finite counts as 0, and a :class:`PrivacyWarning`
    says so after training: an error would let one sample decide whether there is a model.

    Public knowledge, and not covered, are the number of samples, names and shapes of the modalities,
    the set of classes, and the parameters of the estimator. Neither are transformers in front of the
    net that learn from samples, nor the choice of parameters by a search.

    With a ``random_state`` the noise can be computed again by whoever knows it, and it is saved with
    the model: a :class:`PrivacyWarning` says so. With ``random_state=None`` noise and batches come from
    the random numbers of the operating system.

    References
    ----------
    .. [1] M. Abadi et al., "Deep learning with differential privacy", CCS 2016.
    .. [2] I. Mironov, K. Talwar and L. Zhang, "Rényi differential privacy of the sampled Gaussian
       mechanism", arXiv:1908.10530, 2019.
    .. [3] N. Ponomareva et al., "How to DP-fy ML: a practical guide to machine learning with
       differential privacy", JAIR 77, 2023.
    .. [4] S. Gopi, Y. T. Lee and L. Wutschitz, "Numerical composition of differential privacy",
       NeurIPS 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import DeepFusionClassifier, make_frame
    >>> from skmm.privacy import DPSGD
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(400) % 2
    >>> X = make_frame(
    ...     audio=rng.normal(size=(400, 5)) + y[:, None], image=rng.normal(size=(400, 9))
    ... )
    >>> model = DeepFusionClassifier(privacy=DPSGD(epsilon=3.0), max_epochs=2).fit(X, y)
    >>> bool(2.9 < model.epsilon_ <= 3.0), round(model.delta_, 5)
    (True, 0.00137)
    """

    _parameter_constraints = {
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "delta": [Interval(Real, 0, 1, closed="neither"), None],
        "max_grad_norm": [Interval(Real, 0, None, closed="neither")],
        "accountant": [StrOptions({"rdp", "prv"})],
    }

    def __init__(self, epsilon, *, delta=None, max_grad_norm=1.0, accountant="rdp"):
        self.epsilon = epsilon
        self.delta = delta
        self.max_grad_norm = max_grad_norm
        self.accountant = accountant


class PrivacyWarning(UserWarning):
    """Warn of what weakens privacy, or wastes it.

    Parameters
    ----------
    message : str
        What it is, and what to do.

    See Also
    --------
    DPSGD : Says when there are such warnings.

    Examples
    --------
    >>> import warnings
    >>> from skmm.privacy import PrivacyWarning
    >>> warnings.filterwarnings("ignore", category=PrivacyWarning)  # in an experiment
    """

    def __init__(self, message):
        super().__init__(message)


def choose_delta(privacy, n_samples):
    """Return delta for a number of samples.

    Parameters
    ----------
    privacy : DPSGD
    n_samples : int

    Returns
    -------
    delta : float

    Raises
    ------
    ValueError
        If it is so large that a model may give single samples away.
    """
    if n_samples < 2:
        raise ValueError(
            f"privacy is asked for among {n_samples} sample; one hides among others only: give more"
        )
    if privacy.delta is None:
        return float(n_samples**-1.1)
    if privacy.delta >= 1 / n_samples:
        raise ValueError(
            f"delta={privacy.delta} is not below 1 / n_samples = {1 / n_samples:.3g}: to publish a "
            f"sample at random would be private; use delta=None for {n_samples**-1.1:.3g}, or less"
        )
    return privacy.delta
