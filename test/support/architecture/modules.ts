import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const SRC = join(import.meta.dirname, '../../../src');

export interface Import {
  /** The path below src/ of the file that imports. */
  file: string;
  /** The path below src/, or the name of a package. */
  from: string;
  /** For types alone. */
  types: boolean;
  /** By `import()`, when it is needed. */
  lazy: boolean;
}

export interface Module {
  /** The path below src/. */
  file: string;
  text: string;
  imports: Import[];
}

const STATEMENT = /^(?:import|export)\s+(?:(type)\s+)?(?:([^;'"]*?)\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gm;

/** Every module of src/, with what it imports from other modules and from packages; Node's own modules are left out. */
export function modulesOfSource(): Module[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((file) => {
      const text = readFileSync(join(SRC, file), 'utf8');
      return { file, text, imports: importsOf(file, text).filter(({ from }) => !from.startsWith('node:')) };
    });
}

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(STATEMENT)].map(([, type, names = '', named, dynamic]) => {
    const target = named ?? dynamic ?? '';
    return {
      file,
      from: target.startsWith('.') ? relative(SRC, join(SRC, dirname(file), target)) : target,
      types: type !== undefined || /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(names),
      lazy: dynamic !== undefined,
    };
  });
}

/** `views` for `views/rows/wan.ts`; a file directly in src/ is its own room. */
export const roomOf = (file: string): string => file.split('/')[0] ?? file;

/** `@koa/router` for `@koa/router/lib`. */
export const packageOf = (name: string): string => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;

/** Groups of modules that import each other, directly or by way of others. Tarjan's algorithm. */
export function circlesOf(modules: readonly Module[]): string[][] {
  const targets = new Map(modules.map(({ file, imports }) => [file, imports.map(({ from }) => from)]));
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    order.set(file, order.size);
    let low = order.get(file) ?? 0;
    open.push(file);
    for (const target of targets.get(file) ?? []) {
      if (!targets.has(target)) continue;
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, order.get(target) ?? 0);
    }
    if (low === order.get(file)) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1 || (targets.get(file) ?? []).includes(file)) circles.push(circle);
    }
    return low;
  };
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return circles;
}

/** What is loaded with a module: itself, and all that it and its imports need at once. */
export function loadedWith(modules: readonly Module[], file: string): Set<string> {
  const byFile = new Map(modules.map((module) => [module.file, module]));
  const loaded = new Set([file]);
  for (const name of loaded) {
    for (const { from, types, lazy } of byFile.get(name)?.imports ?? []) if (!types && !lazy && byFile.has(from)) loaded.add(from);
  }
  return loaded;
}
