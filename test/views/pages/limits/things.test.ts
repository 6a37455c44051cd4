import { expect } from 'chai';
import { handCard } from '../../../../src/views/pages/limits/form.ts';
import { choices } from '../../../../src/views/pages/limits/things.ts';
import { believableHome } from '../../../support/homes/believable-home.ts';
import type { SmallHome } from '../../../support/homes/small-home.ts';

describe('what the form of limits offers', () => {
  let home: SmallHome;
  let view: Awaited<ReturnType<typeof believableHome>>['view'];
  before(async () => {
    ({ home, view } = await believableHome());
  });
  after(() => home.close());

  it('is users and others, devices by name with their MAC, and peers by name with their key', () => {
    const [users, devices, peers] = choices(view());
    expect(users?.list).to.deep.include({ value: 'others', text: 'others: what belongs to nobody' });
    for (const { value, text } of devices?.list ?? []) {
      const [, mac = '-'] = /^device ([0-9a-f:]{17})$/.exec(value) ?? [];
      expect(text).to.include(mac);
    }
    expect(devices?.list.some(({ text }) => /^\w.* \(/.test(text))).to.equal(true);
    expect(peers?.list).to.not.deep.equal([]);
    for (const { value } of peers?.list ?? []) expect(value).to.match(/^peer \S{44}$/);
  });

  it('is at most 300 of a kind, and says how many more there are', () => {
    const macs = Array.from(
      { length: 400 },
      (_, i) => `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
    );
    const aliases = new Map(macs.map((mac, i) => [mac, { name: `thing-${i}`, mac, user: null }]));
    const devices = choices(view({ aliases })).find(({ title }) => title === 'Devices');
    expect(devices?.list).to.have.length(300);
    expect(devices?.more).to.be.at.least(100);
  });

  it('is told apart by its MAC where what was set by hand has one name', () => {
    const macs = ['02:00:00:00:09:01', '02:00:00:00:09:02'];
    const aliases = new Map(macs.map((mac) => [mac, { name: 'phone', mac, user: null }]));
    const hand = macs.map(
      (id, i) => ({ of: 'device', id, number: i + 1, action: { kind: 'pause' }, at: 0, until: null, by: 'mum' }) as const,
    );
    const text = handCard(view({ aliases, limits: { hand, decided: [], routers: [] } }))?.text;
    for (const mac of macs) expect(text).to.include(`Clear the limit of phone (${mac})`);
  });
});
