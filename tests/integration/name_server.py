"""A name server for tests: says what its tables hold at the moment, for a second."""
import socket
import struct
import threading

A, SRV, NAPTR = 1, 33, 35


def text(value):
    return bytes([len(value)]) + value.encode()


def name(dotted):
    return b"".join(text(label) for label in dotted.split(".") if label) + b"\0"


class NameServer:
    """`zone` of addresses by name, `srv` of (priority, weight, port, target) and `naptr` of (order, preference,
    service, replacement); silent when told so. `asked` is every question, as (name, type)."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.port = self.socket.getsockname()[1]
        self.zone, self.srv, self.naptr, self.asked, self.silent = {}, {}, {}, [], False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def answers(self, asked, kind):
        if kind == A:
            return [socket.inet_aton(address) for address in self.zone.get(asked, [])]
        if kind == SRV:
            return [struct.pack(">HHH", *record[:3]) + name(record[3]) for record in self.srv.get(asked, [])]
        if kind == NAPTR:
            return [struct.pack(">HH", order, preference) + text("s") + text(service) + text("") + name(replacement)
                    for order, preference, service, replacement in self.naptr.get(asked, [])]
        return []

    def serve(self):
        while True:
            try:
                question, sender = self.socket.recvfrom(2048)
            except OSError:
                return
            if self.silent:
                continue
            labels, at = [], 12
            while question[at]:
                labels.append(question[at + 1:at + 1 + question[at]].decode())
                at += 1 + question[at]
            kind, = struct.unpack_from(">H", question, at + 1)
            asked = ".".join(labels).lower()
            self.asked.append((asked, kind))
            answers = self.answers(asked, kind)
            records = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 1, len(a)) + a for a in answers)
            head = question[:2] + struct.pack(">HHHHH", 0x8180, 1, len(answers), 0, 0)
            self.socket.sendto(head + question[12:at + 5] + records, sender)

    def close(self):
        self.socket.close()
