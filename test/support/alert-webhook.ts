import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { closed, listening, portOf } from './demo-app';

/** What Alertmanager tells of one alert. */
export interface DeliveredAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Takes what an Alertmanager delivers. */
export class AlertWebhook {
  private readonly delivered: DeliveredAlert[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        this.delivered.push(...(JSON.parse(body) as { alerts: DeliveredAlert[] }).alerts);
        response.end();
      });
    });
  }

  static async start(): Promise<AlertWebhook> {
    return new AlertWebhook(await listening(createServer()));
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.server)}/`;
  }

  /** The first alert delivered with this status and these labels, once it is. @throws when it is not for a minute */
  async next(status: DeliveredAlert['status'], labels: Readonly<Record<string, string>>): Promise<DeliveredAlert> {
    const isIt = (alert: DeliveredAlert) =>
      alert.status === status && Object.entries(labels).every(([name, value]) => alert.labels[name] === value);
    for (let waited = 0; waited < 60_000; waited += 100) {
      const alert = this.delivered.find(isIt);
      if (alert) return alert;
      await setTimeout(100);
    }
    throw new Error(`Not delivered: ${status} ${JSON.stringify(labels)}, but ${JSON.stringify(this.delivered)}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await closed(this.server);
  }
}
