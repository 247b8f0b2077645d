"""MultimodalFusion with small members whose output is known, and with scikit-learn's own."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.manifold import TSNE
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skmm import ModalityError, MultimodalFusion, make_frame
from skmm.fusion import CanonicalFusion, ConcatFusion, KernelFusion, SketchFusion, TensorFusion
from skmm.sensor import SensorStatisticsExtractor, SensorWindowExtractor


class Spy(TransformerMixin, BaseEstimator):
    """Remember what it was given; return the number of characters."""

    def fit(self, X, y=None, sample_weight=None):
        self.seen_, self.y_, self.sample_weight_ = list(X), y, sample_weight
        return self

    def transform(self, X):
        self.asked_ = list(X)
        return np.array([[len(text), 1.0] for text in X])


class Returns(TransformerMixin, BaseEstimator):
    """Return one fixed array."""

    def __init__(self, output=None):
        self.output = output

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return self.output


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return make_frame(
        image=rng.normal(size=(6, 4)),
        text=["a", "bb", None, "ccc", "a b", ""],
        sensor=rng.normal(size=(6, 3)),
    )


RAW = {"fusion": ConcatFusion(scaling=None)}


def test_concatenation_without_scaling_is_column_transformers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 5))
    members = [("a", StandardScaler(), [0, 1]), ("b", MinMaxScaler(), slice(2, 5))]
    fused = MultimodalFusion(members, **RAW).fit_transform(X)
    assert_array_equal(fused, ColumnTransformer(members).fit_transform(X))


def test_text_column_reaches_a_scikit_learn_vectorizer():
    texts = ["a cat", "a dog", "cat dog cat"]
    fused = MultimodalFusion([("text", CountVectorizer())], **RAW).fit_transform(
        make_frame(text=texts)
    )
    assert sparse.issparse(fused)
    assert_array_equal(fused.toarray(), CountVectorizer().fit_transform(texts).toarray())


def test_members_never_see_a_null(frame):
    fusion = MultimodalFusion([("text", Spy())], missing="mean").fit(frame, np.arange(6))
    spy = fusion.named_transformers_["text"]
    assert spy.seen_ == ["a", "bb", "ccc", "a b", ""]
    assert_array_equal(spy.y_, [0, 1, 3, 4, 5])
    fusion.transform(frame.iloc[2:4])
    assert fusion.named_transformers_["text"].asked_ == ["ccc"]


def test_the_members_given_stay_unfitted(frame):
    spy = Spy()
    MultimodalFusion([("text", spy)], missing="zero").fit(frame)
    assert not hasattr(spy, "seen_")


def test_missing_error_names_modality_row_and_label(frame):
    frame.index = list("uvwxyz")
    with pytest.raises(
        ModalityError, match=r"modality 'text', row 2 \(index 'w'\): the cell is null"
    ):
        MultimodalFusion([("text", Spy())]).fit(frame)


@pytest.mark.parametrize(
    ("missing", "row"), [("mean", [9 / 5, 1]), ("zero", [0, 0]), ("nan", [np.nan, np.nan])]
)
def test_missing_policies_without_scaling(frame, missing, row):
    fused = MultimodalFusion([("text", Spy())], missing=missing, **RAW).fit_transform(frame)
    assert_allclose(fused[2], row)
    assert_allclose(fused[3], [3, 1])


def test_missing_mean_is_the_mean_of_the_training_rows(frame):
    fusion = MultimodalFusion([("text", Spy())], missing="mean", **RAW).fit(frame.iloc[[0, 1, 3]])
    assert_allclose(fusion.transform(frame.iloc[[2]]), [[2, 1]])


def test_missing_rows_do_not_touch_the_scales(frame):
    present = frame.drop(index=2)
    whole = MultimodalFusion([("text", Spy())]).fit(present).transform(present)
    for missing in ("mean", "zero", "nan"):
        gaps = MultimodalFusion([("text", Spy())], missing=missing).fit_transform(frame)
        assert_allclose(gaps[[0, 1, 3, 4, 5]], whole)


def test_missing_mean_after_scaling_is_zero(frame):
    fused = MultimodalFusion([("text", Spy())], missing="mean").fit_transform(frame)
    assert_allclose(fused[2], [0, 0], atol=1e-12)


def test_nan_is_for_learners_that_handle_it(frame):
    model = make_pipeline(
        MultimodalFusion([("image", "passthrough"), ("text", Spy())], missing="nan"),
        HistGradientBoostingClassifier(min_samples_leaf=1),
    )
    assert model.fit(frame, [0, 1, 0, 1, 0, 1]).predict(frame).shape == (6,)


def test_imputer_of_blocks_fills_the_gaps(frame):
    class OfBlocks(TransformerMixin, BaseEstimator):
        """scikit-learn's SimpleImputer, block by block."""

        def fit(self, X, y=None):
            self.imputers_ = {name: self._imputer().fit(self._matrix(X[name])) for name in X}
            return self

        def transform(self, X):
            return make_frame(
                **{n: i.transform(self._matrix(X[n])) for n, i in self.imputers_.items()}
            )

        def _imputer(self):
            return SimpleImputer(strategy="most_frequent", keep_empty_features=True)

        def _matrix(self, column):
            block = column.array.tensor.astype(float)
            block[column.isna()] = np.nan
            return block

    fused = MultimodalFusion([("text", Spy())], missing=OfBlocks(), **RAW).fit_transform(frame)
    assert_array_equal(fused[2], [3, 1])  # the most frequent of the lengths 1 2 3 3 0


