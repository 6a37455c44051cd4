import { expect } from 'chai';
import { describeConfig } from '../../../src/config/describe.ts';
import { parseSize } from '../../../src/config/values.ts';
import { configOf, errorsOf, load, withText } from '../support.ts';

const HOME = `routers: { gateway: { url: http://192.168.1.1 } }
devices: { anna-laptop: { macs: [02:00:00:00:00:01], user: anna } }
tariffs: { off_peak: { hours: 00:00-07:00, counts: 0 } }
`;

const ofEach = async (...texts: string[]) => {
  const quotas = texts.map((text, i) => `  q${i}: { of: "${text}", limit: 1GB }`).join('\n');
  return (await configOf(withText(`${HOME}quotas:\n${quotas}\n`))).quotas.map(({ of }) => of);
};

describe('quotas of wrtmeter.yaml', () => {
  it('are of the home, an uplink, users, devices or peers', async () => {
    expect(
      await ofEach(
        'home',
        'uplink gateway',
        'uplink gateway/wan',
        'user anna',
        'each user',
        'each device',
        'each device of anna',
        'others',
      ),
    ).to.deep.equal([
      { kind: 'home' },
      { kind: 'uplink', router: 'gateway', interface: null },
      { kind: 'uplink', router: 'gateway', interface: 'wan' },
      { kind: 'user', name: 'anna' },
      { kind: 'each user' },
      { kind: 'each device', user: null },
      { kind: 'each device', user: 'anna' },
      { kind: 'others' },
    ]);
    expect(await ofEach('device anna-laptop', 'device 02-00-00-00-00-0A', 'peer anna phone', 'each peer')).to.deep.equal([
      { kind: 'device', name: 'anna-laptop' },
      { kind: 'device', name: '02:00:00:00:00:0a' },
      { kind: 'peer', name: 'anna phone' },
      { kind: 'each peer' },
    ]);
  });

  it('may slow down or block at a step', async () => {
    const text = `${HOME}quotas:
  a: { of: user anna, limit: 1GB, steps: { 100%: [notify, slow 1Mbit] } }
  b: { of: user anna, limit: 1GB, steps: { 100%: block } }
`;
    const { quotas } = await configOf(withText(text));
    expect(quotas[0]?.steps).to.deep.equal([{ share: 1, actions: [{ kind: 'notify' }, { kind: 'slow', rate: 1_000_000 }] }]);
  });

  it('warn where they would tell when someone private uses something', async () => {
    const text = `routers: { gateway: { url: http://192.168.1.1 } }
users: { lodger: { ssids: [a], private: true }, anna: { ssids: [b] } }
devices: { diary: { macs: [02:00:00:00:00:01], private: true } }
quotas:
  a: { of: user lodger, limit: 1GB, per: day }
  b: { of: user lodger, limit: 1GB, per: week }
  c: { of: device diary, limit: 1GB, rolling: 24h }
  d: { of: user anna, limit: 1GB, per: day }
  e: { of: each device of lodger, limit: 1GB, per: hour }
  f: { of: user lodger, limit: 1GB, tariff: off_peak }
tariffs: { off_peak: { hours: 00:00-07:00, counts: 0 } }
`;
    const { warnings } = await load(withText(text));
    expect(warnings).to.deep.equal([
      'wrtmeter.yaml:5: quotas.a.of: user lodger is private: only its quotas of a week or longer without "tariff" are shown',
      'wrtmeter.yaml:7: quotas.c.of: device diary is private: only its quotas of a week or longer without "tariff" are shown',
      'wrtmeter.yaml:9: quotas.e.of: each device of lodger is private: only its quotas of a week or longer without "tariff" are shown',
      'wrtmeter.yaml:10: quotas.f.of: user lodger is private: only its quotas of a week or longer without "tariff" are shown',
    ]);
  });

  it('warn of a peer that nothing here names, because only its server can', async () => {
    const key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
    const text = `routers: { gateway: { url: http://192.168.1.1 } }
peers: { anna-phone: { public_key: ${key} } }
users: { ben: { peers: [ben-phone] } }
quotas:
  a: { of: peer anna-phone, limit: 1GB }
  b: { of: peer ben-phone, limit: 1GB }
  c: { of: peer ${key}, limit: 1GB }
  d: { of: peer ana-phone, limit: 1GB }
  e: { of: peer television, limit: 1GB }
`;
    const { warnings } = await load(withText(text));
    expect(warnings).to.deep.equal([
      'wrtmeter.yaml:8: quotas.d.of: peer "ana-phone" is not in peers, so it counts only if its server uses this name; did you mean "anna-phone"?',
      'wrtmeter.yaml:9: quotas.e.of: peer "television" is not in peers, so it counts only if its server uses this name; add it to peers, or use its public key',
    ]);
  });

  it('are not of a user by the name of what belongs to nobody', async () => {
    expect(await errorsOf(withText(`${HOME}quotas: { a: { of: user others, limit: 1GB } }\n`))).to.deep.equal([
      'wrtmeter.yaml:4: quotas.a.of: user "others" does not exist; use of: others',
    ]);
  });

  it('are described by wrtmeter check', async () => {
    const text = `${HOME}quotas:
  kids: { of: user anna, limit: 1.5GB, per: day, direction: download, rollover: true, steps: { 75%: notify } }
  line: { of: home, limit: 1TiB, rolling: 30d, tariff: on_peak }
`;
    expect(describeConfig(await configOf(withText(text)))).to.match(
      /^quota kids +1\.5 GB per day for user anna; download only; what is left rolls over; 75 %: notify\nquota line +1 TiB in any 30d for the home; on_peak only$/m,
    );
  });
});

describe('a size', () => {
  it('is decimal or binary', () => {
    expect(['1B', '500MB', '1.5TB', '1GiB', '2 kB', '1KiB'].map(parseSize)).to.deep.equal([1, 5e8, 1.5e12, 2 ** 30, 2000, 1024]);
    for (const text of ['', '1', '1G', '1Gb', '1gB', '-1GB', '1.GB', '0.1B', '10000PB']) expect(() => parseSize(text), text).to.throw();
  });
});
