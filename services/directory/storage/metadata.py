"""The one collection of tables of the directory's database; every table module adds its own to it."""

from sqlalchemy import MetaData

METADATA = MetaData()
