"""``python -m napari_hipbmd.cli`` is ``hipbmd``."""

from . import main

if __name__ == "__main__":
    raise SystemExit(main())
