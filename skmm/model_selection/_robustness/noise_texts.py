"""Noise in texts: words and characters that get lost."""

import numpy as np


def _drop_words(cell, level, random_state):
    words = cell.split() if isinstance(cell, str) else cell
    kept = _keep(words, level, random_state)
    return " ".join(kept) if isinstance(cell, str) else type(cell)(kept)


def _drop_characters(cell, level, random_state):
    if isinstance(cell, str):
        return "".join(_keep(cell, level, random_state))
    return type(cell)("".join(_keep(word, level, random_state)) for word in cell)


def _drop_block(cell, level, random_state):
    return cell if random_state.uniform() >= level else type(cell)()


def _keep(parts, level, random_state):
    lost = random_state.uniform(size=len(parts)) < level
    return [part for part, is_lost in zip(parts, lost, strict=True) if not is_lost]


# Each takes a str, or a list or tuple of words, a level, and a RandomState; what is drawn does not
# depend on the level.
TEXT_NOISES = {
    "drop_characters": _drop_characters,
    "drop_words": _drop_words,
    "drop_block": _drop_block,
}


def drop_token_ids(ids, level, random_state):
    """Take token ids out of rows, whose remaining ones move up; 0 pads.

    Parameters
    ----------
    ids : ndarray of shape (n_samples, n_tokens), int
        It is not changed.
    level : float
        Probability that a token is lost.
    random_state : RandomState

    Returns
    -------
    remaining : ndarray of the same shape and dtype
    """
    kept = (random_state.uniform(size=ids.shape) >= level) & (ids != 0)
    order = np.argsort(~kept, axis=1, kind="stable")
    return np.take_along_axis(np.where(kept, ids, 0), order, axis=1)
