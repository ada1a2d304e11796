-- +goose Up

-- One row: what makes the ids of this store its own.
CREATE TABLE mailbox_instance (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    guid   BLOB NOT NULL,
    secret BLOB NOT NULL
);

CREATE TABLE mailboxes (
    id          AUTOID,
    guid        BLOB    NOT NULL UNIQUE,
    user_id     TEXT    NOT NULL UNIQUE,
    smtp        TEXT    NOT NULL,
    enabled     INTEGER NOT NULL,
    created     BIGINT  NOT NULL,
    last_change BIGINT  NOT NULL,
    used        BIGINT  NOT NULL, -- bytes, all folders
    quota       BIGINT  NOT NULL  -- bytes, 0 = none
);

CREATE TABLE mailbox_folders (
    id               AUTOID,
    guid             BLOB    NOT NULL UNIQUE,
    mailbox_id       BIGINT  NOT NULL REFERENCES mailboxes (id),
    parent_id        BIGINT  REFERENCES mailbox_folders (id), -- NULL for the root only
    distinguished    TEXT,                                    -- NULL for an ordinary folder
    name             TEXT    NOT NULL,
    name_key         TEXT    NOT NULL, -- folded name: two siblings never share it
    class            TEXT    NOT NULL,
    properties       TEXT    NOT NULL, -- JSON
    created          BIGINT  NOT NULL,
    modified         BIGINT  NOT NULL,
    content_modified BIGINT  NOT NULL,
    change           BIGINT  NOT NULL,
    next_article     BIGINT  NOT NULL,
    total            BIGINT  NOT NULL,
    unread           BIGINT  NOT NULL,
    size             BIGINT  NOT NULL,
    UNIQUE (mailbox_id, distinguished),
    UNIQUE (parent_id, name_key)
);

-- Key columns (…_key) hold the folded text, so that equality and order ignore
-- case alike in both engines and in Go.
CREATE TABLE mailbox_items (
    id             AUTOID,
    guid           BLOB    NOT NULL UNIQUE,
    mailbox_id     BIGINT  NOT NULL REFERENCES mailboxes (id),
    folder_id      BIGINT  NOT NULL REFERENCES mailbox_folders (id),
    associated     INTEGER NOT NULL, -- 1: belongs to the folder, not to its contents
    article        BIGINT  NOT NULL,
    change         BIGINT  NOT NULL,
    class_key      TEXT    NOT NULL,
    subject_key    TEXT    NOT NULL,
    message_id_key TEXT    NOT NULL,
    flags          BIGINT  NOT NULL,
    importance     BIGINT  NOT NULL,
    sensitivity    BIGINT  NOT NULL,
    sent           BIGINT  NOT NULL, -- 0 = absent
    received       BIGINT  NOT NULL, -- 0 = absent
    created        BIGINT  NOT NULL,
    modified       BIGINT  NOT NULL,
    size           BIGINT  NOT NULL,
    details        TEXT    NOT NULL  -- JSON: what is shown but neither sorted nor searched in SQL
);

CREATE INDEX mailbox_items_received ON mailbox_items (folder_id, associated, received, id);
CREATE UNIQUE INDEX mailbox_items_article ON mailbox_items (folder_id, associated, article);
CREATE INDEX mailbox_items_message_id ON mailbox_items (folder_id, message_id_key);

-- Bodies apart from the rows that lists read.
CREATE TABLE mailbox_contents (
    item_id   BIGINT PRIMARY KEY REFERENCES mailbox_items (id) ON DELETE CASCADE,
    body_type TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    mime      BLOB   -- NULL: compose it from the properties
);

CREATE TABLE mailbox_properties (
    item_id    BIGINT NOT NULL REFERENCES mailbox_items (id) ON DELETE CASCADE,
    name       TEXT   NOT NULL, -- PropertyID in its text form
    mailbox_id BIGINT NOT NULL REFERENCES mailboxes (id),
    position   BIGINT NOT NULL, -- order in which the client gave them
    type       TEXT   NOT NULL,
    value      TEXT   NOT NULL, -- JSON array of canonical values
    lookup     BLOB   NOT NULL, -- digest of type and comparable value; empty for an array
    PRIMARY KEY (item_id, name)
);

CREATE INDEX mailbox_properties_lookup ON mailbox_properties (mailbox_id, name, lookup, item_id);

-- +goose Down
DROP TABLE mailbox_properties;
DROP TABLE mailbox_contents;
DROP TABLE mailbox_items;
DROP TABLE mailbox_folders;
DROP TABLE mailboxes;
DROP TABLE mailbox_instance;
