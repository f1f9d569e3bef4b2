-- Keys of programs and people that write in this hub's name. The key itself is shown once and kept nowhere.
create table api_key (
    account_id uuid        primary key,
    name       text        not null,
    key_hash   bytea       not null unique,
    created_at timestamptz not null,
    revoked_at timestamptz
);
