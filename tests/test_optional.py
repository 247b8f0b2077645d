import sys
from types import ModuleType

import pytest

from skmm._optional import import_optional


def test_an_installed_module_is_returned():
    import json

    assert import_optional("json", extra="none", purpose="a test") is json


def test_an_absent_module_is_named_with_its_extra():
    with pytest.raises(
        ImportError, match=r"private training needs skmm_absent: pip install 'skmm\[privacy\]'"
    ):
        import_optional("skmm_absent", extra="privacy", purpose="private training")


def test_a_module_that_breaks_at_import_is_named_too(tmp_path, monkeypatch):
    (tmp_path / "skmm_broken.py").write_text("raise RuntimeError('operator nms does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=r"needs skmm_broken.*operator nms does not exist"):
        import_optional("skmm_broken", extra="pretrained", purpose="a backbone")
    assert not isinstance(sys.modules.get("skmm_broken"), ModuleType)
