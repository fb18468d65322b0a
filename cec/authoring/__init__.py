"""Regimen files as people write them: begun, compared, and looked over beyond their faults."""
