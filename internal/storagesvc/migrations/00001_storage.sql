-- +goose Up
CREATE TABLE storage_conversation (
    id        TEXT PRIMARY KEY,
    body      TEXT NOT NULL,
    stored_at BIGINT NOT NULL
);

CREATE INDEX storage_conversation_stored ON storage_conversation (stored_at);

CREATE TABLE storage_delivery (
    id              TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES storage_conversation (id),
    sip             TEXT NOT NULL,
    job_id          BIGINT NOT NULL,
    state           TEXT NOT NULL,
    attempts        BIGINT NOT NULL,
    item_id         TEXT NOT NULL,
    code            TEXT NOT NULL,
    detail          TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    UNIQUE (conversation_id, sip)
);

CREATE INDEX storage_delivery_state ON storage_delivery (state, job_id);

-- +goose Down
DROP TABLE storage_delivery;
DROP TABLE storage_conversation;
