import { get } from 'node:http';
import { parentPort } from 'node:worker_threads';

/** An address, and what is accepted of it. */
export interface Asked {
  readonly url: string;
  readonly accept: string;
}

// Reads each address that it is sent, and says when the answer is complete.
parentPort!.on('message', ({ url, accept }: Asked) => {
  get(url, { headers: { accept } }, (response) => {
    response.resume();
    response.on('end', () => parentPort!.postMessage({ status: response.statusCode }));
  });
});
