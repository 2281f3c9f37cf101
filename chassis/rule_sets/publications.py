"""What a service publishes of its rules."""

from millrace.rules.v1 import rule_set_events_pb2 as messages

from chassis.publication import Publication, Publications
from chassis.rule_sets import rule_set as domain
from chassis.rule_sets.servicer import body_message


def rule_set_publications(service: str, *, collection: str) -> Publications:
    """The publications of a service's rule sets, below the service's own subject."""

    def state(rules: domain.RuleSet) -> messages.RuleSetSnapshot:
        return messages.RuleSetSnapshot(
            name=f"{collection}/{rules.kind}", body=body_message(rules.body), author=rules.author
        )

    return {
        domain.RuleSetUpdated: Publication(
            "rule_set.updated",
            lambda _, told: messages.RuleSetUpdated(rule_set=told),
            state,
            f"millrace.{service}.v1",
        )
    }
