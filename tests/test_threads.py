import subprocess
import sys
import threading

import torch
from threadpoolctl import threadpool_info

from skmm._threads import one_thread


def counts():
    return [pool["num_threads"] for pool in threadpool_info()] + [torch.get_num_threads()]


def test_there_is_one_thread_inside_and_as_many_as_before_outside():
    before = counts()
    with one_thread(), one_thread():
        assert set(counts()) == {1}
    assert counts() == before


def test_scopes_of_several_threads_do_not_overlap():
    before, inside = counts(), []

    def enter():
        with one_thread():
            inside.append(1)
            alone = len(inside) == 1
            threading.Event().wait(0.01)
            inside.pop()
            results.append(alone)

    results = []
    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4
    assert counts() == before


def test_a_library_that_is_imported_later_is_limited_too():
    code = (
        "from skmm._threads import one_thread\n"
        "with one_thread():\n"
        "    pass\n"
        "import torch, sklearn.cluster\n"
        "from threadpoolctl import threadpool_info\n"
        "with one_thread():\n"
        "    print({pool['num_threads'] for pool in threadpool_info()})\n"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == "{1}"
