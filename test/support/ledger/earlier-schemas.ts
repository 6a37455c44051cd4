import { openDatabase } from '../../../src/ledger/storage/driver/sqlite.ts';
import { MIGRATIONS } from '../../../src/ledger/storage/schema.ts';
import { START } from './rounds.ts';

const HISTORY = `
  INSERT INTO day VALUES (20522, 1, 700, 70), (20522, 2, 40, 4);
  INSERT INTO hour VALUES (${START}, 1, 700, 70);
  INSERT INTO imported VALUES (1, 20522, 'vnstat', 'day', 300, 30);
  INSERT INTO lease VALUES ('gateway', '02:00:00:00:00:01', '192.168.1.10', 'phone', NULL, 0, NULL);
  INSERT INTO audit VALUES (1, ${START}, 'reset', 'gateway', 'wan', 'wan pppoe-wan', 700, 70, 'fell');`;

const COMMON = `
  INSERT INTO meta VALUES ('posted_at', '${START}'), ('started_at', '${START}');
  INSERT INTO account VALUES
    (1, 'wan', 'gateway', 'wan', '', 0, 700, 70, ${START - 90_000}, ${START}),
    (2, 'device', '', '', '02:00:00:00:00:01', 0, 40, 4, ${START - 60_000}, ${START});
  INSERT INTO device VALUES ('02:00:00:00:00:01', 'phone', 'lease', '192.168.1.10');
  ${HISTORY}`;

/** From version 5 on, what a round changes of an account stands apart, and a device has a place. */
const APART = `
  INSERT INTO meta VALUES ('posted_at', '${START}'), ('started_at', '${START}');
  INSERT INTO account VALUES
    (1, 'wan', 'gateway', 'wan', '', 0, ${START - 90_000}),
    (2, 'device', '', '', '02:00:00:00:00:01', 0, ${START - 60_000});
  INSERT INTO total VALUES (1, 700, 70, ${START}), (2, 40, 4, ${START});
  INSERT INTO device VALUES ('02:00:00:00:00:01', 'phone', 'lease', '192.168.1.10', NULL, NULL);
  ${HISTORY}`;

const READERS = `
  INSERT INTO reader VALUES
    (1, 'gateway', 'wan', 'wrtmeter http://gateway', ${START}, '8d1f3b0e', 1000.5),
    (2, 'attic', 'stations', 'classic http://attic', ${START}, NULL, NULL);`;

const PEER = `
  INSERT INTO peer VALUES ('gateway', 'wg0', 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', 'anna', '10.7.0.2/32', 'active', 7, NULL);`;

/** Readers from version 4 on, from 10 on, and from 11 on. */
const DOUBTFUL_READERS = `
  INSERT INTO reader VALUES
    (1, 'gateway', 'wan', 'wrtmeter http://gateway', ${START}, '8d1f3b0e', 1000.5, '5b1c07aa', 0, 2),
    (2, 'attic', 'stations', 'classic http://attic', ${START}, NULL, NULL, '', 1, 0);`;
const READERS_APART = `
  INSERT INTO reader VALUES
    (1, 'gateway', 'wan', 'wrtmeter http://gateway', '8d1f3b0e', '5b1c07aa', 0, 2),
    (2, 'attic', 'stations', 'classic http://attic', NULL, '', 1, 0);
  INSERT INTO reader_time VALUES (1, ${START}, 1000.5), (2, ${START}, NULL);`;

const READERS_FED = `
  INSERT INTO reader VALUES
    (1, 'gateway', 'wan', 'wrtmeter http://gateway', '8d1f3b0e', '5b1c07aa', 0, 2, 0),
    (2, 'attic', 'stations', 'classic http://attic', NULL, '', 1, 0, 0);
  INSERT INTO reader_time VALUES (1, ${START}, 1000.5), (2, ${START}, NULL);`;

