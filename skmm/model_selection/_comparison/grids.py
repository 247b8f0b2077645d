"""Parameter grids: those that are given, and what they say about single modalities."""

from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline

from skmm._validation import did_you_mean
from skmm.model_selection._comparison.baselines import find_source, is_dropped


def make_grids(search, models, singles, *, made_of_models):
    """Grids by model, single modalities included.

    Parameters
    ----------
    search : dict {str: dict or list of dict} or None
        As given by the user.
    models, singles : dict {str: estimator}
    made_of_models : bool
        Whether the single modalities are parts of the models, and so are their grids.

    Returns
    -------
    grids : dict {str: dict or list of dict}

    Raises
    ------
    ValueError
        If a grid is for no model, or empty.
    """
    search = {} if search is None else search
    for name, grid in search.items():
        check_name(name, models | singles, "search")
        if not len(ParameterGrid(grid)):  # complains about what is no grid
            raise ValueError(
                f"search[{name!r}] is {grid!r}; expected a grid, or leave {name!r} out of search"
            )
    narrowed = single_grids(models, singles, search) if made_of_models else {}
    return narrowed | search


def check_name(name, models, parameter):
    """Raise a ValueError if there is no model called `name`."""
    if name not in models:
        raise ValueError(
            f"{parameter} names {name!r}, and the models are {list(models)}"
            + did_you_mean(name, models)
        )


def single_grids(models, singles, search):
    """Grids for the single modalities: what concerns them in the grid of the model they are made of.

    A fusion that was tuned beside a modality that was not would be no fair comparison.

    Parameters
    ----------
    models, singles : dict {str: estimator}
    search : dict {str: dict or list of dict}

    Returns
    -------
    grids : dict {modality: list of dict}
        Without those modalities that nothing is left for.
    """
    source = find_source(models)
    grids = search.get(source, [])
    grids = [grids] if isinstance(grids, dict) else grids
    narrowed = {m: [_narrow(grid, m, singles, models[source]) for grid in grids] for m in singles}
    return {m: kept for m, found in narrowed.items() if (kept := [grid for grid in found if grid])}


def _narrow(grid, modality, singles, model):
    """The part of a grid that says something about one modality, and keeps it in the model."""
    if not isinstance(model, Pipeline):
        kept = {key: values for key, values in grid.items() if _is_at(key, modality)}
        return _without_drop(kept, modality)
    step = model.steps[0][0]
    others = [f"{step}__{m}" for m in (*singles, "fusion", "transformers") if m != modality]
    kept = {
        key: values
        for key, values in grid.items()
        # Another first step would bring the other modalities back.
        if key not in (step, "steps") and not any(_is_at(key, other) for other in others)
    }
    return _without_drop(kept, f"{step}__{modality}")


def _is_at(key, name):
    return key == name or key.startswith(f"{name}__")


def _without_drop(grid, name):
    """A grid in which `name` is never "drop"; without it, if it has no other values."""
    values = [value for value in grid.get(name, []) if not is_dropped(value)]
    return {key: value for key, value in grid.items() if key != name} | (
        {name: values} if values else {}
    )
