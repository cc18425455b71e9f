import Module from 'node:module';
import { join } from 'node:path';
import { packageEntries } from '../support/entries';

const resolver = Module as unknown as { _resolveFilename(request: string, ...rest: unknown[]): string };
const resolve = resolver._resolveFilename.bind(resolver);
const sources = new Map(packageEntries().map(({ name, source }) => [name, join(__dirname, '../..', source)]));

/** For examples, which import the package by its name: it is the source here, and needs no build. */
resolver._resolveFilename = (request, ...rest) => sources.get(request) ?? resolve(request, ...rest);
