"""How large the long tests are: small in every run, big where ``MODELDEX_TEST_SCALE=full``."""

import os


def scaled(small: int, full: int) -> int:
    """Return the size of a test."""
    return full if os.environ.get("MODELDEX_TEST_SCALE") == "full" else small
