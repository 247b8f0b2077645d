"""What runs in parallel runs on ray, and gives what one machine gives."""

import pytest
from joblib import parallel_config

from tests.distributed.jobs import (
    assert_same,
    compare,
    extract,
    run,
    run_on_one_machine,
    search_fusions,
    search_grid,
)

pytestmark = pytest.mark.slow
# Ray starts processes for every call of Parallel: fewer jobs than on dask, of all kinds.
JOBS = [extract, search_grid, compare, search_fusions]


@pytest.fixture(scope="module")
def ray(tmp_path_factory):
    """Ray on this machine, with two workers; it neither reports nor serves anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))  # it keeps a secret there
        ray = pytest.importorskip("ray", exc_type=ImportError)
        from ray.util.joblib import register_ray

        ray.init(
            address="local",
            num_cpus=2,
            include_dashboard=False,
            object_store_memory=100 * 2**20,
            logging_level="ERROR",
            log_to_driver=False,
            _node_ip_address="127.0.0.1",
        )
        register_ray()
        yield ray
        ray.shutdown()


def test_results_are_those_of_one_machine(ray, tmp_path):
    expected = run_on_one_machine(JOBS, tmp_path)
    with parallel_config("ray"):
        assert_same(run(JOBS, tmp_path / "there"), expected)
