"""Tones that one phone plays and another has to hear."""
import math
import struct
import wave


def write_tone(path, hertz, seconds=20, rate=8000):
    with wave.open(str(path), "wb") as record:
        record.setnchannels(1)
        record.setsampwidth(2)
        record.setframerate(rate)
        # A whole number of turns a second: one second is like the next.
        record.writeframes(b"".join(struct.pack("<h", s) for s in tone(hertz, 1, rate)) * seconds)


def loudness(path, hertz):
    """How much of a recording is one tone: 1 for nothing else. Its first half second is left out."""
    try:
        with wave.open(str(path), "rb") as record:
            rate, frames = record.getframerate(), record.readframes(record.getnframes())
    except (wave.Error, EOFError):
        return 0.0  # its head is not written yet
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)[rate // 2:]
    if len(samples) < rate // 2:
        return 0.0
    return share(samples, hertz, rate)


def share(samples, hertz, rate=8000):
    """How much of them is one tone."""
    re = sum(s * math.cos(2 * math.pi * hertz * i / rate) for i, s in enumerate(samples))
    im = sum(s * math.sin(2 * math.pi * hertz * i / rate) for i, s in enumerate(samples))
    power = sum(s * s for s in samples) * len(samples) / 2
    return (re * re + im * im) / power if power else 0.0


def tone(hertz, seconds, rate=8000):
    return (int(12000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(rate * seconds))


def encode(samples):
    """G.711 µ-law."""
    def byte(sample):
        size = abs(sample) + 0x84
        step = size.bit_length() - 8
        return ~((0x80 if sample < 0 else 0) | step << 4 | size >> step + 3 & 0x0f) & 0xff
    return bytes(map(byte, samples))


def decode(mu_law):
    def sample(byte):
        size = ((byte & 0x0f) << 3) + 0x84 << (byte >> 4 & 7)
        return 0x84 - size if byte & 0x80 else size - 0x84
    return [sample(~byte & 0xff) for byte in mu_law]
