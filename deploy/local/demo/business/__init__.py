"""The business of the demo company: what becomes of its leads, week by week, through the calls that people make."""

from deploy.local.demo.business.trading import Trading

__all__ = ["Trading"]
