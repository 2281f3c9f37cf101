"""Demo data: a believable Chinese company, invented by a seeded generator, loaded through the real RPCs."""

from deploy.local.demo.loading import demo_leads_wanted, demo_year, load_demo, print_accounts

__all__ = ["demo_leads_wanted", "demo_year", "load_demo", "print_accounts"]
