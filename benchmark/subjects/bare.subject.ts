import type { SubjectFactory, Tool } from '../harness/subject';

function bareTool(): Tool {
  class BareTool implements Tool {
    async query(text: string): Promise<number> {
      return text.length;
    }
  }
  return new BareTool();
}

/** Tools that are not counted. */
export const start: SubjectFactory = async ({ tools }) => ({ tools: tools.map(bareTool), async close() {} });
