"""A small country database, written as the real ones are: MaxMind DB file format 2.0, nodes of 24-bit records."""
import ipaddress
import struct


def text(value):
    return bytes([0x40 | len(value)]) + value.encode()


def country_file(blocks):
    """The bytes of a file that knows these: {"203.0.113.0/24": "DE", …}; blocks must not overlap."""
    nodes, data = [[None, None]], b""
    for block, code in blocks.items():
        network = ipaddress.ip_network(block)
        length = network.prefixlen + (96 if network.version == 4 else 0)
        bits, at = int(network.network_address), 0
        for depth in range(length):
            side = bits >> (127 - depth) & 1
            if depth == length - 1:
                nodes[at][side] = ("data", len(data))
            else:
                if nodes[at][side] is None:
                    nodes[at][side] = len(nodes)
                    nodes.append([None, None])
                at = nodes[at][side]
        data += b"\xe1" + text("country_code") + text(code)
    value = lambda record: (len(nodes) if record is None else
                            len(nodes) + 16 + record[1] if isinstance(record, tuple) else record)
    tree = b"".join(value(record).to_bytes(3, "big") for node in nodes for record in node)
    number = lambda n: b"\xc4" + struct.pack(">I", n)
    small = lambda n: b"\xa2" + struct.pack(">H", n)
    return (tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com\xe9" + text("node_count") + number(len(nodes)) +
            text("record_size") + small(24) + text("ip_version") + small(6) + text("database_type") + text("Test") +
            text("languages") + b"\x00\x04" + text("binary_format_major_version") + small(2) +
            text("binary_format_minor_version") + small(0) + text("build_epoch") + b"\x04\x02\x6a\x32\xfa\xcc" +
            text("description") + b"\xe0")
