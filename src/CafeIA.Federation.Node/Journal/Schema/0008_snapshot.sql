-- What a node does not hold of a journal's past: up to the floor only leaves and current changes, as a snapshot brings them; bodies of what was superseded
-- by a change up to superseded_to are dropped. No row: everything is held.
create table journal_floor (
    hub_key       integer not null references hub,
    epoch         bigint  not null,
    floor         bigint  not null default 0,
    superseded_to bigint  not null default 0,
    primary key (hub_key, epoch)
);

-- Null: only the leaf is known.
alter table change alter column header drop not null;

-- A snapshot on its way: what was verified stays through an interruption.
create table snapshot (
    hub_key  integer primary key references hub,
    -- The signed head it leads to.
    head     bytea  not null,
    -- Where the journal ended when it began; what comes before is held.
    base     bigint not null,
    -- Leaves are staged up to this seq, and the tree's frontier there.
    leaves   bigint not null,
    frontier bytea  not null,
    -- Entries are staged whose current change has a seq up to this.
    entries  bigint not null
);

create table snapshot_leaf (
    hub_key integer not null,
    seq     bigint  not null,
    leaf    bytea   not null,
    primary key (hub_key, seq)
);

create table snapshot_entry (
    hub_key  integer not null,
    seq      bigint  not null,
    entry_id uuid    not null,
    header   bytea   not null,
    leaf     bytea   not null,
    salt     bytea,
    body     bytea,
    primary key (hub_key, seq)
);
