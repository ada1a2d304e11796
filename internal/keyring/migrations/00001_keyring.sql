-- +goose Up

-- One row. Who changes the state names the version it started from, so that of
-- several nodes exactly one wins.
CREATE TABLE keyring_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version BIGINT  NOT NULL,
    state   TEXT    NOT NULL -- JSON
);
INSERT INTO keyring_state (one, version, state) VALUES (1, 1, '{}');

CREATE TABLE keyring_certificates (
    thumbprint    TEXT    PRIMARY KEY, -- 40 upper-case hexadecimal digits
    der           BLOB    NOT NULL,
    sealed_key    BLOB,                -- NULL for a certificate without its key
    friendly_name TEXT    NOT NULL,
    services      TEXT    NOT NULL,    -- labels, separated by commas
    exportable    INTEGER NOT NULL,
    created       BIGINT  NOT NULL
);

-- The certificate that is the default for a service.
CREATE TABLE keyring_defaults (
    service    TEXT PRIMARY KEY,
    thumbprint TEXT NOT NULL REFERENCES keyring_certificates (thumbprint)
);
