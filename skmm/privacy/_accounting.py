"""How much noise it takes, and how much privacy was spent: opacus adds up."""

import warnings
from functools import lru_cache

from skmm._optional import import_optional

# Of Renyi divergences, for a small epsilon: opacus stops at 63, which cannot show one below 0.15.
_LARGE_ORDERS = (72, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896)

# How much of the epsilon asked for may be left over.
_TOLERANCE = 0.005


@lru_cache(maxsize=64)  # it takes a second, and the folds of a search are of one size
def find_noise(epsilon, delta, sample_rate, n_steps, accountant):
    """Find how much noise keeps to a budget.

    Parameters
    ----------
    epsilon, delta : float
    sample_rate : float
        Probability with which a sample is in a batch, in (0, 1].
    n_steps : int
        Number of batches.
    accountant : {"rdp", "prv"}

    Returns
    -------
    noise_multiplier : float
        Standard deviation of the noise in units of the largest norm of a gradient.

    Raises
    ------
    ImportError
        If opacus is not installed.
    ValueError
        If no noise is enough.
    """
    utils = import_opacus("accountants.utils")
    try:
        with _quiet():
            return float(
                utils.get_noise_multiplier(
                    target_epsilon=epsilon,
                    target_delta=delta,
                    sample_rate=sample_rate,
                    steps=n_steps,
                    accountant=accountant,
                    epsilon_tolerance=_TOLERANCE * epsilon,
                    **_options(accountant, epsilon),
                )
            )
    except ValueError as error:
        raise ValueError(
            f"epsilon={epsilon} with delta={delta:.3g} cannot be reached, with however much noise "
            f"({error}); ask for a larger epsilon, or use accountant='prv'"
        ) from error


def add_up(noise_multiplier, sample_rate, n_steps, delta, accountant, epsilon):
    """Return the epsilon that a number of steps has spent.

    Parameters
    ----------
    noise_multiplier, sample_rate, delta : float
    n_steps : int
    accountant : {"rdp", "prv"}
    epsilon : float
        What was asked for, which says how precisely to add up.

    Returns
    -------
    epsilon : float
    """
    books = import_opacus("accountants").create_accountant(accountant)
    books.history = [(noise_multiplier, sample_rate, n_steps)]
    with _quiet():
        return float(books.get_epsilon(delta, **_options(accountant, epsilon)))


def import_opacus(part):
    """Import a part of opacus, or say which extra brings it."""
    with _quiet():
        return import_optional(f"opacus.{part}", extra="privacy", purpose="private training")


def _options(accountant, epsilon):
    if accountant == "prv":
        return {"eps_error": min(0.01, 0.1 * epsilon)}
    rdp = import_opacus("accountants").RDPAccountant
    return {"alphas": [*rdp.DEFAULT_ALPHAS, *(_LARGE_ORDERS if epsilon < 1 else ())]}


def _quiet():
    """Silence that a search passes by noises for which the orders are not the best ones."""
    return warnings.catch_warnings(action="ignore")
