"""The tables of chances to win."""

from sqlalchemy import BigInteger, Column, Index

from chassis.learning import learning_tables, score_tables
from services.pipeline.storage.metadata import METADATA

# What each opportunity's model says of it, or its stage where none does, one row for each, and those to be scored anew.
# `expected_minor` is the amount × that probability; both are 0 in rank and sum for one that is won or lost.
WIN_CHANCES, WIN_MARKS = score_tables(
    METADATA,
    "win_chances",
    marks="win_marks",
    record="opportunity",
    beside=(Column("expected_minor", BigInteger, nullable=False),),
)
Index("win_chances_expected", WIN_CHANCES.c.expected_minor, WIN_CHANCES.c.opportunity)
WIN_LEARNING = learning_tables(METADATA, "win", happened="won")
