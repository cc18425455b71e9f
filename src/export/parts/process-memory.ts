import { hostname } from 'node:os';
import type { MemoryReading } from '../../collection/memory-sampler';

/** Containers that share a directory may have the same process ids. */
export function processName(): string {
  return `${hostname()} ${process.pid}`;
}

/** Memory of several processes, in which worker threads of one process have no memory of their own. */
export class ProcessMemory {
  private readonly byProcess = new Map<string, MemoryReading>();

  add(name: string, { bytes, maxBytes }: MemoryReading): void {
    const known = this.byProcess.get(name) ?? { bytes: 0, maxBytes: 0 };
    this.byProcess.set(name, { bytes: Math.max(known.bytes, bytes), maxBytes: Math.max(known.maxBytes, maxBytes) });
  }

  /** The sum of the peaks, which may have been at different times. */
  sum(): MemoryReading {
    const all = [...this.byProcess.values()];
    return {
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      maxBytes: all.reduce((sum, { maxBytes }) => sum + maxBytes, 0),
    };
  }
}
