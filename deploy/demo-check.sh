# Sourced by deploy/demo: the main walk, measured. A delay runs from the author's answer to the first answer elsewhere that shows it.

milliseconds() { local now=$(date +%s%N); printf '%s\n' $((now / 1000000)); }

# seen NODE PATH PATTERN: succeeds once the answer (status line first) matches.
seen() {
  local deadline=$(($(milliseconds) + seen_patience * 1000))
  while [ "$(milliseconds)" -lt "$deadline" ]; do
    ! curl -s -w '\nSTATUS %{http_code}\n' "$(address "$1")$2" | grep -qE -- "$3" || return 0
    sleep 0.003
  done
  return 1
}

# everywhere AUTHOR WHAT PATH PATTERN: waits on the other nodes at once and prints each delay.
everywhere() {
  local author=$1 what=$2 path=$3 pattern=$4 start watchers=() j pid code=0
  start=$(milliseconds)
  for j in 0 1 2; do
    [ "$j" != "$author" ] || continue
    (
      seen "$j" "$path" "$pattern" || { say "  $what sur ${hubs[author]} : pas vu sur ${hubs[j]} en $seen_patience s"; exit 1; }
      say "  $what sur ${hubs[author]} → vu sur ${hubs[j]} en $(($(milliseconds) - start)) ms"
    ) &
    watchers+=($!)
  done
  for pid in "${watchers[@]}"; do wait "$pid" || code=1; done
  return "$code"
}

# call NODE METHOD PATH [BODY [HEADER]]: prints headers and body; fails on an error status.
call() {
  local answer
  answer=$(curl -s -i -X "$2" -H "Authorization: Bearer ${keys[$1]}" -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
    -H 'Content-Type: application/json' ${5:+-H "$5"} ${4:+--data "$4"} "$(address "$1")$3")
  grep -qE '^HTTP/[0-9.]+ 2' <<<"$answer" || { say "$2 $3 sur ${hubs[$1]} : $answer" >&2; return 1; }
  printf '%s\n' "$answer" | tr -d '\r'
}

header() { grep -i "^$1:" | head -1 | cut -d' ' -f2-; }

check_walk() {
  local author answer path etag mark
  for author in 0 1 2; do
    mark="Essai de ${names[author]}"
    answer=$(call "$author" POST /api/v1/events "{\"title\":\"$mark\",\"start\":\"$(date -d '+5 days' +%F)T18:30\",\"example\":true}")
    path=$(header location <<<"$answer" | sed -E 's#^https?://[^/]+##')
    etag=$(header etag <<<"$answer")
    [ -n "$path" ] && [ -n "$etag" ] || fail "La réponse à la création n’a pas d’adresse ou pas d’ETag."
    everywhere "$author" créé "$path" "$mark" || fail "La création n’a pas tenu."
    answer=$(call "$author" PUT "$path" "{\"title\":\"$mark, changé\",\"start\":\"$(date -d '+6 days' +%F)T18:30\",\"example\":true}" "If-Match: $etag")
    etag=$(header etag <<<"$answer")
    everywhere "$author" changé "$path" "$mark, changé" || fail "Le changement n’a pas tenu."
    call "$author" DELETE "$path" '' "If-Match: $etag" >/dev/null
    everywhere "$author" retiré "$path" '^STATUS (404|410)$' || fail "Le retrait n’a pas tenu."
  done
}

# digests NODE: a line a hub, "hub epoch.seq digest".
digests() {
  curl -s "$(address "$1")/federation/v1/heads" |
    grep -oE '"[a-z0-9-]+":\{"epoch":[0-9]+,"seq":[0-9]+,"hash":"[0-9a-f]+","digest":"[0-9a-f]+"' |
    sed -E 's/"([a-z0-9-]+)":\{"epoch":([0-9]+),"seq":([0-9]+),"hash":"[0-9a-f]+","digest":"([0-9a-f]+)"/\1 \2.\3 \4/' | sort
}

wait_for_equal_digests() {
  local waited first
  for ((waited = 0; waited < seen_patience * 10; waited++)); do
    first=$(digests 0)
    if [ "$(wc -l <<<"$first")" = 3 ] && [ "$first" = "$(digests 1)" ] && [ "$first" = "$(digests 2)" ]; then return 0; fi
    sleep 0.1
  done
  return 1
}

check_digests() {
  local i code=0
  wait_for_equal_digests || code=1
  for i in 0 1 2; do
    say "  ${hubs[i]} :"
    digests "$i" | sed 's/^/    /'
  done
  [ "$code" = 0 ] || fail "Les nœuds ne tiennent pas les mêmes journaux."
  on_node 0 verify >"$folder/verify" 2>&1 || { cat "$folder/verify" >&2; fail "« cafeia verify » voit une différence."; }
}
