-- A hub may end an epoch and open the next one: its journal begins anew and takes its entries over, commands included.
drop index change_command;
create unique index change_command on change (hub_key, command_id, epoch) where command_id is not null;

-- The newest head under which what is held was proven, perhaps of a larger size. What proves a fork must outlive a restart.
alter table journal add column proven bytea;

-- Where the two histories of a frozen hub were seen to differ: the size, the other history's root there, and the proof from there to its head.
alter table hub add column fork_size bigint;
alter table hub add column fork_root bytea;
alter table hub add column fork_proof bytea;
