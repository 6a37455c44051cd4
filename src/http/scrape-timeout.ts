/** Parses Prometheus' `X-Prometheus-Scrape-Timeout-Seconds`; null if it is missing or not a valid time. */
export function parseScrapeTimeout(header: string): number | null {
  const seconds = Number(header);
  return /^\d{1,6}(\.\d{1,9})?$/.test(header) && seconds > 0 ? seconds : null;
}
