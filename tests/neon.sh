#!/bin/sh
# Builds the rooms base, tensor and kernel for arm64 and runs their tests under qemu.
# Usage: neon.sh [BUILD_DIR] [gtest filter]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-/tmp/hob-neon}
filter=${2:-*}
if ! command -v aarch64-linux-gnu-g++ >/dev/null || ! command -v qemu-aarch64-static >/dev/null; then
  echo "SKIPPED: no aarch64-linux-gnu-g++ or no qemu-aarch64-static"
  exit 77
fi
cmake -S "$here/neon" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/../cmake/aarch64.cmake" > /dev/null
nice ninja -j"${JOBS:-2}" -C "$build" tensor_test kernel_test
for room in tensor kernel; do
  qemu-aarch64-static -L /usr/aarch64-linux-gnu "$build/$room/${room}_test" --gtest_brief=1 --gtest_filter="$filter"
done
