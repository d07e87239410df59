"""The job in Polars: `messages` is frames alone; `conversations` sorts frames and opens in a compiled kernel.

usage: on_polars.py messages|conversations LOG.parquet RESULT.parquet THREADS
"""

import os
import sys
from datetime import datetime, timezone

os.environ["POLARS_MAX_THREADS"] = sys.argv[4]

import polars as pl
from polars import col

HOUR = 3600
PAIR = ["business", "customer"]
ORDER = ["delivered", "sent", "message_id"]
OCTOBER_2026 = int(datetime(2026, 10, 1, tzinfo=timezone.utc).timestamp())
NOVEMBER_2024 = int(datetime(2024, 11, 1, tzinfo=timezone.utc).timestamp())
IS_FREE_FORM = ~col("type").is_in(["template", "reaction"])


def seconds(column):
    return col(column).dt.epoch("s")


def day(column):
    return pl.from_epoch(col(column)).dt.strftime("%Y-%m-%d").alias("day")


def month(column):
    return pl.from_epoch(col(column)).dt.truncate("1mo").alias("month")


def messages(log):
    """Rows become messages (D-1, D-4). Times are seconds since the epoch."""
    rows = pl.scan_parquet(log)
    has_delivery = "delivered_at" in rows.collect_schema()
    delivered_at = seconds("delivered_at") if has_delivery else pl.lit(None, pl.Int64)
    status = col("status").fill_null("")
    rows = rows.select(
        "account",
        "message_id",
        *(col(column).cast(pl.Int64) for column in PAIR),
        is_outbound=col("direction") == "outbound",
        type=col("type").cast(pl.Categorical),
        category=col("category").cast(pl.Categorical),
        is_click=col("entry_point").is_in(["ad", "page_cta"]).fill_null(False),
        delivered=pl.coalesce(delivered_at, pl.when(status == "delivered").then(seconds("timestamp"))),
        read=pl.when(status.is_in(["read", "played"])).then(seconds("timestamp")),
        sent=pl.when(delivered_at.is_not_null() | status.is_in(["", "accepted", "sent"])).then(seconds("timestamp")),
        earliest=seconds("timestamp"),
        is_failed=status == "failed",
    )
    first = [col(column).first() for column in [*PAIR, "is_outbound", "type", "category"]]
    least = [col(column).min() for column in ["delivered", "read", "sent", "earliest", "is_failed"]]
    folded = rows.group_by("account", "message_id").agg(*first, *least, col("is_click").max())
    return folded.with_columns(
        delivered=pl.coalesce("delivered", "read"), sent=pl.coalesce("sent", "earliest")
    ).drop("read", "earliest")


def entry_points(business, inbound):
    """A message sent within 24 hours of a click opens an entry point, if none is open (F-2, F-3, F-4, F-7)."""
    clicks = inbound.filter("is_click").select(*PAIR, click="sent")
    candidates = (
        business.filter(col("type") != "reaction")
        .join(clicks, on=PAIR)
        .filter((col("sent") >= col("click")) & (col("sent") < col("click") + 24 * HOUR))
        .group_by(*PAIR, *ORDER)
        .agg(col("click").max())
        .with_columns(ends=col("sent") + 72 * HOUR)
        .sort(ORDER)
        .collect(engine="streaming")
    )
    found = []
    while candidates.height:
        answers = candidates.unique(PAIR, keep="first", maintain_order=True)
        found.append(answers)
        last = answers.select(*PAIR, last="delivered", end="ends")
        later = candidates.join(last, on=PAIR, maintain_order="left")
        later = later.filter((col("sent") >= col("end")) & (col("click") > col("last")))
        candidates = later.drop("last", "end")
    return pl.concat(found or [candidates]).select(*PAIR, "ends", **{f"answer_{name}": name for name in ORDER})


