"""The composition root: builds every object and hands it to whoever needs it.

The only place that knows the clock and the concrete stores. A worker's half and a refresher's half
stand apart, so that a worker loads neither a database driver nor an HTTP client.
"""
