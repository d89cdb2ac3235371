# Runs an experiment for each value of `add` in DVC's queue, with two workers, until all are done or have failed: dvc-queue.sh VALUES COUNT.
# Git is asked how many are, since DVC itself takes half a second to tell.
set -e
finished() { git for-each-ref refs/exps | grep -cv -e refs/exps/celery -e refs/exps/exec -e stash || true; }
failed() { git reflog show refs/exps/celery/failed 2>/dev/null | grep -c . || true; }
dvc exp run --quiet --queue --set-param "add=$1"
dvc queue start --quiet --jobs 2
waited=0
while [ $(($(finished) + $(failed))) -lt "$2" ]; do
  sleep 0.1
  waited=$((waited + 1))
  # About fifteen seconds for each.
  [ "$waited" -lt $((150 * $2 + 600)) ] || { echo "DVC's queue stands still" >&2; exit 1; }
done
