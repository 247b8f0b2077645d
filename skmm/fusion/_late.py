"""What late fusion is, for classifiers and regressors alike: one model per modality, and a rule."""

from functools import partial

import numpy as np
from sklearn.base import MetaEstimatorMixin, clone, is_classifier
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, check_cv
from sklearn.utils import Bunch, check_consistent_length
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from skmm._validation import (
    HasMethods,
    Integral,
    StrOptions,
    _routing_enabled,
    all_or_nothing,
)
from skmm.fusion import _greedy
from skmm.fusion._columns import refuse_absent
from skmm.fusion._members import MemberComposition
from skmm.fusion._out_of_fold import fit_member, make_splits, out_of_fold, predict_member
from skmm.fusion._weights import check_weights


class LateFusion(MetaEstimatorMixin, MemberComposition):
    """Base class of the classifier and the regressor, which say what a prediction is.

    A subclass gives ``_rules`` (functions by name), ``_learn_targets(y)``, ``_check_kind(members)``,
    ``_prior`` (what is predicted for a row without any modality), ``_n_outputs``, ``_predict``
    (a picklable function of an estimator and rows), ``_as_features(predictions)``,
    ``_make_objective(y)`` and ``_default_final_estimator()``.
    """

    _members_parameter = "estimators"
    _missing_hint = 'set missing="skip" to decide by the modalities that are there'
    _parameter_constraints = {
        "estimators": [list],
        "weights": [dict, "array-like", None],
        "final_estimator": [HasMethods(["fit", "predict"]), None],
        "cv": ["cv_object"],
        "missing": [StrOptions({"skip", "error"})],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimators,
        *,
        rule="mean",
        weights=None,
        final_estimator=None,
        cv=None,
        missing="skip",
        n_jobs=None,
        verbose=False,
    ):
        self.estimators = estimators
        self.rule = rule
        self.weights = weights
        self.final_estimator = final_estimator
        self.cv = cv
        self.missing = missing
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X, y, **params):
        """Fit one model per modality, and what the rule has to learn.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers
        y : array-like of shape (n_samples,)
            Targets.
        **params : dict
            Metadata. With metadata routing enabled, members, the inner splitter and the final
            estimator get what they request. Without, ``sample_weight`` goes to every estimator, and
            ``groups`` to the inner splitter.

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a modality is missing in every row, or a cell cannot be used.
        ValueError
            If a member cannot give what the rule needs.
        """
        self._validate_params()
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None"
            )
        with all_or_nothing(self):
            members = self._check_members(("drop",))
            X = self._read_X(X, members, reset=True, allow_nan=self.missing == "skip")
            y = self._learn_targets(y)
            self._check_kind(members)
            columns = self._read_columns(X, members)
            for member, column in zip(members, columns, strict=True):
                refuse_absent(column, member.modality)
            check_consistent_length(columns[0].present, y)
            for name, values in params.items():
                if name in ("groups", "sample_weight") and values is not None:
                    check_consistent_length(columns[0].present, values)
            routed = self._route(members, params)
            fit_params = {member.modality: routed[member.modality]["fit"] for member in members}
            fitted = self._run(fit_member, members, columns, X, y, fit_params)
            self.estimators_ = [
                member._replace(estimator=estimator)
                for member, estimator in zip(members, fitted, strict=True)
            ]
            self._fit_rule(members, columns, X, y, fit_params, routed)
        return self

    @property
    def named_estimators_(self):
        """Fitted members by modality."""
        check_is_fitted(self)
        return Bunch(**{member.modality: member.estimator for member in self.estimators_})

    def get_metadata_routing(self):
        """Say which metadata goes where: members, inner splitter and final estimator.

        Returns
        -------
        routing : MetadataRouter
        """
        to_fit = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self).add_self_request(self)  # `score` takes sample_weight
        for modality, estimator in self._named_members:
            if not isinstance(estimator, str):
                router.add(**{modality: estimator}, method_mapping=to_fit)
        router.add(final_estimator=self._make_final_estimator(), method_mapping=to_fit)
        # The default splitter takes groups, and uses them if there are any.
        default = StratifiedGroupKFold() if is_classifier(self) else GroupKFold()
        # Splits given one by one request nothing, and an iterator of them must not be used up here.
        has_splitter = isinstance(self.cv, Integral) or hasattr(self.cv, "split")
        splitter = check_cv(self.cv, classifier=is_classifier(self)) if has_splitter else default
        return router.add(
            splitter=splitter, method_mapping=MethodMapping().add(caller="fit", callee="split")
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self._all_members_accept("sparse")
        skips_nan = self.missing == "skip" and self._all_members_accept("allow_nan")
        tags.input_tags.allow_nan = skips_nan
        return tags

    def _route(self, members, params):
        if _routing_enabled():
            return process_routing(self, "fit", **params)
        unknown = set(params) - {"sample_weight", "groups"}
        if unknown:
            raise TypeError(
                f"{type(self).__name__}.fit got {sorted(unknown)}; only sample_weight and groups are "
                "passed on without sklearn.set_config(enable_metadata_routing=True)"
            )
        given = {key: value for key, value in params.items() if value is not None}
        groups = {"groups": given.pop("groups")} if "groups" in given else {}
        routed = {"splitter": {"split": groups}}
        for modality, estimator, _ in members:
            if given and not has_fit_parameter(estimator, "sample_weight"):
                raise ValueError(
                    f"modality {modality!r}: {type(estimator).__name__} takes no sample_weight "
                    "directly; sklearn.set_config(enable_metadata_routing=True), and request it where "
                    "it is wanted with set_fit_request(sample_weight=True)"
                )
            routed[modality] = {"fit": given}
        takes_weights = has_fit_parameter(self._make_final_estimator(), "sample_weight")
        routed["final_estimator"] = {"fit": given if takes_weights else {}}
        return routed

    def _fit_rule(self, members, columns, X, y, fit_params, routed):
        names = [member.modality for member in members]
        declared = [modality for modality, _ in self._named_members]
        ignored = self.weights is None or self.rule == "median"
        weights = np.ones(len(declared)) if ignored else self.weights
        self.weights_ = check_weights(weights, names, declared)
        if self.rule not in ("stacking", "greedy"):
            return
        groups = routed["splitter"]["split"].get("groups")
        predictions = out_of_fold(
            members,
            columns,
            y,
            make_splits(self, y, groups),
            fit_params,
            predict=self._predict,
            n_outputs=self._n_outputs,
            index=getattr(X, "index", None),
            n_jobs=self.n_jobs,
        )
        present = _presence(columns)
        if self.rule == "greedy":
            known = present.any(axis=1)
            objective = self._make_objective(y[known])
            counts = _greedy.select(predictions[:, known], present[known], objective)
            self.weights_ = dict(zip(names, (counts / counts.sum()).tolist(), strict=True))
            return
        self._with_gaps = ~present.all(axis=0)
        meta = self._meta_features(predictions, present)
        final_params = routed["final_estimator"]["fit"]
        self.final_estimator_ = self._make_final_estimator().fit(meta, y, **final_params)

    def _meta_features(self, predictions, present):
        """One row per sample for the final estimator; an absent member says what nobody knows."""
        predictions = np.where(present.T[:, :, None], predictions, self._prior)
        features = [self._as_features(values) for values in predictions]
        return np.hstack([*features, present[:, self._with_gaps]])

    def _make_final_estimator(self):
        if self.final_estimator is None:
            return self._default_final_estimator()
        return clone(self.final_estimator)

    def _combine(self, X):
        """The rule applied to X; rows without any modality get what is known of y alone."""
        check_is_fitted(self)
        X = self._read_X(X, self.estimators_, reset=False, allow_nan=self.missing == "skip")
        columns = self._read_columns(X, self.estimators_)
        present = _presence(columns)
        function = partial(predict_member, predict=self._predict)
        values = self._run(function, self.estimators_, columns, X)
        predictions = np.zeros((len(columns), len(present), self._n_outputs))
        for member, rows in enumerate(values):
            if rows is not None:
                predictions[member, present[:, member]] = rows
        combined, informed = self._apply_rule(predictions, present)
        combined[~informed] = self._prior
        return combined

    def _apply_rule(self, predictions, present):
        weights = np.array([self.weights_[member.modality] for member in self.estimators_])
        informed = present.any(axis=1)
        if self.rule == "stacking":
            return self._predict(
                self.final_estimator_, self._meta_features(predictions, present)
            ), informed
        if self.rule == "greedy":
            return _greedy.mix(predictions, present, weights), informed
        informed = (present & (weights > 0)).any(axis=1)
        return self._rules[self.rule](predictions, present, weights), informed


def _presence(columns):
    return np.column_stack([column.present for column in columns])
