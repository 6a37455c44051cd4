import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { cleanName } from '../../../src/domain/names/name.ts';
import { SourceError } from '../../../src/errors.ts';
import { FACTS_PROGRAM, FILES_PROGRAM } from '../../../src/sources/wireguard/awk.ts';
import { epochIn, parseFacts } from '../../../src/sources/wireguard/facts.ts';
import { type InterfaceFiles, parseFiles } from '../../../src/sources/wireguard/files.ts';
import { busyboxPath } from '../../support/routers/busybox.ts';
import { anyKey, holdsKey, makeWireguardKey } from '../../support/wireguard/keys.ts';

const AWKS = { 'this machine’s awk': ['awk'], 'busybox awk': [busyboxPath(), 'awk'] };

const [A, B, C, SECRET] = [makeWireguardKey(), makeWireguardKey(), makeWireguardKey(), makeWireguardKey()];

function output(command: readonly string[]): string {
  const [program = '', ...args] = command;
  const run = spawnSync(program, args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${program} failed: ${run.stderr}`);
  return run.stdout;
}

for (const [title, awk] of Object.entries(AWKS)) {
  describe(`the files of an interface, read by ${title}`, () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'wrtmeter-conf-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const raw = (...paths: string[]) => output([...awk, FILES_PROGRAM, 'wg0', ...(paths.length === 0 ? [`${folder}/%i.conf`] : paths)]);

    function parsed(conf: string, revoked?: string): InterfaceFiles | undefined {
      writeFileSync(join(folder, 'wg0.conf'), conf);
      if (revoked !== undefined) writeFileSync(join(folder, 'wg0.conf.revoked'), revoked);
      return parseFiles(raw()).get('wg0');
    }
    const names = (conf: string) => Object.fromEntries(parsed(conf)?.names ?? []);

    it('names are inside a block or directly above it', () => {
      const conf = `[Interface]\nPrivateKey = x\n# Name = server\n\n# Name = anna\n[Peer]\nPublicKey = ${A}\n\n[Peer]\n# friendly_name = Bert's phone\nPublicKey = ${B}\n`;
      expect(names(conf)).to.deep.equal({ [A]: 'anna', [B]: "Bert's phone" });
    });

    it('every usual way to write a name is read', () => {
      for (const line of [
        '# Name = x y',
        '#Name=x y',
        '#friendly_name=x y',
        '#  friendly_name  =  x y  ',
        '# NAME = x y\r',
        '\t# name = x y',
        '### Client x y',
        '## Name = x y',
      ])
        expect(names(`[Peer]\n${line}\nPublicKey = ${A}\n`), line).to.deep.equal({ [A]: 'x y' });
    });

    it('what programs write is known, each in its own way', () => {
      const uuid = '3f2b0c7e-0000-4000-8000-000000000001';
      for (const [title, conf] of Object.entries({
        'wg-easy': `# Client: x y (${uuid})\n[Peer]\nPublicKey = ${A}\n`,
        'wg-easy 15': `# Client: x y (12)\n[Peer]\nPublicKey = ${A}\n`,
        'wireguard-ui': `# ID:           cabc\n# Name:         x y\n# Email:        a@example.org\n# Created at:   2024-01-01\n[Peer]\nPublicKey = ${A}\n`,
        PiVPN: `### begin x y ###\n[Peer]\nPublicKey = ${A}\n### end x y ###\n`,
        BEGIN_PEER: `# BEGIN_PEER x y\n[Peer]\nPublicKey = ${A}\n# END_PEER x y\n`,
        'start and end': `# x y start\n[Peer]\nPublicKey = ${A}\n# x y end\n`,
        'wg-gen-web': `# x y / a@example.org / Updated: 2020-01-01 00:00:00 / Created: 2020-01-01\n[Peer]\nPublicKey = ${A}\n`,
        'WireGuard Portal': `[Peer]\n# -WGP- Peer: u123 / Updated: 2024 / Created: 2024\n# -WGP- Display name: x y\nPublicKey = ${A}\n`,
        WGDashboard: `[Peer]\n#Name# = x y\nPublicKey = ${A}\n`,
        'linuxserver.io': `[Peer]\n# x y\nPublicKey = ${A}\n`,
        angristan: `### Client x y\n[Peer]\nPublicKey = ${A}\n`,
        'an owner, above': `# x y\n[Peer]\nPublicKey = ${A}\n`,
        'an owner, above, in a frame': `# ---- x y ----\n[Peer]\nPublicKey = ${A}\n`,
        'an owner, with a remark below': `# x y\n# since May\n[Peer]\nPublicKey = ${A}\n`,
        'an owner, beside the head': `[Peer] # x y\nPublicKey = ${A}\n`,
        'an owner, between lines': `#######\n# x y #\n#######\n[Peer]\nPublicKey = ${A}\n`,
        'an owner, as a label': `# Device: x y\n[Peer]\nPublicKey = ${A}\n`,
      }))
        expect(names(`[Interface]\nListenPort = 1\n\n${conf}`), title).to.deep.equal({ [A]: 'x y' });
    });

    it('a text alone is a name only right above a head or right below it, and where it looks like one', () => {
      expect(names(`[Peer]\n# anna\n# nickname = x\n# PublicKey = ${B}\nPublicKey = ${A} # Name = z\n`)).to.deep.equal({ [A]: 'anna' });
      for (const line of [
        '# nickname = x',
        `# PublicKey = ${B}`,
        '# created: 2024-01-01',
        '# https://example.org/x',
        '# ---------',
        '# Peers:',
        '# iptables -A FORWARD -j ACCEPT',
        '# password hunter2',
        `# ${'long '.repeat(40)}`,
        "# Please don't modify it manually",
      ])
        expect(names(`${line}\n[Peer]\nPublicKey = ${A}\n`), line).to.deep.equal({});
      expect(names(`[Peer]\nPublicKey = ${A}\n# the end\n`)).to.deep.equal({});
      expect(names(`# a remark\n\n[Peer]\nPublicKey = ${A}\n`)).to.deep.equal({});
    });

    it('a text that may hold a key is not a name, in whatever comment it is', () => {
      const places = fc.constantFrom('# ', '# Anna ', '### Client ', '# Name = ', '### begin ', '# psk ', '; ', '# Client: ', '#[Peer] ');
      fc.assert(
        fc.property(places, anyKey, fc.boolean(), (lead, key, inside) => {
          const lines = inside ? `[Peer]\n${lead}${key}` : `${lead}${key}\n[Peer]`;
          writeFileSync(join(folder, 'wg0.conf'), `${lines}\nPublicKey = ${A}\n`);
          expect(holdsKey(raw(), key)).to.equal(false);
        }),
        { numRuns: 30 },
      );
    });

    it('a peer that is commented out is not there, and its name is nobody else’s', () => {
      expect(
        names(
          `[Peer]\nPublicKey = ${A}\n# bert\n#[Peer]\n#PublicKey = ${B}\n#[disabled] ### begin carl ###\n#[disabled] [Peer]\n#[disabled] PublicKey = ${C}\n#[disabled] ### end carl ###\n`,
        ),
      ).to.deep.equal({});
      expect(names(`# bert\n;[Peer]\n;PublicKey = ${B}\n# anna\n[Peer]\nPublicKey = ${A}\n`)).to.deep.equal({ [A]: 'anna' });
    });

    for (const [file, known] of Object.entries({
      'pivpn.conf': ['anna', 'bert', 'carl'],
      'wgeasy.conf': ["Anna's phone", 'laptop'],
      'wgui.conf': ['Anna phone'],
      'bare.conf': ['test1234', 'test101'],
      'pivpn-off.conf': ['bert'],
      'commented.conf': [],
    }))
      it(`${file}: the names in it`, () => {
        expect(Object.values(names(readFileSync(`test/fixtures/wireguard/${file}`, 'utf8')))).to.deep.equal(known);
      });

    describe('AmneziaVPN’s table of clients', () => {
      const program = FILES_PROGRAM.replace('"^/opt/amnezia/.*/"', '"^.*/"');
      const table = (json: string, conf = '') => {
        writeFileSync(join(folder, 'awg0.conf'), conf);
        writeFileSync(join(folder, 'clientsTable'), json);
        return output([...awk, program, 'awg0', `${folder}/%i.conf`]);
      };
      const namesIn = (json: string) => Object.fromEntries(parseFiles(table(json)).get('awg0')?.names ?? []);
      const client = (clientId: string, clientName: string) => ({ clientId, userData: { clientName, creationDate: 'x', psk: C } });

      it('is read as JSON, whatever its layout', () => {
        const wanted = {
          'QItzMTYR6E6qAnGyLMBcs5zxgJ693e51wvyVbM0IMBs=': 'Анна 📱',
          '4UaobET2exOnRhIw3DuE3FQik6LDnoEcBN19e6an5hg=': 'bert "b"',
          'vFTJ/MPjDoT6Q51D9Ap39DIR7PkHT+eTBth2STWX/D4=': 'carl',
        };
        for (const file of ['one-line.json', 'userdata-first.json'])
          expect(namesIn(readFileSync(`test/fixtures/wireguard/${file}`, 'utf8')), file).to.deep.equal(wanted);
        expect(namesIn(`\ufeff${JSON.stringify({ clients: [client(A, 'anna')] }, null, 2).replaceAll('\n', '\r\n')}`)).to.deep.equal({
          [A]: 'anna',
        });
        expect(namesIn(JSON.stringify({ [A]: { clientName: 'by its key' } }))).to.deep.equal({ [A]: 'by its key' });
        expect(namesIn(JSON.stringify([{ clientName: 'lost' }, client(B, 'bert'), { clientId: A }]))).to.deep.equal({ [B]: 'bert' });
        expect(namesIn(JSON.stringify([client('0123-uuid', 'of another protocol'), client(A, '')]))).to.deep.equal({});
        expect(namesIn(JSON.stringify([client(A, 'anna')]).replaceAll('/', '\\/'))).to.deep.equal({ [A]: 'anna' });
        for (const broken of ['', '[', '[{"clientId":', `[{"clientId": "${A}`, '}}}]]]', '"\\'])
          expect(namesIn(broken), broken).to.deep.equal({});
      });

      it('any name and any layout: the same as JSON, and nothing but names and public keys leaves the server', () => {
        const clients = fc.array(fc.record({ id: anyKey, name: fc.string({ unit: 'binary' }), first: fc.boolean() }), { maxLength: 5 });
        fc.assert(
          fc.property(clients, fc.constantFrom(0, 1, 4), (list, space) => {
            const unique = list.filter(({ id }, i) => list.findIndex((other) => other.id === id) === i);
            const json = unique.map(({ id, name, first }) => {
              const userData = { dataSent: '{"clientName": "[', clientName: name, psk: SECRET };
              return first ? { userData, clientId: id } : { clientId: id, userData };
            });
            const text = table(JSON.stringify(json, null, space));
            expect(text).not.to.contain(SECRET.slice(0, 12)).and.not.to.contain('dataSent');
            const wanted = unique.flatMap(({ id, name }) => (cleanName(name) === null ? [] : [[id, cleanName(name)]]));
            expect([...(parseFiles(text).get('awg0')?.names ?? [])]).to.deep.equal(wanted);
          }),
          { numRuns: 60 },
        );
      });

      it('names peers that the file leaves without a name', () => {
        const text = table(
          JSON.stringify([client(A, 'Other'), client(B, 'Bért "B"')]),
          `# anna\n[Peer]\nPublicKey = ${A}\n[Peer]\nPublicKey = ${B}\n`,
        );
        expect([...(parseFiles(text).get('awg0')?.names ?? [])]).to.deep.equal([
          [A, 'anna'],
          [B, 'Bért "B"'],
        ]);
      });
    });

    it('keywords of the file can be in any case, with or without spaces', () => {
      expect(names(`[peer]   # the first\n# Name = a\n  publickey=${A}   # key\n`)).to.deep.equal({ [A]: 'a' });
    });

    it('a name above the next block does not belong to this one', () => {
      expect(names(`[Peer]\nPublicKey = ${A}\n\n# Name = bert\n[Peer]\nPublicKey = ${B}\n`)).to.deep.equal({ [B]: 'bert' });
      expect(names(`# Name = anna\n[Peer]\nPublicKey = ${A}\n# Name = bert\n[Peer]\nPublicKey = ${B}\n`)).to.deep.equal({
        [A]: 'anna',
        [B]: 'bert',
      });
    });

    it('a name at the end of a block belongs to it', () => {
      expect(names(`[Peer]\nPublicKey = ${A}\n# Name = anna\n[Peer]\nPublicKey = ${B}\n# Name = bert\n`)).to.deep.equal({
        [A]: 'anna',
        [B]: 'bert',
      });
    });

    it('a name after an empty line in a block belongs to it, if the block continues', () => {
      expect(names(`[Peer]\n\n# Name = anna\nPublicKey = ${A}\n\n# Name = nobody\n\n[Peer]\nPublicKey = ${B}\n`)).to.deep.equal({
        [A]: 'anna',
      });
    });

    it('a name is cleaned and limited', () => {
      const name = names(`[Peer]\n# Name = a\u0007\u202eb  ${'c'.repeat(500)}\nPublicKey = ${A}\n`)[A];
      expect(name).to.equal(`ab ${'c'.repeat(60)}`);
    });

    it('the record of revoked peers next to it is read the same way', () => {
      const record = `# Name = carl\n[Peer]\nPublicKey = ${C}\nPresharedKey = ${B}\nAllowedIPs = 10.7.0.4/32, fd07::4/128\nAllowedIPs = 10.9.0.0/24\n`;
      expect(parsed(`[Peer]\nPublicKey = ${A}\n`, record)?.revoked).to.deep.equal([
        { publicKey: C, name: 'carl', allowedIps: ['10.7.0.4/32', 'fd07::4/128', '10.9.0.0/24'] },
      ]);
    });

    it('an empty file counts as read, a missing one does not', () => {
      expect(parsed('')).to.deep.equal({ names: new Map(), revoked: [] });
      expect(parseFiles(raw('/nowhere/%i.conf')).size).to.equal(0);
    });

    it('the record is read even if the interface has no file', () => {
      writeFileSync(join(folder, 'wg0.conf.revoked'), `[Peer]\nPublicKey = ${C}\n`);
      const revoked = [{ publicKey: C, name: null, allowedIps: [] }];
      expect(parseFiles(raw('/nowhere/%i.conf', `${folder}/%i.conf`)).get('wg0')).to.deep.equal({ names: new Map(), revoked });
    });

    describe('on OpenWrt', () => {
      let network: string;
      beforeEach(() => {
        mkdirSync(join(folder, 'etc/config'), { recursive: true });
        network = join(folder, 'etc/config/network');
      });
      const section = (type: string, ...options: string[]) => `config ${type}\n${options.map((option) => `\t${option}\n`).join('')}\n`;
      const openwrt = (...sections: string[]) => {
        writeFileSync(network, sections.join(''));
        return parseFiles(raw(network, `${folder}/%i.conf`)).get('wg0');
      };

      it('names are the descriptions, and disabled peers are revoked', () => {
        const parsed = openwrt(
          section("interface 'wg0'", "option proto 'wireguard'", `option private_key '${C}'`),
          section(
            'wireguard_wg0',
            "option description 'Anna'\\''s phone'",
            `option public_key '${A}'`,
            `option preshared_key '${C}'`,
            "list allowed_ips '10.7.0.2/32'",
          ),
          section(
            "wireguard_wg0 'old'",
            "option disabled '1'",
            'option description "old tablet"',
            `option public_key ${B}`,
            "list allowed_ips '10.7.0.3/32'",
            "list allowed_ips 'fd07::3/128'",
          ),
          section('wireguard_wg1', `option public_key '${C}'`, "option description 'of another'"),
        );
        expect(parsed).to.deep.equal({
          names: new Map([[A, "Anna's phone"]]),
          revoked: [{ publicKey: B, name: 'old tablet', allowedIps: ['10.7.0.3/32', 'fd07::3/128'] }],
        });
      });

      it('an interface that is missing there can still have a file', () => {
        writeFileSync(join(folder, 'wg0.conf'), `[Peer]\n# Name = filed\nPublicKey = ${A}\n`);
        expect(openwrt(section('wireguard_wg1', `option public_key '${B}'`))?.names.get(A)).to.equal('filed');
      });

      it('only public keys are sent', () => {
        const words = fc.constantFrom('private_key', 'preshared_key', "'preshared_key'", 'secret');
        fc.assert(
          fc.property(anyKey, words, fc.constantFrom('', "'", '"'), (key, word, quote) => {
            const options = [`option ${word} ${quote}${key}${quote}`, `option public_key '${A}'`, `list ${word} ${key}`];
            writeFileSync(network, section('wireguard_wg0', ...options));
            expect(holdsKey(raw(network), key)).to.equal(false);
          }),
          { numRuns: 30 },
        );
      });
    });

    it('the first readable path is used', () => {
      writeFileSync(join(folder, 'wg0.conf'), `[Peer]\n# Name = first\nPublicKey = ${A}\n`);
      writeFileSync(join(folder, 'second'), `[Peer]\n# Name = second\nPublicKey = ${A}\n`);
      expect(
        parseFiles(raw('/nowhere/%i', `${folder}/%i.conf`, `${folder}/second`))
          .get('wg0')
          ?.names.get(A),
      ).to.equal('first');
    });

    it('truncated answers are refused', () => {
      writeFileSync(join(folder, 'wg0.conf'), `[Peer]\nPublicKey = ${A}\n`);
      expect(() => parseFiles(raw().slice(0, -2))).to.throw(SourceError, 'the list of interface files is truncated');
    });

    it('no line of a key leaves the server, whatever the file looks like', () => {
      const line = fc.oneof(
        fc.constantFrom('[Peer]', '[Interface]', '', '# Name = x', `PublicKey = ${A}`, 'AllowedIPs = 10.0.0.1/32', 'Jc = 4', '[Peer'),
        fc.string({ maxLength: 20 }).map((text) => text.replace(/[\n\0]/g, '')),
      );
      const secret = fc.tuple(
        fc.constantFrom('PrivateKey', 'presharedkey', 'PreSharedKey', '#PrivateKey', '# PresharedKey', 'Privatekey\t', '[Peer] PrivateKey'),
        fc.constantFrom('=', ' = ', '=\t'),
        anyKey,
      );
      fc.assert(
        fc.property(fc.array(line, { maxLength: 12 }), secret, fc.nat(12), (lines, [word, equals, key], at) => {
          writeFileSync(join(folder, 'wg0.conf'), lines.toSpliced(at, 0, `${word}${equals}${key}`).join('\n'));
          const text = raw();
          expect(holdsKey(text, key)).to.equal(false);
          parseFiles(text);
        }),
        { numRuns: 100 },
      );
    });
  });

  describe(`the facts of a server, read by ${title}`, () => {
    it('are its boot, its clock and the numbers of its interfaces', () => {
      const { system, ifindex } = parseFacts(output([...awk, FACTS_PROGRAM, '']));
      expect(system?.bootId).to.match(/^[0-9a-f]{8}-/);
      expect(system?.uptime).to.be.above(1);
      expect(Math.abs((system?.time ?? 0) - Date.now() / 1000)).to.be.below(5);
      expect(ifindex.get('lo')).to.be.above(0);
    });

    it('include only the named interfaces', () => {
      expect([...parseFacts(output([...awk, FACTS_PROGRAM, 'lo,nosuch0'])).ifindex.keys()]).to.deep.equal(['lo']);
    });
  });
}

describe('the epoch of an interface', () => {
  const facts = 'boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10\nuptime 100.50 200.00\nbtime 1763664918\nifindex wg0 14\nend\n';

  it('is its boot and its number', () => {
    expect(epochIn(parseFacts(facts), 'wg0')).to.deep.equal({ boot: '8d1f3b0e', instance: 14, began: null, margin: 0 });
  });

  it('is unknown if one of them is, because half of it would look like another epoch', () => {
    expect(epochIn(parseFacts(facts), 'wg1')).to.equal(null);
    for (const word of ['boot_id', 'uptime', 'btime', 'ifindex'])
      expect(epochIn(parseFacts(facts.replace(word, 'x')), 'wg0'), word).to.equal(null);
    expect(epochIn(parseFacts(''), 'wg0')).to.equal(null);
  });

  it('is safe from garbage', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseFacts(`boot_id ${text}\nuptime ${text}\nbtime ${text}\nifindex ${text}`)));
  });
});
