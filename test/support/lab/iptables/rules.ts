/** The counters of hosts in what iptables-save prints with `-c`: bytes by address. */
export interface HostRules {
  sent: Map<string, number>;
  received: Map<string, number>;
  /** What the last rules have counted: bytes of addresses without a rule. */
  without: { sent: number; received: number };
  /** Rules of FORWARD that lead to them. */
  jumps: number;
}

/** Throws where an address has two rules of one direction, or a rule does anything other than count and return. */
function hostRules(text: string): HostRules {
  const rules: HostRules = { sent: new Map(), received: new Map(), without: { sent: 0, received: 0 }, jumps: 0 };
  for (const line of text.split('\n')) {
    if (/^\[\S+ -A FORWARD -j wrtmeter$/.test(line)) rules.jumps += 1;
    const [, bytes, chain, match] = /^\[\d+:(\d+)\] -A wrtmeter_(upload|download) (.*)-j RETURN$/.exec(line) ?? [];
    if (bytes === undefined || match === undefined) {
      if (/ -A wrtmeter_(up|down)load/.test(line)) throw new Error(`Not a rule that counts: "${line}"`);
      continue;
    }
    const direction = chain === 'upload' ? 'sent' : 'received';
    if (match === '') rules.without[direction] = Number(bytes);
    else {
      const address = /^-[sd] (\S+)\/(?:32|128) $/.exec(match)?.[1];
      if (address === undefined || match[1] !== (chain === 'upload' ? 's' : 'd')) throw new Error(`Not a rule of one host: "${line}"`);
      if (rules[direction].has(address)) throw new Error(`Two rules: "${line}"`);
      rules[direction].set(address, Number(bytes));
    }
  }
  return rules;
}

/** Both families together. */
export function allRules(...texts: readonly string[]): HostRules {
  const [first, ...others] = texts.map(hostRules);
  if (first === undefined) throw new Error('There is nothing to read');
  for (const { sent, received, without, jumps } of others) {
    for (const [address, bytes] of sent) first.sent.set(address, bytes);
    for (const [address, bytes] of received) first.received.set(address, bytes);
    first.without.sent += without.sent;
    first.without.received += without.received;
    first.jumps += jumps;
  }
  return first;
}
