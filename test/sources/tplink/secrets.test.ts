import { expect } from 'chai';
import { secretsOf } from '../../../src/sources/tplink/secrets.ts';

describe('the secrets of a TP-Link router', () => {
  const login = { username: 'admin', password: 'geheim' };
  const token = (i: number) => `TOKEN-OF-SESSION-${i}.`;

  it('are hidden, and so is the token of each session', () => {
    const secrets = secretsOf(login);
    for (let i = 0; i < 10; i++) secrets.addToken(token(i));
    expect(secrets.hide(`geheim in /${token(0)}/${token(9)}/`)).to.equal('… in /…/…/');
  });

  it('where a router is read for months, tokens of long ago are forgotten', () => {
    const secrets = secretsOf(login, 2);
    for (let i = 0; i < 10; i++) secrets.addToken(token(i));
    expect(secrets.hide(`${token(9)} ${token(8)} ${token(7)}`)).to.equal(`… … ${token(7)}`);
  });
});
