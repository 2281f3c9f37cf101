"""Work after the commit: jobs (mail, calls, pushes) and periodic sweeps, safe with several replicas."""

from chassis.jobs.jobs import JobContext, JobKind, Jobs, PutOff
from chassis.jobs.sweeps import Sweep, Sweeps
from chassis.jobs.unasked import carry_out

__all__ = ["JobContext", "JobKind", "Jobs", "PutOff", "Sweep", "Sweeps", "carry_out"]
