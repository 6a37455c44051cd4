import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from './support/program/command.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

describe('the package', () => {
  it('allows the install scripts of exactly the packages that have one', () => {
    const { packages } = read('package-lock.json') as { packages: Record<string, { hasInstallScript?: boolean }> };
    const having = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript === true && path !== '' ? [path.replace(/^.*node_modules\//, '')] : [],
    );
    expect(Object.keys(read('package.json').allowScripts)).to.have.members(having);
  });

  it('has each script that it runs on servers in its image too', () => {
    const scripts = [...readFileSync(join(ROOT, 'src/control/script.ts'), 'utf8').matchAll(/scriptText\('([^']+)'\)/g)].map(
      ([, name]) => name,
    );
    expect(scripts).to.include.members(['peer-access.sh', 'limits.sh']);
    const copied = /^COPY (openwrt-cgi\/.*) openwrt-cgi\/$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1]?.split(' ');
    const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    for (const name of scripts) {
      expect(copied).to.include(`openwrt-cgi/${name}`);
      expect(allowed).to.include(`!openwrt-cgi/${name}`);
    }
  });

  it('is built into a program that starts by its own name', async () => {
    const program = join(ROOT, read('package.json').bin.wrtmeter);
    expect(await finish([program, '--version'])).to.deep.equal({ code: 0, stdout: `${read('package.json').version}\n`, stderr: '' });
  });
});
