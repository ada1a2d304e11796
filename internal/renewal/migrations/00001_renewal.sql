-- +goose Up

-- How far the end of a certificate has been announced.
CREATE TABLE renewal_announced (
    thumbprint TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    owner      TEXT   NOT NULL, -- issuer of a partner's key; empty for the role's own
    mark       BIGINT NOT NULL, -- days before the end, of the last announcement
    at         BIGINT NOT NULL,
    PRIMARY KEY (thumbprint, purpose, owner)
);

-- One row: the signing certificate of which the journal said last that it is
-- current. Who tells of another names the version this was read in.
CREATE TABLE renewal_told (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    version    BIGINT  NOT NULL,
    thumbprint TEXT    NOT NULL -- empty when there was none
);

-- +goose Down
DROP TABLE renewal_told;
DROP TABLE renewal_announced;
