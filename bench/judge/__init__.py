"""An independent judge of songs: reads MIDI files, shares no code with Etude. `npm run judge`; docs/judge.md."""
