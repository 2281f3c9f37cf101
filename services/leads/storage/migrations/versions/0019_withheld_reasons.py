"""Reasons of before say whether a rule speaks of the budget: its name is kept from whoever may not see money."""

from alembic import op

revision = "0019"
down_revision = "0018"

# A rule that held is followed by the facts it speaks of. What one that could not be evaluated speaks of is not told, so
# each is taken to speak of the budget; where that is too much, the round of new reasons puts it right.
_MARK = """
update leads set grade_reasons = (
    select jsonb_agg(
        case
            when reason->>'code' = 'GRADE_RULE_NOT_EVALUABLE' or (reason->>'code' = 'GRADE_RULE_HOLDS' and speaks)
            then jsonb_set(reason, '{parameters,about}', '"budget"')
            else reason
        end
        order by place
    )
    from jsonb_array_elements(grade_reasons) with ordinality as reasons(reason, place),
        lateral (select grade_reasons @? '$[*].code ? (@ starts with "GRADE_FACT_BUDGET")' as speaks) as budget
)
where grade_reasons @? '$[*].code ? (@ starts with "GRADE_FACT_BUDGET" || @ == "GRADE_RULE_NOT_EVALUABLE")'
"""


def upgrade() -> None:
    op.execute(_MARK)
