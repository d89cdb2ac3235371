"""symusic's and mido's side of reading MIDI: files to notes or events in memory, and to numbers of tokens."""
import json
import os
import sys

from worker import serve

config = json.loads(sys.argv[1])
folder, task = config["folder"], config["task"]
names = sorted(os.listdir(os.path.join(folder, "corpus")))
files = [os.path.join(folder, "corpus", name) for name in names[: round(len(names) * config["share"])]]
long = os.path.join(folder, "long.mid")

if config["rival"] == "symusic":
    import numpy
    from symusic import Score

    read = Score

    def tokens(path):
        """A token an event and one for each step of time, as whole columns."""
        ticks, codes = [], []
        for index, track in enumerate(Score(path).tracks):
            notes = track.notes.numpy()
            start, pitch = notes["time"], notes["pitch"].astype(numpy.int32)
            head = index << 18
            ticks += [start, start + notes["duration"]]
            codes += [head | 1 << 16 | pitch << 8 | notes["velocity"], head | 2 << 16 | pitch << 8]
            controls = track.controls.numpy()
            ticks.append(controls["time"])
            codes.append(head | 3 << 16 | controls["number"].astype(numpy.int32) << 8 | controls["value"])
        ticks, codes = numpy.concatenate(ticks), numpy.concatenate(codes)
        order = numpy.argsort(ticks, kind="stable")
        shifts = numpy.diff(ticks[order], prepend=0)
        text = numpy.empty((len(codes), 2), numpy.int32)
        text[:, 0], text[:, 1] = shifts | 1 << 30, codes[order]
        kept = numpy.ones(text.shape, bool)
        kept[:, 0] = shifts > 0
        return text[kept]

else:
    import mido

    read = mido.MidiFile

    def tokens(path):
        text = []
        for message in mido.merge_tracks(mido.MidiFile(path).tracks):
            if message.time:
                text.append(f"TimeShift_{message.time}")
            if not message.is_meta:
                text.append("_".join(map(str, message.bytes())))
        return text


def work():
    if task == "long":
        read(long)
    elif task == "long-tokens":
        tokens(long)
    else:
        for path in files:
            (tokens if task == "tokens" else read)(path)


serve(work)
