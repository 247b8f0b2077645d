"""One seed for everything in a model that draws at random and was given none."""


def set_seeds(model, seed):
    """Set every parameter ``random_state`` that is None, however deep it lies.

    Parameters
    ----------
    model : estimator
        Is changed.
    seed : int

    Returns
    -------
    model : estimator
    """
    open_ones = {
        name: seed
        for name, value in model.get_params().items()
        if value is None and name.rpartition("__")[2] == "random_state"
    }
    return model.set_params(**open_ones)
