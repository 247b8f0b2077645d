"""What late fusion is, for classifiers and regressors alike: one model per modality, and a rule."""

import warnings
from contextlib import nullcontext
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import MetaEstimatorMixin, clone, is_classifier
from sklearn.dummy import DummyClassifier
from sklearn.utils import Bunch, check_consistent_length, get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    get_routing_for_object,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from skmm._input import holds_modalities, select_columns
from skmm._validation import (
    HasMethods,
    Integral,
    StrOptions,
    _check_method_params,
    _routing_enabled,
    _safe_indexing,
    all_or_nothing,
)
from skmm.fusion._columns import refuse_absent, refuse_null
from skmm.fusion._early.missing import explain_imputer
from skmm.fusion._folds import group_folds
from skmm.fusion._late import greedy
from skmm.fusion._late.out_of_fold import fit_member, make_splits, out_of_fold, predict_member
from skmm.fusion._late.rules import UNWEIGHTED, confidence_shares
from skmm.fusion._members import MemberComposition
from skmm.fusion._weights import check_weights


class Decisions(NamedTuple):
    """What members predict of samples; a fusion takes it in place of the samples.

    Inspection keeps it while it takes modalities away.
    """

    predictions: np.ndarray  # (n_members, n_samples, n_outputs); 0 where not present
    present: np.ndarray  # (n_samples, n_members), bool


def _check_names(members):
    if any(member.modality == "splitter" for member in members):
        raise ValueError(
            "no modality can be called 'splitter', as the metadata of cv are routed to it"
        )


def _weighs_modalities(fusion):
    """Say that a rule has no weights, where it has none."""
    rule = vars(fusion).get("_rule", fusion.rule)  # that of fit, if there was one
    if rule in {"stacking", *UNWEIGHTED}:
        raise AttributeError(
            f'rule={rule!r} has no weights of modalities; all rules but "stacking", "max", "min" and '
            '"median" have'
        )
    return True


