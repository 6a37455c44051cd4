/** Version of the schema, kept in the file's `user_version`. A file with a higher one is refused. */
export const SCHEMA_VERSION = 12;

/**
 * Migrations in order: entry n leads from version n to n + 1. An entry that was released never changes. Byte counts are whole numbers in
 * STRICT tables (Rule: whole numbers). Hours and days are keyed by time first, so that the rows of a round are next to each other and old
 * hours are deleted in one pass. `imported` is the part of a day's bytes that another program counted. A round writes two numbers for each
 * counter and reader, and three for each account. They stand apart from what hardly ever changes, so that they lie on few pages: in
 * `baseline_bytes`, `reader_time` and `total`. `baseline` says which counter they belong to and since when it runs, `reader` what was read
 * and at which boot, `account` whose they are.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE account(
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    router TEXT NOT NULL,
    interface TEXT NOT NULL,
    key TEXT NOT NULL,
    overlay INTEGER NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    UNIQUE(kind, router, interface, key)
  ) STRICT;
  CREATE TABLE hour(
    hour INTEGER NOT NULL,
    account INTEGER NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    PRIMARY KEY(hour, account)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE day(
    day INTEGER NOT NULL,
    account INTEGER NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    PRIMARY KEY(day, account)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE imported(
    account INTEGER NOT NULL,
    day INTEGER NOT NULL,
    program TEXT NOT NULL,
    kind TEXT NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    PRIMARY KEY(account, day)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reader(
    id INTEGER PRIMARY KEY,
    router TEXT NOT NULL,
    source TEXT NOT NULL,
    reader TEXT NOT NULL,
    read_at INTEGER NOT NULL,
    boot TEXT,
    uptime REAL,
    UNIQUE(router, source)
  ) STRICT;
  CREATE TABLE baseline(
    reader INTEGER NOT NULL,
    counter TEXT NOT NULL,
    line INTEGER NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    last_read INTEGER,
    boot TEXT,
    ifindex INTEGER,
    began REAL,
    margin REAL,
    PRIMARY KEY(reader, counter, line)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE device(mac TEXT PRIMARY KEY, name TEXT, named_by TEXT, ip TEXT) STRICT, WITHOUT ROWID;
  CREATE TABLE lease(
    router TEXT NOT NULL,
    mac TEXT NOT NULL,
    ip TEXT NOT NULL,
    hostname TEXT,
    client_id TEXT,
    expiry INTEGER NOT NULL,
    last_read INTEGER,
    PRIMARY KEY(router, mac)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit(
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    router TEXT NOT NULL,
    source TEXT NOT NULL,
    counter TEXT NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    why TEXT NOT NULL
  ) STRICT;
  `,
  // Peers and what is known of them; what counts is no longer always a network device, and its bytes stand apart.
  `
  CREATE TABLE peer(
    router TEXT NOT NULL,
    interface TEXT NOT NULL,
    public_key TEXT NOT NULL,
    name TEXT,
    allowed_ips TEXT NOT NULL,
    state TEXT NOT NULL,
    latest_handshake INTEGER NOT NULL,
    endpoint TEXT,
    PRIMARY KEY(router, interface, public_key)
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE baseline RENAME TO old_baseline;
  CREATE TABLE baseline(
    id INTEGER PRIMARY KEY,
    reader INTEGER NOT NULL,
    counter TEXT NOT NULL,
    line INTEGER NOT NULL,
    last_read INTEGER,
    boot TEXT,
    instance INTEGER,
    began REAL,
    margin REAL,
    UNIQUE(reader, counter, line)
  ) STRICT;
  CREATE TABLE held(baseline INTEGER PRIMARY KEY, download INTEGER NOT NULL, upload INTEGER NOT NULL) STRICT;
  CREATE TRIGGER baseline_gone AFTER DELETE ON baseline BEGIN DELETE FROM held WHERE baseline = old.id; END;
  INSERT INTO baseline(reader, counter, line, last_read, boot, instance, began, margin)
    SELECT reader, counter, line, last_read, boot, ifindex, began, margin FROM old_baseline ORDER BY reader, counter, line;
  INSERT INTO held(baseline, download, upload)
    SELECT b.id, o.download, o.upload FROM baseline AS b JOIN old_baseline AS o USING(reader, counter, line);
  DROP TABLE old_baseline;
  `,
  // Names that say what is there.
  `
  DROP TRIGGER baseline_gone;
  ALTER TABLE held RENAME TO baseline_bytes;
  CREATE TRIGGER baseline_gone AFTER DELETE ON baseline BEGIN DELETE FROM baseline_bytes WHERE baseline = old.id; END;
  ALTER TABLE reader RENAME COLUMN reader TO origin;
  `,
  // Boots that were left behind, answers that may have lacked counters, and what readings leave open (JSON). `unread`: lines
  // of the last answer that could not be read.
  `
  ALTER TABLE reader ADD COLUMN earlier_boots TEXT NOT NULL DEFAULT '';
  ALTER TABLE reader ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE reader ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE baseline ADD COLUMN doubts TEXT;
  `,
  // What a round changes of an account; where a device was last.
  `
  CREATE TABLE total(
    account INTEGER PRIMARY KEY,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
  ) STRICT;
  INSERT INTO total(account, download, upload, last_seen) SELECT id, download, upload, last_seen FROM account ORDER BY id;
  CREATE TRIGGER account_gone AFTER DELETE ON account BEGIN DELETE FROM total WHERE account = old.id; END;
  ALTER TABLE account DROP COLUMN download;
  ALTER TABLE account DROP COLUMN upload;
  ALTER TABLE account DROP COLUMN last_seen;
  ALTER TABLE device ADD COLUMN network TEXT;
  ALTER TABLE device ADD COLUMN ssid TEXT;
  `,
  // Notices: the keys of those that were reported, and which target has not been sent which. `message`: the one that it was sent in.
  `
  CREATE TABLE notice(
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE delivery(
    target TEXT NOT NULL,
    notice TEXT NOT NULL,
    message TEXT,
    PRIMARY KEY(target, notice)
  ) STRICT, WITHOUT ROWID;
  `,
  // Bytes of tariffs, which are parts of the hours and days. Rule: tariffs.
  `
  CREATE TABLE tariff(id INTEGER PRIMARY KEY, name TEXT NOT NULL, counts REAL NOT NULL, UNIQUE(name, counts)) STRICT;
  CREATE TABLE hour_tariff(
    hour INTEGER NOT NULL,
    account INTEGER NOT NULL,
    tariff INTEGER NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    PRIMARY KEY(hour, account, tariff)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE day_tariff(
    day INTEGER NOT NULL,
    account INTEGER NOT NULL,
    tariff INTEGER NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    PRIMARY KEY(day, account, tariff)
  ) STRICT, WITHOUT ROWID;
  `,
  // Bytes that were bought for a period of a quota. An id that is gone is not given again.
  `
  CREATE TABLE bonus(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    quota TEXT NOT NULL,
    day INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    at INTEGER NOT NULL,
    added_by TEXT NOT NULL
  ) STRICT;
  `,
  // What people decided about limits: one for each thing.
  `
  CREATE TABLE hand_limit(
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    of TEXT NOT NULL,
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    download INTEGER,
    upload INTEGER,
    at INTEGER NOT NULL,
    until INTEGER,
    decided_by TEXT NOT NULL,
    UNIQUE(of, id)
  ) STRICT;
  `,
  // What every answer changes of a reader.
  `
  CREATE TABLE reader_time(reader INTEGER PRIMARY KEY, read_at INTEGER NOT NULL, uptime REAL) STRICT;
  INSERT INTO reader_time(reader, read_at, uptime) SELECT id, read_at, uptime FROM reader ORDER BY id;
  CREATE TRIGGER reader_gone AFTER DELETE ON reader BEGIN DELETE FROM reader_time WHERE reader = old.id; END;
  ALTER TABLE reader DROP COLUMN read_at;
  ALTER TABLE reader DROP COLUMN uptime;
  `,
  // Readers whose last answer did not feed devices, and what waits or is open since such an answer.
  `
  ALTER TABLE reader ADD COLUMN fed_elsewhere INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE baseline ADD COLUMN fed_elsewhere TEXT NOT NULL DEFAULT '';
  UPDATE reader SET fed_elsewhere = 1 WHERE source IN ('stations', 'hosts')
    AND (source = 'hosts') <> coalesce((SELECT value = '1' FROM meta WHERE key = 'fed_by_hosts'), 0);
  UPDATE baseline SET fed_elsewhere = 'wait download upload' WHERE (last_read IS NOT NULL OR doubts IS NOT NULL)
    AND reader IN (SELECT id FROM reader WHERE source IN ('stations', 'hosts'))
    AND (reader IN (SELECT id FROM reader WHERE fed_elsewhere = 1) OR EXISTS (
      SELECT 1 FROM meta WHERE key = 'fed_from' AND (last_read < CAST(meta.value AS INTEGER)
        OR EXISTS (SELECT 1 FROM json_tree(doubts) WHERE key = 'since' AND atom < CAST(meta.value AS INTEGER) + 86400000))));
  `,
  // Readers without which another source has fed devices since: they were read before it took over, or before it was read last.
  `
  UPDATE reader SET fed_elsewhere = 2 WHERE source IN ('stations', 'hosts') AND EXISTS (
    SELECT 1 FROM reader_time AS own WHERE own.reader = reader.id AND (
      own.read_at < (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'fed_from')
      OR (reader.fed_elsewhere = 1 AND own.read_at < (
        SELECT max(read_at) FROM reader AS other JOIN reader_time ON reader_time.reader = other.id
          WHERE other.source IN ('stations', 'hosts') AND other.source <> reader.source))));
  `,
];

/**
 * What only the connection of the writer has: the increases of a round, from which totals, hours and days are added to. A database of its
 * own, because SQLite would sort and copy in memory too if all that is temporary were there.
 */
export const IN_MEMORY = `
  ATTACH ':memory:' AS memory;
  CREATE TABLE memory.part(
    id INTEGER PRIMARY KEY,
    hour INTEGER,
    day INTEGER NOT NULL,
    tariff INTEGER
  ) STRICT;
  CREATE TABLE memory.increase(
    account INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    part INTEGER NOT NULL,
    download INTEGER NOT NULL,
    upload INTEGER NOT NULL
  ) STRICT;`;

/** The tables of a version without which its file is not a ledger. */
export const tablesOf = (version: number): readonly string[] => [
  ...['meta', 'account', 'hour', 'day', 'reader', 'baseline', 'device', 'lease', 'audit'],
  ...(version >= 2 ? ['peer', version === 2 ? 'held' : 'baseline_bytes'] : []),
  ...(version >= 5 ? ['total'] : []),
  ...(version >= 6 ? ['notice', 'delivery'] : []),
  ...(version >= 7 ? ['tariff', 'hour_tariff', 'day_tariff'] : []),
  ...(version >= 8 ? ['bonus'] : []),
  ...(version >= 9 ? ['hand_limit'] : []),
  ...(version >= 10 ? ['reader_time'] : []),
];
