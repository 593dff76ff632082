# shellcheck shell=bash
# Sourced by run, test and build: finds or installs what they need. Quiet when nothing is missing; returns 1 after one sentence when it cannot.
: "${root:?is the top of the repository}"

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; return 1; }

# Puts a .NET SDK that global.json admits on the PATH: the system's, the one in .dotnet, or a fresh one from the vendor's script.
require_dotnet() {
  local wanted=10.0 script status=0
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  if [ -x "$root/.dotnet/dotnet" ]; then
    export DOTNET_ROOT="$root/.dotnet" PATH="$root/.dotnet:$PATH"
  fi
  if command -v dotnet > /dev/null && (cd "$root" && dotnet --version) 2> /dev/null | grep -q "^$wanted\."; then
    return 0
  fi

  say "No .NET SDK $wanted here: fetching one into .dotnet"
  script=$(mktemp)
  { curl -fsSL --max-time 60 https://dot.net/v1/dotnet-install.sh -o "$script" \
    && bash "$script" --channel "$wanted" --install-dir "$root/.dotnet"; } || status=$?
  rm -f "$script"
  if [ "$status" != 0 ]; then
    complain "The .NET SDK $wanted is needed and could not be fetched: install it (https://dot.net) and run this again."
    return 1
  fi
  export DOTNET_ROOT="$root/.dotnet" PATH="$root/.dotnet:$PATH"
}

has_library() { # file name
  ldconfig -p 2> /dev/null | grep -q "$1" || compgen -G "/usr/lib/*/$1*" > /dev/null
}

# Installs Debian packages and leaves no service of theirs running or enabled; services that stood before are not touched.
install_packages() { # package...
  [ $# -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    complain "These packages are missing: $*. Install them (as root: apt-get install $*) and run this again."
    return 1
  fi

  say "Installing $*"
  local log status=0 package
  log=$(mktemp)
  (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap 'rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' > "$policy" # tells the packages' scripts to start nothing
      chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=120 update \
      && apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
  ) > "$log" 2>&1 < /dev/null || status=$?
  if [ "$status" != 0 ]; then
    tail -n 20 "$log" >&2
    complain "apt-get could not install: $*"
  fi
  rm -f "$log"
  if command -v systemctl > /dev/null; then
    for package in "$@"; do
      systemctl disable "$package" > /dev/null 2>&1 || true # not every package has a service
    done
  fi
  return "$status"
}
