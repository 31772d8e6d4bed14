#!/usr/bin/env bash
# Run a command with a display of its own where Xvfb is to be had, else as it is.
#
#     scripts/with_display.sh .venv/bin/pytest -m e2e
set -euo pipefail

if command -v xvfb-run >/dev/null; then
    exec xvfb-run -a -s "-screen 0 1600x1000x24" env QT_QPA_PLATFORM=xcb "$@"
fi
exec "$@"
