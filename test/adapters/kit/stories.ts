import type { Counted } from './driver';
import type { Script, Tokens, Turn } from './script';

export interface Story {
  readonly script: Script;
  /** Only an adapter that counts this can tell it. */
  readonly needs?: Counted;
  /** So many runs at once; their times are not compared then. */
  readonly atOnce?: number;
}

const TOKENS: Tokens = { input: 100, cachedInput: 40, output: 20, reasoning: 5 };
const crew = { agent: 'crew', model: 'model-x' };
const answers = (text = 'It rains.'): Turn => ({ does: 'answers', text, tokens: TOKENS });
const calls = (...tools: string[]): Turn => ({
  does: 'calls',
  calls: tools.map((tool) => ({ tool, input: `of ${tool}` })),
  tokens: { input: 50, output: 10 },
});
const refuses = (status: number): Turn => ({ does: 'refuses', status });
const LONG = 'one two three four five';

/** What every SDK is asked to do. */
export const STORIES = {
  'an answer': { script: { ...crew, turns: [answers()] } },
  'a tool': {
    needs: 'tools',
    script: { ...crew, turns: [calls('search'), answers()], tools: { search: { does: 'returns', result: 'found' } } },
  },
  'two tools at once': {
    needs: 'tools',
    script: {
      ...crew,
      turns: [calls('search', 'weather'), answers()],
      tools: { search: { does: 'returns', result: 'found' }, weather: { does: 'returns', result: 'rain' } },
    },
  },
  'a decorated tool': {
    needs: 'tools',
    script: {
      ...crew,
      turns: [calls('search'), answers()],
      tools: { search: { does: 'returns', result: 'found', decorated: true } },
    },
  },
  'decorated code in a tool': {
    needs: 'tools',
    script: {
      ...crew,
      turns: [calls('search'), answers()],
      tools: { search: { does: 'calls decorated', inner: 'lookup', result: 'found' } },
    },
  },
  'a tool that throws': {
    needs: 'tools',
    script: {
      ...crew,
      turns: [calls('search'), answers()],
      tools: { search: { does: 'throws', message: 'not found' } },
    },
  },
  'an agent in a tool': {
    needs: 'tools',
    script: {
      ...crew,
      turns: [calls('ask'), answers()],
      tools: { ask: { does: 'asks', script: { agent: 'expert', model: 'model-y', turns: [answers('Rain.')] } } },
    },
  },
  'three runs at once': { atOnce: 3, script: { ...crew, turns: [answers()] } },
  'a refused call': { script: { ...crew, turns: [refuses(400)] } },
  'a call that is retried twice': { script: { ...crew, turns: [refuses(429), refuses(429), answers()] } },
  'a call whose retries are used up': { script: { ...crew, turns: [refuses(500), refuses(500), refuses(500)] } },
  'a call that is aborted': { script: { ...crew, turns: [{ does: 'waits' }] } },
  'a stream': { script: { ...crew, streams: true, turns: [answers(LONG)] } },
  'a stream after a tool': {
    needs: 'tools',
    script: {
      ...crew,
      streams: true,
      turns: [calls('search'), answers(LONG)],
      tools: { search: { does: 'returns', result: 'found' } },
    },
  },
  'a stream that breaks': {
    script: { ...crew, streams: true, turns: [{ does: 'breaks', text: LONG, afterPieces: 2 }] },
  },
  'a stream that is aborted': { script: { ...crew, streams: true, abortsAfterPieces: 2, turns: [answers(LONG)] } },
  'a stream that its reader leaves': {
    script: { ...crew, streams: true, leavesAfterPieces: 2, turns: [answers(LONG)] },
  },
} as const satisfies Record<string, Story>;

export type StoryName = keyof typeof STORIES;
