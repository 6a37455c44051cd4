import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { assembled } from '../../openwrt-cgi/assemble.ts';

const parts = 'openwrt-cgi/parts';
const files = readdirSync(parts, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(parts, join(entry.parentPath, entry.name)));
const included = files.flatMap((path) =>
  [...readFileSync(join(parts, path), 'utf8').matchAll(/^ *#include (\S+)$/gm)].map(([, name]) => name),
);

describe('what is made from openwrt-cgi/parts/', () => {
  for (const [path, text] of Object.entries(assembled()))
    it(`${path} is what its parts make ("npm run scripts")`, () => {
      expect(readFileSync(path, 'utf8')).to.equal(text);
      expect(text).to.not.match(/^ *#include /m);
    });

  it('every part is used', () => {
    const whole = files.filter((path) => !path.includes('/'));
    expect(files.filter((path) => !included.includes(path) && !whole.includes(path))).to.have.members([
      'wireguard/facts.awk',
      'wireguard/files.awk',
    ]);
  });

  it('awk may contain apostrophes, and is the same inside those of a shell', () => {
    expect(readFileSync(join(parts, 'wrtmeter/wan.awk'), 'utf8')).to.contain("netifd's");
    expect(readFileSync('openwrt-cgi/wrtmeter.cgi', 'utf8')).to.contain("netifd'\\''s");
  });
});
