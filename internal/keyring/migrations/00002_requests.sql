-- +goose Up

-- Certificate requests that no authority has answered yet.
CREATE TABLE keyring_requests (
    number        BIGINT  PRIMARY KEY,
    thumbprint    TEXT    NOT NULL UNIQUE, -- of the placeholder
    der           BLOB    NOT NULL,        -- the placeholder: a self-signed certificate over the same key
    request       BLOB    NOT NULL,        -- PKCS#10
    sealed_key    BLOB    NOT NULL,
    friendly_name TEXT    NOT NULL,
    services      TEXT    NOT NULL,
    exportable    INTEGER NOT NULL,
    created       BIGINT  NOT NULL
);
