#!/usr/bin/env bash
# Runs a Python script in the peers' environment, or says that it is skipped (exit code 77).
# Usage: with_peers.sh PEERS_DIR SCRIPT ARGS…
peers="$1"
shift
if [ ! -f "$peers/ready" ]; then
  echo "SKIPPED: the peers are not installed; run tests/peers/install.sh $peers"
  exit 77
fi
# Data that lies beside the checkout may be absent: then what is left is run, or nothing.
arguments=()
absent=0
for argument in "$@"; do
  case "$argument" in
    */../shared/*) if [ -e "$argument" ]; then arguments+=("$argument"); else absent=1; echo "SKIPPED: there is no $argument"; fi ;;
    *) arguments+=("$argument") ;;
  esac
done
# A tokenizer peer without its vocabulary has nothing to do.
if [ $absent = 1 ] && [[ "$1" == *tokenizers_peer.py ]]; then exit 77; fi
set -- "${arguments[@]}"
exec "$peers/venv/bin/python" "$@"
