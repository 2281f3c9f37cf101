"""A person's grade as it lies in its JSON column."""

from collections.abc import Mapping
from datetime import datetime

from services.leads.domain.lead import Grade, GradeOverride


def override_to_json(override: GradeOverride | None) -> Mapping[str, object] | None:
    """The override as an object; None for none."""
    if override is None:
        return None
    return {
        "grade": override.grade.value,
        "reason": override.reason,
        "author": override.author,
        "author_name": override.author_name,
        "time": override.time.isoformat(),
        "rules_grade": override.rules_grade.value,
    }


def override_from_json(column: Mapping[str, str] | None) -> GradeOverride | None:
    """The override in a column."""
    if column is None:
        return None
    return GradeOverride(
        grade=Grade(column["grade"]),
        reason=column["reason"],
        author=column["author"],
        author_name=column["author_name"],
        time=datetime.fromisoformat(column["time"]),
        rules_grade=Grade(column["rules_grade"]),
    )
