import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { unitOf } from '../../../setup/release/debian.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8');

describe('the unit of the Debian package', () => {
  const unit = unitOf(read('systemd/wrtmeter.service'));
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

  it("starts the package's program with its account, and the memory that Node's own SQLite takes", () => {
    expect(setting('ExecStart')).to.match(/^\/usr\/bin\/wrtmeter serve /);
    expect([setting('User'), setting('DynamicUser'), setting('StateDirectory')]).to.deep.equal(['wrtmeter', undefined, 'wrtmeter']);
    expect(unit).not.to.contain('/opt/');
    const limits = `\`MemoryHigh=${setting('MemoryHigh')}\` and \`MemoryMax=${setting('MemoryMax')}\``;
    for (const page of ['debian', 'systemd']) expect(read(`docs/run/${page}.md`).replace(/\s+/g, ' '), page).to.contain(limits);
    const limit = (text: string) => /^MemoryMax=(\d+)M$/m.exec(text)?.[1];
    const heap = Number(/^MemoryHigh=(\d+)M$/m.exec(unit)?.[1]) / 2;
    expect(read('docs/run/systemd.md')).to.contain(`Environment=NODE_OPTIONS=--max-old-space-size=${heap}`);
    expect(read('docs/run/debian.md')).to.contain(`limited to ${limit(unit)} MB`);
    expect(read('docs/run/systemd.md').replace(/\s+/g, ' ')).to.contain(`limited to ${limit(read('systemd/wrtmeter.service'))} MB`);
  });

  it("gives V8's heap half of its memory, as the unit and the image do", () => {
    const service = read('systemd/wrtmeter.service');
    const [, heap] = /^Environment=NODE_OPTIONS=--max-old-space-size=(\d+)$/m.exec(service) ?? [];
    expect(service).to.contain(`\nMemoryHigh=${2 * Number(heap)}M\n`);
    const share = 'NODE_OPTIONS=--max-old-space-size-percentage=50';
    expect(unit.split('\n')).to.include(`Environment=${share}`);
    expect(read('Dockerfile')).to.match(new RegExp(`^ENV .*${share} `, 'm'));
  });

  it('is refused where the unit has changed in what differs', () => {
    expect(() => unitOf('[Unit]\n')).to.throw('systemd/wrtmeter.service has changed');
  });
});
