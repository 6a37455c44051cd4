import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { source } from './look.ts';

export type Page = {
  uid: string;
  title: string;
  description: string;
  from: string;
  variables: Builder<dashboard.VariableModel>[];
  panels: (Builder<dashboard.Panel> | string)[];
};

/** Builds a dashboard from its panels in reading order; a text among them begins a row of that name. */
export function page({ uid, title, description, from, variables, panels }: Page): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['wrtmeter'])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('30s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .readonly()
    .variables([datasource(), ...variables])
    .link(
      new dashboard.DashboardLinkBuilder('wrtmeter')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['wrtmeter'])
        .includeVars(true)
        .keepTime(true),
    );
  for (const panel of panels) {
    if (typeof panel === 'string') builder.withRow(new dashboard.RowBuilder(panel));
    else builder.withPanel(panel);
  }
  const built = builder.annotations([]).build();
  // The SDK hides links in a menu unless told otherwise; the way to the other pages belongs in sight.
  for (const link of built.links ?? []) delete link.placement;
  built.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return built;
}

function datasource(): dashboard.DatasourceVariableBuilder {
  return new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
}

/** One or several routers. `.+` for all of them: short, and it does not leave out a router that has just been added. */
export function routers(): dashboard.QueryVariableBuilder {
  return several('router', 'Router', 'label_values(wrtmeter_router_up, router)');
}

/** One or several routers and servers with WireGuard peers. */
export function servers(): dashboard.QueryVariableBuilder {
  return several('server', 'Server', 'label_values(wrtmeter_wireguard_peer_info, router)');
}

/** Uplinks of the selected routers. A tunnel's bytes also cross the uplink it runs over: select the real uplinks where tunnels are listed. */
export function uplinkChoice(): dashboard.QueryVariableBuilder {
  return several('uplink', 'Uplink', 'label_values(wrtmeter_wan_month_download_bytes{router=~"$router"}, interface)');
}

/**
 * One device, its name shown and its MAC used. The expression takes the labels apart as Grafana prints them; the value has to be a MAC,
 * whatever a host name says.
 */
export function devices(): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder('mac')
    .label('Device')
    .datasource(source)
    .query('query_result(wrtmeter_device_info)')
    .regex('/hostname"?[=:]"(?<text>[^"]+)".*mac"?[=:]"(?<value>[0-9a-f:]{17})"/')
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(false)
    .includeAll(false);
}

function several(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
