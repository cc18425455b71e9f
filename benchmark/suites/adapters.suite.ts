import { compare } from '../harness/compare';
import type { Contestant } from '../harness/contestant';
import { comparisonSection } from '../report/comparison.section';
import type { Section } from '../report/section';
import type { Suite, Thoroughness } from './suite';

/** An SDK whose calls an adapter counts. */
interface Sdk {
  readonly name: string;
  /** What one call of it is. */
  readonly call: string;
  /** How it is tracked without the adapter. */
  readonly byHand: string;
  readonly subject: string;
}

const SDKS: readonly Sdk[] = [
  { name: 'OpenAI', call: 'A chat completion', byHand: '`trackModel` around it', subject: 'adapter-openai' },
  {
    name: 'AI SDK 6',
    call: '`generateText` of a model that calls one tool and answers',
    byHand: '`trackModel` around all, `trackedTool`',
    subject: 'adapter-ai-sdk',
  },
  { name: 'MCP', call: 'A call of a tool, client and server', byHand: '`trackedTool`', subject: 'adapter-mcp' },
];

const OFFLINE =
  'The answer is there at once, so that only the work of the SDK is left beside ours, context included: a ratio tells how much of the ' +
  "processor an adapter takes, not how much longer a call does. Over the network a model's answer takes a thousand times as long.";

async function sdkSection({ name, call, byHand, subject }: Sdk, thoroughness: Thoroughness): Promise<Section> {
  const adapter: Contestant = { label: `${name}, with the adapter`, subject };
  const hand: Contestant = { label: `${name}, by hand: ${byHand}`, subject: `${subject}-by-hand` };
  const alone: Contestant = { label: `${name} alone`, subject: `${subject}-alone` };
  const figures = await compare({ ...thoroughness, measure: 'call', contestants: [adapter, hand, alone], scale: 1 });
  return comparisonSection({
    title: `An adapter in a call of its SDK: ${name}`,
    explanation: `${call}, in an agent. ${OFFLINE}`,
    unit: 'ns',
    figures,
  });
}

export const adaptersSuite: Suite = {
  name: 'adapters',
  async run(thoroughness) {
    const sections: Section[] = [];
    for (const sdk of SDKS) sections.push(await sdkSection(sdk, thoroughness));
    return sections;
  },
};
