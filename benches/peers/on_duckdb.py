"""The job in DuckDB: `messages` is SQL alone; `conversations` sorts in SQL and opens in a compiled kernel.

usage: on_duckdb.py messages|conversations LOG.parquet RESULT.parquet THREADS
"""

import sys

import duckdb

# Rows become messages (D-1, D-4). Times are seconds since the epoch.
FOLD = """
create type template_category as enum ('marketing', 'utility', 'authentication');
create type message_type as enum (select distinct type from read_parquet('{log}'));
create temp table messages as
select account, message_id,
    any_value(business::bigint) as business,
    any_value(customer::bigint) as customer,
    bool_or(direction = 'outbound') as is_outbound,
    any_value(type::message_type) as type,
    any_value(category::template_category) as category,
    coalesce(bool_or(entry_point in ('ad', 'page_cta')), false) as is_click,
    coalesce(
        min(case when {delivered_at} is not null then epoch({delivered_at})::bigint
            when status = 'delivered' then epoch(timestamp)::bigint end),
        min(case when status in ('read', 'played') then epoch(timestamp)::bigint end)) as delivered,
    coalesce(
        min(case when {delivered_at} is not null or coalesce(status, '') in ('', 'accepted', 'sent')
            then epoch(timestamp)::bigint end),
        min(epoch(timestamp)::bigint)) as sent,
    bool_and(coalesce(status, '') = 'failed') as is_failed
from read_parquet('{log}')
group by account, message_id
"""

MESSAGES = """
copy (
with recursive business_messages as (
    select *, rowid as id from messages
    where is_outbound and delivered is not null and type not in ('call', 'system')
),
clicks as (
    select business, customer, sent as instant from messages
    where not is_outbound and is_click and type <> 'system'
),
-- A message that was sent within 24 hours of a click may open an entry point (F-2, F-3).
candidates as materialized (
    select id, business, customer, delivered, sent, message_id, max(instant) as click, sent + 72 * 3600 as ends
    from business_messages join clicks using (business, customer)
    where type <> 'reaction' and sent >= instant and sent < instant + 24 * 3600
    group by all
),
-- The first one does; the next is the first after its end whose click came after it (F-4, F-7).
entry_points as (
    select business, customer, min(struct_pack(
        delivered := delivered, sent := sent, message_id := message_id, id := id, ends := ends)) as answer
    from candidates group by all
    union all
    select business, customer, min(struct_pack(delivered := candidates.delivered, sent := candidates.sent,
        message_id := candidates.message_id, id := candidates.id, ends := candidates.ends))
    from entry_points join candidates using (business, customer)
    where candidates.sent >= answer.ends and candidates.click > answer.delivered
    group by all
),
inside as (
    select m.id from business_messages m join entry_points using (business, customer)
    where m.id = answer.id or m.delivered < answer.ends
        and (m.delivered, m.sent, m.message_id) >= (answer.delivered, answer.sent, answer.message_id)
),
window_starts as (
    select business, customer, sent as instant from messages
    where type <> 'system' and (not is_outbound or type = 'call' and not is_failed)
),
-- Only free-form messages and, before October 2026, utility templates ask whether the window is open (W-3).
windowed as (
    select id, sent < instant + 24 * 3600 as is_in_window
    from business_messages m asof join window_starts w
        on m.business = w.business and m.customer = w.customer and m.sent >= w.instant
    where type not in ('template', 'reaction') or category = 'utility' and delivered < {october}
),
-- The first 1,000 free-form messages of a number and month (P26-2).
first_thousand as (
    select m.id from business_messages m anti join inside using (id)
    where type not in ('template', 'reaction') and delivered >= {october}
    qualify row_number() over (partition by business, date_trunc('month', make_timestamp(delivered * 1000000))
        order by delivered, sent, message_id, customer) <= 1000
),
judged as materialized (
    select business, strftime(make_timestamp(delivered * 1000000), '%Y-%m-%d') as day, type,
        if(type = 'template', category::varchar, 'service') as kind, delivered,
        inside.id is not null as is_free, coalesce(is_in_window, false) as is_in_window,
        first_thousand.id is not null as is_first
    from business_messages m left join inside using (id)
        left join windowed using (id) left join first_thousand using (id)
)
select business, day, kind as category,
    case when is_free then 'free_entry_point'
        when type = 'reaction' or kind = 'service' and (is_first or delivered < {october})
            or kind = 'utility' and is_in_window and delivered < {october} then 'free_customer_service'
        else 'regular' end as pricing_type,
    count(*) as count
from judged group by all
union all
select 0, '', 'outside_window', '', count(*) from judged
where type not in ('template', 'reaction') and not is_in_window
) to '{result}'
""".replace("{october}", "epoch(timestamp '2026-10-01')")

EVENTS = """
create temp table events as
select business, customer, case when is_outbound then delivered else sent end as instant, is_outbound, sent,
    message_id, account,
    (case when is_outbound then case type when 'template' then
            case category when 'marketing' then 1 when 'utility' then 2 else 3 end
            when 'reaction' then 0 when 'call' then 5 else 4 end
        when is_click then 6 else 5 end)::tinyint as kind
from messages
where type <> 'system' and (not is_outbound or type = 'call' and not is_failed or delivered is not null)
order by business, customer, instant, is_outbound, sent, message_id
"""

CONVERSATIONS = """
copy (
with opened as (
    select events.*, opens, make_timestamp(instant * 1000000) as opened_at from events positional join openings
    where opens > 0
),
ranked as (
    select *, row_number() over (
        partition by account, date_trunc('month', opened_at) order by instant, sent, message_id, customer) as rank
    from opened where opens = 4 and opened_at < '2024-11-01'
    union all by name
    select *, null as rank from opened where not (opens = 4 and opened_at < '2024-11-01')
)
select business, strftime(opened_at, '%Y-%m-%d') as day,
    ['marketing', 'utility', 'authentication', 'service', 'free_entry_point'][opens] as category,
    case opens when 5 then 'free_entry_point'
        when 4 then case when rank is null then 'free_customer_service'
            when rank <= 1000 then 'free_tier' else 'regular' end
        else 'regular' end as pricing_type,
    count(*) as count
from ranked group by all
) to '{result}'
"""


def main(job, log, result, threads):
    database = duckdb.connect(config={"threads": int(threads)})
    database.sql("set timezone = 'UTC'")
    columns = database.sql(f"from read_parquet('{log}')").columns
    delivered_at = "delivered_at" if "delivered_at" in columns else "null::timestamp"
    database.execute(FOLD.replace("{delivered_at}", delivered_at).replace("{log}", log))
    if job == "messages":
        database.execute(MESSAGES.replace("{result}", result))
        return
    import kernel

    database.execute(EVENTS)
    columns = database.sql("select business, customer, instant, sent, kind from events").fetchnumpy()
    openings = {"opens": kernel.openings(**columns)}
    database.register("openings", openings)
    database.execute(CONVERSATIONS.replace("{result}", result))


main(*sys.argv[1:])
