"""The audit trail on disk: every decision, chained line to line."""
