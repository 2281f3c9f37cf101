"""The manual of the REST door (OpenAPI 3.1), made from the contracts and their comments."""
