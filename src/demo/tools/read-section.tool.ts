import { Injectable } from '@nestjs/common';
import { TrackTool } from '../../index';
import { DocsIndex } from '../docs/docs-index';
import type { Section } from '../docs/markdown-sections';
import { SectionNotFoundError } from './tool.error';

@Injectable()
export class ReadSectionTool {
  constructor(private readonly docs: DocsIndex) {}

  /** @throws SectionNotFoundError if no section has this id or heading */
  @TrackTool('read_section')
  run(reference: string): Section {
    const section = this.docs.find(reference);
    if (section) return section;
    throw new SectionNotFoundError(`There is no section "${reference}".`);
  }
}
