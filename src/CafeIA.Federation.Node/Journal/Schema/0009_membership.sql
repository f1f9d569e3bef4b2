-- Every version of the membership document that was accepted, as it was signed: a node that comes later follows the chain of stewards.
create table membership (
    version     bigint      primary key,
    envelope    bytea       not null,
    accepted_at timestamptz not null
);

-- Stewards that were pinned while the node ran; those of the settings stand beside them.
create table membership_steward (
    fingerprint text        primary key,
    address     text        not null,
    pinned_at   timestamptz not null
);

-- Hubs that ask a steward of this node to be members. Two keys for one name are two requests: the steward chooses.
create table membership_request (
    hub_id      text        not null,
    fingerprint text        not null,
    envelope    bytea       not null,
    received_at timestamptz not null,
    primary key (hub_id, fingerprint)
);

-- What the document says of a hub: null where it does not list it.
alter table hub add column member_status text;
alter table hub add column is_relay boolean not null default false;
alter table hub add column revoked_epoch bigint;
alter table hub add column revoked_seq bigint;
-- What this node's operator decided.
alter table hub add column blocked_at timestamptz;
-- Nothing of it is shown, applied or passed on. A node goes on with its own hub, whatever others say.
alter table hub add column is_hidden boolean not null generated always as (not is_local and (blocked_at is not null or coalesce(member_status, '') = 'Expelled')) stored;
-- The directory rows of a hidden hub are gone, or going; they are derived anew when it is shown again.
alter table hub add column is_cleared boolean not null default false;
