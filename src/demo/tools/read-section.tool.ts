import { Injectable } from '@nestjs/common';
import { TrackTool } from '../../index';
import { closestSections } from '../docs/closest-sections';
import { DocsIndex } from '../docs/docs-index';
import type { Section } from '../docs/section';
import { stopSignal } from '../stop-signal';
import { ResultCache } from './result-cache.service';
import { SectionNotFoundError } from './tool.error';

const MAX_SUGGESTIONS = 3;

@Injectable()
export class ReadSectionTool {
  constructor(
    private readonly docs: DocsIndex,
    private readonly cache: ResultCache,
  ) {}

  /**
   * A section by its id, by `document#heading`, or by its heading.
   *
   * @throws SectionNotFoundError, after a slow search through all raw text for what may have been meant; the tool's limit
   * (see `DemoConfig`) ends that search
   */
  @TrackTool('read_section')
  async run(reference: string, signal?: AbortSignal): Promise<Section> {
    const section = this.docs.find(reference);
    if (section) return section;
    const stop = stopSignal(signal);
    const suggestions = await this.cache.remember('suggestions', reference, () => this.suggest(reference, stop));
    throw new SectionNotFoundError(`there is no section "${reference}"; the closest are ${suggestions.join(', ')}`);
  }

  private async suggest(reference: string, signal: AbortSignal): Promise<string[]> {
    const heading = reference.replace(/^.*#(?=.)/, '');
    const closest = await closestSections(heading, this.docs.sections, MAX_SUGGESTIONS, signal);
    return closest.map(({ id }) => id);
  }
}
