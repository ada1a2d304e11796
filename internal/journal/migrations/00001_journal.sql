-- +goose Up
CREATE TABLE journal_events (
    id         AUTOID,
    at         BIGINT NOT NULL,
    event_id   BIGINT NOT NULL,
    level      TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    log        TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    request_id TEXT   NOT NULL
);
CREATE INDEX journal_events_at ON journal_events (at);

CREATE TABLE journal_accesses (
    id          AUTOID,
    at          BIGINT  NOT NULL,
    request_id  TEXT    NOT NULL,
    endpoint    TEXT    NOT NULL,
    remote      TEXT    NOT NULL,
    accepted    BOOLEAN NOT NULL,
    kind        TEXT    NOT NULL,
    application TEXT    NOT NULL,
    issuer      TEXT    NOT NULL,
    partner     TEXT    NOT NULL,
    username    TEXT    NOT NULL,
    audience    TEXT    NOT NULL,
    signing_key TEXT    NOT NULL,
    token_hash  TEXT    NOT NULL,
    step        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    code        BIGINT  NOT NULL,
    expires     BIGINT  NOT NULL
);
CREATE INDEX journal_accesses_at ON journal_accesses (at);

-- +goose Down
DROP TABLE journal_accesses;
DROP TABLE journal_events;
