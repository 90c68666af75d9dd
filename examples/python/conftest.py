"""Starts Pail once per run of pytest (once per worker of pytest-xdist), and goes back to the seed before each test."""

import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

SEED = pathlib.Path(__file__).with_name("seed.yaml")
START_SECONDS_MAX = 30


class Pail:
    def __init__(self, credentials, control_socket):
        self.__dict__.update(credentials)  # url, api_url, email, username, token, tokens …
        self.control_socket = control_socket

    def control(self, method, path, body=None):
        """Asks the control of Pail: docs/control.md."""
        connection = http.client.HTTPConnection("pail")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.control_socket)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"content-type": "application/json"} if sent else {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text}")
        return json.loads(text) if text else None

    def reset(self):
        self.control("POST", "/reset")


@pytest.fixture(scope="session")
def running_pail():
    # Not tmp_path_factory: the path of a socket has to be short.
    folder = tempfile.mkdtemp(prefix="pail-")
    credentials = os.path.join(folder, "credentials.json")
    control_socket = os.path.join(folder, "socket")
    log = os.path.join(folder, "log")
    with open(log, "w") as output:
        process = subprocess.Popen(
            [
                os.environ.get("PAIL", "pail"), "demo", "--port", "0", "--data", os.path.join(folder, "data"),
                "--seed", str(SEED), "--credentials", credentials, "--control", control_socket, "--catch-webhooks",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        # It is there as soon as the server answers.
        deadline = time.monotonic() + START_SECONDS_MAX
        while not os.path.exists(credentials):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Pail did not start:\n{pathlib.Path(log).read_text()}")
            time.sleep(0.05)
        yield Pail(json.loads(pathlib.Path(credentials).read_text()), control_socket)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


@pytest.fixture
def pail(running_pail):
    running_pail.reset()
    return running_pail
