"""Writes the Parquet files of this folder and the CSV with the same rows. Needs pyarrow 26."""

import csv
import datetime
import decimal

import pyarrow as pa
import pyarrow.parquet as pq

COUNT = 150
UTC = datetime.timezone.utc
START = datetime.datetime(2024, 2, 28, 23, 0, tzinfo=UTC)


def row(number):
    inbound = number % 3 == 0
    at = START + datetime.timedelta(seconds=number * 37, milliseconds=number % 4 * 250)
    return {
        "message_id": f"wamid.HBgNNDkx{number * 7919 % 1000003:07d}",
        "timestamp": at,
        "direction": "inbound" if inbound else "outbound",
        "business": f"49151000{number % 4}",
        "customer": 4915200000000 + number * 31 % 50,
        "type": "text" if inbound else "template",
        "category": None if inbound else ("marketing", "utility", "Authentication")[number % 7 % 3],
        "status": None if inbound else ("delivered", "read", "failed")[number % 5 % 3],
        "delivered_at": at + datetime.timedelta(seconds=2) if number % 6 == 1 else None,
        "error_code": 131026 if number % 5 == 2 and not inbound else None,
        "max_price": decimal.Decimal(number % 9 * 25).scaleb(-4) if number % 11 == 1 else None,
        "meta_billable": None if inbound else number % 2 == 0,
        "note": "ignored",
    }


ROWS = [row(number) for number in range(COUNT)]
NAMES = list(ROWS[0])


def table(types):
    return pa.table({name: pa.array([row[name] for row in ROWS], types.get(name)) for name in NAMES})


def text(value):
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime.datetime():
            # Shortest fraction of 0 or 3 digits, as instants are written everywhere.
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z").replace(".000Z", "Z")
        case _:
            return str(value)


with open("rows.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(NAMES)
    writer.writerows([text(row[name]) for name in NAMES] for row in ROWS)

MILLIS = pa.timestamp("ms", tz="UTC")
MICROS = pa.timestamp("us", tz="UTC")
NANOS = pa.timestamp("ns", tz="UTC")
LOCAL = pa.timestamp("us")

# Version 2 pages of delta encodings in tiny pages, without dictionaries, uncompressed.
pq.write_table(
    table({"timestamp": MILLIS, "delivered_at": NANOS, "error_code": pa.int32(), "max_price": pa.decimal128(9, 4)}),
    "delta_v2.parquet",
    compression="none",
    data_page_version="2.0",
    use_dictionary=False,
    data_page_size=512,
    write_batch_size=32,
    write_statistics=False,
    column_encoding={
        "message_id": "DELTA_BYTE_ARRAY",
        "timestamp": "DELTA_BINARY_PACKED",
        "direction": "DELTA_LENGTH_BYTE_ARRAY",
        "business": "DELTA_BYTE_ARRAY",
        "customer": "DELTA_BINARY_PACKED",
        "type": "DELTA_LENGTH_BYTE_ARRAY",
        "category": "DELTA_LENGTH_BYTE_ARRAY",
        "status": "DELTA_BYTE_ARRAY",
        "delivered_at": "DELTA_BINARY_PACKED",
        "error_code": "DELTA_BINARY_PACKED",
        "max_price": "BYTE_STREAM_SPLIT",
        "meta_billable": "RLE",
    },
)

# INT96 times, checksums, dictionaries that grow too large and fall back to plain, small row groups.
pq.write_table(
    table({"timestamp": MICROS, "error_code": pa.float64()}),
    "int96_checksums.parquet",
    compression="zstd",
    use_deprecated_int96_timestamps=True,
    write_page_checksum=True,
    dictionary_pagesize_limit=600,
    data_page_size=256,
    write_batch_size=16,
    row_group_size=70,
    write_statistics=False,
)

# Times without a zone, doubles in split bytes, every column required where it can be, Brotli.
schema = table({"timestamp": LOCAL, "delivered_at": LOCAL, "error_code": pa.float64(), "customer": pa.float64()})
required = pa.schema(
    [field.with_nullable(field.name in ("category", "status", "delivered_at", "error_code", "max_price", "meta_billable")) for field in schema.schema]
)
pq.write_table(
    schema.cast(required),
    "local_split.parquet",
    compression="brotli",
    data_page_version="1.0",
    use_dictionary=["business", "direction"],
    column_encoding={"error_code": "BYTE_STREAM_SPLIT", "customer": "BYTE_STREAM_SPLIT"},
    write_page_checksum=True,
    write_statistics=False,
)
