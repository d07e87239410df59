"""The job in Spark: `messages` is SQL alone; `conversations` opens in a compiled kernel, partition by partition.

usage: on_spark.py messages|conversations LOG.parquet RESULT.parquet THREADS
"""

import os
import sys

import pyarrow
from pyspark.sql import SparkSession

# Rows become messages (D-1, D-4). Times are seconds since the epoch. Kinds are numbers, because Spark folds
# only values of fixed width in a hash table: 0 reaction, 1 to 3 template, 4 free-form, 5 call, 6 system.
FOLD = """
create temporary view messages as
select account, message_id, business, customer, is_outbound, kind, is_click, is_failed,
    coalesce(delivered, read) as delivered, coalesce(sent, earliest) as sent
from (
    select account, message_id, max(bigint(business)) as business, max(bigint(customer)) as customer,
        bool_or(direction = 'outbound') as is_outbound,
        max(case type when 'reaction' then 0 when 'call' then 5 when 'system' then 6
            when 'template' then case category when 'marketing' then 1 when 'utility' then 2 else 3 end
            else 4 end) as kind,
        coalesce(bool_or(entry_point in ('ad', 'page_cta')), false) as is_click,
        min(coalesce({delivered_at}, if(status = 'delivered', {timestamp}, null))) as delivered,
        min(if(status in ('read', 'played'), {timestamp}, null)) as read,
        min(if({delivered_at} is not null or coalesce(status, '') in ('', 'accepted', 'sent'), {timestamp}, null))
            as sent,
        min({timestamp}) as earliest,
        bool_and(coalesce(status, '') = 'failed') as is_failed
    from log group by account, message_id)
"""

# With the latest click, and the latest message of the customer (W-3), at or before the sending.
BUSINESS_MESSAGES = """
cache table business_messages as
select business, customer, delivered, sent, message_id, kind, click, start from (
    select *, max(if(is_click and not is_outbound, sent, null)) over before as click,
        max(if(is_start, sent, null)) over before as start
    from (
        select *, (not is_outbound or kind = 5 and not is_failed) as is_start from messages
        where kind <> 6 and (not is_outbound or delivered is not null or kind = 5))
    window before as (partition by business, customer order by sent, is_start desc
        rows between unbounded preceding and current row))
where is_outbound and kind < 5
"""

MESSAGES = """
-- A message sent within 24 hours of a click opens an entry point, if none is open (F-2, F-3, F-4, F-7).
with entry_points as (
    select business, customer, explode(aggregate(
        array_sort(collect_list(struct(delivered, sent, message_id, click))),
        cast(array() as array<struct<delivered: bigint, sent: bigint, message_id: string, ends: bigint>>),
        (found, next) -> if(
            coalesce(next.sent >= try_element_at(found, -1).ends
                and next.click > try_element_at(found, -1).delivered, true),
            concat(found, array(struct(next.delivered, next.sent, next.message_id, next.sent + 72 * 3600 as ends))),
            found))) as answer
    from business_messages where kind <> 0 and sent < click + 24 * 3600
    group by business, customer
),
judged as (
    select m.business, m.customer, m.delivered, m.sent, m.message_id, kind,
        timestamp_seconds(m.delivered) as instant, answer is not null as is_free,
        coalesce(m.sent < start + 24 * 3600, false) as is_in_window,
        answer is null and kind = 4 and timestamp_seconds(m.delivered) >= '2026-10-01' as uses_allowance
    from business_messages m left join entry_points e
        on m.business = e.business and m.customer = e.customer and (
            m.message_id = answer.message_id
            or m.delivered < answer.ends and struct(m.delivered, m.sent, m.message_id)
                >= struct(answer.delivered, answer.sent, answer.message_id))
),
-- The first 1,000 free-form messages of a number and month (P26-2).
ranked as (
    select *, row_number() over (partition by business, trunc(instant, 'MM')
        order by delivered, sent, message_id, customer) as rank
    from judged where uses_allowance
    union all
    select *, 0 as rank from judged where not uses_allowance
)
select business, date_format(instant, 'yyyy-MM-dd') as day,
    element_at(array('marketing', 'utility', 'authentication', 'service'), if(kind = 0, 4, kind)) as category,
    case when is_free then 'free_entry_point'
        when kind = 0 or kind = 4 and rank <= 1000
            or kind = 2 and is_in_window and instant < '2026-10-01' then 'free_customer_service'
        else 'regular' end as pricing_type,
    count(*) as count, sum(int(kind = 4 and not is_in_window)) as outside
from ranked group by 1, 2, 3, 4
"""

