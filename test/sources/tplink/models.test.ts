import { expect } from 'chai';
import { dmEncryptedAnswers } from '../../../src/simulator/tplink/dm-encrypted.ts';
import { stokEncryptedAnswers } from '../../../src/simulator/tplink/stok-encrypted.ts';
import { parseBlocks } from '../../../src/sources/tplink/dm/blocks.ts';
import { bitsOfModel, statisticsOf } from '../../../src/sources/tplink/dm/statistics.ts';
import { addressOf, STATISTICS_HOST_RULES } from '../../../src/sources/tplink/reading.ts';
import { parseAnswer } from '../../../src/sources/tplink/stok/json.ts';
import { accessDevicesOf, clientsOf, trafficOf, usageOfClients } from '../../../src/sources/tplink/stok/lists.ts';
import { rowsOf } from '../../../src/sources/tplink/userrpm/pages.ts';
import { probeAt, readOf, startTestRouter } from '../../support/routers/tplink/routers.ts';

const PHONE = '02:00:00:00:00:01';

describe('models of TP-Link', () => {
  it('that know the directions are gateways which count their hosts', async () => {
    const test = await startTestRouter(dmEncryptedAnswers('address'));
    try {
      test.table.move(PHONE, '192.168.0.100', 4000, 'phone');
      const probe = await probeAt(test.running.url);
      const hosts = await readOf(probe, 'hosts');
      expect(hosts).to.deep.include({ method: 'statistics', rules: STATISTICS_HOST_RULES });
      expect(hosts).to.have.deep.nested.property('hosts[0].bytes', { download: 3000, upload: 1000 });
      expect(probe.sources).to.deep.equal(['hosts', 'leases']);
      expect(await readOf(await probeAt(test.running.url, { password: 'wrong' }), 'statistics')).to.match(
        /^auth: the router refused the password/,
      );
      const { logins, logouts, refused } = test.router.logins.counts;
      expect([logins, logouts, refused]).to.deep.equal([1, 1, 1]);
    } finally {
      await test.running.close();
    }
  });

  it('that count nothing for each machine are read for their names', async () => {
    const test = await startTestRouter(stokEncryptedAnswers(false));
    try {
      test.table.move(PHONE, '192.168.0.100', 4000, 'phone');
      const probe = await probeAt(test.running.url);
      expect(await readOf(probe, 'leases')).to.have.nested.property('leases[0].hostname', 'phone');
      expect(probe.sources).to.deep.equal(['leases']);
    } finally {
      await test.running.close();
    }
  });

  it('that count for each machine do so while there is none', async () => {
    const test = await startTestRouter(stokEncryptedAnswers(true));
    try {
      test.table.move(PHONE, '192.168.0.100', 4000, 'phone');
      const probe = await probeAt(test.running.url);
      expect(await readOf(probe, 'statistics')).to.have.nested.property('machines.length', 1);
      test.table.drop(PHONE);
      expect(await readOf(probe, 'statistics')).to.have.deep.property('machines', []);
    } finally {
      await test.running.close();
    }
  });

  it('have counters of 32 bits only if they are known for it', () => {
    for (const model of ['Archer C20', 'Archer C50', 'Archer C2', 'TD-W8980', 'TD-W9970', 'TL-WR840N'])
      expect(bitsOfModel(model), model).to.equal(32);
    for (const model of ['Archer C5', 'Archer C2300', 'Archer C200', '']) expect(bitsOfModel(model), model).to.equal(64);
  });
});

