#!/usr/bin/env bash
# Runs a Python script in the peers' environment, or says that it is skipped (exit code 77).
# Usage: with_peers.sh PEERS_DIR SCRIPT ARGS…
peers="$1"
shift
if [ ! -f "$peers/ready" ]; then
  echo "SKIPPED: the peers are not installed; run tests/peers/install.sh $peers"
  exit 77
fi
exec "$peers/venv/bin/python" "$@"
