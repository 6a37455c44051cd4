import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/** An architecture as Debian calls it, and what npm's packages of Node call it. */
export const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof ARCHITECTURES;

/** The official Node that is in every release; it needs glibc 2.28, and has SQLite built in. Checksums are of npm's packages node-linux-*. */
export const NODE = {
  version: '24.21.0',
  sha512: {
    amd64: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    arm64: 'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
} as const;

/** Downloads Node for an architecture into `folder` and returns where its program and its license are. Throws if it is another one. */
export function fetchNode(architecture: Architecture, folder: string): { program: string; license: string } {
  mkdirSync(folder, { recursive: true });
  const name = `node-linux-${ARCHITECTURES[architecture]}`;
  run('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${NODE.version}`], folder);
  const packed = join(folder, `${name}-${NODE.version}.tgz`);
  const sum = createHash('sha512').update(readFileSync(packed)).digest('base64');
  if (sum !== NODE.sha512[architecture])
    throw new Error(`"${packed}" is not the Node ${NODE.version} that releases have: its SHA-512 is ${sum}`);
  run('tar', ['-xzf', packed], folder);
  return { program: join(folder, 'package/bin/node'), license: join(folder, 'package/LICENSE') };
}
