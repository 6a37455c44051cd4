import { AGENT_PORT } from '../hosts-agents.ts';
import { GUEST, UPLINK } from '../hosts-files.ts';

/** Marks a rule as firewall3's own. */
const OWN = '-m comment --comment "!fw3"';

const filter = (icmp: string, reject: string): string => `*filter
:FORWARD DROP
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED ${OWN} -j ACCEPT
-A FORWARD -i br-lan ${OWN} -j ACCEPT
-A FORWARD -i ${GUEST.device} -o ${UPLINK} ${OWN} -j ACCEPT
-A FORWARD ${icmp} ${OWN} -j ACCEPT
-A FORWARD -i ${UPLINK} -p udp -m udp --dport ${AGENT_PORT} ${OWN} -j ACCEPT
-A FORWARD ${OWN} -j REJECT --reject-with ${reject}
COMMIT
`;

const MANGLE = `*mangle
-A FORWARD -o ${UPLINK} -p tcp -m tcp --tcp-flags SYN,RST SYN ${OWN} -j TCPMSS --clamp-mss-to-pmtu
COMMIT
`;

const NAT = `*nat
-A POSTROUTING -o ${UPLINK} ${OWN} -j MASQUERADE
COMMIT
`;

const put = (tool: string, text: string): string => `${tool}-restore -w --noflush <<'END'\n${text}END\n`;

/** What firewall3 does at its start, as a shell script. */
const START = [
  put('iptables-legacy', filter('-p icmp -m icmp --icmp-type 8', 'icmp-port-unreachable') + MANGLE + NAT),
  put('ip6tables-legacy', filter('-p ipv6-icmp -m icmp6 --icmpv6-type 128', 'icmp6-port-unreachable') + MANGLE),
].join('');

/**
 * At a reload it removes its own rules from all chains, then every chain without a rule and the rules that lead to it. Here the filter
 * stays as it is: while it is created again datagrams are dropped, and then the number that arrived is unknown.
 */
const RELOAD = `for tool in iptables-legacy ip6tables-legacy; do
  $tool-save -t mangle | awk '
    /^:/ && $2 == "-" { chain[substr($1, 2)] = 1 }
    / --comment "?!fw3"? / && /^-A / { sub(/^-A/, "-D"); gone = gone $0 "\\n"; next }
    /^-A / { used[$2] = 1; rule[++rules] = $0; target[rules] = $NF }
    END {
      for (i = 1; i <= rules; i++) if (target[i] in chain && !(target[i] in used)) { sub(/^-A/, "-D", rule[i]); gone = gone rule[i] "\\n" }
      for (name in chain) if (!(name in used)) gone = gone "-X " name "\\n"
      printf "*mangle\\n%sCOMMIT\\n", gone
    }' | $tool-restore -w --noflush
done
${put('iptables-legacy', MANGLE)}${put('ip6tables-legacy', MANGLE)}`;

/** At a restart it removes all chains of all tables, no matter who made them. */
const STOP = `for tool in iptables-legacy ip6tables-legacy; do for table in filter nat mangle; do
  $tool -w -t $table -F; $tool -w -t $table -X
done; done
`;

/** firewall3 (OpenWrt 19.07 to 21.02) as its source has it, in scripts for a shell; its include comes after each. */
export const FIREWALL3 = { start: START, reload: RELOAD, restart: `${STOP}${START}` } as const;
