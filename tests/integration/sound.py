"""Tones that one phone plays and another has to hear."""
import math
import struct
import wave


def write_tone(path, hertz, seconds=20, rate=8000):
    with wave.open(str(path), "wb") as tone:
        tone.setnchannels(1)
        tone.setsampwidth(2)
        tone.setframerate(rate)
        samples = (int(12000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(rate * seconds))
        tone.writeframes(b"".join(struct.pack("<h", s) for s in samples))


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
    re = sum(s * math.cos(2 * math.pi * hertz * i / rate) for i, s in enumerate(samples))
    im = sum(s * math.sin(2 * math.pi * hertz * i / rate) for i, s in enumerate(samples))
    power = sum(s * s for s in samples) * len(samples) / 2
    return (re * re + im * im) / power if power else 0.0
