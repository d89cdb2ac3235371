"""What mido finds in MIDI files whose paths it is given as a JSON list: for each its tracks, or why it refuses it."""
import hashlib
import json
import sys

import mido


def summary(path):
    tracks = []
    for track in mido.MidiFile(path).tracks:
        tick = events = notes = 0
        digest = hashlib.sha256()
        for message in track:
            tick += message.time
            if message.is_meta or not hasattr(message, "channel"):
                continue
            status, *data = message.bytes()
            digest.update(f"{tick} {status} {' '.join(map(str, data))}\n".encode())
            events += 1
            notes += message.type == "note_on" and message.velocity > 0
        tracks.append({"events": events, "notes": notes, "digest": digest.hexdigest()})
    return tracks


found = []
for path in json.load(sys.stdin):
    try:
        found.append(summary(path))
    except Exception as error:
        found.append(f"{type(error).__name__}: {error}")
json.dump(found, sys.stdout)
