import sqlite3 from 'sqlite3';
import { useDriver } from '../../../src/ledger/storage/driver/choose.ts';
import type { Store } from '../../../src/ledger/storage/store.ts';
import { useTestDriver } from './driver.ts';

export interface Trace {
  /** What SQLite has begun since the last call, with all values written out, in order. */
  statements(store: Store): Promise<string[]>;
  /** Connections opened from now on are no longer traced. */
  end(): void;
}

/** Makes SQLite itself report each statement that it begins, on every connection that is opened from now on. Node's own has no such report. */
export function traceSqlite(): Trace {
  useDriver('sqlite3');
  const { Database } = sqlite3;
  let begun: string[] = [];
  let marks = 0;
  class TracedDatabase extends Database {
    constructor(...given: ConstructorParameters<typeof Database>) {
      super(...given);
      // In a script, SQLite reports a statement with its semicolon.
      this.on('trace', (sql: string) => begun.push(sql.replace(/;$/, '')));
    }
  }
  Object.assign(sqlite3, { Database: TracedDatabase });
  return {
    async statements(store) {
      // Reports come in order, but later than results.
      const mark = `SELECT ${++marks} AS mark`;
      await store.all(mark);
      while (!begun.includes(mark)) await new Promise(setImmediate);
      const found = begun.slice(0, begun.indexOf(mark));
      begun = [];
      return found;
    },
    end() {
      Object.assign(sqlite3, { Database });
      useTestDriver();
    },
  };
}
