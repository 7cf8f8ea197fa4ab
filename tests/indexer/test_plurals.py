"""One is one, and everything else is many."""

import pytest

from indexer.plurals import counted


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 videos"), (1, "1 video"), (2, "2 videos"), (12_000, "12,000 videos")]
)
def test_numbers_of_things(count, said):
    assert counted(count, "video") == said


def test_a_plural_of_its_own():
    assert (counted(1, "person", "people"), counted(3, "person", "people")) == ("1 person", "3 people")
