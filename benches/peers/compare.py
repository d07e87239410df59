"""Runs the same job in counterfoil, DuckDB, Polars and Spark, checks that all agree, and prints a table.

Without LOG it makes two logs with `counterfoil simulate`. A log of 2025-07-01 or later is the job `messages`
(what each delivered message costs), an earlier one `conversations` (which conversations were opened).
"""

import argparse
import ctypes
import json
import os
import platform
import resource
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path

import duckdb
import psutil

HERE = Path(__file__).resolve().parent
ENGINES = ["counterfoil", "duckdb", "polars", "spark"]
LIBRARIES = {"duckdb": "duckdb", "polars": "polars", "spark": "pyspark"}


def main():
    options = argparse.ArgumentParser(prog="benches/peers/run", description=__doc__)
    options.add_argument("logs", nargs="*", metavar="LOG", help="Parquet, columns of the canonical log, times in UTC")
    options.add_argument("--rows", type=int, default=10_000_000, help="rows of the logs it makes")
    options.add_argument("--runs", type=int, default=3, help="runs of each; the least of each number counts")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--engines", default=",".join(ENGINES), help="some of them; counterfoil always runs")
    options.add_argument("--counterfoil", default="target/release/counterfoil", help="the program")
    options.add_argument("--folder", type=Path, required=True, help=argparse.SUPPRESS)
    options = options.parse_args()
    if not Path(options.counterfoil).exists():
        sys.exit(f"{options.counterfoil} does not exist: cargo build --release, or name it with --counterfoil")
    # Orphans of a job become children of this process, so that their CPU time is counted.
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    os.environ["NUMBA_CACHE_DIR"] = str(options.folder / "numba")
    subprocess.run([sys.executable, HERE / "kernel.py"], check=True)
    print(f"{processor()}, {options.threads} threads, {psutil.virtual_memory().total >> 30} GiB; "
          f"{time.strftime('%Y-%m-%d')}; least of {options.runs} runs\n")
    for log in options.logs or [simulated(job, options) for job in ["messages", "conversations"]]:
        compare(str(log), options)


def compare(log, options):
    """Runs every engine on a log, in turns, so that all see the same minutes of the machine."""
    rows, first = duckdb.sql(f"select count(*), strftime(min(timestamp), '%Y-%m') from read_parquet('{log}')").fetchall()[0]
    job = "messages" if first >= "2025-07" else "conversations"
    engines = [name for name in ENGINES if name == "counterfoil" or name in options.engines.split(",")]
    subprocess.run(["cat", log], check=True, stdout=subprocess.DEVNULL)  # into the cache of files
    best = {}
    for _ in range(options.runs):
        for engine in engines:
            result = options.folder / f"{engine}-{job}{'' if engine == 'counterfoil' else '.parquet'}"
            if engine == "counterfoil":
                command = [options.counterfoil, "replay", log, "--out", result, "--force", "--quiet"]
                command += ["--threads", str(options.threads)]
            else:
                command = [sys.executable, HERE / f"on_{engine}.py", job, log, result, str(options.threads)]
            measured = measure(command, options.folder)
            if engine == "counterfoil":
                expected = counts_of_run(result, job)
            elif (found := counts(f"from read_parquet('{result}')")) != expected:
                sys.exit(f"{engine} and counterfoil differ on {log}: {sorted(set(found) ^ set(expected))[:10]}")
            best[engine] = tuple(map(min, best.get(engine, measured), measured))
    print(f"`{job}`, {rows:,} rows, {len(expected):,} counts, the same from all:\n")
    print("| engine | CPU s | wall s | peak MB | CPU | wall | memory |\n|---|---|---|---|---|---|---|")
    for engine in engines:
        ratios = (f"{mine / base:.1f}" for mine, base in zip(best[engine], best["counterfoil"]))
        cpu, wall, peak = best[engine]
        print(f"| {name_of(engine, options)} | {cpu:.1f} | {wall:.1f} | {peak / 1e6:,.0f} | {' | '.join(ratios)} |")
    print(flush=True)


def measure(command, folder):
    """CPU seconds, seconds, and peak bytes of a command and of all that it starts."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with open(folder / "errors.txt", "w+") as errors:
        process = subprocess.Popen(command, stdout=errors, stderr=errors)
        peak = [0]
        watcher = threading.Thread(target=watch, args=(process.pid, peak))
        watcher.start()
        status = process.wait()
        seconds = time.monotonic() - start
        watcher.join()
        while True:
            try:
                os.wait()
            except ChildProcessError:
                break
        if status:
            errors.seek(0)
            sys.exit(f"{' '.join(map(str, command))} failed:\n{errors.read()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, seconds, peak[0]


def watch(pid, peak):
    """Keeps the largest sum of resident memory of a process and its descendants, looked at ten times a second."""
    while psutil.pid_exists(pid):
        try:
            root = psutil.Process(pid)
            if root.status() == psutil.STATUS_ZOMBIE:
                return
            tree = [root, *root.children(recursive=True)]
            peak[0] = max(peak[0], sum(process.memory_info().rss for process in tree))
        except psutil.Error:
            pass
        time.sleep(0.1)


def counts_of_run(run, job):
    """What counterfoil's tables say, in the words of the other engines."""
    unit = job.removesuffix("s")
    found = counts(f"select business::bigint as business, local_date::varchar as day, category, pricing_type, "
                   f"count(*) as count from read_parquet('{run}/tables/charges.parquet') where unit = '{unit}' group by all")
    if job == "messages":
        warnings = json.loads((run / "summary.json").read_text())["warnings"]
        outside = sum(warning["count"] for warning in warnings if warning["code"] == "C-OUTSIDE-WINDOW")
        found[(0, "", "outside_window", "")] = outside
    return found


def counts(query):
    rows = duckdb.sql(f"select business, day, category, pricing_type, count from ({query})").fetchall()
    return {row[:4]: row[4] for row in rows}


def simulated(job, options):
    log = options.folder / f"{job}-{options.rows}.parquet"
    if not log.exists():
        command = [options.counterfoil, "simulate", "--scenario", HERE / f"{job}.toml", "--rows", str(options.rows)]
        subprocess.run([*command, "--out", log, "--quiet"], check=True)
    return log


def name_of(engine, options):
    if engine == "counterfoil":
        return subprocess.check_output([options.counterfoil, "--version"], text=True).strip()
    return f"{engine} {version(LIBRARIES[engine])}"


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


main()
