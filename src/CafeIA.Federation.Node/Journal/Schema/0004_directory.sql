-- The directory: what the current changes of events and resources say, in the shape in which they are looked for. All of it can be derived anew from the journals.
create extension if not exists unaccent;
create extension if not exists pg_trgm;

-- French words without their accents and endings. unaccent() is not immutable, a configuration that uses its dictionary is.
create text search configuration cafeia_fr (copy = french);
alter text search configuration cafeia_fr
    alter mapping for word, hword, hword_part, asciiword, asciihword, hword_asciipart with unaccent, french_stem;

-- The body stands once, in change; entry leads to it.
create table event (
    hub_key        integer  not null,
    entry_id       uuid     not null,
    format         text     collate "C",
    mode           text     collate "C",
    status         text     not null collate "C",
    languages      text[]   not null,
    audiences      text[]   not null,
    themes         text[]   not null,
    accessibility  text[]   not null,
    resources      uuid[]   not null,
    free           boolean,
    commune        text     collate "C",
    departement    text     collate "C",
    region         text     collate "C",
    -- Longitude, latitude.
    point          point,
    -- 1 the département's middle, 2 of the postal code, 3 the commune, 4 the place itself.
    precision      smallint,
    example        boolean  not null,
    -- Null: its occurrences are complete. Else the moment up to which its rule was followed.
    expanded_until timestamptz,
    search         tsvector not null,
    primary key (entry_id, hub_key)
);

-- New rows wait in the index's pending list, at most 512 kB of it, which a search reads through: each insert then costs a tenth (docs/decisions/0006).
create index event_search on event using gin (search) with (fastupdate = on, gin_pending_list_limit = 512);
create index event_point on event using gist (point) where point is not null;
create index event_commune on event (commune) where commune is not null;
create index event_resources on event using gin (resources) with (fastupdate = off) where resources <> '{}';
create index event_expanded on event (expanded_until) where expanded_until is not null;

-- One row a time an event takes place; one with start and end at infinity for an event without a date, so that it comes last in every order by date.
-- Département, région and format are repeated here because an agenda of one of them must not read all others.
create table occurrence (
    hub_key     integer     not null,
    entry_id    uuid        not null,
    starts_at   timestamptz not null,
    -- Excluded.
    ends_at     timestamptz not null,
    -- The day it starts on, at the place.
    date        date,
    all_day     boolean     not null,
    time_given  boolean     not null,
    end_given   boolean     not null,
    status      text        not null collate "C",
    title       text,
    format      text        collate "C",
    departement text        collate "C",
    region      text        collate "C",
    -- It lasts longer than six hours.
    long        boolean     not null,
    primary key (entry_id, hub_key, starts_at)
);

create index occurrence_agenda on occurrence (starts_at, entry_id, hub_key);
create index occurrence_hub on occurrence (hub_key, starts_at, entry_id);
create index occurrence_region on occurrence (region, starts_at, entry_id, hub_key) where region is not null;
create index occurrence_departement on occurrence (departement, starts_at, entry_id, hub_key) where departement is not null;
create index occurrence_format on occurrence (format, starts_at, entry_id, hub_key) where format is not null;

-- What began long before a period and still runs in it; the others are found by their start.
create index occurrence_long on occurrence using gist (tstzrange(starts_at, ends_at)) where long;

create table resource (
    hub_key       integer     not null,
    entry_id      uuid        not null,
    first_at      timestamptz not null,
    type          text        collate "C",
    level         text        collate "C",
    languages     text[]      not null,
    audiences     text[]      not null,
    themes        text[]      not null,
    accessibility text[]      not null,
    free          boolean,
    example       boolean     not null,
    search        tsvector    not null,
    primary key (entry_id, hub_key)
);

create index resource_search on resource using gin (search) with (fastupdate = off);
create index resource_newest on resource (first_at desc, entry_id, hub_key);

