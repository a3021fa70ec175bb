#!/usr/bin/env bash
# Installs what the full test run needs and the machine lacks: Debian packages, axe-core, OpenID clients.
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need+=(postgresql)
command -v pgbench >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/pgbench >/dev/null 2>&1 || need+=(postgresql-contrib)
command -v chromium >/dev/null 2>&1 || need+=(chromium)
command -v pdfsig >/dev/null 2>&1 || need+=(poppler-utils)
command -v npm >/dev/null 2>&1 || need+=(npm)
/usr/bin/python3 -c 'import authlib, requests' 2>/dev/null || need+=(python3-authlib python3-requests)
if [ ${#need[@]} -gt 0 ]; then
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -q
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${need[@]}"
fi

axe=4.14.1
if ! grep -qs "\"version\": \"$axe\"" test/browser/node_modules/axe-core/package.json; then
  mkdir -p test/browser
  npm install --silent --no-audit --no-fund --no-save --no-package-lock --prefix test/browser "axe-core@$axe"
fi

# Foreign OpenID clients, for test/interop.
interop="openid-client@6.8.9 oauth4webapi@3.8.8"
for one in $interop; do
  if ! grep -qs "\"version\": \"${one#*@}\"" "test/interop/node_modules/${one%@*}/package.json"; then
    npm install --silent --no-audit --no-fund --no-save --no-package-lock --prefix test/interop $interop
    break
  fi
done
