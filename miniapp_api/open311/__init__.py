"""Open311 GeoReport v2: services, definitions, requests, in JSON and XML. Private by design, see ADR 0024."""
