"""The boundary of a service: where a call becomes a principal and a request, and a refusal a status."""
