-- Exact coordinates of communes, from 'places update'. They stand over those that ship with the program.
create table place_coordinate (
    commune    text             primary key,
    latitude   double precision not null check (latitude between -90 and 90),
    longitude  double precision not null check (longitude between -180 and 180),
    source     text             not null,
    updated_at timestamptz      not null
);