def price_messages(log):
    folded = messages(log).collect(engine="streaming").lazy()
    is_inbound = ~col("is_outbound") & (col("type") != "system")
    inbound = folded.filter(is_inbound)
    is_business = col("is_outbound") & col("delivered").is_not_null() & ~col("type").is_in(["call", "system"])
    business = folded.filter(is_business).with_row_index("id")

    answer = [col(f"answer_{name}") for name in ORDER]
    delivered, sent, message_id = (col(name) for name in ORDER)
    from_answer_on = (delivered > answer[0]) | (delivered == answer[0]) & (
        (sent > answer[1]) | (sent == answer[1]) & (message_id >= answer[2])
    )
    inside = business.join(entry_points(business, inbound).lazy(), on=PAIR).filter(
        (message_id == answer[2]) | from_answer_on & (delivered < col("ends"))
    )
    inside = inside.select("id", is_inside=True)

    # Only free-form messages and, before October 2026, utility templates ask whether the window is open (W-3).
    starts = folded.filter(is_inbound | (col("type") == "call") & ~col("is_failed"))
    starts = starts.select(*PAIR, start="sent").sort("start")
    asks = IS_FREE_FORM | (col("category") == "utility") & (delivered < OCTOBER_2026)
    windowed = business.filter(asks).select("id", *PAIR, "sent").sort("sent")
    windowed = windowed.join_asof(starts, left_on="sent", right_on="start", by=PAIR, check_sortedness=False)
    windowed = windowed.filter(sent < col("start") + 24 * HOUR).select("id", is_in_window=True)

    # The first 1,000 free-form messages of a number and month (P26-2).
    first = business.filter(IS_FREE_FORM & (delivered >= OCTOBER_2026)).join(inside, on="id", how="anti")
    first = first.with_columns(month("delivered")).sort([*ORDER, "customer"])
    first = first.group_by("business", "month", maintain_order=True).head(1000).select("id", is_first=True)

    judged = business.select("id", "business", "type", "category", "delivered")
    for marks in [inside, windowed, first]:
        judged = judged.join(marks, on="id", how="left")
    kind = pl.when(col("type") == "template").then(col("category").cast(pl.String)).otherwise(pl.lit("service"))
    is_before = delivered < OCTOBER_2026
    is_free = (
        (col("type") == "reaction")
        | (kind == "service") & (col("is_first").fill_null(False) | is_before)
        | (kind == "utility") & col("is_in_window").fill_null(False) & is_before
    )
    pricing_type = (
        pl.when("is_inside").then(pl.lit("free_entry_point"))
        .when(is_free).then(pl.lit("free_customer_service"))
        .otherwise(pl.lit("regular"))
    )
    counts = judged.group_by("business", day("delivered"), kind.alias("category"), pricing_type.alias("pricing_type"))
    counts = counts.agg(count=pl.len().cast(pl.Int64))
    outside = judged.filter(IS_FREE_FORM & col("is_in_window").is_null()).select(
        business=pl.lit(0, pl.Int64), day=pl.lit(""), category=pl.lit("outside_window"), pricing_type=pl.lit(""),
        count=pl.len().cast(pl.Int64),
    )
    return pl.concat(pl.collect_all([counts, outside], engine="streaming"))


def count_conversations(log):
    import kernel

    code = {"marketing": 1, "utility": 2, "authentication": 3}
    outbound = (
        pl.when(col("type") == "template").then(col("category").cast(pl.String).replace_strict(code, return_dtype=pl.Int8))
        .when(col("type") == "reaction").then(0)
        .when(col("type") == "call").then(5)
        .otherwise(4)
    )
    is_event = ~col("is_outbound") | col("delivered").is_not_null() | (col("type") == "call") & ~col("is_failed")
    events = (
        messages(log)
        .filter((col("type") != "system") & is_event)
        .select(
            *PAIR,
            instant=pl.when("is_outbound").then("delivered").otherwise("sent"),
            is_outbound="is_outbound",
            sent="sent",
            message_id="message_id",
            account=col("account").cast(pl.Categorical),
            kind=pl.when("is_outbound").then(outbound).when("is_click").then(6).otherwise(5).cast(pl.Int8),
        )
        .sort(*PAIR, "instant", "is_outbound", "sent", "message_id")
        .collect(engine="streaming")
    )
    columns = events.select(*PAIR, "instant", "sent", "kind").to_dict()
    opens = kernel.openings(**{name: column.to_numpy() for name, column in columns.items()})
    opened = events.lazy().with_columns(opens=pl.Series(opens)).filter(col("opens") > 0)

    # The first 1,000 service conversations of an account and month are free, from November 2024 on all (C23-6).
    is_service = col("opens") == 4
    counted = opened.filter(is_service & (col("instant") < NOVEMBER_2024)).with_columns(month("instant"))
    counted = counted.sort("instant", "sent", "message_id", "customer")
    first = counted.group_by("account", "month", maintain_order=True).head(1000)
    first = first.select("account", "message_id", is_first=True)
    names = ["marketing", "utility", "authentication", "service", "free_entry_point"]
    pricing_type = (
        pl.when(col("opens") == 5).then(pl.lit("free_entry_point"))
        .when(is_service & (col("instant") >= NOVEMBER_2024)).then(pl.lit("free_customer_service"))
        .when("is_first").then(pl.lit("free_tier"))
        .otherwise(pl.lit("regular"))
    )
    opened = opened.join(first, on=["account", "message_id"], how="left")
    counts = opened.group_by(
        "business", day("instant"),
        col("opens").replace_strict(range(1, 6), names, return_dtype=pl.String).alias("category"),
        pricing_type.alias("pricing_type"),
    )
    return counts.agg(count=pl.len().cast(pl.Int64)).collect(engine="streaming")


job, log, result, _ = sys.argv[1:]
(price_messages if job == "messages" else count_conversations)(log).write_parquet(result)