def test_an_imputer_that_leaves_gaps_is_named(frame):
    fusion = MultimodalFusion([("text", Spy())], missing=FunctionTransformer())
    with pytest.raises(
        ModalityError, match="modality 'text', row 2: FunctionTransformer.*left the cell null"
    ):
        fusion.fit(frame)


def test_a_modality_missing_everywhere_in_fit_is_an_error(frame):
    with pytest.raises(ModalityError, match="modality 'text': missing in every sample.*\"drop\""):
        MultimodalFusion([("text", Spy())], missing="mean").fit(frame.iloc[[2]])


def test_a_modality_missing_everywhere_in_transform_keeps_its_width(frame):
    fusion = MultimodalFusion([("image", "passthrough"), ("text", Spy())], missing="zero", **RAW)
    fusion.fit(frame)
    assert_array_equal(fusion.transform(frame.iloc[[2]])[0, 4:], [0, 0])


def test_every_cell_of_a_row_may_be_missing(frame):
    frame.loc[2, "image"] = None
    fusion = MultimodalFusion([("image", "passthrough"), ("text", Spy())], missing="mean")
    assert_allclose(fusion.fit_transform(frame)[2], 0, atol=1e-12)


@pytest.mark.parametrize("junk", [np.nan, 1e6, 0.0])
def test_what_lies_in_a_missing_cell_never_counts(junk):
    values = np.random.default_rng(0).normal(size=(8, 3))
    mask = np.arange(8) != 5
    clean, dirty = values.copy(), values.copy()
    clean[5], dirty[5] = 0, junk

    def fused(tensor):
        frame = make_frame(a=values, b=tensor)
        frame["b"] = type(frame["b"].array)(tensor, mask)
        return MultimodalFusion(
            [("a", "passthrough"), ("b", StandardScaler())],
            missing="mean",
            fusion=ConcatFusion(scaling="mfa"),
        ).fit_transform(frame)

    assert_array_equal(fused(clean), fused(dirty))


def test_indicator_has_one_column_per_modality_also_for_patterns_not_seen_in_fit(frame):
    fusion = MultimodalFusion(
        [("image", "passthrough"), ("text", Spy())], missing="mean", add_indicator=True
    )
    fusion.fit(frame.drop(index=2))
    assert_array_equal(fusion.transform(frame)[:, -2:], [[0, i == 2] for i in range(6)])
    assert list(fusion.get_feature_names_out()[-2:]) == [
        "missingindicator_image",
        "missingindicator_text",
    ]


def test_fusion_none_keeps_blocks_apart_with_nulls_and_index(frame):
    frame.index = list("uvwxyz")
    members = [("image", "passthrough"), ("text", Spy())]
    blocks = MultimodalFusion(members, fusion=None, missing="nan").fit_transform(frame)
    assert list(blocks.columns) == ["image", "text"]
    assert list(blocks.index) == list("uvwxyz")
    assert blocks["text"].isna().tolist() == [False, False, True, False, False, False]
    assert_array_equal(blocks["image"].array.tensor, frame["image"].array.tensor)


