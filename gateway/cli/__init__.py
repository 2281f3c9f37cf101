"""The command line `millrace`, for administrators and scripts; it talks to the gateway over HTTP, to nothing else."""
