#!/bin/sh
# Compresses a file with xz and prints what that cost: two metrics, on two lines of ordinary output.
#
#   fettle run -p preset=0..9 -p extreme=true,false -p dict=64..4096:log --min bytes --min seconds -n 20 \
#       -- sh compress.sh {preset} {extreme} {dict}
set -eu
preset=$1 extreme=$2 dict_kib=$3
input=$(mktemp)
trap 'rm -f "$input" "$input.xz"' EXIT
# Something to compress that is on every machine: what the programs here say about themselves.
for page in /usr/share/common-licenses/* /etc/services /usr/share/perl/*/*.pl; do
  [ -f "$page" ] && cat "$page"
done >"$input" 2>/dev/null || true
seq 1 60000 >>"$input"

[ "$extreme" = true ] && preset="${preset}e"
begin=$(date +%s%N)
xz --keep --force --lzma2="preset=$preset,dict=${dict_kib}KiB" "$input"
end=$(date +%s%N)

echo "bytes=$(wc -c <"$input.xz")"
awk "BEGIN { printf \"seconds=%.3f\n\", ($end - $begin) / 1e9 }"
