"""The real arrangements of the years the tests walk through, written out so that domain tests need no library.

Sources: the notices of the General Office of the State Council for 2022, 2025 and 2026; the test of the gateway holds
this copy to the library. 2027 is invented.
"""

from __future__ import annotations

import datetime as dt

from domain.workdays import WorkCalendar


def days(name: str, first: str, last: str) -> dict[dt.date, str]:
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return {begin + dt.timedelta(days=n): name for n in range((end - begin).days + 1)}


HOLIDAYS = {
    **days("元旦", "2022-01-01", "2022-01-03"),
    **days("春节", "2022-01-31", "2022-02-06"),
    **days("清明节", "2022-04-03", "2022-04-05"),
    **days("劳动节", "2022-04-30", "2022-05-04"),
    **days("端午节", "2022-06-03", "2022-06-05"),
    **days("中秋节", "2022-09-10", "2022-09-12"),
    **days("国庆节", "2022-10-01", "2022-10-07"),
    **days("元旦", "2022-12-31", "2022-12-31"),
    **days("元旦", "2025-01-01", "2025-01-01"),
    **days("春节", "2025-01-28", "2025-02-04"),
    **days("清明节", "2025-04-04", "2025-04-06"),
    **days("劳动节", "2025-05-01", "2025-05-05"),
    **days("端午节", "2025-05-31", "2025-06-02"),
    **days("国庆节", "2025-10-01", "2025-10-08"),
    dt.date(2025, 10, 6): "中秋节",
    **days("元旦", "2026-01-01", "2026-01-03"),
    **days("春节", "2026-02-15", "2026-02-23"),
    **days("清明节", "2026-04-04", "2026-04-06"),
    **days("劳动节", "2026-05-01", "2026-05-05"),
    **days("端午节", "2026-06-19", "2026-06-21"),
    **days("中秋节", "2026-09-25", "2026-09-27"),
    **days("国庆节", "2026-10-01", "2026-10-07"),
}
MAKEUP = {
    dt.date(year, month, day)
    for year, dates in {
        2022: [(1, 29), (1, 30), (4, 2), (4, 24), (5, 7), (10, 8), (10, 9)],
        2025: [(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
        2026: [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    }.items()
    for month, day in dates
}
REAL_YEARS = frozenset({2022, 2025, 2026})
REAL = WorkCalendar("real", REAL_YEARS, HOLIDAYS, frozenset(MAKEUP))

# The notice for 2027 takes the last days of 2026 with it, as those for 2008 and 2019 did with their years.
WITH_2027 = WorkCalendar(
    "with-2027",
    REAL_YEARS | {2027},
    {**HOLIDAYS, **days("元旦", "2026-12-31", "2027-01-02"), **days("春节", "2027-02-05", "2027-02-11")},
    frozenset(MAKEUP | {dt.date(2026, 12, 27), dt.date(2027, 2, 14)}),
)
