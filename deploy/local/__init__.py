"""The embedded stack: the whole product on one machine, with PostgreSQL and NATS from their wheels."""

import os

# gRPC would start its threads again in each child between fork and exec, where their files are closed already; the
# child then aborts. Children of the runner never use the runner's channels. Read when gRPC is first imported.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
