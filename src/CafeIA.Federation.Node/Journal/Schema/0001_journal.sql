-- Hubs this node knows, with the key it pinned.
create table hub (
    hub_key     integer generated always as identity primary key,
    hub_id      text        not null unique,
    name        text        not null,
    kind        text        not null,
    territory   text[]      not null,
    address     text,
    public_key  bytea       not null,
    is_local    boolean     not null,
    frozen_at   timestamptz,
    fork_ours   bytea,
    fork_theirs bytea,
    pinned_at   timestamptz not null,
    updated_at  timestamptz not null
);

create unique index hub_local on hub (is_local) where is_local;

-- Where each journal ends. Every append begins by moving this row from the end it expects: the fence.
create table journal (
    hub_key      integer primary key references hub,
    epoch        bigint  not null,
    size         bigint  not null,
    root         bytea   not null,
    frontier     bytea   not null,
    head         bytea,
    trace_parent text
) with (fillfactor = 50);

create table change (
    hub_key      integer not null,
    epoch        bigint  not null,
    seq          bigint  not null,
    previous_seq bigint  not null,
    header       bytea   not null,
    leaf         bytea   not null,
    command_id   bytea,
    salt         bytea,
    body         bytea,
    primary key (hub_key, epoch, seq)
);

-- A retried command is known by its id, also after a recovery.
create unique index change_command on change (hub_key, command_id) where command_id is not null;

-- Perfect subtrees of 256 leaves and more: a proof reads a few of them and at most 2 × 255 leaves.
create table subtree (
    hub_key integer  not null,
    epoch   bigint   not null,
    level   smallint not null,
    index   bigint   not null,
    hash    bytea    not null,
    primary key (hub_key, epoch, level, index)
);

-- The state digest's buckets at some size; what came after is folded in at start.
create table digest_checkpoint (
    hub_key integer primary key references hub,
    epoch   bigint  not null,
    size    bigint  not null,
    buckets bytea   not null
);

-- The current change of each entry, kept for ever.
create table entry (
    entry_id   uuid        not null,
    hub_key    integer     not null,
    kind       integer     not null,
    op         smallint    not null,
    epoch      bigint      not null,
    seq        bigint      not null,
    leaf       bytea       not null,
    first_at   timestamptz not null,
    changed_at timestamptz not null,
    primary key (entry_id, hub_key)
);
