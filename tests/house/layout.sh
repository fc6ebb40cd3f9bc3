#!/usr/bin/env bash
# Checks that clang-format would change nothing. Usage: layout.sh SOURCE_DIR
cd "$1" || exit 1
formatter=$(command -v clang-format-19 || command -v clang-format)
if [ -z "$formatter" ]; then
  echo "SKIPPED: no clang-format"
  exit 0
fi
case "$("$formatter" --version)" in *" 19."*) ;; *) echo "SKIPPED: layout is decided by version 19, here is $("$formatter" --version)"; exit 0 ;; esac
git ls-files 'src/*.cc' 'src/*.h' 'src/*.inc' 'tests/*.cc' 'tests/*.h' | xargs "$formatter" --dry-run -Werror 2>&1 | grep -E 'error:' | cut -d: -f1 | sort | uniq -c
test "${PIPESTATUS[1]}" -eq 0
