/** A request that cannot be answered: the message is the line that the caller reads. */
export class RequestError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 414 | 429 | 503;

  constructor(status: RequestError['status'], message: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
  }
}
