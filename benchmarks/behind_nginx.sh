#!/bin/sh
# Serves the product behind the shipped nginx.conf, for the peer comparison (talentsphere_edge.toml):
#
#   benchmarks/behind_nginx.sh PORT FOLDER
#
# nginx listens on PORT and keeps its files in FOLDER; gunicorn listens on a port that is free. TERM ends both.
set -eu
port=$1
folder=$2
inner=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p "$folder"
chmod 755 "$folder"
sed -e "s/127.0.0.1:5001/127.0.0.1:$inner/" -e "s/listen 8080;/listen 127.0.0.1:$port;/" nginx.conf >"$folder/nginx.conf"
trap 'kill $served $fronted 2>/dev/null || true; wait' EXIT
trap 'exit 143' TERM INT
PORT=$inner TRUSTED_PROXIES=1 .venv/bin/talentsphere serve &
served=$!
nginx -p "$folder" -c "$folder/nginx.conf" -g 'daemon off;' &
fronted=$!
wait $served
