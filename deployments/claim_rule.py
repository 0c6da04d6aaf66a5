"""Our Prefect server's one rule of its own: a claim holds only for the state it was made for (`deployments.claims`)."""

from __future__ import annotations

from prefect.server.database import orm_models
from prefect.server.orchestration.core_policy import CoreFlowPolicy
from prefect.server.orchestration.dependencies import ORCHESTRATION_DEPENDENCIES
from prefect.server.orchestration.policies import FlowRunOrchestrationPolicy
from prefect.server.orchestration.rules import (
    ALL_ORCHESTRATION_STATES,
    BaseOrchestrationRule,
    BaseUniversalTransform,
    FlowRunOrchestrationRule,
    OrchestrationContext,
)
from prefect.server.schemas import core, states
from sqlalchemy import select

from deployments.claims import claim_id, is_claim

_Transform = BaseUniversalTransform[orm_models.FlowRun, core.FlowRunPolicy]
_Rule = BaseOrchestrationRule[orm_models.FlowRun, core.FlowRunPolicy]


class ClaimsAreExact(FlowRunOrchestrationRule):
    """Refuses the claim of a run that has left the state it was claimed in.

    And of a run whose deployment lets only so many run at once: Prefect gives out the places at Pending.
    """

    FROM_STATES = ALL_ORCHESTRATION_STATES
    TO_STATES = {states.StateType.RUNNING}  # noqa: RUF012 - as Prefect declares it

    async def before_transition(
        self,
        initial_state: states.State | None,
        proposed_state: states.State | None,
        context: OrchestrationContext[orm_models.FlowRun, core.FlowRunPolicy],
    ) -> None:
        """Called by Prefect, with the run locked, before anything is written."""
        wanted = proposed_state.state_details.transition_id if proposed_state else None
        if not is_claim(wanted):
            return
        if initial_state is None or not initial_state.is_scheduled() or wanted != claim_id(initial_state.id):
            await self.abort_transition("The run is not any more in the state in which it was claimed.")
        elif await self._has_limit(context):
            await self.abort_transition("The deployment has a concurrency limit.")

    @staticmethod
    async def _has_limit(context: OrchestrationContext[orm_models.FlowRun, core.FlowRunPolicy]) -> bool:
        deployment = orm_models.Deployment
        limit = select(deployment.concurrency_limit_id).where(deployment.id == context.run.deployment_id)
        return await context.session.scalar(limit) is not None


class PolicyWithClaims(FlowRunOrchestrationPolicy):
    """All of Prefect's rules, after ours."""

    @staticmethod
    def priority() -> list[type[_Transform | _Rule]]:
        """See `FlowRunOrchestrationPolicy`."""
        return [ClaimsAreExact, *CoreFlowPolicy.priority()]


async def _policy() -> type[FlowRunOrchestrationPolicy]:
    return PolicyWithClaims


def adopt_exact_claims() -> None:
    """Let the Prefect server of this process hold claims to the state they were made for."""
    ORCHESTRATION_DEPENDENCIES["flow_policy_provider"] = _policy