EVENTS = """
select business, customer, if(is_outbound, delivered, sent) as instant, is_outbound, sent, message_id, account,
    tinyint(if(is_outbound or kind = 5, kind, if(is_click, 6, 5))) as kind
from messages
where kind <> 6 and (not is_outbound or delivered is not null or kind = 5 and not is_failed)
"""

CONVERSATIONS = """
with ranked as (
    select *, row_number() over (partition by account, trunc(timestamp_seconds(instant), 'MM')
        order by instant, sent, message_id, customer) as rank
    from opened where opens = 4 and timestamp_seconds(instant) < '2024-11-01'
    union all
    select *, null as rank from opened where not (opens = 4 and timestamp_seconds(instant) < '2024-11-01')
)
select business, date_format(timestamp_seconds(instant), 'yyyy-MM-dd') as day,
    element_at(array('marketing', 'utility', 'authentication', 'service', 'free_entry_point'), opens) as category,
    case opens when 5 then 'free_entry_point'
        when 4 then case when rank is null then 'free_customer_service'
            when rank <= 1000 then 'free_tier' else 'regular' end
        else 'regular' end as pricing_type,
    count(*) as count
from ranked group by 1, 2, 3, 4
"""


def opened(batches):
    """The events of a partition, whole pairs in order, that open a conversation."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import kernel

    events = pyarrow.Table.from_batches(list(batches))
    if not events.num_rows:
        return
    columns = ["business", "customer", "instant", "sent", "kind"]
    opens = pyarrow.array(kernel.openings(**{name: events[name].to_numpy() for name in columns}))
    kept = events.append_column("opens", opens).filter(pyarrow.compute.greater(opens, 0))
    yield from kept.select(["account", "business", "customer", "instant", "sent", "message_id", "opens"]).to_batches()


def main(job, log, result, threads):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.driver.memory": "8g",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "16",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    }
    builder = SparkSession.builder.master(f"local[{threads}]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    rows = spark.read.parquet(log)
    rows.createTempView("log")
    seconds = "unix_seconds(cast({} as timestamp))"
    delivered_at = seconds.format("delivered_at") if "delivered_at" in rows.columns else "cast(null as bigint)"
    spark.sql(FOLD.replace("{delivered_at}", delivered_at).replace("{timestamp}", seconds.format("timestamp")))
    if job == "messages":
        spark.sql(BUSINESS_MESSAGES)
        counts = spark.sql(MESSAGES).toArrow()
        outside = pyarrow.compute.sum(counts["outside"]).as_py()
        counts = counts.drop(["outside"])
        extra = {"business": [0], "day": [""], "category": ["outside_window"], "pricing_type": [""], "count": [outside]}
        counts = pyarrow.concat_tables([counts, pyarrow.table(extra).cast(counts.schema)])
    else:
        events = spark.sql(EVENTS).repartition("business", "customer")
        events = events.sortWithinPartitions("business", "customer", "instant", "is_outbound", "sent", "message_id")
        schema = "account string, business long, customer long, instant long, sent long, message_id string, opens byte"
        events.mapInArrow(opened, schema).persist().createTempView("opened")
        counts = spark.sql(CONVERSATIONS).toArrow()
    pyarrow.parquet.write_table(counts, result)
    spark.stop()


if __name__ == "__main__":
    import pyarrow.compute
    import pyarrow.parquet

    main(*sys.argv[1:])