class LateFusion(MetaEstimatorMixin, MemberComposition):
    """Base class of the classifier and the regressor, which say what a prediction is.

    A subclass gives ``_rules`` (functions by name), ``_learn_targets(y)``, ``_check_kind(members)``,
    ``_prior`` (what is predicted for a row without any modality), ``_slices`` (the outputs of each
    target), ``_predict`` (a picklable function of an estimator and rows), ``_as_features(predictions)``,
    ``_make_objective(y)``, ``_score(predictions, y)`` and ``_default_final_estimator()``.
    """

    _members_parameter = "estimators"
    _missing_hint = 'set missing="skip" to decide by the modalities that are there'
    _parameter_constraints = {
        "estimators": [list],
        "weights": [dict, "array-like", None],
        "final_estimator": [HasMethods(["fit", "predict"]), None],
        "cv": ["cv_object"],
        "missing": [StrOptions({"skip", "error"}), HasMethods(["fit", "transform"])],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimators,
        *,
        rule="stacking",
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
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Targets; several of them where the members can have several.
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
            self._rule = self.rule
            self._keep_policy()
            for name in ("imputer_", "member_scores_", "calibrators_", "final_estimator_"):
                vars(self).pop(name, None)  # not every fit has them
            members = self._check_members(("drop",))
            _check_names(members)
            X = self._read_X(X, members, reset=True, allow_nan=not self._is_missing("error"))
            y = self._learn_targets(y)
            self._check_kind(members)
            columns = self._read_columns(X, members)
            for member, column in zip(members, columns, strict=True):
                refuse_absent(column, member.modality)
            check_consistent_length(columns[0].present, y)
            for name, values in params.items():
                if name in ("groups", "sample_weight") and values is not None:
                    check_consistent_length(columns[0].present, values)
            if not isinstance(self.missing, str):
                self.imputer_ = _fit_imputer(self.missing, X)
                columns = self._impute(self.imputer_, X, members)
            routed = self._route(members, params)
            fit_params = {member.modality: routed[member.modality]["fit"] for member in members}
            fitted = self._run(fit_member, members, columns, X, y, fit_params)
            self.estimators_ = [
                member._replace(estimator=estimator)
                for member, estimator in zip(members, fitted, strict=True)
            ]
            self._weights = self._given_weights()
            if self._learns_out_of_fold():
                splits = make_splits(self, y, routed["splitter"]["split"].get("groups"))
                learned = out_of_fold(
                    members,
                    columns,
                    y,
                    splits,
                    fit_params,
                    predict=self._predict,
                    n_outputs=len(self._prior),
                    index=getattr(X, "index", None),
                    n_jobs=self.n_jobs,
                    impute=self._imputer_of_folds(X, members),
                )
                is_stacking = self.rule == "stacking"
                final_params = routed["final_estimator"]["fit"] if is_stacking else {}
                self._learn_rule(learned, y, final_params)
        return self

    @property
    def named_estimators_(self):
        """Fitted members by modality."""
        check_is_fitted(self)
        return Bunch(**{member.modality: member.estimator for member in self.estimators_})

    @property
    def weights_(self):
        """Weights by modality; only with rules that have them."""
        check_is_fitted(self)
        _weighs_modalities(self)
        return self._weights

    @available_if(_weighs_modalities)
    def modality_weights(self, X):
        """Tell how much each modality counts in each sample.

        Not there with the rules that have no weights: ``"stacking"``, ``"max"``, ``"min"`` and
        ``"median"``.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        weights : DataFrame of shape (n_samples, n_modalities)
            Rows sum to 1. A missing modality has weight 0, and so has every one in a row of which no
            modality counts.
        """
        X, columns, present = self._read_fitted(X)
        if self._rule == "confidence":
            shares = self._confidence_shares(self._predict_members(X, columns, present), present)
        elif self._rule == "greedy":
            shares = greedy.shares(present, self._weight_vector())
        else:
            shares = present * self._weight_vector()
        total = shares.sum(axis=1, keepdims=True)
        index = X.index if isinstance(X, pd.DataFrame) else None
        names = [member.modality for member in self.estimators_]
        return pd.DataFrame(shares / np.where(total > 0, total, 1), index=index, columns=names)

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
        if self.rule == "stacking":
            router.add(final_estimator=self._make_final_estimator(), method_mapping=to_fit)
        # A number of folds becomes a splitter that uses groups if there are any. Splits given one by
        # one request nothing, and an iterator of them must not be used up here.
        default = group_folds(stratified=is_classifier(self))()
        splitter = self.cv if hasattr(self.cv, "split") else default
        return router.add(
            splitter=splitter, method_mapping=MethodMapping().add(caller="fit", callee="split")
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self._all_members_accept("sparse")
        if isinstance(self.missing, str):
            takes_nan = self.missing == "skip" and self._all_members_accept("allow_nan")
        else:
            takes_nan = get_tags(self.missing).input_tags.allow_nan
        tags.input_tags.allow_nan = takes_nan
        return tags

    def _take_several(self):
        """Whether all members say that they take several targets."""
        try:
            estimators = [e for _, e in self._named_members if not isinstance(e, str)]
            return all(get_tags(estimator).target_tags.multi_output for estimator in estimators)
        except (TypeError, ValueError, AttributeError):  # nonsense is for fit to complain about
            return False

    def _imputer_of_folds(self, X, members):
        """A function of the training rows of a fold, from which alone an imputer learns."""
        return None if isinstance(self.missing, str) else partial(self._impute_fold, X, members)

    def _impute_fold(self, X, members, train):
        return self._impute(_fit_imputer(self.missing, _safe_indexing(X, train)), X, members)

    def _impute(self, imputer, X, members):
        """The columns of the members with their gaps filled."""
        with _explains(imputer, X):
            filled = imputer.transform(X)
        if isinstance(X, pd.DataFrame):
            if not isinstance(filled, pd.DataFrame) and np.shape(filled) == X.shape:
                filled = pd.DataFrame(filled, columns=X.columns, index=X.index)
            filled = select_columns(filled, list(X.columns)) if hasattr(filled, "columns") else None
        if filled is None or filled.shape != X.shape:
            raise TypeError(
                f"{type(imputer).__name__}, given as missing=, must return what it is given, "
                f"{type(X).__name__} of shape {X.shape}, without gaps"
            )
        columns = self._read_columns(filled, members)
        for member, column in zip(members, columns, strict=True):
            hint = f"{type(imputer).__name__}, given as missing=, left it so"
            refuse_null(column, member.modality, getattr(X, "index", None), hint)
        return columns

    def _route(self, members, params):
        if _routing_enabled():
            self._refuse_idle_groups(params)
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
        estimators = {f"modality {modality!r}": estimator for modality, estimator, _ in members}
        if self.rule == "stacking":
            estimators["final_estimator"] = self._make_final_estimator()
        for name, estimator in estimators.items():
            if given and not _takes_sample_weight(estimator):
                raise ValueError(
                    f"{name}: {type(estimator).__name__} takes no sample_weight "
                    "directly; sklearn.set_config(enable_metadata_routing=True), and request it where "
                    "it is wanted with set_fit_request(sample_weight=True)"
                )
        names = [member.modality for member in members]
        return routed | {name: {"fit": given} for name in [*names, "final_estimator"]}

    def _refuse_idle_groups(self, params):
        """Say what to give as cv, if groups are given and nothing asks for them."""
        if "groups" in params and not get_routing_for_object(self).consumes("fit", ["groups"]):
            raise TypeError(
                f"groups are given, and cv={self.cv!r} has no use for them; set a number of folds, such "
                "as cv=3, or a splitter that keeps groups whole, such as GroupKFold(3)"
            )

    def _given_weights(self):
        names = [member.modality for member in self.estimators_]
        declared = [modality for modality, _ in self._named_members]
        ignored = self.rule in {"stacking", "greedy", *UNWEIGHTED}
        if ignored and self.weights is not None:
            warnings.warn(
                f"rule={self.rule!r} does not use the weights {self.weights}; choose another rule, such "
                'as "mean", or leave them out',
                UserWarning,
                stacklevel=3,
            )
        given = np.ones(len(declared)) if ignored or self.weights is None else self.weights
        return check_weights(given, names, declared)

    def _learns_out_of_fold(self):
        return self.rule in ("stacking", "greedy")

    def _learn_rule(self, learned, y, final_params):
        """Learn from out-of-fold predictions, of the rows that have any."""
        rows = np.flatnonzero(learned.known.any(axis=1))
        n_samples, learned, y = len(y), learned.take(rows), y[rows]
        names = [member.modality for member in self.estimators_]
        self.member_scores_ = {
            name: self._score(predictions[known], y[known])
            for name, predictions, known in zip(
                names, learned.predictions, learned.known.T, strict=True
            )
        }
        learned = self._calibrate(learned, y)
        if self.rule == "greedy":
            objective = self._make_objective(y)
            counts = greedy.select_surely(learned.predictions, learned.known, objective)
            self._weights = dict(zip(names, (counts / counts.sum()).tolist(), strict=True))
        if self.rule == "stacking":
            self._with_gaps = ~learned.known.all(axis=0)
            meta = self._meta_features(learned.predictions, learned.known)
            params = _check_method_params(np.empty((n_samples, 0)), final_params, indices=rows)
            if is_classifier(self) and y.ndim == 1 and len(np.unique(y)) == 1:
                self.final_estimator_ = DummyClassifier().fit(meta, y)  # few others take one class
            else:
                self.final_estimator_ = self._make_final_estimator().fit(meta, y, **params)

    def _calibrate(self, learned, y):
        return learned

    def _meta_features(self, predictions, present):
        """One row per sample for the final estimator; an absent member says what nobody knows."""
        predictions = np.where(present.T[:, :, None], predictions, self._prior)
        features = [self._as_features(values) for values in predictions]
        return np.hstack([*features, present[:, self._with_gaps]])

    def _make_final_estimator(self):
        if self.final_estimator is None:
            return self._default_final_estimator()
        return clone(self.final_estimator)

    def _read_fitted(self, X):
        """X, what each member is given of it, and where there is something, (n_samples, n_members)."""
        check_is_fitted(self)
        members = self.estimators_
        X = self._read_X(X, members, reset=False, allow_nan=not self._is_missing("error"))
        has_imputer = hasattr(self, "imputer_")
        read = partial(self._impute, self.imputer_) if has_imputer else self._read_columns
        columns = read(X, members)
        return X, columns, np.column_stack([column.present for column in columns])

    def _predict_members(self, X, columns, present):
        """What each member predicts, (n_members, n_samples, n_outputs); 0 where it is not present."""
        function = partial(predict_member, predict=self._predict)
        return self._gather(self._run(function, self.estimators_, columns, X), present)

    def _gather(self, values, present):
        """The predictions of each member for its present rows as those of all; None is none."""
        predictions = np.zeros((len(values), len(present), len(self._prior)))
        for member, rows in enumerate(values):
            if rows is not None:
                predictions[member, present[:, member]] = rows
        return predictions

    def _ask_members(self, X):
        """What the members decide, each by itself."""
        X, columns, present = self._read_fitted(X)
        return Decisions(self._predict_members(X, columns, present), present)

    def _combine(self, X):
        """The rule applied to X; rows without any modality get what is known of y alone."""
        predictions, present = X if isinstance(X, Decisions) else self._ask_members(X)
        counts = present
        if self._rule == "stacking":
            meta = self._meta_features(predictions, present)
            combined = self._predict(self.final_estimator_, meta)
        elif self._rule == "greedy":
            combined = greedy.mix(predictions, present, self._weight_vector())
        else:
            rule, weights = self._rules[self._rule], self._weight_vector()
            counts = present & (weights > 0)
            combined = np.hstack(
                [
                    rule(predictions[:, :, part], present, weights, self._prior[part])
                    for part in self._slices
                ]
            )
        combined[~counts.any(axis=1)] = self._prior
        return combined

    def _weight_vector(self):
        return np.array([self._weights[member.modality] for member in self.estimators_])

    def _confidence_shares(self, predictions, present):
        weights = self._weight_vector()
        parts = (predictions[:, :, part] for part in self._slices)
        return sum(confidence_shares(part, present, weights) for part in parts)


def _takes_sample_weight(estimator):
    """Whether ``fit`` takes sample weights, be it among other metadata."""
    return isinstance(estimator, LateFusion) or has_fit_parameter(estimator, "sample_weight")


def _fit_imputer(imputer, X):
    with _explains(imputer, X):
        return clone(imputer).fit(X)


def _explains(imputer, X):
    """Errors of an imputer of numbers speak for themselves."""
    return explain_imputer(imputer) if holds_modalities(X) else nullcontext()
