"""How we speak HTTP: problems, strict parameters, pagination, validators, headers, the OpenAPI document."""
