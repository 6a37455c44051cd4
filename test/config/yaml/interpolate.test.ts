import { expect } from 'chai';
import { interpolate, references } from '../../../src/config/yaml/interpolate.ts';
import { ValueError } from '../../../src/fields/values.ts';
import { configOf, errorsOf, withText } from '../support.ts';

// Biome's rule reports "${" in a plain string as a mistake; here it is intended.
const D = '$';

describe('variables in a file', () => {
  it('are replaced, several of them and inside a text', () => {
    expect(interpolate(`a${D}{X}b${D}{Y}`, { X: '1', Y: '2' })).to.equal('a1b2');
  });

  it('are kept literally after a second dollar sign', () => {
    expect(interpolate(`${D}${D}{X} ${D}X ${D} ${D}${D}`, { X: '1' })).to.equal(`${D}{X} ${D}X ${D} ${D}${D}`);
  });

  it('are not expanded in inserted values', () => {
    expect(interpolate(`${D}{X}`, { X: `${D}{Y} ${D}${D}{Y} ${D}&` })).to.equal(`${D}{Y} ${D}${D}{Y} ${D}&`);
  });

  it('must be set and have valid names', () => {
    expect(() => interpolate(`${D}{X}`, {})).to.throw(ValueError, 'is not set in the environment');
    expect(() => interpolate(`${D}{toString}`, {})).to.throw(ValueError, 'is not set in the environment');
    for (const text of [`${D}{`, `${D}{}`, `${D}{X:-y}`, `${D}{1}`])
      expect(() => interpolate(text, { X: '1' })).to.throw(ValueError, 'without the name of a variable');
  });

  it('cannot add structure', async () => {
    const injected = '1 }\nrouters: { evil: { url: http://evil } }';
    const errors = await errorsOf(withText(`billing: { day: "${D}{DAY}" }\n`, { env: { DAY: injected } }));
    expect(errors).to.deep.equal([`wrtmeter.yaml:1: billing.day: "${D}{DAY}" is not a day of the month; use a number from 1 to 31`]);
  });

  it('are replaced in values, not in keys', async () => {
    expect(await errorsOf(withText(`${D}{KEY}: 1\n`, { env: { KEY: 'listen' } }))).to.have.length(1);
  });

  it('skip a classic source if they are empty', async () => {
    const text = `routers:\n  gateway:\n    urls:\n      stations: http://192.168.1.1/s\n      wan: ${D}{WAN}\n`;
    expect((await configOf(withText(text, { env: { WAN: '' } }))).routers[0]?.kinds[0]).to.deep.equal({
      kind: 'classic',
      stations: 'http://192.168.1.1/s',
    });
  });

  it('can be listed by name', () => {
    expect(references(`a ${D}{X} ${D}${D}{Y} ${D}{Z}`)).to.deep.equal(['X', 'Z']);
  });
});
