#!/bin/sh
# Makes the secrets that compose.yaml mounts, each in a file of its own; keeps those that are there.
# The folder is its owner's alone. The files in it can be read by the containers' users, who are others.
# The master key is the one that matters: whoever loses it loses all personal data. Back it up, apart from the database.
set -eu
directory=${HINDSIGHT_SECRETS:-$(cd "$(dirname "$0")/../.." && pwd)/data/secrets}
umask 077
mkdir -p "$directory"
chmod 700 "$directory"
make() { # $1: name, $2: bytes
    file=$directory/$1
    if [ ! -e "$file" ]; then
        head -c "$2" /dev/urandom | base64 | tr -d '\n' >"$file.new"
        chmod 444 "$file.new"
        mv "$file.new" "$file"
        echo "made $file"
    fi
}
make master-key 32
make postgres-password 24
make database-owner-password 24
make database-password 24
make metrics-token 36
make grafana-password 18
