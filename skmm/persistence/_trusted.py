"""The types that a file may name, and what they are called in it."""

from skmm._public import public_module
from skmm.persistence._stored import STORED

# Each has been looked at: making one, and setting its state, runs nothing that the file decides on.
_TRUSTED = {
    "skmm.audio": "MFCCExtractor MelSpectrogramExtractor STFTExtractor",
    "skmm.cache": "FeatureCache",
    "skmm.fusion": "CanonicalFusion ConcatFusion KernelFusion LateFusionClassifier LateFusionRegressor"
    " MultimodalFusion SketchFusion TensorFusion",
    "skmm.fusion._early.blocks": "Block BlockSpec",
    "skmm.fusion._late.calibration": "Calibrator _LogOdds _Probabilities",
    "skmm.fusion._late.final_estimator": "FinalLogisticRegression",
    "skmm.fusion._members": "Member",
    "skmm.fusion._early.scales": "ColumnScale",
    "skmm.fusion._late.targets": "Targets",
    "skmm.generative": "AdversarialFusion AutoencoderFusion CrossModalImputer VariationalFusion",
    "skmm.generative._gan_filler": "GanFiller",
    "skmm.generative._vae_filler": "VaeFiller",
    "skmm.image": "CNNExtractor ColorHistogramExtractor HOGExtractor PixelExtractor TextureExtractor",
    "skmm.impute": "MeanFiller NeighborFiller RidgeFiller Scales",
    "skmm.model_selection": "FusionComparison FusionSearchCV",
    "skmm.nn": "DeepFusionClassifier DeepFusionRegressor GradientBlending GradientModulation"
    " MultitaskFusion TensorBoardLog",
    "skmm.nn._targets": "Classes Labels Numbers",
    "skmm.privacy": "DPSGD",
    "skmm.retrieval": "CrossModalRetriever",
    "skmm.retrieval._canonical": "CanonicalEmbedder",
    "skmm.retrieval._scorer": "_score",
    "skmm.retrieval._search": "ExactIndex",
    "skmm.retrieval._semantic": "ClassPosteriors",
    "skmm.retrieval._towers": "Towers",
    "skmm.sensor": "SensorStatisticsExtractor SensorWindowExtractor",
    "skmm.text": "BagOfWordsVectorizer TokenSequenceVectorizer Word2VecVectorizer tokenize",
    "skmm.text._bag_of_words": "_lower _split",
    "skmm.text._tokenizer": "_split_and_check _split_words_by_jieba split_words",
    # Parts of estimators of scikit-learn, which skops itself trusts.
    "sklearn._loss.loss": "HalfTweedieLossIdentity",
    "sklearn.calibration": "_CalibratedClassifier _SigmoidCalibration _TemperatureScaling",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.feature_selection._univariate_selection": "chi2 f_classif f_regression r_regression",
    "sklearn.gaussian_process._gpc": "_BinaryGaussianProcessClassifierLaplace",
    "sklearn.gaussian_process.kernels": "ConstantKernel DotProduct ExpSineSquared Exponentiation Matern"
    " PairwiseKernel Product RBF RationalQuadratic Sum WhiteKernel",
    "sklearn.metrics._scorer": "_CurveScorer _PassthroughScorer _Scorer",
    "sklearn.model_selection._search_successive_halving": "HalvingGridSearchCV HalvingRandomSearchCV",
    "sklearn.model_selection._split": "GroupKFold GroupShuffleSplit KFold LeaveOneGroupOut LeaveOneOut"
    " PredefinedSplit RepeatedKFold RepeatedStratifiedKFold ShuffleSplit StratifiedGroupKFold"
    " StratifiedKFold StratifiedShuffleSplit TimeSeriesSplit",
    "sklearn.multiclass": "_ConstantPredictor",
    "sklearn.utils._bunch": "Bunch",
    "sklearn.utils._metadata_requests": "MetadataRequest MethodMetadataRequest",
    # What scorers call, and only they.
    "sklearn.metrics._classification": "accuracy_score balanced_accuracy_score brier_score_loss"
    " f1_score jaccard_score log_loss matthews_corrcoef precision_score recall_score",
    "sklearn.metrics._ranking": "average_precision_score roc_auc_score top_k_accuracy_score",
    "sklearn.metrics._regression": "explained_variance_score max_error mean_absolute_error"
    " mean_absolute_percentage_error mean_squared_error median_absolute_error r2_score"
    " root_mean_squared_error",
    # Word vectors that were given.
    "gensim.models.fasttext": "FastTextKeyedVectors",
    "gensim.models.keyedvectors": "KeyedVectors",
    # Plain containers; a partial calls nothing but functions that are named here, or of numpy.
    "builtins": "NoneType range",
    "functools": "partial",
    "numpy": "mean",
    "types": "SimpleNamespace",
}

#: Names of the types and functions that :func:`load` makes of a file, beside the estimators of
#: scikit-learn and the plain types of Python and numpy that skops trusts.
TRUSTED = tuple(f"{home}.{name}" for home, names in _TRUSTED.items() for name in names.split())

# Where private modules are now that had other names in releases whose files are still read.
MOVED = {
    "skmm.fusion._blocks": "skmm.fusion._early.blocks",
    "skmm.fusion._calibration": "skmm.fusion._late.calibration",
    "skmm.fusion._final_estimator": "skmm.fusion._late.final_estimator",
    "skmm.fusion._scales": "skmm.fusion._early.scales",
    "skmm.fusion._targets": "skmm.fusion._late.targets",
}

# What skmm itself puts in the place of arrays and the like, and what stands for what came before.
KNOWN = frozenset({*TRUSTED, *STORED})


def names_of(trusted):
    """Names of the types and functions of a user, given by name or as they are."""
    if not isinstance(trusted, list | tuple | set | frozenset):
        raise TypeError(
            f"trusted={trusted!r:.80}; expected a list of types, or of names such as "
            "'package.module.Class'"
        )
    return {_name_of(value) for value in trusted}


def _name_of(value):
    if isinstance(value, str):
        return value
    if not hasattr(value, "__module__") or not hasattr(value, "__name__"):
        raise TypeError(
            f"trusted holds {value!r:.80}; expected types and functions, or their names"
        )
    return f"{public_module(value.__module__, value.__name__)}.{value.__name__}"
