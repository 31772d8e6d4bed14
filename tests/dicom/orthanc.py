"""An Orthanc of a test's own: on this computer only, gone when the test ends."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

PLUGINS = Path("/usr/share/orthanc/plugins")
USER, PASSWORD = "anna", "pass word"
BROKEN = "Orthanc with DICOMweb is not installed: apt install orthanc orthanc-dicomweb"


def program() -> str | None:
    """Where it is; None when it or its DICOMweb is not installed."""
    found = shutil.which("Orthanc", path="/usr/sbin:/usr/bin:/usr/local/bin")
    return found if list(PLUGINS.glob("libOrthancDicomWeb.so*")) else None


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run one in a folder; gives the root of its DICOMweb services."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "Name": "test",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "Plugins": [str(PLUGINS / "libOrthancDicomWeb.so")],
        "DicomServerEnabled": False,
        "HttpPort": port,
        "HttpBindAddresses": ["127.0.0.1"],
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: PASSWORD},
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    file = folder / "orthanc.json"
    file.write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program(), file], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(1200):
                try:
                    requests.get(f"{url}/system", auth=(USER, PASSWORD), timeout=5)
                    break
                except requests.RequestException:
                    assert process.poll() is None, (folder / "log").read_text()
                    time.sleep(0.1)
            yield f"{url}/dicom-web"
        finally:
            process.terminate()
            process.wait()
