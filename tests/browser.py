"""A real browser for tests: Debian's Chromium, driven by playwright, and JupyterLab for it to look at.

Without a browser a test is skipped with a reason, but fails where the environment variable CI is set.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_OPTIONS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
_QUIET = ("@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension:plugin")
"""Parts of JupyterLab that ask the network."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip the test where there is none."""
    executable = _found()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=executable, args=list(_OPTIONS))
        try:
            yield started
        finally:
            started.close()


def opened(started: Browser, url: str, *, width: int = 1280, height: int = 900) -> tuple[Page, list[str]]:
    """Open a page so many pixels wide; return it and what its console complains of, a list that grows."""
    page = started.new_page(viewport={"width": width, "height": height})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    return page, complaints


@contextmanager
def jupyter(folder: Path, scratch: Path) -> Iterator[str]:
    """Serve a folder by JupyterLab, whose own files go to `scratch`; yield an address with a {name} to fill in."""
    token, port = secrets.token_hex(16), _free_port()
    places = {name: str(scratch / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    settings = Path(places["JUPYTER_CONFIG_DIR"], "labconfig")
    settings.mkdir(parents=True)
    (settings / "page_config.json").write_text(json.dumps({"disabledExtensions": dict.fromkeys(_QUIET, True)}))
    line = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    line += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    environment = {**os.environ, **places, "IPYTHONDIR": str(scratch / "ipython")}
    with (scratch / "jupyter.log").open("w") as log:
        server = subprocess.Popen(line, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server, scratch / "jupyter.log")
        yield f"http://127.0.0.1:{port}/lab/tree/{{name}}?token={token}&reset"
    finally:
        server.send_signal(signal.SIGTERM)  # It ends its kernels before itself.
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _found() -> str:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable and find_spec("playwright"):
        return executable
    missing = "playwright, which the extra [test] brings" if executable else "Chromium: apt-get install chromium"
    if os.environ.get("CI"):
        pytest.fail(f"There is no {missing}.")
    pytest.skip(f"There is no {missing}.")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path, *, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer: {log.read_text()[-2000:]}")
