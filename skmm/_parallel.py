"""Run tasks by joblib, and take their results one by one as they come."""

from joblib.parallel import MultiprocessingBackend, SequentialBackend, get_active_backend
from sklearn.utils.parallel import Parallel


def run_as_they_come(tasks, n_jobs, *, name, ordered=True):
    """Run tasks on the backend of ``joblib.parallel_config``, and yield their results.

    Backends that cannot hand out a result before the last one is there, such as ray's, hand out all of
    them at the end.

    Parameters
    ----------
    tasks : iterable
        Made by ``sklearn.utils.parallel.delayed``.
    n_jobs : int or None
    name : str
        Who runs them, for the error.
    ordered : bool, default=True
        Whether results come in the order of the tasks, or as soon as they are there.

    Returns
    -------
    results : iterator

    Raises
    ------
    ValueError
        If the backend forks processes: a fork after an operation of torch hangs.
    """
    backend, _ = get_active_backend()
    if type(backend) is MultiprocessingBackend:  # ray's is a subclass, and starts its own processes
        raise ValueError(
            f"{name} cannot run on joblib's backend 'multiprocessing', which forks processes that hang "
            "once torch was used. Use joblib.parallel_config('loky')"
        )
    streams = backend.supports_return_generator or isinstance(backend, SequentialBackend)
    order = "generator" if ordered else "generator_unordered"
    return iter(Parallel(n_jobs=n_jobs, return_as=order if streams else "list")(tasks))
