/** Seconds before the next try: after each one that fails, twice as long. */
const FIRST_PAUSE = 3;
const LONGEST_PAUSE = 60;

/** @typedef {'open' | 'busy' | 'lost' | 'ended' | 'login' | 'off'} StreamState Of these, `login` and `off` are the end. */

/** @typedef {{ at: string, devices: { name: string }[], peers: { name: string }[], more: number }} Coming The events `came` and `went`. */

/**
 * Follows a stream of server-sent events for as long as the page is looked at. A refusal shows no reason to `EventSource`, so that is asked
 * for with HEAD, which never counts as a watcher.
 * @param {string} url
 * @param {{ rates: (event: import('./rates.js').Rates) => void, came: (event: Coming) => void, went: (event: Coming) => void }} events
 * @param {(state: StreamState) => void} onState
 */
export function follow(url, events, onState) {
  /** @type {EventSource | null} */
  let source = null;
  let timer = 0;
  let pause = FIRST_PAUSE;
  let isOver = false;
  /** Counts openings and closings: an answer that comes after one is no longer wanted. */
  let turn = 0;

  function close() {
    turn += 1;
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function open() {
    close();
    if (isOver || document.hidden) return;
    source = new EventSource(url);
    source.onopen = () => onState('open');
    source.onerror = () => void retry();
    for (const [name, handle] of Object.entries(events))
      source.addEventListener(name, ({ data }) => {
        pause = FIRST_PAUSE;
        handle(JSON.parse(data));
      });
    source.addEventListener('end', () => void retry('ended'));
  }

  /** @param {StreamState} [why] What the server said, if it did. */
  async function retry(why) {
    close();
    const asked = turn;
    const answer = await fetch(url, { method: 'HEAD' }).catch(() => null);
    if (asked !== turn) return;
    const status = answer?.status ?? 0;
    isOver = status === 404 || status === 401 || status === 403;
    onState(status === 404 ? 'off' : isOver ? 'login' : (why ?? (status === 503 ? 'busy' : 'lost')));
    if (isOver) return;
    const least = Number(answer?.headers.get('Retry-After') ?? 0) || 0;
    timer = setTimeout(open, 1000 * Math.max(least, pause));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  // A page that is left may be kept, to come back to.
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => persisted && open());
  open();
}