def test_fusion_none_gives_the_indicator_as_a_block(frame):
    fusion = MultimodalFusion([("text", Spy())], fusion=None, missing="zero", add_indicator=True)
    blocks = fusion.fit_transform(frame)
    assert_array_equal(blocks["missingindicator"].array.tensor[:, 0], np.arange(6) == 2)
    assert list(fusion.get_feature_names_out()) == ["text", "missingindicator"]


def test_a_transformer_of_blocks_fuses_what_it_is_given(frame):
    total = FunctionTransformer(sum_of_means)
    fusion = MultimodalFusion([("image", "passthrough"), ("sensor", "passthrough")], fusion=total)
    expected = [[i.mean() + s.mean()] for i, s in zip(frame["image"], frame["sensor"], strict=True)]
    assert_allclose(fusion.fit_transform(frame), expected)


def sum_of_means(blocks):
    return sum(blocks[name].array.tensor.mean(axis=1, keepdims=True) for name in blocks)


@pytest.mark.parametrize("fusion", [None, FunctionTransformer()])
def test_a_sparse_block_is_refused_where_blocks_must_be_dense(fusion):
    members = [("text", CountVectorizer())]
    with pytest.raises(
        ValueError, match="modality 'text' gives a sparse block of 2 columns.*TruncatedSVD"
    ):
        MultimodalFusion(members, fusion=fusion).fit(make_frame(text=["cat", "dog"]))


def test_a_sparse_concatenation_cannot_hold_nan():
    members = [("text", CountVectorizer())]
    with pytest.raises(
        ValueError, match="modality 'text' is missing in some rows.*cannot hold NaN"
    ):
        MultimodalFusion(members, missing="nan").fit(make_frame(text=["cat", None, "dog"]))


@pytest.mark.parametrize(("missing", "row"), [("mean", [2 / 3, 2 / 3]), ("zero", [0, 0])])
def test_a_missing_row_of_a_sparse_block_is_filled(missing, row):
    texts = make_frame(text=["cat cat", None, "dog dog", ""])
    fused = MultimodalFusion([("text", CountVectorizer())], missing=missing, **RAW).fit_transform(
        texts
    )
    assert_allclose(fused.toarray(), [[2, 0], row, [0, 2], [0, 0]])


def test_token_ids_have_no_mean():
    ids = FunctionTransformer(lengths_as_ids)
    with pytest.raises(ModalityError, match="modality 'text': token ids have no mean"):
        MultimodalFusion([("text", ids)], fusion=None, missing="mean").fit(
            make_frame(text=["a", None])
        )


def lengths_as_ids(texts):
    return np.array([[len(text)] for text in texts])


def test_columns_may_be_reordered_and_more_at_transform(frame):
    fusion = MultimodalFusion([("image", "passthrough"), ("sensor", StandardScaler())])
    expected = fusion.fit_transform(frame)
    assert_array_equal(fusion.transform(frame[["sensor", "text", "image"]]), expected)
    assert list(fusion.feature_names_in_) == ["image", "sensor"]


def test_an_absent_column_is_named_with_the_nearest(frame):
    fusion = MultimodalFusion([("image", "passthrough")]).fit(frame)
    with pytest.raises(
        ValueError, match=r"no column 'image', its columns are \['images'\]; did you mean 'images'"
    ):
        fusion.transform(frame[["image"]].rename(columns={"image": "images"}))


def test_columns_by_name_or_number_or_list_are_the_same(frame):
    numbers = pd.DataFrame(np.random.default_rng(0).normal(size=(6, 3)), columns=list("pqr"))
    by_name = MultimodalFusion([("x", StandardScaler(), ["p", "r"])]).fit_transform(numbers)
    by_number = MultimodalFusion([("x", StandardScaler(), [0, 2])]).fit_transform(numbers)
    assert_array_equal(by_name, by_number)
    mixed = frame.assign(p=numbers["p"], q=numbers["q"])
    alone = MultimodalFusion([("p", StandardScaler()), ("image", "passthrough")]).fit_transform(
        mixed
    )
    assert_allclose(alone[:, :1], StandardScaler().fit_transform(numbers[["p"]]), atol=1e-12)


def test_the_nameless_matrix_of_bagging_is_read_by_position(frame):
    members = [("image", "passthrough"), ("text", Spy())]
    expected = MultimodalFusion(members, missing="zero").fit_transform(frame)
    cells = frame[["image", "text"]].to_numpy(dtype=object)
    assert_array_equal(MultimodalFusion(members, missing="zero").fit_transform(cells), expected)
    with pytest.raises(ValueError, match="2 nameless columns.*max_features=1.0"):
        MultimodalFusion([("text", Spy())]).fit(cells)


