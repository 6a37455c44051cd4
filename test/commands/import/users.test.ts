import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { readFile } from '../../../src/app/read-file.ts';
import type { ImportIo } from '../../../src/commands/common/command-io.ts';
import { parseUserMap } from '../../../src/commands/import/user-map.ts';
import { importUsers } from '../../../src/commands/import/users.ts';
import { ConfigError } from '../../../src/errors.ts';
import { decodeText } from '../../../src/ledger/import/encoding.ts';
import { userLines } from '../../../src/views/device-suggestions/yaml.ts';
import { configOf, withText } from '../../config/support.ts';

const FIXTURES = new URL('../../fixtures/import', import.meta.url).pathname;

async function run(path: string, options: { json?: boolean } = {}, stdin = '') {
  const out = { stdout: '', stderr: '' };
  const write = (stream: keyof typeof out) => ({
    write: (text: string) => {
      out[stream] += text;
    },
  });
  const io = {
    ...{ env: {}, cwd: FIXTURES, readFile, systemTimezone: 'UTC', stdout: write('stdout'), stderr: write('stderr') },
    stdin: (async function* () {
      yield stdin;
    })(),
  } as unknown as ImportIo;
  return { code: await importUsers(path, options, io), ...out };
}

function errorsIn(text: string): readonly string[] {
  try {
    parseUserMap(text, 'map.csv');
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
  throw new Error('The map was accepted');
}

describe('wrtmeter import users', () => {
  it('prints the user map as lines that load: with a BOM, CRLF, dashes or colons, and names with commas and quotes', async () => {
    const { code, stdout, stderr } = await run('users.csv');
    expect([code, stderr]).to.deep.equal([0, '5 users, 6 MACs: add these lines to wrtmeter.yaml, then run "wrtmeter check"\n']);
    const { users } = await configOf(withText(stdout));
    expect(users.map(({ name, macs }) => [name, macs.map((mac) => mac.slice(-1)).join()])).to.deep.equal([
      ['Anna', '1,3'],
      ['Ben: the "old"', '2'],
      ['others-2', '4'],
      ['B, C', '5'],
      ['$'.concat('{HOME}'), '6'],
    ]);
    expect(stdout).to.include('  Anna: { macs: [02:00:00:00:00:01, 02:00:00:00:00:03] }\n');
  });

  it('reads standard input, and gives JSON', async () => {
    const { stdout } = await run('-', { json: true }, 'Name, MAC\nAnna, 02-00-00-00-00-01\n');
    expect(JSON.parse(stdout)).to.deep.equal({
      users: [{ name: 'Anna', macs: ['02:00:00:00:00:01'] }],
      yaml: 'users:\n  Anna: { macs: [02:00:00:00:00:01] }\n',
    });
  });

  it('says what is wrong, with file and line', async () => {
    const text =
      'Name, MAC\nAnna, 02-00-00-00-00-zz\nBen\nC, 02:00:00:00:00:01\nD, 02:00:00:00:00:01\n, 02:00:00:00:00:05\nE, 01:00:5e:00:00:01\n';
    expect(errorsIn(text)).to.deep.equal([
      'map.csv:2: "02-00-00-00-00-zz" is not a MAC; use for example 02:00:00:00:00:01',
      'map.csv:3: "Ben" is not a name and a MAC; use for example Anna, 02-00-00-00-00-01',
      'map.csv:5: 02:00:00:00:00:01 already belongs to "C" in line 4; remove one of them',
      'map.csv:6: "" is not a valid name; use up to 63 visible characters, without spaces at the start or end',
      'map.csv:7: "01:00:5e:00:00:01" is not the MAC of a single device; use the MAC that the device itself shows',
    ]);
    expect(errorsIn('Name, MAC\r\nUnknown, 02:00:00:00:00:01\r\n')).to.deep.equal([
      'map.csv: has no user; a line is for example Anna, 02-00-00-00-00-01',
    ]);
    expect(await run('nowhere.csv')).to.deep.include({
      code: 2,
      stdout: '',
      stderr: `There is no file "${FIXTURES}/nowhere.csv": check the path\n`,
    });
  });

  it('a name in the code page of an older Windows is refused, as its letters are not known', () => {
    const text = decodeText(Buffer.from('Name, MAC\r\nM\u00fcller, 02-00-00-00-00-01\r\nAnna, 02-00-00-00-00-02\r\n', 'latin1'));
    expect(errorsIn(text)).to.deep.equal(['map.csv:2: "M\ufffdller" is not UTF-8 text: save the file as UTF-8']);
  });

  it('of any map that it reads, all that has a user comes back from the configuration', async () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 6 }), async (names) => {
        const text = names.map((name, i) => `${name}, 02-00-00-00-00-0${i}`).join('\n');
        let users: ReturnType<typeof parseUserMap>;
        try {
          users = parseUserMap(text, 'map.csv');
        } catch (error) {
          if (error instanceof ConfigError) return;
          throw error;
        }
        const config = await configOf(withText(userLines(users)));
        expect(config.users.map(({ name, macs }) => ({ name, macs }))).to.deep.equal(users);
      }),
      { numRuns: 200 },
    );
  });

  it('the fixture is as Windows writes it', () => {
    const bytes = readFileSync(`${FIXTURES}/users.csv`);
    expect([...bytes.subarray(0, 3)]).to.deep.equal([0xef, 0xbb, 0xbf]);
    expect(bytes.toString()).to.match(/\r\n$/);
  });
});
