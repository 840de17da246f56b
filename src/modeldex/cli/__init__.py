"""The ``modeldex`` command."""


def main() -> None:
    """Run the command. What it needs is loaded here, so that a worker process loads none of it."""
    from modeldex.cli.app import run

    run()
