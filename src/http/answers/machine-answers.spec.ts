import { getMaxListeners } from 'node:events';
import type { MachineMember, MachineQuestion } from '../../machine/machine-member';
import { MachineAnswers } from './machine-answers';

function answersOf(ask: (question: MachineQuestion) => void): MachineAnswers {
  const member = {
    ask: async (question: MachineQuestion) => {
      ask(question);
      return { parts: [], instances: [] };
    },
  };
  return new MachineAnswers(member as unknown as MachineMember, {
    prefix: 'crew',
    defaultLabels: {},
    instanceId: 'a',
    wallTime: () => 0,
    exportPart: async () => [],
    onClash: () => {},
  });
}

it('lets any number of processes wait for the same end, which Node would take for a leak', async () => {
  const limits: number[] = [];
  const answers = answersOf(({ signal }) => limits.push(getMaxListeners(signal)));
  await answers.export('prometheus', undefined, new AbortController().signal);
  expect(limits).toEqual([Infinity]);
});
