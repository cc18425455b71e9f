import type { TrendsReading } from '../../collection/reading/trends.reader';
import type { TextBuffer } from '../text/text-buffer';
import { documentOf } from './json-document';
import { namesSteps } from './json-slices';

/** The course of everything over one window, as JSON. */
export function* trendsSteps(out: TextBuffer, { agents, tools, models, ...rest }: TrendsReading): Generator<void> {
  out.write(JSON.stringify(documentOf(rest)).slice(0, -1));
  out.write(',"agents":');
  yield* namesSteps(out, agents, documentOf);
  out.write(',"tools":');
  yield* namesSteps(out, tools, documentOf);
  out.write(',"models":');
  yield* namesSteps(out, models, documentOf);
  out.write('}');
}
