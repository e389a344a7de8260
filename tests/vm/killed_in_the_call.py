"""Kills a runner while its manager has its call before it: between hutch and the bus sits a relay, which stops at the first message
that asks for a unit, kills the runner, and only then hands the message on. That is the moment that a kill at random times hardly ever
meets.

usage: killed_in_the_call.py zombie|reaped CMD…      as root CMD is to be run in a mount namespace where the bus is ./bus
Exits 1 if the runner never asked for a unit.
"""
import os
import select
import signal
import socket
import subprocess
import sys

BUS = "/run/dbus/system_bus_socket" if os.geteuid() == 0 else f"/run/user/{os.geteuid()}/bus"
PATIENCE = 15


def kill(runner, how):
    os.kill(runner.pid, signal.SIGKILL)
    # a zombie is still a process to whoever moves it; one that is reaped is none
    os.waitid(os.P_PID, runner.pid, os.WEXITED | (os.WNOWAIT if how == "zombie" else 0))


def relay(client, runner, how):
    """True when the call has been handed on, behind the runner's death, and the manager has had its time."""
    bus = socket.socket(socket.AF_UNIX)
    bus.connect(BUS)
    ends, killed = [client, bus], False
    while True:
        ready = select.select(ends, [], [], 2 if killed else PATIENCE)[0]
        if not ready:
            return killed
        for end in ready:
            try:
                data = end.recv(1 << 16)
            except ConnectionResetError:  # it died with answers unread
                data = b""
            if not data:
                if end is bus or not killed:
                    return killed
                ends.remove(client)  # dead; what the manager answers is for nobody
            elif end is client:
                if b"StartTransientUnit" in data and not killed:
                    kill(runner, how)
                    killed = True
                bus.sendall(data)
            elif not killed:
                client.sendall(data)


def main(how, command):
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists("bus"):
        os.unlink("bus")
    listener.bind("bus")
    listener.listen()
    listener.settimeout(PATIENCE)
    where = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=" + os.path.abspath("bus")}
    with open("run.log", "wb") as log:
        runner = subprocess.Popen(command, env=os.environ | where, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    asked = relay(listener.accept()[0], runner, how)
    runner.poll()
    if not asked:
        runner.kill()
        print("the runner never asked for a unit:", open("run.log", encoding="utf-8").read())
    runner.wait()
    return 0 if asked else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
