"""Days between which an archive is asked are days, the first before the last."""

import pytest


@pytest.mark.parametrize("day", ["2024-13-01", "2024-02-30", "20240431", "today", ""])
def test_what_is_no_day_is_refused(hipbmd, day):
    ran = hipbmd("pacs", "find", "https://pacs.example.org", "--since", day)
    assert ran.status == 2 and "is no day such as 2024-03-14" in ran.err


def test_a_last_day_before_the_first_is_refused(hipbmd):
    days = ("--since", "2024-03-14", "--until", "20240313")
    ran = hipbmd("pacs", "find", "https://pacs.example.org", *days)
    assert ran.status == 2
    assert "The last day lies before the first one" in ran.err
