import { createHash, timingSafeEqual } from 'node:crypto';

/** The tokens that open the endpoint; none leave it open. */
export class BearerTokens {
  private readonly digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.digests = tokens.map(digest);
  }

  get isEmpty(): boolean {
    return this.digests.length === 0;
  }

  /** Whether an `Authorization` header opens. Only the header is read: URLs are written to logs. */
  admit(authorization: string | string[] | undefined): boolean {
    if (this.isEmpty) return true;
    const [, token] = /^Bearer +(\S+) *$/i.exec(typeof authorization === 'string' ? authorization : '') ?? [];
    if (token === undefined) return false;
    const given = digest(token);
    // Digests have one length, and all are compared: neither length nor place of a difference shows in the time.
    return this.digests.filter((known) => timingSafeEqual(known, given)).length > 0;
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
