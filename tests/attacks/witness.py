"""What stands outside of every test's box and tells whether something reached it: a process of the same user (the victim) with memory, a
descriptor, shared memory and a key that say "canary", and listeners that remember who called.

usage: witness.py OUTSIDE IPC-KEY ABSTRACT-NAME KEY-NAME
Prints one JSON object (what attacks are told), answers each line on standard input with another (what was seen), ends with the input."""
import ctypes
import json
import os
import signal
import socket
import sys
import threading

CANARY = b"canary"
SIGNALS = {
    signal.SIGUSR1: "kill_victim",
    signal.SIGUSR2: "tgkill_victim",
    signal.SIGRTMIN + 1: "sigqueue_victim",
    signal.SIGRTMIN + 2: "pidfd_victim",
    signal.SIGRTMIN + 3: "sigio_victim",
}
IPC_CREAT, IPC_RMID = 0o1000, 0
KEYCTL_JOIN_SESSION, KEYCTL_LINK, KEYCTL_UNLINK, KEYCTL_READ, SESSION_KEYRING, USER_KEYRING = 1, 8, 9, 11, -3, -4
ADD_KEY, KEYCTL = (248, 250) if os.uname().machine == "x86_64" else (217, 219)

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.syscall.restype = ctypes.c_long


class Witness:
    def __init__(self, outside, ipc_key, abstract, key_name):
        self.seen = set()
        for number in SIGNALS:
            signal.signal(number, self.signalled)
        self.memory = ctypes.create_string_buffer(CANARY)
        self.path = os.path.join(outside, "descriptor")
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        os.write(self.file, CANARY)
        self.segment = libc.shmget(ipc_key, 4096, IPC_CREAT | 0o600)
        self.shared = libc.shmat(self.segment, None, 0)
        ctypes.memmove(self.shared, CANARY, len(CANARY))
        # A key is read by who possesses it: a service's session keyring does not lead to the user's (pam_keyinit does that).
        libc.syscall(KEYCTL, KEYCTL_JOIN_SESSION, None)
        libc.syscall(KEYCTL, KEYCTL_LINK, USER_KEYRING, SESSION_KEYRING)
        self.key = libc.syscall(ADD_KEY, b"user", key_name.encode(), CANARY, len(CANARY), USER_KEYRING)
        self.tcp = self.listen(socket.AF_INET, ("127.0.0.1", 0))
        port = self.tcp.getsockname()[1]
        self.others = [self.listen(socket.AF_UNIX, "\0" + abstract)]
        # One of the two may be missing: too long a path, or no IPv6.
        for family, address in ((socket.AF_UNIX, os.path.join(outside, "socket")), (socket.AF_INET6, ("::1", port))):
            try:
                self.others.append(self.listen(family, address))
            except OSError as error:
                print(f"witness: {address}: {error}", file=sys.stderr)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        threading.Thread(target=self.answer_udp, daemon=True).start()

    def signalled(self, number, _frame):
        self.seen.add(SIGNALS[number])

    def listen(self, family, address):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind(address)
        listener.listen(16)
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
        return listener

    def accept(self, listener):
        while True:
            caller, _ = listener.accept()
            caller.settimeout(10)
            try:
                self.seen.add(caller.recv(64).decode(errors="replace") or "somebody")
            except OSError:
                self.seen.add("somebody")
            caller.close()

    def answer_udp(self):
        while True:
            text, caller = self.udp.recvfrom(64)
            self.seen.add(text.decode(errors="replace"))
            self.udp.sendto(b"heard", caller)

    def facts(self):
        return {
            "victim": os.getpid(),
            "victim_address": ctypes.addressof(self.memory),
            "victim_fd": self.file,
            "tcp_port": self.tcp.getsockname()[1],
            "udp_port": self.udp.getsockname()[1],
            "key_serial": max(self.key, 0),
        }

    def report(self):
        """Names of attacks that reached it, and of those that changed what says "canary"."""
        seen = set(self.seen)
        if self.memory.value != CANARY:
            seen.add("write_memory")
        if os.pread(self.file, 64, 0) != CANARY:
            seen.add("descriptors_of_victim")
        if ctypes.string_at(self.shared, len(CANARY)) != CANARY:
            seen.add("shm_of_others")
        if self.key > 0 and self.key_text() != CANARY:
            seen.add("user_keyring")
        return sorted(seen)

    def key_text(self):
        text = ctypes.create_string_buffer(64)
        length = libc.syscall(KEYCTL, KEYCTL_READ, self.key, text, 64)
        return text.raw[:length] if length >= 0 else os.strerror(ctypes.get_errno()).encode()

    def remove(self):
        libc.shmctl(self.segment, IPC_RMID, None)
        if self.key > 0:
            libc.syscall(KEYCTL, KEYCTL_UNLINK, self.key, USER_KEYRING)


def main(outside, ipc_key, abstract, key_name):
    witness = Witness(outside, int(ipc_key), abstract, key_name)
    print(json.dumps(witness.facts()), flush=True)
    try:
        for _ in sys.stdin:
            print(json.dumps(witness.report()), flush=True)
    finally:
        witness.remove()


if __name__ == "__main__":
    main(*sys.argv[1:])
