"""A picture of how the losses fell."""

from skmm._axes import open_axes


def plot_losses(history, ax=None):
    """Draw the losses of every epoch, and mark the epoch that was best.

    Parameters
    ----------
    history : DataFrame
        ``epoch``, ``train_loss``, and ``valid_loss`` if there is one.
    ax : Axes, default=None
        Where to draw; None makes a new figure.

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If the training was private.
    """
    if "train_loss" not in history:
        raise ValueError(
            "there are no losses to draw: those of private samples are not private, and a fit with "
            "privacy=DPSGD(...) does not record them"
        )
    ax = open_axes(ax, purpose="plot_history")
    ax.plot(history["epoch"], history["train_loss"], label="training")
    if "valid_loss" in history:
        ax.plot(history["epoch"], history["valid_loss"], label="validation")
        best = history.loc[history["valid_loss"].idxmin()]
        ax.axvline(best["epoch"], color="gray", linestyle=":", zorder=0)
        label = f"best epoch: {best['epoch']:.0f}"
        ax.plot(best["epoch"], best["valid_loss"], "o", color="black", markersize=5, label=label)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.locator_params(axis="x", integer=True)
    ax.legend()
    return ax
