"""Work after the commit: jobs (mail, calls, pushes) and periodic sweeps, safe with several replicas."""

from chassis.jobs.jobs import JobContext, JobKind, Jobs
from chassis.jobs.sweeps import Sweep, Sweeps

__all__ = ["JobContext", "JobKind", "Jobs", "Sweep", "Sweeps"]
