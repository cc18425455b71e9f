import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { ProtobufFields } from './protobuf-fields';

/** One request of an exporter. */
export interface ReceivedMetrics {
  readonly resource: Readonly<Record<string, unknown>>;
  /** As `name version`. */
  readonly scopes: readonly string[];
  readonly metrics: readonly MetricData[];
}

/** Takes OTLP over HTTP, in Protocol Buffers, on the loopback interface. It reads the bytes by itself. */
export class OtlpReceiver {
  readonly received: ReceivedMetrics[] = [];

  private constructor(
    private readonly server: Server,
    /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to. */
    readonly url: string,
  ) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new OtlpReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      void buffer(request).then((body) => {
        const isOurs = request.url === '/v1/metrics' && request.headers['content-type'] === 'application/x-protobuf';
        const message = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        if (isOurs) receiver.received.push(readRequest(new ProtobufFields(message)));
        response.writeHead(isOurs ? 200 : 404).end();
      });
    });
    return receiver;
  }

  /** Those of the last request that had any. */
  get last(): readonly MetricData[] {
    return this.received.at(-1)?.metrics ?? [];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

function readRequest(request: ProtobufFields): ReceivedMetrics {
  const [resourceMetrics] = request.messages(1);
  const scopes = resourceMetrics!.messages(2);
  return {
    resource: readAttributes(resourceMetrics!.message(1).messages(1)),
    scopes: scopes.map((scope) => `${scope.message(1).text(1)} ${scope.message(1).text(2)}`),
    metrics: scopes.flatMap((scope) => scope.messages(2).map(readMetric)),
  };
}

function readAttributes(pairs: readonly ProtobufFields[]): Record<string, string | number> {
  return Object.fromEntries(
    pairs.map((pair) => [pair.text(1), pair.message(2).has(1) ? pair.message(2).text(1) : pair.message(2).small(3)]),
  );
}

function readMetric(metric: ProtobufFields): MetricData {
  const descriptor = { name: metric.text(1), description: metric.text(2), unit: metric.text(3), valueType: 1 };
  if (metric.has(9)) {
    const histogram = metric.message(9);
    const dataPoints = histogram.messages(1).map(readHistogram);
    return {
      descriptor,
      aggregationTemporality: temporality(histogram),
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints,
    };
  }
  const isSum = metric.has(7);
  const data = metric.message(isSum ? 7 : 5);
  const dataPoints = data.messages(1).map((point) => ({
    ...readTimes(point),
    attributes: readAttributes(point.messages(7)),
    value: point.has(6) ? Number(point.fixed(6)) : point.double(4),
  }));
  if (!isSum) return { descriptor, aggregationTemporality: 1, dataPointType: DataPointType.GAUGE, dataPoints };
  const isMonotonic = data.small(3) === 1;
  return {
    descriptor,
    aggregationTemporality: temporality(data),
    dataPointType: DataPointType.SUM,
    isMonotonic,
    dataPoints,
  };
}

/** 2 is cumulative in the protocol, and 1 in the SDK. */
function temporality(data: ProtobufFields): number {
  return data.small(2) - 1;
}

function readHistogram(point: ProtobufFields) {
  return {
    ...readTimes(point),
    attributes: readAttributes(point.messages(9)),
    value: {
      count: Number(point.fixed(4)),
      sum: point.double(5),
      buckets: { counts: point.fixeds(6).map(Number), boundaries: point.doubles(7) },
      ...(point.has(11) ? { min: point.double(11), max: point.double(12) } : {}),
    },
  };
}

function readTimes(point: ProtobufFields): { startTime: [number, number]; endTime: [number, number] } {
  const time = (field: number): [number, number] => {
    const nanoseconds = point.fixed(field);
    return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
  };
  return { startTime: time(2), endTime: time(3) };
}
