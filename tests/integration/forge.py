"""Sends UDP datagrams under any sender's name. As a program: reads packets (hex, one a line) and sends them over and over,
`rate` a second for `seconds`; with `sources` the sender of each is another one, by chance, out of so many."""
import random
import socket
import sys
import time

FIRST_SOURCE = 0x0B000000  # 11.0.0.0, which leads nowhere on the streets of these tests


def forged(source, source_port, target, target_port, text):
    """An IPv4 packet with a UDP datagram from whom you like."""
    body = text if isinstance(text, bytes) else text.encode()
    datagram = (source_port.to_bytes(2, "big") + target_port.to_bytes(2, "big") + (8 + len(body)).to_bytes(2, "big") +
                b"\0\0" + body)
    head = (b"\x45\0" + (20 + len(datagram)).to_bytes(2, "big") + b"\0\0\0\0\x40\x11\0\0" + socket.inet_aton(source) +
            socket.inet_aton(target))
    return head + datagram


def send_all(packets, rate, seconds, sources):
    """How many left."""
    target = (socket.inet_ntoa(packets[0][16:20]), 0)
    packets, sent, began = [bytearray(p) for p in packets], 0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
        while (now := time.monotonic() - began) < seconds:
            for _ in range(min(int(now * rate) - sent, 500)):
                packet = packets[sent % len(packets)]
                if sources:
                    packet[12:16] = (FIRST_SOURCE + random.randrange(sources)).to_bytes(4, "big")
                out.sendto(packet, target)
                sent += 1
            time.sleep(0.005)
    return sent


if __name__ == "__main__":
    rate, seconds, sources = map(int, sys.argv[1:4])
    print(send_all([bytes.fromhex(line) for line in sys.stdin], rate, seconds, sources))
