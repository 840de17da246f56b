"""``python -m modeldex.bootstrap.refresher_main PARENT``: the refresher's process."""

import sys

from modeldex.bootstrap.refreshing import run_forever

if __name__ == "__main__":
    run_forever(int(sys.argv[1]))
