/** @import { ListedRequest } from '../data/requests-feed.js' */

/** A list that can be held: a row that moves can be neither read nor hit. */
export class HeldList {
  /** The question that the list answers. */
  question = '';
  /** @type {readonly ListedRequest[]} */
  requests = [];
  /** How many requests have come since the list was held. */
  newcomers = 0;
  /** Whether the user has asked for the newcomers. */
  isReleased = false;

  /**
   * The requests to be shown. If the list is held and its question is the same, its requests stay, with their present state;
   * a request that the server no longer lists stays as it was.
   *
   * @param {readonly ListedRequest[]} listed
   * @param {string} question
   * @param {boolean} hold
   */
  apply(listed, question, hold) {
    const isHeld = hold && question === this.question && !this.isReleased;
    const known = new Map(listed.map((request) => [request.id, request]));
    this.newcomers = isHeld ? listed.length - this.requests.filter(({ id }) => known.has(id)).length : 0;
    this.requests = isHeld ? this.requests.map((request) => known.get(request.id) ?? request) : listed;
    this.question = question;
    this.isReleased = false;
    return this.requests;
  }

  /** Lets newcomers in once. */
  release() {
    this.isReleased = true;
  }
}
