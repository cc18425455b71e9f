import { Scrape, type ScrapeSource } from '../families/scrape';

/**
 * One scrape for all families that are asked at once. prom-client asks the metrics of a registry one by one within a turn:
 * so their numbers agree, and are copied once.
 */
export class SharedScrape {
  private next: Promise<Scrape> | undefined;

  constructor(private readonly source: ScrapeSource) {}

  /** Begins after the code that asks has run: what that code records before or after asking is in it. */
  take(): Promise<Scrape> {
    this.next ??= Promise.resolve().then(() => {
      this.next = undefined;
      return new Scrape(this.source);
    });
    return this.next;
  }
}