/** Baselines from version 4 on. */
const BASELINES = `
  INSERT INTO baseline(id, reader, counter, line, last_read, boot, instance, began, margin, doubts) VALUES
    (3, 1, 'wan pppoe-wan', 0, NULL, '8d1f3b0e', 12, NULL, 0, NULL),
    (1, 2, '02:00:00:00:00:01', 0, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 2, '02:00:00:00:00:01', 1, ${START - 60_000}, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO baseline_bytes VALUES (3, 5000, 500), (1, 4294967396, 9), (2, 8, 7);`;

const NOTICE = `
  INSERT INTO notice VALUES ('quota line 50 % 2026-03-01', 'quota', '', '', ${START});
  INSERT INTO delivery VALUES ('phone', 'quota line 50 % 2026-03-01', NULL);`;

const TARIFF = `
  INSERT INTO tariff VALUES (1, 'off_peak', 0.5);
  INSERT INTO hour_tariff VALUES (${START}, 1, 1, 7, 0);
  INSERT INTO day_tariff VALUES (20522, 1, 1, 7, 0);`;

const BONUS = `
  INSERT INTO bonus VALUES (1, 'line', 20522, 7, ${START}, 'mum');`;

const HAND_LIMIT = `
  INSERT INTO hand_limit VALUES (1, 'device', '02:00:00:00:00:01', 'pause', NULL, NULL, ${START}, NULL, 'mum');`;

/** What was written by the program of each earlier schema: the same uplink, device and counters. */
const CONTENTS: readonly string[] = [
  `${COMMON}${READERS}
  INSERT INTO baseline VALUES
    (1, 'wan pppoe-wan', 0, 5000, 500, NULL, '8d1f3b0e', 12, NULL, 0),
    (2, '02:00:00:00:00:01', 0, 4294967396, 9, NULL, NULL, NULL, NULL, NULL),
    (2, '02:00:00:00:00:01', 1, 8, 7, ${START - 60_000}, NULL, NULL, NULL, NULL);`,
  ...['held', 'baseline_bytes'].map(
    (bytes) => `${COMMON}${READERS}${PEER}
  INSERT INTO baseline VALUES
    (3, 1, 'wan pppoe-wan', 0, NULL, '8d1f3b0e', 12, NULL, 0),
    (1, 2, '02:00:00:00:00:01', 0, NULL, NULL, NULL, NULL, NULL),
    (2, 2, '02:00:00:00:00:01', 1, ${START - 60_000}, NULL, NULL, NULL, NULL);
  INSERT INTO ${bytes} VALUES (3, 5000, 500), (1, 4294967396, 9), (2, 8, 7);`,
  ),
  `${COMMON}${PEER}${DOUBTFUL_READERS}${BASELINES}`,
  ...[
    DOUBTFUL_READERS,
    `${DOUBTFUL_READERS}${NOTICE}`,
    `${DOUBTFUL_READERS}${NOTICE}${TARIFF}`,
    `${DOUBTFUL_READERS}${NOTICE}${TARIFF}${BONUS}`,
    `${DOUBTFUL_READERS}${NOTICE}${TARIFF}${BONUS}${HAND_LIMIT}`,
    `${READERS_APART}${NOTICE}${TARIFF}${BONUS}${HAND_LIMIT}`,
    `${READERS_FED}${NOTICE}${TARIFF}${BONUS}${HAND_LIMIT}`,
  ].map((rows) => `${APART}${PEER}${BASELINES}${rows}`),
];

/** Versions of the schema that earlier programs wrote. */
export const EARLIER_VERSIONS = CONTENTS.map((_, i) => i + 1);

/** Makes a ledger's file as the program of an earlier schema left it. */
export async function writeEarlierLedger(path: string, version: number): Promise<void> {
  const database = await openDatabase(path, 'create');
  for (const [i, sql] of MIGRATIONS.slice(0, version).entries())
    await database.exec(`BEGIN; ${sql}; PRAGMA user_version = ${i + 1}; COMMIT`);
  await database.exec(CONTENTS[version - 1] ?? '');
  await database.close();
}
