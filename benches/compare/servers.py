"""The servers of benches/compare under measurement, and the load generator."""

import atexit
import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
SERVER_CORE, LOAD_CORE = "0", "1"
CONNECTIONS = 16
# A measurement during which others took more than this share of either core is taken again, so many times.
QUIET, TRIES = 0.1, 3
# Rates say which server is faster only where both used this share of their core: else something else was the bound.
BUSY = 0.85


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"benches/compare/run: {' '.join(map(str, command))} failed:\n{done.stdout[-800:]}{done.stderr[-2000:]}")
    return done.stdout


# ---- servers ------------------------------------------------------------------------------------------------------


class Server:
    """A process under measurement, on its own core."""

    running = []

    def __init__(self, command, log):
        cores = os.sched_getaffinity(0)
        pin = ["taskset", "-c", SERVER_CORE] if len(cores) > 1 else []
        self.process = subprocess.Popen(pin + [str(word) for word in command], stdout=log, stderr=subprocess.STDOUT)
        Server.running.append(self)

    @property
    def pid(self):
        return self.process.pid

    def cpu(self):
        """Seconds of processor time, of all its threads, to the nanosecond (clock_getcpuclockid(3))."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self, field="VmRSS"):
        """Megabytes; VmHWM is the most it ever had."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) * 1024 / 1e6

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self in Server.running:
            Server.running.remove(self)


atexit.register(lambda: [server.stop() for server in list(Server.running)])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Signalbox(Server):
    name = "Signalbox"

    def __init__(self, folder, scratch, **catalog):
        config = scratch / "signalbox.toml"
        lines = [f"{key} = {value!r}".replace("'", '"') for key, value in catalog.items()]
        config.write_text("\n".join(["[catalog]", *lines, "[server]", "drain_timeout = \"1s\"", ""]))
        log = open(scratch / "signalbox.log", "w+b")
        super().__init__([TARGET / "signalbox", "serve", folder, "--listen", "127.0.0.1:0", "--config", config], log)
        for _ in range(200):
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", (scratch / "signalbox.log").read_text())
            if found:
                self.port = int(found[1])
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        sys.exit("benches/compare/run: Signalbox did not start:\n" + (scratch / "signalbox.log").read_text())

    def at_rest(self):
        """Waits until the assets were told, after which nothing is under way."""
        last = -1.0
        while self.cpu() != last:
            last = self.cpu()
            time.sleep(0.3)


NGINX = """
daemon off; master_process off; pid {scratch}/nginx.pid; error_log {scratch}/nginx.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000000; keepalive_timeout 600s;
  open_file_cache max=100000 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {scratch}/b; proxy_temp_path {scratch}/p; fastcgi_temp_path {scratch}/f;
  uwsgi_temp_path {scratch}/u; scgi_temp_path {scratch}/s;
  types {{ video/mp4 mp4 m4s; text/vtt vtt; application/dash+xml mpd; application/vnd.apple.mpegurl m3u8; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; etag on; }}
}}
"""


class Nginx(Server):
    name = "nginx"

    def __init__(self, root, scratch):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = scratch / "nginx.conf"
        config.write_text(NGINX.format(scratch=scratch, root=root, port=self.port))
        super().__init__(["nginx", "-c", config, "-p", scratch], subprocess.DEVNULL)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        sys.exit("benches/compare/run: nginx did not start:\n" + (scratch / "nginx.log").read_text())


# ---- requests -----------------------------------------------------------------------------------------------------


def connect(server):
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)


def get(server, path, connection=None):
    connection = connection or connect(server)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        sys.exit(f"benches/compare/run: {server.name} answers {response.status} to {path}: {body[:200]}")
    return body


def used(core):
    """Seconds that processes have used of a core (proc_pid_stat(5)); interrupts are not counted."""
    line = next(line for line in open("/proc/stat") if line.startswith(f"cpu{core} "))
    user, nice, system = map(int, line.split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def load_time():
    """Processor time of the generators that have ended, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def generate(server, urls, seconds, connections=CONNECTIONS, rate=None, take=None, wait=True):
    pin = ["taskset", "-c", LOAD_CORE] if len(os.sched_getaffinity(0)) > 1 else []
    command = pin + [str(TARGET / "examples/generator"), f"127.0.0.1:{server.port}", str(urls)]
    command += ["--seconds", str(seconds), "--connections", str(connections)]
    command += ["--rate", str(rate)] if rate else []
    command += ["--take", str(take)] if take else []
    if not wait:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(TRIES):
        cores = [SERVER_CORE, LOAD_CORE]
        before, own_before, all_before = server.cpu(), load_time(), [used(core) for core in cores]
        result = json.loads(run(*command))
        cpu, own = server.cpu() - before, load_time() - own_before
        others = [used(core) - busy - mine for core, busy, mine in zip(cores, all_before, [cpu, own])]
        result["cpu_us"] = cpu / max(result["requests"], 1) * 1e6
        result["busy"] = cpu / result["seconds"]
        result["others"] = max(0.0, *others) / result["seconds"]
        if result["others"] <= QUIET:
            break
    return result


def segments_of(server, asset, track):
    """The paths of a track's segments."""
    lines = get(server, f"/{asset}/{track}.m3u8").decode().splitlines()
    return [f"/{asset}/{line}" for line in lines if line and not line.startswith("#")]
