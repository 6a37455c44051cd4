/** A request that cannot be answered: the message is the line that the caller reads. */
export class RequestError extends Error {
  readonly status: 400 | 403 | 404 | 405 | 414;

  constructor(status: RequestError['status'], message: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
  }
}
