/** The part of `node:sqlite` that is used here. `backup` is the newest: Node 22.16. */
export interface NodeSqlite {
  DatabaseSync: new (location: string, options: { enableForeignKeyConstraints: boolean; timeout: number }) => DatabaseSync;
  /** Resolves to the number of pages. An error of `progress`, which is called between two steps of `rate` pages, ends it. */
  backup(from: DatabaseSync, to: string, options: { rate: number; progress: () => void }): Promise<number>;
}

export interface DatabaseSync {
  exec(sql: string): void;
  prepare(sql: string): StatementSync;
  close(): void;
}

type BoundValue = string | number | bigint | null;

export interface StatementSync {
  all(...values: (BoundValue | Record<string, BoundValue>)[]): Record<string, unknown>[];
  run(...values: (BoundValue | Record<string, BoundValue>)[]): unknown;
  setAllowUnknownNamedParameters(enabled: boolean): void;
  setReadBigInts(enabled: boolean): void;
}

/** The first version of Node whose own SQLite can make a copy that can be interrupted. */
export const NODE_WITH_SQLITE = '22.16';

/** Returns null where this Node has none that will do. It warns that it is experimental, which nobody who reads a log can change. */
export function nodeSqlite(): NodeSqlite | null {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const found: Partial<NodeSqlite> | undefined = process.getBuiltinModule('node:sqlite');
    return found?.backup === undefined ? null : (found as NodeSqlite);
  } finally {
    process.emitWarning = emitWarning;
  }
}
