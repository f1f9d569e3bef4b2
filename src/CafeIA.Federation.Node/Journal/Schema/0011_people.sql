-- Letters this node has to send: they wait here until a server takes them, also over a restart. Addresses leave with the letter.
create table letter (
    letter_id  uuid        primary key,
    recipient  text        not null,
    subject    text        not null,
    body       text        not null,
    about      uuid,
    written_at timestamptz not null,
    due_at     timestamptz not null,
    attempts   integer     not null default 0,
    complaint  text
);
create index letter_due on letter (due_at);
create index letter_about on letter (about) where about is not null;

-- People who sign in to this hub's console. They stay on this node.
create table person (
    person_id  uuid        primary key,
    mail       text        not null unique check (mail = lower(mail)),
    name       text        not null,
    created_at timestamptz not null,
    removed_at timestamptz
);

-- Links that sign somebody in, once, and what they are given for it. Of each secret only its SHA-256 is here.
create table sign_in (
    secret_hash bytea       primary key,
    person_id   uuid        not null references person,
    expires_at  timestamptz not null
);
create table session (
    secret_hash bytea       primary key,
    person_id   uuid        not null references person,
    opened_at   timestamptz not null,
    expires_at  timestamptz not null
);

-- Who decided what. Lines are added, never changed.
create table audit_line (
    line_id uuid        primary key,
    at      timestamptz not null,
    actor   text        not null,
    action  text        not null,
    subject uuid,
    detail  text        not null default ''
);
create index audit_line_subject on audit_line (subject, at);

-- What people propose without an account. The address is there to answer them, and leaves some time after the decision.
create table proposal (
    proposal_id uuid        primary key,
    kind        smallint    not null,
    body        bytea       not null,
    sent_body   bytea       not null,
    took_place  boolean     not null,
    mail        text,
    secret_hash bytea       not null unique,
    state       text        not null check (state in ('waiting', 'accepted', 'refused', 'withdrawn')),
    sent_at     timestamptz not null,
    changed_at  timestamptz not null,
    decided_at  timestamptz,
    decided_by  uuid references person,
    reason      text,
    entry_id    uuid
);
create index proposal_waiting on proposal (sent_at) where state = 'waiting';
