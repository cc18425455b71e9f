import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { freePort } from '../support/server-process';
import { Child, run } from './child-process';
import type { NpmRegistry } from './npm-registry';

export interface Workplace {
  readonly within: string;
  /** Where npm finds the package. */
  readonly registry: NpmRegistry;
  /** The version of the Nest CLI that `npx @nestjs/cli` takes. */
  readonly cli: string;
}

/** What `nest new` makes listens where this says. */
const APPLICATION = 'localhost:3000';
const PROMETHEUS = 'localhost:9090';

/** Says where a command has led. */
const HERE = 'now in ';

/** Somebody who follows a guide word by word: types its commands, and writes its files. */
export class Follower {
  private readonly servers: Child[] = [];
  private folder: string;

  private constructor(
    private readonly workplace: Workplace,
    /** What a guide calls a server, and where it is here. */
    private readonly addresses: ReadonlyMap<string, string>,
  ) {
    this.folder = mkdtempSync(join(workplace.within, 'guide-'));
  }

  static async at(workplace: Workplace): Promise<Follower> {
    const free = async (address: string) => [address, `localhost:${await freePort()}`] as const;
    return new Follower(workplace, new Map([await free(APPLICATION), await free(PROMETHEUS)]));
  }

  /** Where the Prometheus is that the guide has started. */
  get prometheus(): string {
    return `http://${this.addresses.get(PROMETHEUS)}`;
  }

  write(file: string, text: string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.here(text));
  }

  /** Types a command, and goes where it leads. @returns what it printed @throws with what it printed, when it fails */
  async run(command: string): Promise<string> {
    const output = stripVTControlCharacters(await run(this.typed(`${command} && echo && echo "${HERE}$PWD"`), 500_000));
    // What npm warns of may come after it.
    const [line, folder] = new RegExp(`\n${HERE}(.+)\n`).exec(output)!;
    this.folder = folder!;
    return this.asPrinted(output.replace(line, '\n').trim());
  }

  /** Leaves a command running. Returns once it has printed all lines. */
  async start(command: string, printed: readonly string[] = []): Promise<void> {
    const server = new Child(this.typed(command));
    this.servers.push(server);
    const says = (line: string) => stripVTControlCharacters(server.output).includes(this.here(line));
    await server.until(`prints ${printed.join('\n')}`, () => printed.every(says), 240_000);
  }

  /** Ends what `start` has left running. */
  async stop(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.stop()));
  }

  private typed(command: string) {
    const typed = this.here(command)
      .replace('npx @nestjs/cli ', `npx @nestjs/cli@${this.workplace.cli} `)
      .replace(/^prometheus .*/, `$& --web.listen-address=${this.addresses.get(PROMETHEUS)}`);
    const env = {
      npm_config_registry: this.workplace.registry.url,
      npm_config_yes: 'true',
      PORT: this.addresses.get(APPLICATION)!.split(':')[1]!,
      // Clients that a guide makes ask for it; nobody is called.
      OPENAI_API_KEY: 'none',
      ANTHROPIC_API_KEY: 'none',
    };
    return { command: ['bash', '-c', typed] as const, folder: this.folder, env };
  }

  private here(text: string): string {
    return [...this.addresses].reduce((result, [printed, here]) => result.replaceAll(printed, here), text);
  }

  private asPrinted(text: string): string {
    return [...this.addresses].reduce((result, [printed, here]) => result.replaceAll(here, printed), text);
  }
}