def test_a_dict_is_refused_with_the_way_out(frame):
    with pytest.raises(TypeError, match=r"make_frame\(\*\*X\)"):
        MultimodalFusion([("text", Spy())]).fit({"text": ["a"]})


def test_n_jobs_does_not_change_the_result(frame):
    members = [("image", PCA(2, random_state=0)), ("sensor", StandardScaler())]
    one = MultimodalFusion(members).fit_transform(frame)
    assert_array_equal(MultimodalFusion(members, n_jobs=2).fit_transform(frame), one)


def test_an_error_in_a_member_names_the_row_of_x():
    series = [np.zeros((4, 1)), None, np.full((4, 1), np.nan)]
    frame = make_frame(sensor=series).set_axis(list("abc"))
    fusion = MultimodalFusion([("sensor", SensorStatisticsExtractor())], missing="mean", n_jobs=2)
    with pytest.raises(ModalityError, match=r"modality 'sensor', row 2 \(index 'c'\)"):
        fusion.fit(frame)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (np.zeros((5, 2)), "returned 5 rows for 6 samples"),
        (np.zeros(6), "returned 1-d output"),
    ],
)
def test_a_member_that_returns_another_shape_is_named(frame, output, message):
    with pytest.raises(ValueError, match=f"modality 'image': its transformer {message}"):
        MultimodalFusion([("image", Returns(output))]).fit(frame)


def test_nan_from_a_member_is_named(frame):
    output = np.zeros((6, 2))
    output[4, 1] = np.nan
    with pytest.raises(ModalityError, match=r"modality 'image', row 4 .*gave NaN or infinity"):
        MultimodalFusion([("image", Returns(output))]).fit(frame)


def test_passthrough_wants_features(frame):
    with pytest.raises(
        ValueError, match="modality 'text': it is passed through, and its cells are no features yet"
    ):
        MultimodalFusion([("text", "passthrough")], missing="zero").fit(frame)


def test_feature_names_carry_modality_and_feature():
    texts = make_frame(text=["cat", "dog"], image=np.zeros((2, 1, 2, 2)))
    fusion = MultimodalFusion([("text", CountVectorizer()), ("image", "passthrough")]).fit(texts)
    expected = ["text__cat", "text__dog", "image__0", "image__1", "image__2", "image__3"]
    assert list(fusion.get_feature_names_out()) == expected
    assert fusion.output_slices_ == {"text": slice(0, 2), "image": slice(2, 6)}


def test_set_output_gives_a_named_frame(frame):
    fusion = MultimodalFusion([("sensor", StandardScaler())]).set_output(transform="pandas")
    out = fusion.fit_transform(frame.set_axis(list("uvwxyz")))
    assert list(out.columns) == ["sensor__x0", "sensor__x1", "sensor__x2"]
    assert list(out.index) == list("uvwxyz")


def test_output_config_changes_only_the_outer_container(frame):
    members = [("image", PCA(2, random_state=0)), ("text", CountVectorizer(token_pattern="."))]
    expected = MultimodalFusion(members[:1], missing="zero").fit_transform(frame)
    with config_context(transform_output="pandas"):
        fused = MultimodalFusion(members[:1], missing="zero").fit_transform(frame)
    assert isinstance(fused, pd.DataFrame)
    assert_array_equal(fused, expected)


def test_grid_over_members_their_parameters_and_the_fusion(frame):
    fusion = MultimodalFusion([("image", PCA()), ("sensor", StandardScaler())])
    model = make_pipeline(fusion, HistGradientBoostingClassifier())
    grid = {
        "multimodalfusion__image__n_components": [1, 2],
        "multimodalfusion__sensor": ["drop", MinMaxScaler()],
        "multimodalfusion__fusion": ["concat", ConcatFusion(scaling="mfa")],
    }
    both = pd.concat([frame] * 4, ignore_index=True)
    search = GridSearchCV(model, grid, cv=2).fit(both, [0, 1] * 12)
    assert len(search.cv_results_["params"]) == 8
    assert fusion.get_params()["sensor"].__class__ is StandardScaler


def informative():
    """Labels that one of two modalities tells; all in 12 groups."""
    rng = np.random.default_rng(0)
    y = np.arange(48) % 2
    X = make_frame(
        signal=rng.normal(size=(48, 3)) + 2.5 * y[:, np.newaxis], noise=rng.normal(size=(48, 4))
    )
    return X, y, np.repeat(np.arange(12), 4)


