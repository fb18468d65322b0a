"""FHIR R4, as plain mappings: `order` writes an order, `regimen` a regimen, `parts` what both are made of."""
