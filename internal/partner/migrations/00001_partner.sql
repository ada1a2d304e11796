-- +goose Up

-- One row per partner application or auth server. The columns are what must be
-- unique or what trust is looked up by; everything else an administrator can
-- set is the JSON in settings.
CREATE TABLE partner_record (
    kind        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    application TEXT   NOT NULL,
    realm       TEXT   NOT NULL,
    url         TEXT   NOT NULL,
    settings    TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    changed     BIGINT NOT NULL,
    PRIMARY KEY (kind, name_key),
    UNIQUE (kind, application, realm)
);

-- What became of the metadata document of a record that has a URL.
CREATE TABLE partner_document (
    kind       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL,
    etag       TEXT   NOT NULL,
    endpoint   TEXT   NOT NULL,
    fetched    BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    tried      BIGINT NOT NULL,
    next       BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    last_error TEXT   NOT NULL,
    PRIMARY KEY (kind, name_key)
);

-- state: document (published by the partner), pinned (given by hand) or
-- withdrawn (once published, published no longer).
CREATE TABLE partner_key (
    kind       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL,
    thumbprint TEXT   NOT NULL,
    place      BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    der        BLOB   NOT NULL,
    since      BIGINT NOT NULL,
    PRIMARY KEY (kind, name_key, thumbprint)
);

CREATE TABLE partner_denied (
    thumbprint TEXT   NOT NULL PRIMARY KEY,
    reason     TEXT   NOT NULL,
    denied_by  TEXT   NOT NULL,
    since      BIGINT NOT NULL
);

-- Every write adds one, so that other nodes on the same store notice.
CREATE TABLE partner_generation (
    id BIGINT NOT NULL PRIMARY KEY,
    n  BIGINT NOT NULL
);
INSERT INTO partner_generation (id, n) VALUES (1, 0);

-- +goose Down
DROP TABLE partner_generation;
DROP TABLE partner_denied;
DROP TABLE partner_key;
DROP TABLE partner_document;
DROP TABLE partner_record;
