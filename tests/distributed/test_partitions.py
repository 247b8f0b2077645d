"""Features of dask dataframes are those of pandas, however the rows are parted."""

import sys
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmm import ModalityError, MultimodalFusion
from skmm.cache import FeatureCache
from skmm.distributed import extract_partitions
from skmm.image import HOGExtractor, PixelExtractor
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer, Word2VecVectorizer

dask = pytest.importorskip("dask")
dd = pytest.importorskip("dask.dataframe")
HOG = HOGExtractor(size=(16, 16))
WORDS = Word2VecVectorizer(3, min_count=1, random_state=0)


@pytest.fixture(autouse=True)
def _in_this_process():
    with dask.config.set(scheduler="synchronous"):
        yield


def extract(transformer, X, n_partitions=3, **options):
    frame = dd.from_pandas(X, npartitions=n_partitions)
    return extract_partitions(transformer, frame, **options).compute()


@pytest.mark.parametrize("n_partitions", [1, 4, 13])
@pytest.mark.parametrize("transformer", [HOG, WORDS, BagOfWordsVectorizer()], ids=repr)
def test_features_of_a_column_are_those_of_pandas(transformer, n_partitions, table):
    column = table["image" if transformer is HOG else "text"]
    block = transformer.fit(column).transform(column)
    expected = block if isinstance(block, np.ndarray) else block.toarray()
    features = extract(transformer, column, n_partitions)
    assert_array_equal(features, expected)
    assert set(features.dtypes) == {np.dtype("float32")}
    assert list(features.columns) == list(transformer.get_feature_names_out())
    assert list(features.index) == list(table.index)


def test_blocks_of_arrays_are_one_tensor_column(table):
    pixels = PixelExtractor((4, 4)).fit(table["image"])
    features = extract(pixels, table["image"])
    expected = pixels.set_output(transform="pandas").transform(table["image"])
    assert_frame_equal(features, expected, check_index_type=False)
    assert features.isna().to_numpy().ravel().tolist() == table["image"].isna().tolist()


def test_ids_of_tokens_stay_integers(table):
    tokens = TokenSequenceVectorizer().fit(table["text"])
    assert_array_equal(extract(tokens, table["text"]), tokens.transform(table["text"]))
    assert set(extract(tokens, table["text"]).dtypes) == {np.dtype("int64")}


def test_a_fusion_reads_its_columns_wherever_they_are(table):
    fusion = MultimodalFusion([("image", HOG), ("text", WORDS)], missing="mean").fit(table)
    features = extract(fusion, table.assign(other=1)[["other", "text", "image"]])
    assert_array_equal(features, fusion.transform(table))


def test_unfused_blocks_are_described_by_meta(table):
    blocks = [("image", PixelExtractor((4, 4))), ("text", TokenSequenceVectorizer())]
    fusion = MultimodalFusion(blocks, fusion=None, missing="nan").fit(table)
    expected = fusion.transform(table)
    features = extract(fusion, table, meta=expected[:0])
    assert_frame_equal(features, expected, check_index_type=False)


def test_a_partition_without_rows_has_features_without_rows(table):
    frame = dd.from_pandas(table, npartitions=3)
    nothing = extract_partitions(HOG.fit(table["image"]), frame[frame.text == "bird"]["image"])
    assert nothing.compute().shape == (0, HOG.n_features_out_)


def test_a_partition_without_any_sample_is_all_nan(table):
    HOG.fit(table["image"])
    features = extract(HOG, pd.Series([*table["image"][:2], None, None], name="image"), 2)
    assert features.isna().all(axis=1).tolist() == [False, False, True, True]


def test_rows_are_kept_in_the_cache_for_whoever_comes_next(table, tmp_path):
    cache = FeatureCache(tmp_path)
    hog = HOGExtractor(size=(16, 16), memory=cache).fit(table["image"])
    extract(hog, table["image"])
    assert cache.info()["entries"] == table["image"].notna().sum()
    misses = cache.info()["misses"]
    hog.transform(table["image"])
    assert cache.info()["misses"] == misses


def test_a_large_transformer_is_in_one_task_only(table):
    frame = dd.from_pandas(table["text"], npartitions=4)
    graph = extract_partitions(WORDS.fit(table["text"]), frame).optimize().__dask_graph__()
    assert sum(key[0].startswith("word2vecvectorizer-") for key in graph) == 1
    holders = [key for key, task in graph.items() if "Word2VecVectorizer(" in repr(task)]
    assert len(holders) <= 1


def test_a_bad_file_is_named_by_its_label(table):
    column = table["image"].where(table.index != "r07", "nowhere.png")
    with pytest.raises(ModalityError, match=r"modality 'image'.*\(index 'r07'\).*nowhere\.png"):
        extract(HOG.fit(table["image"]), column)


def test_frames_of_pandas_are_refused(table):
    with pytest.raises(TypeError, match="a Series, and a dask dataframe.*from_pandas"):
        extract_partitions(HOG.fit(table["image"]), table["image"])


def test_the_transformer_must_be_fitted(table):
    frame = dd.from_pandas(table["image"], npartitions=2)
    with pytest.raises(NotFittedError, match="HOGExtractor"):
        extract_partitions(HOGExtractor(), frame)


def test_other_dtypes_than_those_of_meta_are_an_error(table):
    double = make_pipeline(
        HOG, FunctionTransformer(np.float64, feature_names_out="one-to-one")
    ).fit(table["image"])
    with pytest.raises(
        TypeError, match=r"Pipeline gives 36 columns of \['float64'\], and meta has 36"
    ):
        extract(double, table["image"])
    meta = pd.DataFrame(columns=double.get_feature_names_out(), dtype=np.float64)
    assert_array_equal(extract(double, table["image"], meta=meta), double.transform(table["image"]))


def test_without_dask_the_extra_is_named(monkeypatch, table):
    monkeypatch.setitem(sys.modules, "dask.dataframe", None)
    with pytest.raises(
        ImportError, match=r"needs dask.dataframe: pip install 'skmm\[distributed\]'"
    ):
        extract_partitions(HOG.fit(table["image"]), table["image"])


# -- without dask: the loop of the guide


def describe_files(transformer, files, folder):
    """Write the features of each file into one of the same name."""
    folder.mkdir()
    for path in files:
        part = pd.read_parquet(path)
        transformer.transform(part["image"]).to_parquet(folder / path.name)


def write_parts(table, folder, rows_per_part):
    for start in range(0, len(table), rows_per_part):
        part = table.iloc[start : start + rows_per_part]
        part.to_parquet(folder / f"part-{start:05d}.parquet")
    return sorted(folder.glob("part-*.parquet"))


def test_files_of_paths_become_files_of_features_one_by_one(table, tmp_path):
    hog = HOGExtractor(size=(16, 16)).set_output(transform="pandas").fit(table["image"])
    describe_files(hog, write_parts(table, tmp_path, 4), tmp_path / "features")
    features = pd.read_parquet(tmp_path / "features")
    assert_frame_equal(features, hog.transform(table["image"]))


def test_memory_does_not_grow_with_the_number_of_files(table, tmp_path):
    hog = HOGExtractor(size=(16, 16)).set_output(transform="pandas").fit(table["image"])
    many = pd.concat([table[:3]] * 240, ignore_index=True)
    files = write_parts(many, tmp_path, 60)
    describe_files(hog, files[:1], tmp_path / "first")  # imports
    peaks = []
    for n_files in (2, 12):
        tracemalloc.start()
        describe_files(hog, files[:n_files], tmp_path / f"features{n_files}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