def test_weights_of_the_fusion_can_be_tuned():
    X, y, _ = informative()
    fusion = MultimodalFusion([(m, StandardScaler()) for m in X], fusion=ConcatFusion())
    model = make_pipeline(fusion, KNeighborsClassifier())
    only = {"signal": {"signal": 1, "noise": 0}, "noise": {"signal": 0, "noise": 1}}
    grid = {
        "multimodalfusion__fusion__weights": list(only.values()),
        "multimodalfusion__fusion__scaling": ["standard", "mfa"],
    }
    search = GridSearchCV(model, grid, cv=3).fit(X, y)
    assert search.best_params_["multimodalfusion__fusion__weights"] == only["signal"]
    assert search.best_estimator_[0].fusion_.weights_ == {"signal": 1.0, "noise": 0.0}
    assert fusion.fusion.weights is None


def test_parameters_of_the_fusion_are_reached():
    fusion = MultimodalFusion([("a", "passthrough")], fusion=make_pipeline(ConcatFusion(), PCA()))
    fusion.set_params(fusion__pca__n_components=3, fusion__concatfusion__scaling="mfa")
    assert fusion.fusion[1].n_components == 3
    assert fusion.get_params()["fusion__concatfusion__scaling"] == "mfa"
    fusion.set_params(fusion=CanonicalFusion(), fusion__n_components=2)
    assert fusion.fusion.n_components == 2


