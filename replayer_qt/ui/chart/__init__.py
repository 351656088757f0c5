"""The price chart: pyqtgraph's frame, our own cached layers."""
