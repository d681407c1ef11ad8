"""What every test finds: Hypothesis without a stopwatch, and the file `run` as a module."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

# A shared machine is sometimes slow; that is no failure of what is tested.
settings.register_profile("gate", deadline=None, print_blob=True)
settings.load_profile("gate")


@pytest.fixture
def run() -> ModuleType:
    """The file `./run`, loaded afresh without being run."""
    loader = SourceFileLoader("run", str(Path(__file__).parents[1] / "run"))
    spec = spec_from_loader("run", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
