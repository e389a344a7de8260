#!/usr/bin/env python3
"""An ordinary Python test: files, threads, subprocesses, worker processes, a server on the loopback device, temporary files,
shared memory, memory maps, sqlite. What must work under every policy, so it is run under each."""
import asyncio
import concurrent.futures
import http.server
import json
import mmap
import multiprocessing
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from multiprocessing import shared_memory

here = pathlib.Path(__file__).resolve().parent


def square(number):
    return number * number


class Ordinary(unittest.TestCase):
    def test_files_in_the_work_tree(self):
        path = here / f"products-of-python-{os.getpid()}"
        path.mkdir()
        try:
            (path / "data.json").write_text(json.dumps({"a": [1, 2]}))
            (path / "data.json").rename(path / "renamed.json")
            os.symlink("renamed.json", path / "link")
            self.assertEqual(json.loads((path / "link").read_text()), {"a": [1, 2]})
            os.utime(path / "renamed.json", (1, 1))
            os.chmod(path / "renamed.json", 0o400)
            self.assertEqual(sorted(os.listdir(path)), ["link", "renamed.json"])
        finally:
            for file in path.iterdir():
                file.unlink()
            path.rmdir()

    def test_temporary_files(self):
        self.assertEqual(os.listdir(os.environ["TEST_TMPDIR"]), [])
        with tempfile.TemporaryDirectory() as directory, open(f"{directory}/file", "w+b") as file:
            file.write(b"x" * 100000)
            file.flush()
            os.fsync(file.fileno())
            with mmap.mmap(file.fileno(), 0) as memory:
                memory[:3] = b"map"
                self.assertEqual(memory[:4], b"mapx")
        with tempfile.TemporaryFile() as file:
            file.write(b"anonymous")

    def test_database(self):
        path = os.path.join(os.environ["TEST_TMPDIR"], "data.sqlite")
        with sqlite3.connect(path) as connection:
            connection.execute("pragma journal_mode=wal")
            connection.execute("create table numbers (n integer)")
            connection.executemany("insert into numbers values (?)", [(n,) for n in range(100)])
            self.assertEqual(connection.execute("select sum(n) from numbers").fetchone(), (4950,))
        connection.close()
        for name in os.listdir(os.environ["TEST_TMPDIR"]):
            os.unlink(os.path.join(os.environ["TEST_TMPDIR"], name))

    def test_threads(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(sum(pool.map(square, range(100))), 328350)

    def test_worker_processes(self):
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                self.assertEqual(pool.map(square, range(10))[-1], 81)
        queue = multiprocessing.Queue()
        queue.put("through")
        self.assertEqual(queue.get(timeout=10), "through")

    def test_shared_memory(self):
        memory = shared_memory.SharedMemory(create=True, size=4096)
        try:
            memory.buf[:5] = b"hello"
            again = shared_memory.SharedMemory(memory.name)
            self.assertEqual(bytes(again.buf[:5]), b"hello")
            again.close()
        finally:
            memory.close()
            memory.unlink()

    def test_subprocesses(self):
        done = subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read().upper())"], input="text", text=True,
                              capture_output=True, check=True)
        self.assertEqual(done.stdout.strip(), "TEXT")
        self.assertEqual(subprocess.run("exit 3", shell=True, check=False).returncode, 3)
        with subprocess.Popen(["sleep", "30"], start_new_session=True) as child:
            os.killpg(child.pid, signal.SIGTERM)
            self.assertEqual(child.wait(10), -signal.SIGTERM)
        with self.assertRaises(subprocess.TimeoutExpired):
            subprocess.run(["sleep", "30"], timeout=0.1, check=False)

    def test_signals_and_timers(self):
        seen = []
        signal.signal(signal.SIGALRM, lambda number, frame: seen.append(number))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        deadline = time.monotonic() + 5
        while not seen and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(seen, [signal.SIGALRM])

    def test_loopback_server(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"served")

            def log_message(self, *arguments):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_address[1]}/"
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            self.assertEqual(opener.open(address, timeout=10).read(), b"served")
            server.shutdown()

    def test_names_and_sockets(self):
        self.assertTrue(socket.gethostname())
        self.assertEqual(socket.gethostbyname("localhost"), "127.0.0.1")
        first, second = socket.socketpair()
        first.sendall(b"pair")
        self.assertEqual(second.recv(10), b"pair")
        first.close()
        second.close()
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
            path = os.path.join(os.environ["TEST_TMPDIR"], "s")
            server.bind(path)
            server.listen()
            client.connect(path)
            server.accept()[0].close()
            os.unlink(path)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            server.bind(("127.0.0.1", 0))
            client.sendto(b"datagram", server.getsockname())
            self.assertEqual(server.recv(20), b"datagram")

    def test_event_loop(self):
        async def main():
            process = await asyncio.create_subprocess_exec("echo", "async", stdout=asyncio.subprocess.PIPE)
            out, _ = await process.communicate()
            return out.strip()

        self.assertEqual(asyncio.run(main()), b"async")

    def test_machine(self):
        self.assertGreater(os.cpu_count(), 0)
        self.assertGreater(len(os.sched_getaffinity(0)), 0)
        os.nice(0)
        self.assertEqual(len(os.urandom(8)), 8)
        self.assertEqual(len(os.getrandom(8)), 8)
        self.assertTrue(os.path.isdir(os.environ["HOME"]))


if __name__ == "__main__":
    unittest.main()
