"""What every test may use."""

pytest_plugins = ["findings_plugin", "support.fixtures", "support.postgres"]
