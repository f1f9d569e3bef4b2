-- Where the head under which what is held was proven is larger than what is held: the consistency proof that leads there (hashes of 32 bytes). With it a part
-- of a journal can be shown to others, who may find the rest nowhere.
alter table journal add column proven_proof bytea;
