import pytest

import motion


@pytest.fixture(scope="session")
def examples():
    return motion.examples()
