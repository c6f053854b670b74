"""Health now; the views over telemetry come here."""
