"""Start a worker: `python -m deployments.worker`. SIGTERM or SIGINT stops it gracefully, a second one at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from types import FrameType

from deployments.prefect_server import client_environment
from settings import Settings, get_settings


async def run_worker(stop: asyncio.Event, settings: Settings, name: str | None = None) -> None:
    """Serve the work pool of `settings` until `stop` is set.

    The environment must hold `client_environment(settings)` before Prefect is first imported. Prefect's engine takes
    SIGTERM for itself while a flow runs in the main thread, so a caller that stops by signals runs this in another.
    """
    from deployments.in_process import InProcessWorker  # noqa: PLC0415, after the environment is right

    worker = InProcessWorker(
        settings.work_pool,
        limit=settings.worker_concurrency,
        poll_seconds=settings.worker_poll_seconds,
        grace_seconds=settings.worker_grace_seconds,
        name=name,
    )
    await worker.serve(stop)


def main() -> int:
    """Run a worker with the settings of this environment until a signal; its exit code."""
    settings = get_settings()
    wanted = client_environment(settings)
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        # Prefect reads its environment once, when it is imported.
        os.execve(sys.executable, [sys.executable, "-m", "deployments.worker"], {**os.environ, **wanted})  # noqa: S606

    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    failed: list[BaseException] = []

    def serve() -> None:
        from deployments.quiet import say_little  # noqa: PLC0415, after the environment is right

        say_little()
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run_worker(stop, settings))
        except BaseException as failure:
            failed.append(failure)
            raise

    thread = threading.Thread(target=serve, name="worker")

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(1)
        loop.call_soon_threadsafe(stop.set)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    thread.start()
    thread.join()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
