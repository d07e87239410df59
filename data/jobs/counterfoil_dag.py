"""A daily run of a counterfoil job, for Airflow 2.9 and later.

Exit code 1 is an alert of the job file: the task succeeds and says so in its result. Every other code but 0 fails it.
One run at a time: the job's own lock would refuse a second one.
"""

import json
import os
import subprocess
from datetime import datetime, timedelta

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task

COUNTERFOIL = os.environ.get("COUNTERFOIL_BIN", "counterfoil")
JOB = os.environ.get("COUNTERFOIL_JOB", "/srv/whatsapp/job.toml")
ALERT = 1
LOCKED_OR_MISCONFIGURED = 2


@dag(
    dag_id="counterfoil",
    schedule="15 6 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["whatsapp", "billing"],
)
def counterfoil():
    # Wrong configuration and changed files do not mend themselves: one retry, for disks and mounts.
    @task(retries=1, retry_delay=timedelta(minutes=15), execution_timeout=timedelta(hours=3))
    def run_job() -> dict:
        """What the job did: `outcome`, `months`, `forecast`, `alerts`."""
        done = subprocess.run(
            [COUNTERFOIL, "run", JOB, "--format", "json"],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode not in (0, ALERT):
            raise RuntimeError(f"counterfoil run {JOB} ended with {done.returncode}; its log lines are above")
        return json.loads(done.stdout)

    @task
    def tell(told: dict) -> None:
        """The place for a message to whoever holds the budget."""
        for alert in told["alerts"]:
            print(f"alert: {alert}")

    tell(run_job())


counterfoil()
