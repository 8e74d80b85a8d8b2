"""mktestdocs, set up as its documentation says: one test for each file."""

import pathlib

import pytest
from mktestdocs import check_md_file


@pytest.mark.parametrize("path", sorted(pathlib.Path("guides").glob("**/*.md")), ids=str)
def test_guide(path: pathlib.Path) -> None:
    check_md_file(fpath=path)
