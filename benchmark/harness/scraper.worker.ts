import { get } from 'node:http';
import { parentPort } from 'node:worker_threads';

// Scrapes each address that it is sent, as Prometheus would, and says when the answer is complete.
parentPort!.on('message', (url: string) => {
  get(url, { headers: { accept: 'text/plain;version=0.0.4' } }, (response) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => (bytes += chunk.length));
    response.on('end', () => parentPort!.postMessage({ status: response.statusCode, bytes }));
  });
});
