"""Which messages open a conversation (C23, F): one pass over events, sorted by pair and in the order T-5.

Kinds of events: 1 marketing, 2 utility and 3 authentication template, 4 free-form, 5 message or call of the
customer, 6 the same through an ad or a Page button, 0 nothing (a reaction of the business).
"""

import numba
import numpy

HOUR = 3600


@numba.njit(cache=True, nogil=True)
def openings(business, customer, instant, sent, kind):
    """0, or what the event opens: 1 to 3 its template's category, 4 service, 5 a free entry point."""
    count = len(instant)
    opens = numpy.zeros(count, numpy.int8)
    ends = numpy.zeros(5, numpy.int64)  # of the latest conversation of each category
    clicks = numpy.zeros(count + 1, numpy.int64)  # those not yet used
    answer_from = numpy.zeros(count + 1, numpy.int64)
    click_count = 0
    entry_point_end = 0
    first = 0  # the first event of the pair
    for event in range(count):
        if event == 0 or business[event] != business[event - 1] or customer[event] != customer[event - 1]:
            first = event
            ends[:] = 0
            click_count = 0
            entry_point_end = 0
        now = instant[event]
        if kind[event] >= 5:
            if kind[event] == 6:
                clicks[click_count] = now
                answer_from[click_count] = entry_point_end if now < entry_point_end else 0
                click_count += 1
            continue
        if kind[event] == 0 or now < entry_point_end:
            continue
        click = click_count - 1
        while click >= 0 and clicks[click] > sent[event]:
            click -= 1
        if click >= 0 and sent[event] < clicks[click] + 24 * HOUR and answer_from[click] <= sent[event]:
            opens[event] = 5
            entry_point_end = now + 72 * HOUR
            click_count = 0
            ends[:] = 0
            continue
        if kind[event] < 4:
            if now >= ends[kind[event]]:
                opens[event] = kind[event]
                ends[kind[event]] = now + 24 * HOUR
            continue
        if now < ends.max():
            continue
        # W-3: whether a message of the customer came in the 24 hours before the sending.
        start = event - 1
        while start >= first and (kind[start] < 5 or instant[start] > sent[event]):
            start -= 1
        if start >= first and sent[event] < instant[start] + 24 * HOUR:
            opens[event] = 4
            ends[4] = now + 24 * HOUR
    return opens


if __name__ == "__main__":
    # Compiles it before anything is measured, for the arrays of DuckDB and for the read-only ones of the others.
    for is_writable in [True, False]:
        columns = [numpy.zeros(0, numpy.int64) for _ in range(4)] + [numpy.zeros(0, numpy.int8)]
        for column in columns:
            column.flags.writeable = is_writable
        openings(*columns)
