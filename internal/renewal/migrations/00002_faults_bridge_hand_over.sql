-- +goose Up

-- What the journal told of and what lasts, so that it is told of once.
CREATE TABLE renewal_faults (
    kind TEXT   PRIMARY KEY, -- of what, and on which node when it is the node's own
    what TEXT   NOT NULL,
    at   BIGINT NOT NULL
);

-- One row at most: a staged certificate that made way for another one and is to
-- be staged again when that is current.
CREATE TABLE renewal_bridge (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    bridge    TEXT    NOT NULL, -- thumbprint of the one that fills the gap
    later     TEXT    NOT NULL, -- thumbprint of the one that made way
    effective BIGINT  NOT NULL
);

-- What the journal said last that a folder of the hand-over holds.
CREATE TABLE renewal_handed (
    folder TEXT PRIMARY KEY,
    digest TEXT NOT NULL
);

-- +goose Down
DROP TABLE renewal_handed;
DROP TABLE renewal_bridge;
DROP TABLE renewal_faults;
