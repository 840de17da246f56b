"""``python -m modeldex``."""

from modeldex.cli import main

if __name__ == "__main__":
    main()
