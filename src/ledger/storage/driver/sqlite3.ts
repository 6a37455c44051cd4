import type sqlite3 from 'sqlite3';
import type { Access, Database, Driver, Row } from './driver.ts';

/** The package sqlite3: its calls run in the threads that Node has for files. Throws where its binary does not load. */
export async function packageDriver(): Promise<Driver> {
  const module = (await import('sqlite3')).default;
  return {
    name: 'sqlite3',
    sqlite: module.VERSION,
    open: (path, access) => open(module, path, access),
    openLock: (path) => open(module, path, 'create'),
  };
}

function open(module: typeof sqlite3, path: string, access: Access): Promise<Database> {
  const { Database, OPEN_READONLY, OPEN_READWRITE, OPEN_CREATE } = module;
  const modes = { read: OPEN_READONLY, write: OPEN_READWRITE, create: OPEN_READWRITE | OPEN_CREATE };
  return new Promise((resolve, reject) => {
    const driver = new Database(path, modes[access], (error) => (error ? reject(error) : resolve(connection(driver))));
  });
}

function connection(driver: sqlite3.Database): Database {
  const prepared = new Map<string, sqlite3.Statement>();
  const statement = async (sql: string) => {
    const known = prepared.get(sql) ?? (await prepare(driver, sql));
    prepared.set(sql, known);
    return known;
  };
  return {
    exec: (sql) => new Promise((resolve, reject) => driver.exec(sql, (error) => (error ? reject(error) : resolve()))),
    all: (sql, ...values) =>
      new Promise((resolve, reject) => driver.all<Row>(sql, values, (error, rows) => (error ? reject(error) : resolve(rows)))),
    copyTo: (path) => new Promise((resolve, reject) => driver.run('VACUUM INTO ?', path, (error) => (error ? reject(error) : resolve()))),
    async bulk(sql, json) {
      const ready = await statement(sql);
      await new Promise<void>((resolve, reject) => ready.run([json], (error: Error | null) => (error ? reject(error) : resolve())));
    },
    interrupt: () => driver.interrupt(),
    async close() {
      await Promise.all([...prepared.values()].map((ready) => new Promise((done) => ready.finalize(done))));
      await new Promise<void>((resolve) => driver.close(() => resolve()));
    },
  };
}

function prepare(driver: sqlite3.Database, sql: string): Promise<sqlite3.Statement> {
  return new Promise((resolve, reject) => {
    const statement = driver.prepare(sql, (error) => (error ? reject(error) : resolve(statement)));
  });
}
