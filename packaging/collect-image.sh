#!/bin/sh
# Copies what Pail's image consists of into a folder, with the libraries that it is linked with. Run in the Dockerfile's first stage.
set -eu
image=$1
package=/usr/local/lib/node_modules/pail
mkdir -p "$image/usr/bin" "$image/etc/ssl/certs" "$image/data"
install -d -m 1777 "$image/tmp"

# The sources of SQLite, and native files for other systems.
sqlite=$package/node_modules/better-sqlite3
rm -rf "$sqlite/deps" "$sqlite/src"
find "$sqlite/prebuilds" -type f ! -name "linux-$(node -p process.arch).node" -delete

# What Node makes of the code, made now as the account that will run it: where the image is read-only it could not be kept.
cache=/usr/lib/pail-cache
install -d -o 10001 -g 10001 "$cache"
NODE_COMPILE_CACHE=$cache HOME=/tmp setpriv --reuid=10001 --regid=10001 --clear-groups node --max-semi-space-size=4 -e \
  "import('$package/dist/testing/start-pail.js').then(async ({ startPail }) => (await startPail()).close())"
# COPY makes everything root's.
chmod -R a+rX "$cache"

cp -R --parents "$package" "$cache" "$image"
ln -s "$package/bin/pail" "$image/usr/bin/pail"
strip -o "$image/usr/bin/node" "$(command -v node)"

# Of git what works on repositories: Pail speaks HTTP itself. `sh` ends git if Pail is killed, and `readlink` finds the package.
cp -L /usr/bin/git /usr/bin/readlink "$image/usr/bin"
mkdir -p "$image/bin" "$image/usr/lib/git-core" "$image/usr/share/git-core/templates"
cp -L /bin/sh "$image/bin"
ln -s /usr/bin/git "$image/usr/lib/git-core/git"
cp /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs"
echo 'pail:x:10001:10001::/data:/bin/sh' >"$image/etc/passwd"
echo 'pail:x:10001:' >"$image/etc/group"
echo 'hosts: files dns' >"$image/etc/nsswitch.conf"

find "$image" -type f \( -perm -u+x -o -name '*.node' \) -exec ldd {} \; 2>/dev/null |
  grep -o '/[^ ]*\.so[^ ]*' | sort -u | xargs cp -L --parents -t "$image"
