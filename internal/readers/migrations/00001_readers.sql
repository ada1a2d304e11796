-- +goose Up

-- One row: since when readings are recorded.
CREATE TABLE readers_begun (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    at     BIGINT  NOT NULL,
    writes BIGINT  NOT NULL
);

-- Who has read the role's metadata document. Whoever introduces himself is
-- known by principal and address, anybody else by address and User-Agent.
CREATE TABLE readers_reader (
    principal  TEXT   NOT NULL, -- empty without an introduction
    address    TEXT   NOT NULL,
    agent      TEXT   NOT NULL, -- empty with one
    first_read BIGINT NOT NULL,
    last_read  BIGINT NOT NULL,
    pauses     TEXT   NOT NULL, -- between its last readings, in seconds, separated by spaces
    holds      TEXT   NOT NULL, -- thumbprints in the document it read last, separated by spaces
    PRIMARY KEY (principal, address, agent)
);

-- +goose Down
DROP TABLE readers_reader;
DROP TABLE readers_begun;
