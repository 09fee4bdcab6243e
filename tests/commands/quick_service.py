"""process_images.py with short durations: a late put may be applied for two seconds, a lock-out lasts for twenty."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[2])

from config import Durations  # noqa: E402
from process_images import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(durations=Durations(late_put=2.0, login_window=20.0)))
