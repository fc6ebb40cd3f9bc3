# Sourced by ./run and ./test: finds out which system packages are missing and installs them with apt.
# Everything it says goes to stderr.

say() { printf '%s\n' "$*" >&2; }

# Debian 12 names first; where Ubuntu 24.04 differs, the alternative follows after a slash.
build_packages=(
  "g++: the C++ compiler"
  "cmake: configures the build"
  "ninja-build: runs the build"
  "pkg-config: finds libraries"
  "libboost1.81-dev/libboost1.83-dev: JSON and later the server"
  "libboost-json1.81-dev/libboost-json1.83-dev: JSON"
  "libcli11-dev: the command line"
  "libfmt-dev: text formatting"
  "libpcre2-dev: pre-tokenizer expressions"
  "libutf8proc-dev: Unicode"
  "libedit-dev: line editing in the chat"
)

# Of "a/b: why" the first package that is installed, or else the first that apt can install.
pick_package() {
  local names="${1%%:*}" name
  for name in ${names//\// }; do
    if dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then echo "$name"; return; fi
  done
  for name in ${names//\// }; do
    if apt-cache show "$name" >/dev/null 2>&1; then echo "$name"; return; fi
  done
  echo "${names%%/*}"
}

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# need_packages "name[/other]: why"...: installs what is missing, or says what to install and ends.
need_packages() {
  local missing=() reasons=() entry name
  if ! command -v apt-get >/dev/null 2>&1; then
    need_without_apt "$@"
    return
  fi
  for entry in "$@"; do
    name=$(pick_package "$entry")
    is_installed "$name" || { missing+=("$name"); reasons+=("$entry"); }
  done
  [ ${#missing[@]} -eq 0 ] && return
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { say "hob needs these packages, and there is no sudo to install them: ${missing[*]}"; exit 1; }
    sudo=(sudo)
    [ -t 0 ] || sudo=(sudo -n)  # nobody is there to type a password
  fi
  say "hob needs packages that are not installed:"
  # A machine that never ran apt-get update knows no package: update first, then choose the names again.
  local i
  for i in "${!missing[@]}"; do say "  ${missing[$i]} (${reasons[$i]#*: })"; done
  if [ -t 0 ] && [ -t 2 ]; then
    read -r -p "Install them with apt-get? [Y/n] " answer >&2
    case "$answer" in [nN]*) say "Nothing was installed."; exit 1 ;; esac
  fi
  "${sudo[@]}" apt-get update -qq >&2 || say "apt-get update failed; trying to install from what is known"
  for i in "${!missing[@]}"; do missing[$i]=$(pick_package "${reasons[$i]}"); done
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
    { say "apt-get could not install: ${missing[*]}"; exit 1; }
}

# Machines without apt: check for the tools, and list everything if one is missing.
need_without_apt() {
  local tool complete=yes
  for tool in c++ cmake ninja pkg-config; do command -v "$tool" >/dev/null 2>&1 || complete=no; done
  [ $complete = yes ] && return
  say "This machine has no apt. Please install, by its own package manager:"
  say "  a C++20 compiler (g++ 12 or clang 16, or newer), cmake 3.24, ninja, pkg-config,"
  say "  Boost 1.81 or newer (headers and the json library), CLI11, fmt, PCRE2 (8 bit), utf8proc, libedit;"
  say "  for the tests also GoogleTest and Python 3.11 or newer with venv."
  exit 1
}

# build_hob DIRECTORY [CMAKE OPTIONS...] -- TARGETS...: configures when needed and builds; output goes to stderr.
build_hob() {
  local directory="$1" options=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  if [ ! -f "$directory/build.ninja" ]; then
    say "configuring in $directory …"
    cmake -S "$source_dir" -B "$directory" -G Ninja "${options[@]}" >"$directory.log" 2>&1 ||
      { cat "$directory.log" >&2; say "cmake failed; see above"; exit 1; }
    say "building; this first time takes some minutes …"
  fi
  # Nothing to do is the common case: then ninja's own words are left out, and hob starts at once.
  # (The callers have set pipefail: a failed build fails the pipe.)
  ninja -C "$directory" "$@" 2>&1 |
    { grep --line-buffered -vE '^(ninja: (Entering directory|no work to do)|\[0/[0-9]+\] Re-checking globbed)' >&2 || true; } ||
    { say "the build failed; see above"; exit 1; }
}
