"""Several tasks by one deep fusion."""

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if

from skmm._validation import StrOptions, _fit_context
from skmm.nn._estimator import DeepFusionEstimator, check_length
from skmm.nn._tasks import choose_types, read_tasks


def _has_classes(estimator):
    if not getattr(estimator, "classes_", True):
        raise AttributeError(
            f"the tasks {list(estimator.task_types_)} are regressions, which have no probabilities; "
            "use predict"
        )
    return True


class MultitaskFusion(DeepFusionEstimator):
    """Classify and regress at once, by one network with a shared trunk and an output per task.

    y has a column per task. Encoders, fusion and hidden layers are shared by all tasks, so that one
    with few labels gains from the others. Labels may be missing: a null cell of y is left out of the
    loss of its task. Everything else is as in :class:`DeepFusionClassifier`.

    Parameters
    ----------
    tasks : "auto" or dict, default="auto"
        ``"classification"`` or ``"regression"`` by name of the column, for those whose dtype says
        otherwise: floats are numbers to predict, anything else are classes. Integers with gaps are
        floats in pandas, unless their dtype is ``Int64``.
    weighting : {"uncertainty"}, dict or None, default="uncertainty"
        What a task counts in the loss. ``"uncertainty"`` learns it [1]_: tasks that cannot be
        predicted well count less. A dict gives a number per task; None is 1 for all.
    fusion, encoders, embed_dim, hidden_dims, dropout, modality_dropout, auxiliary_weight, max_epochs, \
batch_size, lr, lr_schedule, optimizer, weight_decay, l1, max_grad_norm, early_stopping, \
validation_fraction, patience, warm_start, device, precision, callbacks, net_params, random_state, verbose
        As in :class:`DeepFusionClassifier`. Early stopping watches the sum of the losses of all tasks,
        each counting 1 with ``weighting="uncertainty"``.

    Attributes
    ----------
    task_types_ : dict of str
        ``"classification"`` or ``"regression"`` by task, in the order of y.
    classes_ : dict of ndarray
        Classes by task, for classifications.
    task_weights_ : dict of float
        What each task counted in the loss when training ended, ``exp(-s)`` of the log variance s
        where that was learned.
    modalities_, cell_shapes_, network_, net_, history_, n_iter_, n_features_in_, feature_names_in_
        As in :class:`DeepFusionClassifier`.

    See Also
    --------
    DeepFusionClassifier : One task, or labels any number of which may apply.
    DeepFusionRegressor : One or more numbers, all of them known.

    Notes
    -----
    Numbers are standardized inside, so that their losses are of one size. The loss of a task is the
    mean over its labels; a task with few of them counts as much as the others.

    References
    ----------
    .. [1] A. Kendall, Y. Gal and R. Cipolla, "Multi-task learning using uncertainty to weigh losses
       for scene geometry and semantics", CVPR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skmm.frame import make_frame
    >>> from skmm.nn import MultitaskFusion
    >>> rng = np.random.default_rng(0)
    >>> radar, camera = rng.normal(size=(100, 3)), rng.normal(size=(100, 1, 8, 8))
    >>> y = pd.DataFrame({"speed": radar[:, 0], "brake": np.where(radar[:, 1] > 0, "yes", "no")})
    >>> y.loc[90:, "brake"] = None
    >>> model = MultitaskFusion(max_epochs=60, lr=1e-2, random_state=0)
    >>> model.fit(make_frame(radar=radar, camera=camera), y).task_types_
    {'speed': 'regression', 'brake': 'classification'}
    >>> list(model.predict(make_frame(radar=radar, camera=camera)).columns)
    ['speed', 'brake']
    """

    _parameter_constraints = {
        "tasks": [StrOptions({"auto"}), dict],
        "weighting": [StrOptions({"uncertainty"}), dict, None],
        **DeepFusionEstimator._parameter_constraints,
    }

    def __init__(
        self,
        *,
        tasks="auto",
        weighting="uncertainty",
        fusion="gated",
        encoders="auto",
        embed_dim=64,
        hidden_dims=(64,),
        dropout=0.3,
        modality_dropout=0.0,
        auxiliary_weight=0.0,
        max_epochs=50,
        batch_size=64,
        lr=1e-3,
        lr_schedule=None,
        optimizer="adamw",
        weight_decay=1e-4,
        l1=0.0,
        max_grad_norm=None,
        early_stopping=False,
        validation_fraction=0.1,
        patience=10,
        warm_start=False,
        device="auto",
        precision="float32",
        callbacks=None,
        net_params=None,
        random_state=None,
        verbose=0,
    ):
        super().__init__(
            fusion=fusion,
            encoders=encoders,
            embed_dim=embed_dim,
            hidden_dims=hidden_dims,
            dropout=dropout,
            modality_dropout=modality_dropout,
            auxiliary_weight=auxiliary_weight,
            max_epochs=max_epochs,
            batch_size=batch_size,
            lr=lr,
            lr_schedule=lr_schedule,
            optimizer=optimizer,
            weight_decay=weight_decay,
            l1=l1,
            max_grad_norm=max_grad_norm,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            patience=patience,
            warm_start=warm_start,
            device=device,
            precision=precision,
            callbacks=callbacks,
            net_params=net_params,
            random_state=random_state,
            verbose=verbose,
        )
        self.tasks = tasks
        self.weighting = weighting

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, groups=None):
        """Train the network.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            A column per modality, of tensors or of arrays of one shape; null cells are missing
            modalities. A matrix of numbers is one modality.
        y : DataFrame of shape (n_samples, n_tasks), or array-like
            A column per task; null cells are unknown labels. A vector is one task.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; samples of weight 0 are left out.
        groups : array-like of shape (n_samples,), default=None
            Group of each sample, such as its speaker. With ``early_stopping`` whole groups are held
            out. Requested by default in metadata routing.

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a sample cannot be read or holds NaN, or a modality is missing everywhere.
        ValueError
            If `tasks` or `weighting` name other tasks than y, a task has no labels, one class only,
            or values that its type cannot have, or no sample or group can be held out.
        FloatingPointError
            If the training loss is not finite. The message names the epoch, and the modality if one
            stands out.
        torch.OutOfMemoryError
            If the memory of the device is not enough for the net and a batch.
        """
        return self._train(X, y, sample_weight, groups=groups)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None):
        """Train one epoch more, on new samples: to get used to a new user, say.

        The first call builds the net from its samples, which need all classes of all tasks. Later
        ones keep statistics, classes, weights of tasks and the moments of the optimizer. Nothing is
        held out.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. After the first call a modality may be missing everywhere.
        y : DataFrame of shape (n_samples, n_tasks), or array-like
            As in `fit`. After the first call a task may have no labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; samples of weight 0 are left out.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If y has other tasks or more classes than in the first call, or no sample has positive
            weight, any modality and any label.
        FloatingPointError
            If the training loss is not finite; the old net stays.
        """
        return self._train(X, y, sample_weight, is_part=True)

    def predict(self, X):
        """Predict all tasks.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        y : DataFrame or ndarray
            In the form that y had in `fit`; a DataFrame has the index of X. A sample without any
            modality gets the most frequent class, or the mean.
        """
        scores, occupied = self._compute_scores(X)
        columns = {
            name: target.predict(part, occupied) for name, target, part in self._parts_of(scores)
        }
        if self._form == "frame":
            return pd.DataFrame(columns, index=getattr(X, "index", None))
        columns = list(columns.values())
        return columns[0] if self._form == "vector" else np.column_stack(columns)

    @available_if(_has_classes)
    def predict_proba(self, X):
        """Predict the probabilities of the classes of all classifications, if there are any.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        probabilities : dict of ndarray of shape (n_samples, n_classes)
            By task, in the order of ``classes_[task]``. If y was a vector in `fit`, the only array.
        """
        scores, occupied = self._compute_scores(X)
        probabilities = {
            name: target.predict_proba(part, occupied)
            for name, target, part in self._parts_of(scores)
            if name in self.classes_
        }
        return probabilities["y0"] if self._form == "vector" else probabilities

    def score(self, X, y, sample_weight=None):
        """Mean over tasks of accuracy, or R² for regressions, over the samples with a label.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`.
        y : DataFrame of shape (n_samples, n_tasks), or array-like
            As in `fit`; a task without any label is left out.
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float

        Raises
        ------
        ValueError
            If y has other tasks than in `fit`, or no labels.
        """
        scores, occupied = self._compute_scores(X)
        tasks = read_tasks(y).arrange(self.task_types_).columns
        check_length(tasks[0].values, len(occupied))
        results = []
        for task, (name, target, part) in zip(tasks, self._parts_of(scores), strict=True):
            if task.known.any():
                weight = None if sample_weight is None else np.asarray(sample_weight)[task.known]
                labels = task.values[task.known]
                prediction = target.predict(part[task.known], occupied[task.known])
                if name in self.classes_:  # accuracy_score refuses floats as classes
                    results.append(np.average(labels == prediction, weights=weight))
                else:
                    results.append(r2_score(labels, prediction, sample_weight=weight))
        if not results:
            raise ValueError("y has no labels; score needs some")
        return float(np.mean(results))

    @property
    def task_weights_(self):
        """What each task counted in the loss when training ended."""
        weights = self.net_.criterion_.weights()
        return dict(zip(self.task_types_, weights, strict=True))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = tags.target_tags.multi_output = True
        return tags

    def _read_y(self, y, n_samples, goes_on):
        """Check y; return its tasks and their types, those of the last fit if the net goes on."""
        tasks = read_tasks(y)
        check_length(tasks.columns[0].values, n_samples)
        if goes_on:
            return tasks.arrange(self.task_types_), self.task_types_
        return tasks, choose_types(tasks, self.tasks)

    def _aim(self, y, weight, occupied, *, known, is_part):
        tasks, types = y
        columns = tasks.columns
        goals = [
            task.aim(types[task.name], weight, target)
            for task, target in zip(columns, known or [None] * len(columns), strict=True)
        ]
        # Samples with labels for the same tasks are spread evenly.
        labelled = np.column_stack([task.known for task in columns])
        return goals, np.unique(labelled, axis=0, return_inverse=True)[1].ravel()

    def _describe_loss(self, goals, y):
        _, types = y
        return super()._describe_loss(goals, y) | {"weighting": self._read_weighting(types)}

    def _tell(self, y):
        tasks, self.task_types_ = y
        self._form = tasks.form
        self.classes_ = {
            name: target.classes
            for (name, kind), target in zip(self.task_types_.items(), self._targets, strict=True)
            if kind == "classification"
        }

    def _read_weighting(self, types):
        given = self.weighting
        if not isinstance(given, dict):
            return given
        if set(given) != set(types):
            raise ValueError(
                f"weighting is for {list(given)}, and the tasks of y are {list(types)}"
            )
        weights = [float(given[name]) for name in types]
        if not np.isfinite(weights).all() or min(weights) < 0 or max(weights) == 0:
            raise ValueError(
                f"weighting={given} must hold finite numbers, at least 0 and not all 0"
            )
        return weights

    def _parts_of(self, scores):
        """Yield name, target and scores of each task."""
        ends = np.cumsum([target.n_outputs for target in self._targets])
        parts = np.split(scores, ends[:-1], axis=1)
        yield from zip(self.task_types_, self._targets, parts, strict=True)
