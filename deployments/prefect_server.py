"""How our Prefect server is started: its environment and its command, the same for `make up`, tests and benchmarks."""

from __future__ import annotations

import os
import sys

from settings import Settings

# Loops and features this product uses nothing of. Everything operators look at stays on: states, task runs, logs,
# events, artifacts, automations, late runs and the deployments' own schedules.
_LEAN: dict[str, str] = {
    # Nothing phones home.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Parked runs are never paused runs, so nothing of ours waits for a pause to expire.
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    # A parked run stays parked until its deadline: being late is measured in minutes, not seconds.
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "60",
    # Scheduled flows (reconcile, notices) need only a short row of coming runs.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "2",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "20",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "0:05:00",
    # Events are what operators build automations on, not the record of a petition: that is our own history table.
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "7d",
    # Only ended runs go, with their logs, task runs and artifacts; a parked one has not ended, however long it waits.
    # Without this the rounds of `notices`, 2,880 a day, stay for ever (thirty days: our own decision).
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "30d",
    # By default every event of a task run is a transaction of its own: a quarter of all the server does at a wake.
    # Operators see a task run a second later instead.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLI_COLORS": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
}

# With Prefect's defaults, twenty runs at once open and close connections all the time, and each new one learns its
# types and its statements anew: a third of a wake on PostgreSQL (docs/adr/0002).
_ON_POSTGRESQL: dict[str, str] = {
    "PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE": "20",
    "PREFECT_SERVER_DATABASE_SQLALCHEMY_MAX_OVERFLOW": "20",
    "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_STATEMENT_CACHE_SIZE": "1000",
    "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_PREPARED_STATEMENT_CACHE_SIZE": "1000",
}


def server_environment(settings: Settings) -> dict[str, str]:
    """The environment variables of the Prefect server; to be laid over the parent's environment."""
    database = settings.prefect_ledger_url
    return {
        **_LEAN,
        **(_ON_POSTGRESQL if database.startswith("postgresql") else {}),
        "PREFECT_HOME": str(settings.data_dir / "prefect"),
        "PREFECT_PROFILES_PATH": str(settings.data_dir / "prefect" / "profiles.toml"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_API_HOST": settings.prefect_host,
        "PREFECT_SERVER_API_PORT": str(settings.prefect_port),
        "PREFECT_API_URL": settings.prefect_api_url,
        # The UI asks whatever address it was opened under: behind a proxy or on 0.0.0.0 no other one works.
        "PREFECT_SERVER_UI_API_URL": "/api",
        # What `prefect server start` sets for the process that answers requests.
        "PREFECT__SERVER_FINAL": "1",
        **_auth(settings, "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"),
    }


def client_environment(settings: Settings) -> dict[str, str]:
    """The environment variables of everything that talks to the Prefect server: worker, API, commands."""
    return {
        "PREFECT_HOME": str(settings.data_dir / "prefect"),
        "PREFECT_PROFILES_PATH": str(settings.data_dir / "prefect" / "profiles.toml"),
        "PREFECT_API_URL": settings.prefect_api_url,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # Our server never asks for these tokens; asking whether it does costs a request an hour and client.
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        **_auth(settings, "PREFECT_API_AUTH_STRING"),
    }


def _auth(settings: Settings, *names: str) -> dict[str, str]:
    """Nothing where no password is set, so that Prefect's own variables in the environment hold."""
    secret = settings.prefect_auth_string.get_secret_value()
    return dict.fromkeys(names, secret) if secret else {}


def adopt_client_environment(settings: Settings) -> None:
    """Make this process a client of our Prefect server. Prefect reads its environment once, when first imported."""
    (settings.data_dir / "prefect").mkdir(parents=True, exist_ok=True)
    os.environ.update(client_environment(settings))


def server_command(settings: Settings) -> list[str]:
    """The command of the Prefect server: one process, no shell, stopped by SIGTERM or SIGINT."""
    return [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "deployments.prefect_app:create_app",
        "--host",
        settings.prefect_host,
        "--port",
        str(settings.prefect_port),
        "--timeout-keep-alive",
        "30",
        "--log-level",
        "warning",
        "--no-access-log",
    ]
