import { pathToFileURL } from 'node:url';
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
  const { Database, OPEN_READONLY, OPEN_READWRITE, OPEN_CREATE, OPEN_URI } = module;
  const modes = { read: OPEN_READONLY, immutable: OPEN_READONLY | OPEN_URI, write: OPEN_READWRITE, create: OPEN_READWRITE | OPEN_CREATE };
  const name = access === 'immutable' ? `${pathToFileURL(path).href}?immutable=1` : path;
  return new Promise((resolve, reject) => {
    const driver = new Database(name, modes[access], (error) => (error ? reject(error) : resolve(connection(driver))));
  });
}

function connection(driver: sqlite3.Database): Database {
  return {
    exec: (sql) => new Promise((resolve, reject) => driver.exec(sql, (error) => (error ? reject(error) : resolve()))),
    all: (sql, ...values) =>
      new Promise((resolve, reject) => driver.all<Row>(sql, values, (error, rows) => (error ? reject(error) : resolve(rows)))),
    copyTo: (path) => new Promise((resolve, reject) => driver.run('VACUUM INTO ?', path, (error) => (error ? reject(error) : resolve()))),
    interrupt: () => driver.interrupt(),
    close: () => new Promise((resolve) => driver.close(() => resolve())),
  };
}
