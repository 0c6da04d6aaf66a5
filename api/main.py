"""The API as a process: `uvicorn --factory api.main:build`."""

from __future__ import annotations

from fastapi import FastAPI

from api.app import create_app
from gateways.orchestrator import BackgroundOrchestrator
from services.bootstrap import build_context, build_orchestrator
from settings import get_settings


def build() -> FastAPI:
    """The application of this process. A request never waits for Prefect: runs are started and woken behind it."""
    settings = get_settings()
    return create_app(build_context(settings, BackgroundOrchestrator(build_orchestrator(settings))))
