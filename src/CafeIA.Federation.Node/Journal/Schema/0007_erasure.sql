-- Entries that their hub erased: no version of one has a body here any more, and none gets one back. Named by the hub's id,
-- because the erase list in the data folder may know a hub before a restored database does.
create table erasure (
    entry_id   uuid        not null,
    hub_id     text        not null,
    erased_at  timestamptz not null default now(),
    -- The tables, indexes and statistics that held it were rebuilt.
    rebuilt_at timestamptz,
    -- No file of the database server holds a byte of it any more, its write-ahead log included.
    purged_at  timestamptz,
    primary key (entry_id, hub_id)
);

create index erasure_due on erasure (erased_at) where purged_at is null;

-- Living entries that cannot be shown: their body is missing and wanted, or it is there and cannot be read.
create table hidden (
    hub_key  integer not null,
    entry_id uuid    not null,
    missing  boolean not null,
    primary key (entry_id, hub_key)
);

-- An erasure blanks what imports remember of the entry.
create index import_entry_entry on import_entry (entry_id);