describe('answers of TP-Link', () => {
  const entry = (fields: string) => `[0,0,0,0,0,0]0\nenable=1\ninterval=10\naction=0\n[1,0,0,0,0,0]1\n${fields}\n[error]0`;
  const read = (fields: string) => statisticsOf(parseBlocks(entry(fields)), 32);

  it('an address may be one number, the first byte the highest', () => {
    expect(addressOf('3232235876')).to.equal('192.168.1.100');
    expect(addressOf('167772161')).to.equal('10.0.0.1');
    expect(addressOf('192.168.0.104/phone')).to.equal('192.168.0.104');
    for (const wrong of ['0', '4294967296', '-1', '', '1.2.3', '99999999999']) expect(addressOf(wrong), wrong).to.equal(null);
  });

  it('what makes no sense costs its own entry only', () => {
    const { observation, skipped, unread } = read(
      'ipAddress=3232235876\nmacAddress=02:00:00:00:00:01\ntotalPkts=7\ntotalBytes=x\n[2,0,0,0,0,0]1\nipAddress=3232235877\nmacAddress=02:00:00:00:00:02\ntotalPkts=8\ntotalBytes=9',
    );
    expect(observation).to.have.nested.property('machines.length', 1);
    expect([skipped, unread]).to.deep.equal([1, ['02:00:00:00:00:01 192.168.1.100']]);
  });

  it('JSON that does not turn into text costs its own entry only', () => {
    const machine = { mac: '02:00:00:00:00:02', ip: '192.168.0.2', total_byte: 5, trafficUsage: 5 };
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    for (const odd of [{ toString: 1 }, deep]) {
      const list = [
        { ...machine, mac: odd, macaddr: odd },
        { ...machine, ip: odd },
        { ...machine, ip: '192.168.0.3', total_byte: odd, trafficUsage: odd },
      ];
      for (const { observation, skipped } of [trafficOf([...list, machine], 64), usageOfClients([...list, machine], 64) ?? {}]) {
        expect(observation).to.have.nested.property('machines.length', 1);
        expect(skipped).to.equal(3);
      }
      expect(clientsOf([{ macaddr: odd, ipaddr: odd, name: odd, leasetime: odd }], 0)).to.include({ skipped: 1 });
      expect(accessDevicesOf({ access_devices_wired: [{ macaddr: odd, ipaddr: odd, hostname: odd }] })).to.include({ skipped: 1 });
    }
  });

  it('what is no object is a line of a machine whose name cannot be read', () => {
    for (const { observation, skipped, unread } of [trafficOf([1, 2], 64), usageOfClients([1, 2], 64) ?? {}]) {
      expect(observation).to.have.deep.property('machines', []);
      expect([skipped, unread]).to.deep.equal([2, []]);
    }
    expect(clientsOf([1, 2], 0)).to.include({ skipped: 2 });
  });

  it('an answer with more machines than there is room for is partial', () => {
    const list = (length: number) =>
      Array.from({ length }, (_, i) => ({
        mac: `02:00:00:00:01:${(i % 256).toString(16).padStart(2, '0')}`,
        ip: `10.0.${i >> 8}.9`,
        total_byte: 5,
      }));
    expect(trafficOf(list(300), 64)).to.include({ skipped: 44, isPartial: true });
    expect(trafficOf(list(64), 64)).not.to.have.property('isPartial');
  });

  it('an empty list of clients says nothing about what the model counts', () => {
    expect(usageOfClients([], 64)?.observation).to.have.deep.property('machines', []);
    expect(usageOfClients([{ mac: PHONE, ip: '192.168.0.2' }], 64)).to.equal(null);
  });

  it('of entries of one machine and address none counts', () => {
    const [mac, ip] = [PHONE, '192.168.0.2'];
    const { observation, skipped, unread } = trafficOf(
      [
        { mac, ip, total_byte: 5 },
        { mac, ip, total_byte: 9e9 },
        { mac, ip: '10.0.0.1', total_byte: 7 },
      ],
      64,
    );
    expect('machines' in observation && observation.machines.map(({ bytes }) => bytes)).to.deep.equal([7]);
    expect([skipped, unread]).to.deep.equal([2, [`${mac} ${ip}`, `${mac} ${ip}`]]);
    const one = `[1,0,0,0,0,0]1\nipAddress=${ip}\nmacAddress=${mac}\n`;
    const hosts = read(`ipAddress=${ip}\nmacAddress=${mac}\ntotalBytesRx=x\ntotalBytesTx=1\n${one}totalBytesRx=4000\ntotalBytesTx=3000`);
    expect(hosts.observation).to.have.deep.property('hosts', []);
    expect([hosts.skipped, hosts.unread]).to.deep.equal([2, [`${mac} ${ip}`, `${mac} ${ip}`]]);
  });

  const WRONG: Record<string, [() => unknown, RegExp]> = {
    'a cut answer': [() => parseBlocks('[0,0,0,0,0,0]0\nenable=1'), /cut short/],
    'an error': [() => parseBlocks('[error]71020'), /answers with error 71020/],
    'a web page': [() => parseBlocks('<html>secret</html>'), /expected a list of fields, and got a web page$/],
    'statistics that are off': [() => statisticsOf(parseBlocks('[0,0,0,0,0,0]0\nenable=0\n[error]0'), 32), /switch on Statistics/],
    'statistics without their settings': [() => statisticsOf(parseBlocks('[error]0'), 32), /lacks the settings/],
    'JSON that does not end': [() => parseAnswer({ status: 200, text: '{"success":tr' }), /does not end$/],
    'an expired login': [() => parseAnswer({ status: 403, text: 'Forbidden' }), /the login has ended/],
    'a dispatcher that fails': [() => parseAnswer({ status: 200, text: 'Failed to execute call dispatcher target' }), /expected JSON/],
    'a page without its list': [() => rowsOf('<html></html>', 'statList', 13), /expected a page with statList/],
    'a page that is cut': [() => rowsOf('var statList = new Array(\n1, "192.168.0.2"', 'statList', 13), /cut short/],
    'rows of another width': [() => rowsOf('var statList = new Array(1, 2, 0,0 );', 'statList', 13), /rows of 13 values/],
  };
  for (const [what, [parse, message]] of Object.entries(WRONG)) it(`refuses ${what}`, () => expect(parse).to.throw(message));
});
