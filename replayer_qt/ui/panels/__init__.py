"""The panes around the chart."""
