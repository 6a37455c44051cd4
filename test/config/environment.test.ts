import { expect } from 'chai';
import { load, withText } from './support.ts';

const warningsOf = async (env: Record<string, string>, text?: string) =>
  (await load(text === undefined ? { env } : withText(text, { env }))).warnings;

describe('variables of the environment', () => {
  it('give a warning if they start with WRTMETER_ and are unknown', async () => {
    expect(await warningsOf({ WRTMETER_LISTN: ':1', WRTMETER_COLOUR: 'green', HOME: '/root' })).to.deep.equal([
      'WRTMETER_COLOUR: unknown variable, ignored',
      'WRTMETER_LISTN: unknown variable, ignored; did you mean "WRTMETER_LISTEN"?',
    ]);
  });

  it('give no warning if the file refers to them', async () => {
    const reference = '$' + '{WRTMETER_HOME}';
    expect(await warningsOf({ WRTMETER_HOME: '/srv' }, `data: ${reference}\n`)).to.deep.equal([]);
  });

  it('give no warning if Kubernetes sets them for a service called wrtmeter', async () => {
    const env = { WRTMETER_SERVICE_HOST: '10.0.0.1', WRTMETER_PORT: 'tcp://10.0.0.1:9780', WRTMETER_PORT_9780_TCP_ADDR: '10.0.0.1' };
    expect(await warningsOf(env)).to.deep.equal([]);
  });

  it('give a warning for a TZ that is not an IANA name', async () => {
    expect(await warningsOf({ TZ: 'CET-1CEST,M3.5.0,M10.5.0/3' })).to.deep.equal([
      'TZ: "CET-1CEST,M3.5.0,M10.5.0/3" is not an IANA time zone, so "Asia/Tokyo" is used; set timezone, or TZ, for example to Europe/Berlin',
    ]);
    for (const TZ of ['', 'Europe/Berlin', ':Europe/Berlin', '/etc/localtime']) expect(await warningsOf({ TZ })).to.deep.equal([]);
    expect(await warningsOf({ TZ: 'CET-1CEST', WRTMETER_TIMEZONE: 'Europe/Berlin' })).to.deep.equal([]);
  });

  it('may hold a TZ that Node cannot name: days are in UTC, with one warning', async () => {
    for (const [TZ, systemTimezone] of [
      ['', 'Etc/Unknown'],
      [':/etc/localtime', undefined],
      ['MSK', undefined],
      ['localtime', undefined],
      [undefined, undefined],
    ] as const) {
      const { config, warnings } = await load({ env: { TZ }, systemTimezone });
      expect(config.timezone, TZ).to.equal('UTC');
      expect(warnings, TZ).to.have.length(1);
      expect(warnings[0], TZ).to.match(/^TZ: .*, so "UTC" is used; set timezone, or TZ, for example to Europe\/Berlin$/);
      expect((await load({ env: { TZ, WRTMETER_TIMEZONE: 'Asia/Tokyo' }, systemTimezone })).warnings, TZ).to.deep.equal([]);
    }
  });

  it('may hold a TZ by path, or with the colon of POSIX', async () => {
    for (const TZ of ['Europe/Berlin', ':Europe/Berlin', '/usr/share/zoneinfo/Europe/Berlin', 'posix/Europe/Berlin'])
      expect((await load({ env: { TZ }, systemTimezone: 'Europe/Berlin' })).warnings, TZ).to.deep.equal([]);
  });
});
