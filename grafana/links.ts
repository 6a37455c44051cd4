import { grafana } from './look.ts';

/** Opens a device's page with the same data source and time range. MACs need no escaping; host names are never part of an address. */
const device = (mac: string) => ({
  title: 'Show this device',
  url: `/d/wrtmeter-device?var-mac=${mac}&${grafana('datasource:queryparam')}&${grafana('__url_time_range')}`,
});

/** From a series that carries the label `mac`. */
export const fromSeries = [{ id: 'links', value: [device(grafana('__field.labels.mac'))] }];

/** From a row of a table with the column MAC. */
export const fromRow = { id: 'links', value: [device(grafana('__data.fields.MAC'))] };
