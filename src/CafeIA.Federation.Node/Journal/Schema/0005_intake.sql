-- Which entry of this hub stands for which record of an import source: same source and UID, same entry.
-- A row is written before its entry, so that an import that broke off finds the entry it began.
create table import_entry (
    source       text    not null,
    uid          text    not null,
    entry_id     uuid    not null,
    kind         integer not null,
    version      integer not null,
    body_hash    bytea,
    title        text    not null,
    is_withdrawn boolean not null,
    primary key (source, uid)
);
