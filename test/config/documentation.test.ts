import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { readFile } from '../../src/app/read-file.ts';
import { csvFields } from '../../src/config/csv.ts';
import { deviceFields } from '../../src/config/devices.ts';
import { OTHER_VARIABLES } from '../../src/config/environment.ts';
import { rootFields } from '../../src/config/file.ts';
import { noticesFields } from '../../src/config/notify/notices.ts';
import { mailFields, targetFields, telegramFields } from '../../src/config/notify/targets.ts';
import { peerFields } from '../../src/config/peers.ts';
import { limitFields, limitsFields } from '../../src/config/people/limits.ts';
import { quotaFields } from '../../src/config/people/quotas.ts';
import { tariffFields } from '../../src/config/people/tariffs.ts';
import { routerLimitsFields } from '../../src/config/routers/limits.ts';
import { routerFields } from '../../src/config/routers/routers.ts';
import { settings } from '../../src/config/settings.ts';
import { userFields } from '../../src/config/users.ts';
import { KIND_NAMES, kindOf } from '../../src/sources/registry.ts';
import { configOf, filesOf, load, withText } from './support.ts';

const DOCS = new URL('../../docs', import.meta.url).pathname;
const page = readFileSync(`${DOCS}/configuration.md`, 'utf8');

/** The cells of every table row of a section. */
function rows(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split('|')
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
  );
}

const NOTIFY_SECRETS = { '/run/secrets/ntfy': 'secret', '/run/secrets/bot': '1:secret', '/run/secrets/mail': 'secret' };

const keys = (fields: Record<string, { key: string }>) => Object.values(fields).map(({ key }) => key);

const firstKeys = (fields: Record<string, { key: string }>) => keys(fields).map((key) => key.split('.')[0]);

describe('docs/configuration.md', () => {
  it('has exactly the settings, with key, variable and option', () => {
    const documented = rows('Settings').map(([key, variable, option]) => ({ key, variable, option: option || null }));
    const real = Object.values(settings).map(({ key, variable, option }) => ({ key, variable, option: option?.split(' ')[0] ?? null }));
    expect(documented).to.deep.equal(real);
  });

  it('has the right defaults', async () => {
    const defaults = rows('Settings').filter(([key]) => key !== 'timezone');
    const env = Object.fromEntries(defaults.map(([, variable, , value]) => [variable, value]));
    expect(await configOf({ env })).to.deep.equal(await configOf());
  });

  it('has exactly the keys of a router, a server, a device, a peer, a user, a target and of notices', () => {
    expect(rows('Routers').map(([key]) => key)).to.have.members(keys(routerFields));
    for (const kind of KIND_NAMES)
      for (const [heading, fields] of Object.entries(kindOf(kind).groups))
        expect(rows(heading).map(([key]) => key)).to.deep.equal(keys(fields));
    expect(rows('Devices').map(([key]) => key)).to.deep.equal(keys(deviceFields));
    expect(rows('Peers').map(([key]) => key)).to.deep.equal(keys(peerFields));
    expect(rows('Targets').map(([key]) => key)).to.deep.equal(keys(targetFields));
    expect(rows('Telegram').map(([key]) => key)).to.deep.equal(keys(telegramFields));
    expect(rows('Mail').map(([key]) => key)).to.deep.equal(keys(mailFields));
    expect(rows('Notices').map(([key]) => key)).to.deep.equal(keys(noticesFields));
    expect(rows('Users').map(([key]) => key)).to.deep.equal(firstKeys(userFields));
    expect(keys(rootFields)).to.deep.equal([
      ...keys(settings),
      'routers',
      'devices',
      'peers',
      'notify',
      'notices',
      'users',
      'tariffs',
      'quotas',
      'limits',
      'csv',
    ]);
    expect(rows('CSV').map(([key]) => key)).to.deep.equal(keys(csvFields));
    expect(rows('Quotas').map(([key]) => key)).to.deep.equal(keys(quotaFields));
    expect(rows('Limits').map(([key]) => key)).to.deep.equal(keys({ ...limitsFields, ...limitFields }));
    expect(rows('Limits on a router').map(([key]) => key)).to.deep.equal(keys(routerLimitsFields));
    expect(rows('Tariffs').map(([key]) => key)).to.deep.equal(keys(tariffFields));
  });

  it('has exactly the variables', () => {
    expect(rows('More variables').map(([variable]) => variable)).to.deep.equal([...OTHER_VARIABLES]);
    const known: string[] = [...OTHER_VARIABLES, ...Object.values(settings).map(({ variable }) => variable)];
    expect(known).to.include.members(page.match(/WRTMETER_[A-Z_]*[A-Z]/g) ?? []);
  });

  it('shows only YAML and JSON that loads', async () => {
    const examples = [...page.matchAll(/```(yaml|json)\n(.*?)```/gs)];
    expect(examples).to.have.length(14);
    for (const [, format, text = ''] of examples) {
      const files = {
        [`/x/a.${format}`]: text,
        '/run/secrets/gateway': 'secret',
        '/run/secrets/routers': 'secret',
        '/run/secrets/den': 'secret',
        '/x/id_vps': 'secret',
        '/x/id_limits': 'secret',
        ...NOTIFY_SECRETS,
      };
      const { warnings } = await load({ cli: { config: `/x/a.${format}` }, readFile: filesOf(files) });
      expect(warnings).to.deep.equal([]);
    }
  });
});

describe('docs/wrtmeter.example.yaml', () => {
  it('is valid', async () => {
    const { config, warnings } = await load({ cwd: DOCS, cli: { config: 'wrtmeter.example.yaml' } });
    expect(warnings).to.deep.equal([]);
    expect(config.routers.map(({ name }) => name)).to.deep.equal(['gateway', 'attic', 'cellar', 'vpn']);
  });

  it('is valid with the commented lines, too', async () => {
    const text = Buffer.from(await readFile(`${DOCS}/wrtmeter.example.yaml`, 100_000))
      .toString()
      .replace(/# (?=\w+: )/g, '');
    const files = { '/etc/wrtmeter/wrtmeter.yaml': text, '/run/secrets/gateway': 'a', '/run/secrets/attic': 'b', ...NOTIFY_SECRETS };
    const config = await configOf(withText('', { readFile: filesOf(files) }));
    expect(config.routers.map(({ credentials }) => credentials.kind)).to.deep.equal(['bearer', 'basic', 'none', 'none']);
  });
});
