"""Edited grade rules without keys that nobody read: they were kept once, and are refused now."""

from alembic import op

revision = "0017"
down_revision = "0016"

# The version stays: what is decided by the rules is the same. What was written stays in `rule_set_versions`.
_KNOWN_KEYS = """
update rule_sets set body = jsonb_build_object(
    'otherwise', coalesce(body->'otherwise', '"D"'),
    'rules', (
        select coalesce(jsonb_agg(jsonb_build_object(
                   'code', rule->'code', 'title', rule->'title', 'grade', rule->'grade', 'condition', rule->'condition'
               ) order by place), '[]')
          from jsonb_array_elements(body->'rules') with ordinality as told (rule, place)))
 where kind = 'grade'
"""


def upgrade() -> None:
    op.execute(_KNOWN_KEYS)
