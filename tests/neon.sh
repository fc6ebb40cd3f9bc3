#!/bin/sh
# Builds the rooms base, tensor and kernel for arm64 and runs their tests under qemu.
# Usage: neon.sh [BUILD_DIR] [gtest filter]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-/tmp/hob-neon}
filter=${2:-*}
cmake -S "$here/neon" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/../cmake/aarch64.cmake" > /dev/null
nice ninja -j"${JOBS:-2}" -C "$build" tensor_test kernel_test
for room in tensor kernel; do
  qemu-aarch64-static -L /usr/aarch64-linux-gnu "$build/$room/${room}_test" --gtest_brief=1 --gtest_filter="$filter"
done
