"""Uses up processor time, that of this process so far included: burn.py MILLISECONDS."""
import sys
import time

while time.process_time() < int(sys.argv[1]) / 1000:
    pass
