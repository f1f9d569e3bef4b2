# Sourced by deploy/demo and tests/run: PostgreSQL and RabbitMQ of one run, in one folder, on free loopback ports.
# Nothing of the system's own services is used, changed or stopped.

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

is_root() { [ "$(id -u)" = 0 ]; }

postgres_bin() {
  local folder
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) ${PATH//:/ }; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then printf '%s\n' "$folder"; return; fi
  done
  return 1
}

rabbitmq_sbin() {
  local folder
  for folder in $(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin 2>/dev/null | sort -rV) ${PATH//:/ }; do
    if [ -x "$folder/rabbitmq-server" ] && [ -x "$folder/rabbitmqctl" ]; then printf '%s\n' "$folder"; return; fi
  done
  return 1
}

# require_packages [PACKAGE…]: installs what is missing of PostgreSQL and RabbitMQ, and these, or says how and stops.
require_packages() {
  local missing=("$@") install admin=()
  postgres_bin >/dev/null || missing+=(postgresql)
  rabbitmq_sbin >/dev/null || missing+=(rabbitmq-server)
  command -v setsid >/dev/null || missing+=(util-linux)
  [ ${#missing[@]} -gt 0 ] || return 0
  install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  command -v apt-get >/dev/null || fail "Il manque : ${missing[*]}. Les installer avec le gestionnaire de paquets de ce système, puis recommencer."
  if ! is_root; then
    command -v sudo >/dev/null || fail "Il manque : ${missing[*]}. Comme root : $install"
    admin=(sudo)
  fi
  say "Installation de ${missing[*]}…"
  # Debian's packages start a system service each: not wanted here. A policy that is already there is kept.
  local policy=/usr/sbin/policy-rc.d ours=no
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${admin[@]}" tee "$policy" >/dev/null
    "${admin[@]}" chmod +x "$policy"
    ours=yes
  fi
  local code=0
  { "${admin[@]}" apt-get update -q && "${admin[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"${TMPDIR:-/tmp}/cafeia-apt.$$" 2>&1 || code=$?
  [ "$ours" = no ] || "${admin[@]}" rm -f "$policy"
  [ "$code" = 0 ] || { cat "${TMPDIR:-/tmp}/cafeia-apt.$$" >&2; fail "L’installation a échoué. À essayer à la main : $install"; }
  rm -f "${TMPDIR:-/tmp}/cafeia-apt.$$"
  postgres_bin >/dev/null && rabbitmq_sbin >/dev/null || fail "PostgreSQL ou RabbitMQ reste introuvable après l’installation de ${missing[*]}."
}

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    is_open "$port" || { printf '%s\n' "$port"; return; }
  done
}

# As PostgreSQL's own user when root, which it refuses to be.
as_postgres() {
  if is_root; then (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"); else "$@"; fi
}

# start_postgres FOLDER: sets POSTGRES_SOCKETS; the superuser is cafeia.
start_postgres() {
  local bin
  bin=$(postgres_bin)
  POSTGRES_DATA=$1/data POSTGRES_SOCKETS=$1/s
  mkdir -p "$1" "$POSTGRES_SOCKETS"
  if is_root; then chown -R postgres: "$1"; fi
  as_postgres "$bin/initdb" -D "$POSTGRES_DATA" -U cafeia -A peer --locale=C.UTF-8 -E UTF8 >"$1.log" 2>&1 || { cat "$1.log" >&2; fail "initdb a échoué."; }
  as_postgres tee "$POSTGRES_DATA/pg_hba.conf" >/dev/null <<<'local all all peer map=run'
  printf 'run %s cafeia\n' root postgres "$(id -un)" | sort -u | as_postgres tee "$POSTGRES_DATA/pg_ident.conf" >/dev/null
  printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$POSTGRES_SOCKETS'" 'jit = off' 'max_connections = 300' 'shared_buffers = 256MB' 'max_wal_size = 2GB' |
    as_postgres tee -a "$POSTGRES_DATA/postgresql.conf" >/dev/null
  as_postgres "$bin/pg_ctl" start -D "$POSTGRES_DATA" -w -s -l "$POSTGRES_DATA/start.log" || { cat "$POSTGRES_DATA/start.log" >&2; fail "PostgreSQL n’a pas démarré."; }
}

stop_postgres() {
  [ -z "${POSTGRES_DATA:-}" ] || as_postgres "$(postgres_bin)/pg_ctl" stop -D "$POSTGRES_DATA" -m fast -w -s || true
  POSTGRES_DATA=
}

# start_broker FOLDER [LINE of rabbitmq.conf…]: sets BROKER_PORT, BROKER_SBIN and BROKER_CTL, a rabbitmqctl that speaks to this broker.
start_broker() {
  local folder=$1
  shift
  BROKER_FOLDER=$folder BROKER_SBIN=$(rabbitmq_sbin)
  mkdir -p "$folder/mnesia" "$folder/log"
  BROKER_PORT=$(free_port) BROKER_EPMD=$(free_port)
  printf '%s\n' 'vm_memory_high_watermark.absolute = 512MB' 'disk_free_limit.absolute = 50MB' 'max_message_size = 4500000' "$@" >"$folder/rabbitmq.conf"
  printf '[].\n' >"$folder/enabled_plugins"
  # Own node name, cookie (in HOME), epmd and ports, all on loopback: a broker of the system is neither met nor disturbed.
  cat >"$folder/env" <<END
export HOME='$folder' ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$BROKER_EPMD
export RABBITMQ_NODENAME=cafeia-$BROKER_PORT@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$BROKER_PORT RABBITMQ_DIST_PORT=$(free_port)
export RABBITMQ_MNESIA_BASE='$folder/mnesia' RABBITMQ_LOG_BASE='$folder/log' RABBITMQ_CONFIG_FILE='$folder/rabbitmq.conf'
export RABBITMQ_ENABLED_PLUGINS_FILE='$folder/enabled_plugins' RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
END
  BROKER_CTL=$folder/rabbitmqctl
  printf '#!/bin/sh\n. "%s/env"\nexec "%s/rabbitmqctl" "$@"\n' "$folder" "$BROKER_SBIN" >"$BROKER_CTL"
  chmod +x "$BROKER_CTL"
  run_broker
}

# Starts the configured broker (again) and waits until it takes connections.
run_broker() {
  # Its own session: Ctrl-C reaches whoever started it, not the broker.
  (. "$BROKER_FOLDER/env" && exec setsid "$BROKER_SBIN/rabbitmq-server" >"$BROKER_FOLDER/log/start.log" 2>&1 </dev/null) &
  BROKER_PID=$!
  local waited
  for ((waited = 0; waited < 1200; waited++)); do
    ! is_open "$BROKER_PORT" || return 0
    kill -0 "$BROKER_PID" 2>/dev/null || break
    sleep 0.1
  done
  cat "$BROKER_FOLDER/log/start.log" >&2
  fail "RabbitMQ n’a pas démarré."
}

stop_broker() {
  [ -n "${BROKER_PID:-}" ] || return 0
  kill -TERM -- "-$BROKER_PID" 2>/dev/null || true
  local waited
  for ((waited = 0; waited < 300; waited++)); do
    kill -0 -- "-$BROKER_PID" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL -- "-$BROKER_PID" 2>/dev/null || true
  wait "$BROKER_PID" 2>/dev/null || true
  (. "$BROKER_FOLDER/env" && epmd -kill >/dev/null 2>&1) || true
  BROKER_PID=
}