def test_a_search_over_fusions_each_with_its_learner():
    X, y, _ = informative()
    X.loc[[5, 11], "noise"] = None
    members = [(m, StandardScaler()) for m in X]
    model = make_pipeline(MultimodalFusion(members, missing="nan"), SVC())
    grid = [
        {
            "multimodalfusion__fusion": [
                make_pipeline(ConcatFusion(), PCA(2)),
                CanonicalFusion(2),
                TensorFusion(),
                SketchFusion(32, random_state=0),
            ],
            "svc__kernel": ["linear", "rbf"],
        },
        {"multimodalfusion__fusion": [KernelFusion()], "svc__kernel": ["precomputed"]},
    ]
    search = GridSearchCV(model, grid, cv=3, error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == 9
    assert search.best_score_ > 0.8


def test_any_transformer_of_a_concatenation_is_a_fusion(frame):
    members = [("image", "passthrough"), ("sensor", "passthrough")]
    pca = make_pipeline(ConcatFusion(), PCA(2, random_state=0))
    fused = MultimodalFusion(members, fusion=pca).fit(frame)
    expected = PCA(2, random_state=0).fit_transform(MultimodalFusion(members).fit_transform(frame))
    assert_allclose(fused.transform(frame), expected)
    assert list(fused.get_feature_names_out()) == ["pca0", "pca1"]
    with config_context(transform_output="pandas"):
        named = MultimodalFusion(members, fusion=pca, add_indicator=True).fit_transform(frame)
    assert_allclose(named.to_numpy()[:, :2], expected)
    assert list(named.columns[2:]) == ["missingindicator_image", "missingindicator_sensor"]


def test_slices_of_an_earlier_fit_are_forgotten(frame):
    fusion = MultimodalFusion([("image", "passthrough"), ("sensor", "passthrough")]).fit(frame)
    assert set(fusion.output_slices_) == {"image", "sensor"}
    fusion.set_params(fusion=CanonicalFusion(1)).fit(frame)
    assert not hasattr(fusion, "output_slices_")
    fusion.set_params(fusion__merge="concat").fit(frame)
    assert fusion.output_slices_ == {"image": slice(0, 1), "sensor": slice(1, 2)}


class GroupSpy(ConcatFusion):
    """Remember the groups."""

    def _learn(self, blocks, y, groups=None):
        self.groups_ = groups
        return super()._learn(blocks, y, groups)


@config_context(enable_metadata_routing=True)
def test_groups_reach_the_fusion_that_weights_by_cross_validation():
    X, y, groups = informative()
    members = [(m, StandardScaler().set_fit_request(sample_weight=False)) for m in X]
    fusion = MultimodalFusion(members, fusion=GroupSpy(weights="cv"))
    assert_array_equal(fusion.fit(X, y, groups=groups).fusion_.groups_, groups)
    expected = ConcatFusion(weights="cv").fit(X, y, groups=groups).scores_
    assert fusion.fusion_.scores_ == pytest.approx(expected)
    model = make_pipeline(fusion, LogisticRegression())
    runs = cross_validate(
        model, X, y, params={"groups": groups}, cv=GroupKFold(3), return_estimator=True
    )
    for fitted, (train, _) in zip(
        runs["estimator"], GroupKFold(3).split(X, y, groups), strict=True
    ):
        assert_array_equal(fitted[0].fusion_.groups_, groups[train])
    # A fusion that does not learn from y takes them without use.
    MultimodalFusion(members, fusion=ConcatFusion()).fit(X, y, groups=groups)


def test_groups_without_routing_are_refused():
    X, y, groups = informative()
    fusion = MultimodalFusion([(m, StandardScaler()) for m in X], fusion=ConcatFusion(weights="cv"))
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        fusion.fit(X, y, groups=groups)


def test_sample_weight_reaches_members_that_request_it(frame):
    with config_context(enable_metadata_routing=True):
        members = [("text", Spy().set_fit_request(sample_weight=True)), ("image", StandardScaler())]
        members[1][1].set_fit_request(sample_weight=False)
        fusion = MultimodalFusion(members, missing="mean")
        fusion.fit(frame, sample_weight=np.arange(6))
    assert_array_equal(fusion.named_transformers_["text"].sample_weight_, [0, 1, 3, 4, 5])


def test_metadata_without_routing_is_refused(frame):
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        MultimodalFusion([("image", StandardScaler())]).fit(frame, sample_weight=np.ones(6))


def test_a_failed_refit_keeps_the_old_model(frame):
    fusion = MultimodalFusion([("image", StandardScaler())]).fit(frame)
    before = fusion.transform(frame)
    fusion.set_params(image=Returns(np.zeros(6)))
    with pytest.raises(ValueError, match="1-d"):
        fusion.fit(frame.iloc[:4])
    fusion.set_params(image=StandardScaler())
    assert_array_equal(fusion.transform(frame), before)


def test_html_shows_the_members_side_by_side(frame):
    html = MultimodalFusion([("image", StandardScaler()), ("text", Spy())])._repr_html_()
    assert "sk-parallel" in html
    assert "StandardScaler" in html
    assert "Spy" in html


def test_verbose_prints_the_time_of_each_member(frame, capsys):
    MultimodalFusion([("image", StandardScaler())], verbose=True).fit(frame)
    assert "(image) processing" in capsys.readouterr().out


def test_clone_is_unfitted_and_equal(frame):
    fusion = MultimodalFusion([("image", StandardScaler(), "sensor")], missing="mean").fit(frame)
    copy = clone(fusion)
    assert not hasattr(copy, "transformers_")
    assert copy.transformers[0][2] == "sensor"


def test_a_block_of_another_shape_than_in_fit_is_refused(frame):
    fusion = MultimodalFusion([("image", "passthrough"), ("sensor", "passthrough")]).fit(frame)
    for width in (1, 3):
        other = make_frame(image=np.ones((2, width)), sensor=np.ones((2, 3)))
        with pytest.raises(
            ModalityError, match=rf"modality 'image'.*shape \({width},\), and \(4,\) in fit"
        ):
            fusion.transform(other)


def test_token_ids_pass_through_as_they_are():
    ids = make_frame(text=np.arange(6).reshape(3, 2))
    blocks = MultimodalFusion([("text", "passthrough")], fusion=None).fit_transform(ids)
    assert blocks["text"].array.tensor.dtype == np.int64


def test_padded_sequences_are_refused_by_a_concatenation():
    series = [np.ones((3, 1)), np.ones((5, 1))]
    fusion = MultimodalFusion([("heart", SensorWindowExtractor())])
    with pytest.raises(ValueError, match="modality 'heart' gives sequences of several lengths"):
        fusion.fit(make_frame(heart=series))


def test_an_imputer_may_return_blocks_in_another_order(frame):
    members = [("image", "passthrough"), ("sensor", "passthrough")]
    turned = MultimodalFusion(members, missing=FunctionTransformer(in_reverse))
    straight = MultimodalFusion(members, missing=FunctionTransformer())
    assert_array_equal(turned.fit_transform(frame), straight.fit_transform(frame))


def in_reverse(blocks):
    return blocks[blocks.columns[::-1]]


def test_an_imputer_must_return_blocks(frame):
    fusion = MultimodalFusion(
        [("image", "passthrough")], missing=FunctionTransformer(np.zeros_like)
    )
    with pytest.raises(
        TypeError, match="given as missing=, must return a DataFrame of blocks with 6 rows"
    ):
        fusion.set_params(missing=FunctionTransformer(first_row)).fit(frame)


def first_row(blocks):
    return blocks.iloc[:1]


def test_a_numeric_frame_keeps_its_index():
    numbers = pd.DataFrame(np.ones((3, 2)), columns=list("uv"), index=list("xyz"))
    members = [("u", "passthrough"), ("v", "passthrough")]
    assert list(MultimodalFusion(members, fusion=None).fit_transform(numbers).index) == list("xyz")


def test_weights_by_name_go_with_dropped_members(frame):
    members = [("image", "passthrough"), ("sensor", "passthrough")]
    weights = {"image": 1, "sensor": 3}
    fusion = MultimodalFusion(members, fusion=ConcatFusion(weights=weights)).set_params(
        image="drop"
    )
    assert fusion.fit(frame).fusion_.weights_ == {"sensor": 1.0}


def test_weights_in_a_pipeline_go_with_dropped_members(frame):
    members = [("image", "passthrough"), ("sensor", "passthrough")]
    weighed = ConcatFusion(weights={"image": 1, "sensor": 3})
    fusion = MultimodalFusion(members, fusion=make_pipeline(weighed, PCA(1)))
    fitted = fusion.set_params(image="drop").fit(frame)
    assert fitted.fusion_[0].weights_ == {"sensor": 1.0}


def test_products_have_the_names_of_their_factors():
    texts = make_frame(text=["cat", "dog"], sound=np.ones((2, 1)))
    dense = make_pipeline(CountVectorizer(dtype=float), FunctionTransformer(to_dense, **ONE_TO_ONE))
    names = ["1", "sound__0", "text__cat", "text__cat*sound__0", "text__dog", "text__dog*sound__0"]
    for fusion in (
        TensorFusion(),
        make_pipeline(TensorFusion(), FunctionTransformer(**ONE_TO_ONE)),
    ):
        fitted = MultimodalFusion([("text", dense), ("sound", "passthrough")], fusion=fusion).fit(
            texts
        )
        assert list(fitted.get_feature_names_out()) == names


ONE_TO_ONE = {"feature_names_out": "one-to-one"}


def to_dense(X):
    return X.toarray()


def test_names_of_a_fusion_of_ones_own_are_its_names(frame):
    fusion = MultimodalFusion([("sensor", "passthrough")], fusion=PCA(1))
    fusion.set_params(fusion=FunctionTransformer(sum_of_means, feature_names_out=only_name))
    assert list(fusion.set_params().fit(frame).get_feature_names_out()) == ["mean"]


def only_name(transformer, names):
    return ["mean"]


class OnlyTransforms(BaseEstimator):
    """A transformer without fit_transform that returns a DataFrame."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return pd.DataFrame({"mean": X.mean(axis=1), "max": X.max(axis=1)})


def test_members_may_return_frames_and_lack_fit_transform(frame):
    values = frame["sensor"].array.tensor
    fused = MultimodalFusion([("sensor", OnlyTransforms())], **RAW).fit_transform(frame)
    assert_array_equal(fused, np.column_stack([values.mean(axis=1), values.max(axis=1)]))


def test_a_member_that_is_nothing_is_refused(frame):
    with pytest.raises(
        ValueError, match="transformers holds None for modality 'image', which has no fit"
    ):
        MultimodalFusion([("image", None)]).fit(frame)


MIXED = {
    "float and bool": {"f": [1.0, 2.0, 4.0], "b": [True, False, True]},
    "nullable int and float": {"f": pd.array([1, 2, 4], dtype="Int64"), "b": [0.5, 1.5, 0.0]},
    "nullable int and bool": {"f": pd.array([1, 2, 4], dtype="Int64"), "b": [True, False, True]},
}


@pytest.mark.parametrize("columns", MIXED.values(), ids=MIXED)
@pytest.mark.parametrize("fusion", ["concat", None, TensorFusion()])
def test_numbers_of_several_types_pass_through_as_floats(columns, fusion):
    X = pd.DataFrame({**columns, "text": ["one two", "two", "three"]})
    dense = make_pipeline(CountVectorizer(dtype=float), FunctionTransformer(to_dense))
    members = [("tab", "passthrough", ["f", "b"]), ("text", dense)]
    floats = X.astype({"f": float, "b": float})
    found = MultimodalFusion(members, fusion=fusion).fit_transform(X)
    expected = MultimodalFusion(members, fusion=fusion).fit_transform(floats)
    if fusion is None:
        found, expected = found["tab"].array.tensor, floats[["f", "b"]].to_numpy()
    assert_array_equal(found, expected)


def test_a_gap_in_one_of_several_nullable_columns_is_named():
    X = pd.DataFrame({"f": pd.array([1, None, 4], dtype="Int64"), "b": [0.5, 1.5, 0.0]})
    members = [("tab", "passthrough", ["f", "b"]), ("text", "drop")]
    X["text"] = ["a", "b", "c"]
    with pytest.raises(ModalityError, match="modality 'tab', row 1 .*NaN or infinity"):
        MultimodalFusion(members, missing="mean").fit(X)


def test_no_modality_has_the_name_of_the_indicator(frame):
    X = frame.assign(missingindicator=frame["image"])
    members = [("missingindicator", "passthrough")]
    with pytest.raises(ValueError, match="no modality can be called 'missingindicator'"):
        MultimodalFusion(members, fusion=None, missing="mean", add_indicator=True).fit(X)
    assert list(MultimodalFusion(members, fusion=None, missing="mean").fit_transform(X)) == [
        "missingindicator"
    ]


def test_a_frame_of_nothing_but_nan_is_one_of_modalities_if_fit_saw_some(frame):
    fusion = MultimodalFusion([("image", "passthrough")], missing="mean").fit(frame)
    nothing = pd.DataFrame({"more": [np.nan, 1.0], "image": [np.nan, np.nan]})
    assert_array_equal(fusion.transform(nothing), np.zeros_like(fusion.transform(nothing)))


@pytest.mark.parametrize("imputer", [SimpleImputer(), KNNImputer()])
def test_an_imputer_of_numbers_is_told_what_it_has_to_be(frame, imputer):
    name = type(imputer).__name__
    with pytest.raises(
        TypeError, match=f"{name}, given as missing=, failed: .*must be a transformer"
    ):
        MultimodalFusion([("image", "passthrough")], missing=imputer).fit(frame)


def test_what_is_missing_by_a_parameter_set_after_fit_waits_for_the_next_fit(frame):
    fusion = MultimodalFusion([("image", "passthrough")], missing="mean").fit(frame)
    expected = fusion.transform(frame)
    for later in ("error", "nan", "zero"):
        assert_array_equal(fusion.set_params(missing=later).transform(frame), expected)


def test_a_pipeline_with_a_step_without_names_has_numbers(frame):
    unnamed = make_pipeline(StandardScaler(), FunctionTransformer(np.negative))
    fusion = MultimodalFusion([("image", unnamed)]).fit(frame)
    assert list(fusion.get_feature_names_out()) == [f"image__{column}" for column in range(4)]


def test_what_was_extracted_takes_the_place_of_samples(frame):
    members = [("image", "passthrough"), ("text", Spy()), ("sensor", "passthrough")]
    fusion = MultimodalFusion(members, missing="mean", add_indicator=True).fit(frame)
    fusion.set_output(transform="pandas")
    expected = fusion.transform(frame)
    extracted = fusion._extract(frame)
    fusion.named_transformers_["text"].transform = None  # is not asked again
    pd.testing.assert_frame_equal(fusion.transform(extracted), expected)


@pytest.mark.parametrize(
    "predictor", [LogisticRegression(), make_pipeline(StandardScaler(), Ridge())]
)
def test_a_predictor_is_no_member(predictor):
    with pytest.raises(ValueError, match="modality 'a': .+ has no transform.*behind the fusion"):
        MultimodalFusion([("a", predictor, [0])]).fit(np.eye(3), [0, 1, 0])


def test_what_can_only_fit_and_transform_at_once_is_no_predictor():
    rng = np.random.default_rng(0)
    X = make_frame(a=rng.normal(size=(12, 4)), b=rng.normal(size=(12, 3)))
    tsne = TSNE(perplexity=3, max_iter=250, random_state=0)
    fused = MultimodalFusion([("a", tsne), ("b", "passthrough")], fusion=None).fit_transform(X)
    assert_allclose(fused["a"].array.tensor, clone(tsne).fit_transform(X["a"].array.tensor))
