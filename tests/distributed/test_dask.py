"""Everything that runs in parallel runs on a dask cluster, and gives what one machine gives."""

import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal

from skmm import ModalityError
from skmm.cache import FeatureCache
from skmm.distributed import extract_partitions
from skmm.image import HOGExtractor
from tests.distributed.jobs import (
    assert_same,
    compare,
    extract,
    extract_objects,
    run,
    run_on_one_machine,
    search_fusions,
    search_grid,
    validate_deep,
)

pytestmark = pytest.mark.slow
dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")
JOBS = [extract, extract_objects, search_grid, validate_deep, compare, search_fusions]


@pytest.fixture(scope="module")
def cluster():
    """Two processes of one thread each, which talk to this one through the loopback device."""
    addresses = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, **addresses) as cluster,
        distributed.Client(cluster),
    ):
        yield cluster


def test_results_are_those_of_one_machine(cluster, tmp_path):
    expected = run_on_one_machine(JOBS, tmp_path)
    with parallel_config("dask"):
        assert_same(run(JOBS, tmp_path / "there"), expected)


def test_features_of_parquet_files_are_those_of_pandas(cluster, table, tmp_path):
    for number, part in enumerate((table[:2], table[2:9], table[9:])):
        part.to_parquet(tmp_path / f"part-{number}.parquet")
    cache = FeatureCache(tmp_path / "rows")
    hog = HOGExtractor(size=(16, 16), memory=cache).fit(table["image"])
    frame = dd.read_parquet(tmp_path, columns=["image"])
    features = extract_partitions(hog, frame["image"]).compute()
    assert frame.npartitions > 1
    assert cache.info()["entries"] == table["image"].notna().sum()  # which the workers filled
    assert_array_equal(features, HOGExtractor(size=(16, 16)).fit_transform(table["image"]))
    assert list(features.index) == list(table.index)


def test_an_error_of_a_worker_names_the_row(cluster, table):
    column = table["image"].where(table.index != "r09", "nowhere.png")
    hog = HOGExtractor(size=(16, 16), batch_size=4, n_jobs=2)
    place = r"modality 'image', row 9 \(index 'r09'\)"
    with parallel_config("dask"), pytest.raises(ModalityError, match=place):
        hog.fit_transform(column)


def test_bad_files_that_workers_pass_over_are_listed(cluster, table):
    column = table["image"].where(table.index != "r09", "nowhere.png")
    hog = HOGExtractor(size=(16, 16), batch_size=4, n_jobs=2, on_error="missing")
    with parallel_config("dask"), pytest.warns(UserWarning, match="1 of 13 samples cannot be used"):
        block = hog.fit_transform(column)
    assert pd.isna(block[9]).all()
    assert [failure.index for failure in hog.failures_] == ["r09"]
