import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { statusOf } from '../../../src/app/from-config.ts';
import { limitFindings } from '../../../src/commands/doctor/limits.ts';
import { whyNotAsked } from '../../../src/control/limits/channel.ts';
import { parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';
import { sshExchange } from '../../../src/transports/ssh.ts';
import { configOf, withText } from '../../config/support.ts';
import { makeKey, startSshd } from '../../support/routers/sshd.ts';
import { answerOf } from '../../support/routers/text-router.ts';

const TEXT = 'control: true\nrouters: { gateway: { url: http://192.0.2.1, limits: { ssh: root@192.0.2.1 } } }\n';

async function kinds(answer: Partial<Parameters<typeof answerOf>[0]>, text = TEXT, limitsFailure: string | null = null) {
  const config = await configOf(withText(text));
  const routers = config.routers.map((router) => {
    const { system } = parseWrtmeter({ text: answerOf({ time: 1_773_000_000, ...answer }), framed: true });
    return {
      config: router,
      status: { ...statusOf(router, []), system, up: true },
      read: { router: router.name, system, results: [] },
      ...{ warnings: [], limitsFailure },
    };
  });
  return limitFindings({ config, routers }).map(({ grade, kind, router }) => `${grade} ${kind} ${router}`);
}

describe('the doctor on limits', () => {
  it('finds a router that would refuse them, or does not show them', async () => {
    expect(await kinds({})).to.deep.equal([]);
    expect(await kinds({ offload: { hardware: true } })).to.deep.equal(['wrong limits_offload gateway']);
    expect(await kinds({ sections: { limits: 'nft does not answer' } })).to.deep.equal(['wrong limits_unknown gateway']);
  });

  it('finds a router whose login for limits fails', async () => {
    expect(await kinds({}, TEXT, 'gateway accepts none of the keys')).to.deep.equal(['wrong limits_login gateway']);
  });

  it('tries the login, and changes nothing', async () => {
    const server = await startSshd([`ForceCommand sh ${resolve('openwrt-cgi/limits.sh')}`]);
    try {
      const why = (keyFile: string) => whyNotAsked(sshExchange({ ...server.terms, keyFile }), AbortSignal.timeout(10_000));
      expect(await why(server.terms.keyFile ?? '')).to.equal(null);
      makeKey(join(server.folder, 'stranger'));
      expect(await why(join(server.folder, 'stranger'))).to.match(/accepts none of the keys/);
    } finally {
      await server.close();
    }
  }).timeout(30_000);

  it('says nothing where none are set', async () => {
    expect(await kinds({ offload: { hardware: true } }, TEXT.replace('control: true\n', ''))).to.deep.equal([]);
    expect(await kinds({ offload: { hardware: true } }, TEXT.replace(', limits: { ssh: root@192.0.2.1 }', ''))).to.deep.equal([]);
  });
});
